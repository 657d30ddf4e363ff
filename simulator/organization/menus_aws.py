"""What the teams do in AWS: on the command line, in the console, in pipelines and scanners.

A task is a few calls in a row. "{own}" in a request stands for one of the caller's own few resources.
"""

from simulator import grants
from simulator.identities import Json
from simulator.menus import CONSOLE_PAGES, Call

Task = tuple[Call, ...]


def filled(call: Call, own: str) -> Call:
    """Put the name of a resource into a call's request."""
    if not call.request:
        return call
    request: Json = {
        key: value.replace("{own}", own) if isinstance(value, str) else value for key, value in call.request.items()
    }
    return Call(call.service, call.action, request)


_WORKER = grants.aws("s3:GetObject", "s3:PutObject", "sqs:ReceiveMessage", "logs:PutLogEvents")
_OPEN = grants.aws("s3:*", "dynamodb:*")
_FROM_INSIDE = grants.ingress("10.20.0.0/16", 5_432)
_WHO = Call("sts", "GetCallerIdentity")
_LOGS = (
    Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/{own}"}),
    Call("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/{own}"}),
    Call("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/{own}"}),
)
_TAIL = (Call("logs", "StartQuery", {"logGroupName": "/aws/ecs/{own}"}), *(Call("logs", "GetQueryResults"),) * 5)
_FUNCTION = (
    Call("lambda", "GetFunction20150331v2", {"functionName": "{own}"}),
    Call("lambda", "ListVersionsByFunction20150331", {"functionName": "{own}"}),
)
_STACK = (
    Call("cloudformation", "DescribeStacks", {"stackName": "{own}"}),
    Call("cloudformation", "DescribeStackEvents", {"stackName": "{own}"}),
)
_ECS = (
    Call("ecs", "ListServices", {"cluster": "{own}"}),
    Call("ecs", "DescribeServices", {"cluster": "{own}"}),
    Call("ecs", "DescribeTasks", {"cluster": "{own}"}),
)
_BUCKET = (Call("s3", "ListBuckets"), Call("s3", "GetBucketLocation", {"bucketName": "example-{own}"}))
_TABLE = (Call("dynamodb", "DescribeTable", {"tableName": "{own}"}),)
_QUEUE = (Call("sqs", "ListQueues"), Call("sqs", "GetQueueAttributes", {"queueUrl": "{own}"}))
_INSTANCES = (_WHO, Call("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}))
_ECR = (Call("ecr", "GetAuthorizationToken"), Call("ecr", "DescribeImages", {"repositoryName": "{own}"}))
_PARAMETERS = (Call("ssm", "GetParameter", {"name": "/{own}/flags", "withDecryption": False}),)
_METRICS = (Call("cloudwatch", "GetMetricData"), Call("cloudwatch", "DescribeAlarms"))
_DEPLOY = (
    Call("lambda", "UpdateFunctionCode20150331v2", {"functionName": "{own}", "publish": False}),
    Call("lambda", "GetFunctionConfiguration20150331v2", {"functionName": "{own}"}),
)
_ECS_DEPLOY = (Call("ecs", "UpdateService", {"service": "{own}", "forceNewDeployment": True}), *_ECS)
_SET_FLAG = (Call("ssm", "PutParameter", {"name": "/{own}/flags", "type": "String", "overwrite": True}),)
_SECRET = (Call("secretsmanager", "GetSecretValue", {"secretId": "example/{own}/database"}),)
_ATHENA = (
    Call("athena", "StartQueryExecution", {"workGroup": "{own}"}),
    *(Call("athena", "GetQueryExecution"),) * 4,
    Call("athena", "GetQueryResults"),
)
_GLUE = (Call("glue", "GetDatabases"), Call("glue", "GetTables", {"databaseName": "{own}"}))
_JOBS = (Call("glue", "StartJobRun", {"jobName": "{own}"}), *(Call("glue", "GetJobRun", {"jobName": "{own}"}),) * 3)
_NOTEBOOK = (Call("sagemaker", "ListNotebookInstances"), Call("sagemaker", "DescribeNotebookInstance"))
_NETWORK = (
    Call("ec2", "DescribeVpcs"),
    Call("ec2", "DescribeSubnets"),
    Call("ec2", "DescribeSecurityGroups", {"securityGroupSet": {}, "filterSet": {}}),
    Call("ec2", "DescribeRouteTables"),
)
_CLUSTER = (Call("eks", "ListClusters"), Call("eks", "DescribeCluster", {"name": "{own}"}))
_PATCH = (
    Call("ssm", "DescribeInstanceInformation"),
    Call(
        "ssm",
        "SendCommand",
        {"documentName": "AWS-RunPatchBaseline", "targets": [{"key": "tag:group", "values": ["a"]}]},
    ),
    *(Call("ssm", "ListCommandInvocations"),) * 3,
)
_SHELL = (Call("ssm", "DescribeSessions", {"state": "Active"}), Call("ssm", "StartSession", {"target": "{own}"}))
_GROUPS = (Call("ec2", "AuthorizeSecurityGroupIngress", {"groupId": "sg-{own}", "ipPermissions": _FROM_INSIDE}),)
_ROLES = (
    Call("iam", "GetRole", {"roleName": "{own}-execution"}),
    Call("iam", "ListAttachedRolePolicies", {"roleName": "{own}-execution"}),
)
_NEW_ROLE = (
    Call("iam", "CreateRole", {"roleName": "{own}-task", "path": "/"}),
    Call("iam", "AttachRolePolicy", {"roleName": "{own}-task", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
)
_REVIEW = (
    Call("iam", "GenerateCredentialReport"),
    Call("iam", "GetCredentialReport"),
    Call("iam", "ListUsers"),
    Call("iam", "ListRoles"),
    Call("iam", "GetAccountAuthorizationDetails"),
)
_FINDINGS = (Call("securityhub", "GetFindings"), Call("guardduty", "ListDetectors"), Call("guardduty", "ListFindings"))
_TRAIL = (Call("cloudtrail", "LookupEvents"), Call("cloudtrail", "LookupEvents"), Call("cloudtrail", "DescribeTrails"))
_COST = (Call("ce", "GetCostAndUsage", {"Granularity": "DAILY"}), Call("ce", "GetCostForecast"))

READS: dict[str, tuple[Task, ...]] = {
    "developers": (
        _LOGS,
        _LOGS,
        _TAIL,
        _FUNCTION,
        _STACK,
        _ECS,
        _BUCKET,
        _TABLE,
        _QUEUE,
        _INSTANCES,
        _ECR,
        _PARAMETERS,
    ),
    "data": (_ATHENA, _ATHENA, _GLUE, _JOBS, _NOTEBOOK, _BUCKET, _TABLE, _LOGS),
    "platform": (_INSTANCES, _NETWORK, _CLUSTER, _ECS, _METRICS, _LOGS, _ROLES, _STACK, _BUCKET),
    "it": (_INSTANCES, _METRICS),
    "support": (_LOGS, _TAIL, _METRICS, _TABLE),
    "security": (_REVIEW, _FINDINGS, _FINDINGS, _TRAIL, _ROLES, _NETWORK),
    "finance": (_COST, _COST),
}
"""What a team looks at, on the command line."""

CHANGES: dict[str, tuple[Task, ...]] = {
    "developers": (_DEPLOY, _DEPLOY, _ECS_DEPLOY, _SET_FLAG, _SECRET),
    "data": (_JOBS, _SET_FLAG, _SECRET),
    "platform": (_PATCH, _SHELL, _GROUPS, _NEW_ROLE, _SECRET, _ECS_DEPLOY, _SET_FLAG),
    "it": (),
    "support": (),
    "security": (),
    "finance": (),
}
"""What a team changes by hand: one task in twelve."""

PAGES: dict[str, tuple[Task, ...]] = {
    team: tuple(CONSOLE_PAGES[page] for page in pages) + more
    for team, pages, more in (
        ("developers", ("home", "ec2", "s3", "logs", "logs"), ((*_FUNCTION, *_LOGS), (*_STACK, *_STACK), _ECS)),
        ("data", ("home", "s3", "athena", "athena"), ((*_GLUE, *_GLUE), _NOTEBOOK)),
        ("platform", ("home", "ec2", "iam", "s3", "logs"), (_NETWORK, _CLUSTER, _ECS)),
        ("it", ("home", "ec2"), (_METRICS,)),
        ("support", ("home", "logs", "logs"), (_METRICS,)),
        ("security", ("home", "iam", "s3"), (_FINDINGS, _TRAIL)),
        ("finance", ("home", "billing", "billing"), ()),
    )
}
"""Pages of the console that a team opens: each makes its calls at once."""

MIGRATION: Task = (
    Call("mgn", "DescribeSourceServers"),
    Call("dms", "CreateReplicationTask", {"replicationTaskIdentifier": "{own}"}),
    Call("ec2", "CreateVpcPeeringConnection", {"vpcId": "vpc-{own}", "peerVpcId": "vpc-{own}-new"}),
    Call("ec2", "CreateSecurityGroup", {"groupName": "{own}"}),
    Call("ec2", "AuthorizeSecurityGroupIngress", {"groupName": "{own}", "ipPermissions": _FROM_INSIDE}),
    Call("rds", "CreateDBCluster", {"dBClusterIdentifier": "{own}"}),
    Call("elasticfilesystem", "CreateFileSystem", {"creationToken": "{own}"}),
    Call("kms", "CreateKey", {"description": "{own}"}),
    Call("iam", "CreateRole", {"roleName": "{own}-new"}),
    Call("iam", "PutRolePolicy", {"roleName": "{own}-new", "policyName": "access", "policyDocument": _WORKER}),
    Call("backup", "CreateBackupPlan", {"backupPlanName": "{own}"}),
    Call("transfer", "CreateServer", {"protocols": ["SFTP"]}),
    Call("datasync", "CreateTask", {"name": "{own}"}),
    Call("route53", "ChangeResourceRecordSets", {"hostedZoneId": "Z0EXAMPLE"}),
    Call("s3", "PutBucketPolicy", {"bucketName": "example-{own}"}),
    Call("ec2", "RunInstances", {"instanceType": "m7i.large", "minCount": 1, "maxCount": 4}),
    Call("ec2", "ModifyInstanceAttribute", {"instanceId": "i-{own}", "instanceType": {"value": "m7i.large"}}),
    Call("ec2", "TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}),
)
"""What the platform team does in the migration week and at no other time."""

AUDIT: Task = tuple(
    Call(service, action)
    for service, actions in {
        "iam": ("ListUsers", "ListRoles", "ListPolicies", "GetAccountSummary", "GetAccountAuthorizationDetails"),
        "ec2": (
            "DescribeInstances",
            "DescribeSecurityGroups",
            "DescribeVolumes",
            "DescribeSnapshots",
            "DescribeImages",
        ),
        "s3": ("ListBuckets", "GetBucketPolicy", "GetBucketAcl", "GetBucketEncryption", "GetBucketPublicAccessBlock"),
        "rds": ("DescribeDBInstances", "DescribeDBSnapshots", "DescribeDBClusters"),
        "lambda": ("ListFunctions20150331", "GetPolicy20150331v2"),
        "kms": ("ListKeys", "GetKeyPolicy", "GetKeyRotationStatus"),
        "cloudtrail": ("DescribeTrails", "GetTrailStatus", "GetEventSelectors"),
        "config": ("DescribeConfigurationRecorders", "DescribeConfigurationRecorderStatus"),
        "secretsmanager": ("ListSecrets",),
        "eks": ("ListClusters",),
        "ecr": ("DescribeRepositories",),
        "sns": ("ListTopics", "GetTopicAttributes"),
        "sqs": ("ListQueues", "GetQueueAttributes"),
        "elasticloadbalancing": ("DescribeLoadBalancers", "DescribeListeners"),
        "cloudfront": ("ListDistributions",),
        "guardduty": ("ListDetectors",),
        "organizations": ("DescribeOrganization",),
    }.items()
    for action in actions
)
"""What a security scanner reads, over and over, a resource at a time."""

REFRESH: Task = (
    _WHO,
    Call("ec2", "DescribeVpcs"),
    Call("ec2", "DescribeSubnets"),
    Call("ec2", "DescribeSecurityGroups", {"groupName": "{own}"}),
    Call("iam", "GetRole", {"roleName": "{own}-execution"}),
    Call("iam", "ListRolePolicies", {"roleName": "{own}-execution"}),
    Call("iam", "ListAttachedRolePolicies", {"roleName": "{own}-execution"}),
    Call("iam", "GetPolicy", {"policyArn": "arn:aws:iam::111122223333:policy/{own}"}),
    Call("lambda", "GetFunction20150331v2", {"functionName": "{own}"}),
    Call("lambda", "GetPolicy20150331v2", {"functionName": "{own}"}),
    Call("s3", "GetBucketPolicy", {"bucketName": "example-{own}"}),
    Call("s3", "GetBucketVersioning", {"bucketName": "example-{own}"}),
    Call("s3", "GetBucketPublicAccessBlock", {"bucketName": "example-{own}"}),
    Call("kms", "DescribeKey", {"keyId": "alias/{own}"}),
    Call("dynamodb", "DescribeTable", {"tableName": "{own}"}),
    Call("secretsmanager", "DescribeSecret", {"secretId": "example/{own}"}),
    Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/{own}"}),
    Call("elasticloadbalancing", "DescribeLoadBalancers"),
    Call("route53", "ListResourceRecordSets", {"hostedZoneId": "Z0EXAMPLE"}),
)
"""What Terraform and Pulumi read before every plan."""

APPLY: tuple[Task, ...] = (
    _DEPLOY,
    (*_GROUPS, Call("ec2", "RevokeSecurityGroupIngress", {"groupId": "sg-{own}"})),
    (
        Call("iam", "CreateRole", {"roleName": "{own}-worker"}),
        Call("iam", "PutRolePolicy", {"roleName": "{own}-worker", "policyName": "read", "policyDocument": _OPEN}),
        Call("lambda", "CreateFunction20150331", {"functionName": "{own}-worker"}),
        Call("lambda", "AddPermission20150331v2", {"functionName": "{own}-worker"}),
    ),
    (Call("s3", "PutBucketPolicy", {"bucketName": "example-{own}"}), Call("s3", "PutBucketTagging")),
    (Call("dynamodb", "UpdateTable", {"tableName": "{own}"}), Call("application-autoscaling", "PutScalingPolicy")),
    (Call("ecs", "RegisterTaskDefinition", {"family": "{own}"}), Call("ecs", "UpdateService", {"service": "{own}"})),
)
"""What an apply changes; one of them a merge, and all services of a team see all of them in time."""
