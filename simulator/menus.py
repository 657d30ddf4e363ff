"""What people do in the account: the calls of their commands and of the console's pages, with plausible requests."""

from typing import NamedTuple

from simulator.identities import ACCOUNT, REGION, Json


class Call(NamedTuple):
    """One API call: service, action, and what CloudTrail shows of its request."""

    service: str
    action: str
    request: Json | None = None


DEVELOPER_COMMANDS = (
    Call("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/"}),
    Call("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/order-api"}),
    Call("logs", "FilterLogEvents", {"logGroupName": "/aws/lambda/thumbnailer"}),
    Call("lambda", "GetFunction20150331v2", {"functionName": "order-api"}),
    Call("lambda", "ListFunctions20150331", None),
    Call("cloudformation", "DescribeStacks", {"stackName": "orders-dev"}),
    Call("cloudwatch", "GetMetricData", None),
    Call("ssm", "GetParameter", {"name": "/orders/dev/feature-flags", "withDecryption": False}),
    Call("s3", "ListBuckets", {"Host": f"s3.{REGION}.amazonaws.com"}),
    Call("dynamodb", "DescribeTable", {"tableName": "orders-dev"}),
    Call("ecr", "DescribeRepositories", None),
    Call("sqs", "ListQueues", None),
)
"""What developers look at all day."""

DEVELOPER_CHANGES = (
    Call("lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev", "publish": False}),
    Call("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "thumbnailer-dev", "memorySize": 512}),
    Call("ssm", "PutParameter", {"name": "/orders/dev/feature-flags", "type": "String", "overwrite": True}),
    Call("secretsmanager", "GetSecretValue", {"secretId": "example/dev/database"}),
    Call("sqs", "PurgeQueue", {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders-dev"}),
)
"""What developers change, in their own environment; some of it would look sensitive to a rule on single actions."""

CONSOLE_PAGES: dict[str, tuple[Call, ...]] = {
    "home": (
        Call("notifications", "ListNotificationEvents"),
        Call("health", "DescribeEventAggregates"),
        Call("ce", "GetCostAndUsage", {"Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}),
        Call("servicecatalog-appregistry", "ListApplications", {"maxResults": 100}),
    ),
    "ec2": (
        Call("ec2", "DescribeInstances", {"maxResults": 50, "instancesSet": {}, "filterSet": {}}),
        Call("ec2", "DescribeSecurityGroups"),
        Call("ec2", "DescribeVolumes"),
        Call("ec2", "DescribeKeyPairs"),
        Call("autoscaling", "DescribeAutoScalingGroups"),
        Call("elasticloadbalancing", "DescribeLoadBalancers"),
    ),
    "iam": (
        Call("iam", "GetAccountSummary"),
        Call("iam", "ListAccountAliases"),
        Call("iam", "ListUsers"),
        Call("iam", "ListRoles", {"maxItems": 1000}),
        Call("iam", "ListMFADevices"),
        Call("iam", "GetAccountPasswordPolicy"),
    ),
    "s3": (
        Call("s3", "ListBuckets", {"Host": f"s3.{REGION}.amazonaws.com"}),
        Call("s3", "GetBucketLocation", {"bucketName": "example-order-archive"}),
        Call("s3", "GetBucketVersioning", {"bucketName": "example-order-archive"}),
        Call("s3", "GetBucketPolicyStatus", {"bucketName": "example-order-archive"}),
    ),
    "billing": (
        Call("ce", "GetCostAndUsage", {"Granularity": "DAILY", "Metrics": ["UnblendedCost"]}),
        Call("ce", "GetCostForecast"),
        Call("freetier", "GetFreeTierUsage"),
    ),
    "logs": (
        Call("logs", "DescribeLogGroups"),
        Call("cloudwatch", "DescribeAlarms"),
        Call("logs", "DescribeQueryDefinitions"),
    ),
    "athena": (
        Call("athena", "ListWorkGroups"),
        Call("athena", "ListDataCatalogs"),
        Call("glue", "GetDatabases"),
        Call("glue", "GetTables", {"databaseName": "orders"}),
        Call("athena", "ListNamedQueries"),
    ),
}
"""The calls that one page of the console makes by itself, within a second or two."""

CLOUD_SHELL_COMMANDS = (
    Call("sts", "GetCallerIdentity"),
    Call("iam", "ListUsers"),
    Call("iam", "GenerateCredentialReport"),
    Call("iam", "GetCredentialReport"),
    Call("ec2", "DescribeSecurityGroups", {"securityGroupSet": {}, "filterSet": {}}),
    Call("s3", "ListBuckets", {"Host": f"s3.{REGION}.amazonaws.com"}),
    Call("iam", "ListAccessKeys", {"userName": "diego.santos"}),
)
"""An access review on the command line."""

TERRAFORM_REFRESH = (
    Call("sts", "GetCallerIdentity"),
    Call("ec2", "DescribeVpcs", {"vpcSet": {"items": [{"vpcId": "vpc-0b4c1d2e3f4a5b6c7"}]}}),
    Call("ec2", "DescribeSubnets"),
    Call("ec2", "DescribeRouteTables"),
    Call("ec2", "DescribeSecurityGroups", {"securityGroupIdSet": {"items": [{"groupId": "sg-0d9e8f7a6b5c4d3e2"}]}}),
    Call("ec2", "DescribeSecurityGroupRules"),
    Call("iam", "GetRole", {"roleName": "order-api-execution"}),
    Call("iam", "ListRolePolicies", {"roleName": "order-api-execution"}),
    Call("iam", "ListAttachedRolePolicies", {"roleName": "order-api-execution"}),
    Call("iam", "GetRole", {"roleName": "thumbnailer-execution"}),
    Call("iam", "ListRolePolicies", {"roleName": "thumbnailer-execution"}),
    Call("iam", "GetPolicy", {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/orders-read"}),
    Call("iam", "GetPolicyVersion", {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/orders-read", "versionId": "v4"}),
    Call("lambda", "GetFunction20150331v2", {"functionName": "order-api"}),
    Call("lambda", "GetPolicy20150331v2", {"functionName": "order-api"}),
    Call("s3", "GetBucketPolicy", {"bucketName": "example-media", "policy": ""}),
    Call("s3", "GetBucketPublicAccessBlock", {"bucketName": "example-media", "publicAccessBlock": ""}),
    Call("kms", "DescribeKey", {"keyId": "alias/orders"}),
    Call("dynamodb", "DescribeTable", {"tableName": "orders"}),
    Call("secretsmanager", "DescribeSecret", {"secretId": "example/order-api"}),
)
"""What Terraform reads before every plan."""

TERRAFORM_CHANGES: tuple[tuple[Call, ...], ...] = (
    (
        Call(
            "ec2",
            "AuthorizeSecurityGroupIngress",
            {
                "groupId": "sg-0d9e8f7a6b5c4d3e2",
                "ipPermissions": {
                    "items": [
                        {
                            "ipProtocol": "tcp",
                            "fromPort": 443,
                            "toPort": 443,
                            "ipRanges": {"items": [{"cidrIp": "203.0.113.0/24"}]},
                        }
                    ]
                },
            },
        ),
        Call("lambda", "UpdateFunctionCode20150331v2", {"functionName": "order-api", "publish": True}),
        Call("lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "order-api", "timeout": 30}),
    ),
    (
        Call("iam", "CreateRole", {"roleName": "refund-api-execution", "path": "/"}),
        Call("iam", "PutRolePolicy", {"roleName": "refund-api-execution", "policyName": "read-orders"}),
        Call(
            "iam",
            "AttachRolePolicy",
            {
                "roleName": "refund-api-execution",
                "policyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            },
        ),
        Call("lambda", "CreateFunction20150331", {"functionName": "refund-api", "runtime": "python3.12"}),
        Call(
            "lambda", "AddPermission20150331v2", {"functionName": "refund-api", "principal": "apigateway.amazonaws.com"}
        ),
    ),
    (
        Call("s3", "PutBucketPolicy", {"bucketName": "example-media", "policy": ""}),
        Call("ec2", "RevokeSecurityGroupIngress", {"groupId": "sg-0d9e8f7a6b5c4d3e2"}),
    ),
)
"""What three runs of `terraform apply` change."""
