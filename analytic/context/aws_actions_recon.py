"""Reads that tell an intruder where they are and what there is.

People and tools make them all day, hence at most 0.5 bits each.
"""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Who am I, who else is there, what may they do.
    Group("sts", "read", "recon", "T1087.004", ATTACK, {"GetCallerIdentity": 0.2, "GetAccessKeyInfo": 0.5}),
    Group("sts", "read", "recon", "T1069.003", GUIDE, {"DecodeAuthorizationMessage": 0.3}),
    Group("iam", "list", "recon", "T1087.004", ATTACK, {
        "ListUsers": 0.3, "ListAccessKeys": 0.2, "ListSSHPublicKeys": 0.2, "ListServiceSpecificCredentials": 0.2,
        "ListSigningCertificates": 0.2, "ListMFADevices": 0.1, "ListVirtualMFADevices": 0.3, "ListAccountAliases": 0.3,
        "ListUserTags": 0.1,
    }),
    Group("iam", "list", "recon", "T1069.003", ATTACK, {
        "ListRoles": 0.3, "ListGroups": 0.3, "ListGroupsForUser": 0.2, "ListPolicies": 0.2, "ListUserPolicies": 0.2,
        "ListRolePolicies": 0.2, "ListGroupPolicies": 0.2, "ListAttachedUserPolicies": 0.2,
        "ListAttachedRolePolicies": 0.2, "ListAttachedGroupPolicies": 0.2, "ListInstanceProfiles": 0.3,
        "ListEntitiesForPolicy": 0.3, "ListPoliciesGrantingServiceAccess": 0.4, "ListSAMLProviders": 0.3,
        "ListOpenIDConnectProviders": 0.3,
    }),
    Group("iam", "read", "recon", "T1069.003", ATTACK, {
        "GetAccountAuthorizationDetails": 0.5, "SimulatePrincipalPolicy": 0.5, "SimulateCustomPolicy": 0.4,
        "GetRole": 0.1, "GetPolicy": 0.1, "GetPolicyVersion": 0.1, "GetUserPolicy": 0.2, "GetRolePolicy": 0.2,
        "GetGroupPolicy": 0.2, "GetContextKeysForPrincipalPolicy": 0.5, "GetServiceLastAccessedDetails": 0.3,
    }),
    Group("iam", "read", "recon", "T1087.004", ATTACK, {
        "GetUser": 0.2, "GetGroup": 0.1, "GetLoginProfile": 0.2, "GetAccessKeyLastUsed": 0.1, "GetAccountSummary": 0.3,
        "GetCredentialReport": 0.5,
    }),
    Group("iam", "write", "recon", "T1087.004", GUIDE, {
        "GenerateCredentialReport": 0.5, "GenerateServiceLastAccessedDetails": 0.3,
    }),
    Group("iam", "read", "recon", "T1201", ATTACK, {"GetAccountPasswordPolicy": 0.3}),
    Group("organizations", "list", "recon", "T1087.004", GUIDE, {
        "DescribeOrganization": 0.3, "ListAccounts": 0.4, "ListAccountsForParent": 0.4,
        "ListOrganizationalUnitsForParent": 0.4, "ListRoots": 0.4, "ListPolicies": 0.3, "ListPoliciesForTarget": 0.4,
        "ListDelegatedAdministrators": 0.3, "ListAWSServiceAccessForOrganization": 0.3, "DescribePolicy": 0.2,
        "DescribeEffectivePolicy": 0.3, "ListParents": 0.2,
    }),
    Group("sso", "list", "recon", "T1087.004", ATTACK, {
        "ListInstances": 0.3, "ListPermissionSets": 0.3, "ListAccountAssignments": 0.3,
    }),
    Group("identitystore", "list", "recon", "T1087.004", ATTACK, {
        "ListUsers": 0.3, "ListGroups": 0.3, "ListGroupMemberships": 0.3,
    }),
    Group("account", "read", "recon", "T1580", GUIDE, {
        "GetContactInformation": 0.3, "GetAlternateContact": 0.3, "GetPrimaryEmail": 0.4,
    }),
    Group("account", "list", "recon", "T1535", GUIDE, {"ListRegions": 0.3}),
    # Machines, networks and disks.
    Group("ec2", "list", "recon", "T1580", ATTACK, {
        "DescribeInstances": 0.2, "DescribeInstanceStatus": 0.1, "DescribeInstanceAttribute": 0.2,
        "DescribeImages": 0.1, "DescribeVpcs": 0.1, "DescribeSubnets": 0.1, "DescribeKeyPairs": 0.2,
        "DescribeAccountAttributes": 0.2, "DescribeRegions": 0.2, "DescribeAvailabilityZones": 0.1,
        "DescribeLaunchTemplates": 0.2, "DescribeLaunchTemplateVersions": 0.3,
        "DescribeIamInstanceProfileAssociations": 0.3, "DescribeBundleTasks": 0.4, "DescribeClientVpnRoutes": 0.4,
        "DescribeTransitGatewayMulticastDomains": 0.5, "DescribeNetworkInterfaces": 0.1, "DescribeTags": 0.1,
        "DescribeImageAttribute": 0.3,
    }),
    Group("ec2", "list", "recon", "T1680", ATTACK, {
        "DescribeVolumes": 0.1, "DescribeSnapshots": 0.2, "DescribeSnapshotAttribute": 0.4,
        "DescribeSnapshotTierStatus": 0.3,
    }),
    Group("ec2", "list", "recon", "T1046", ATTACK, {
        "DescribeSecurityGroups": 0.1, "DescribeSecurityGroupRules": 0.2, "DescribeNetworkAcls": 0.1,
    }),
    Group("ec2", "read", "recon", "T1580", ATTACK, {
        "GetSerialConsoleAccessStatus": 0.2, "GetEbsEncryptionByDefault": 0.1, "GetEbsDefaultKmsKeyId": 0.2,
    }),
    Group("ec2", "list", "recon", "T1654", ATTACK, {"DescribeFlowLogs": 0.3}),
    Group("ec2", "read", "recon", "T1654", GUIDE, {"GetFlowLogsIntegrationTemplate": 0.5}),
    Group("ssm", "list", "recon", "T1580", ATTACK, {
        "DescribeInstanceInformation": 0.2, "DescribeSessions": 0.3, "ListCommands": 0.2,
    }),
    Group("ssm", "list", "recon", "T1526", GUIDE, {"DescribeParameters": 0.3}),
    Group("ssm", "read", "recon", "T1518", ATTACK, {"GetInventory": 0.3}),
    Group("lightsail", "list", "recon", "T1580", ATTACK, {"GetInstances": 0.3, "GetRegions": 0.3}),
    # Services, data stores, keys and secrets.
    Group("lambda", "list", "recon", "T1526", ATTACK, {
        "ListFunctions": 0.2, "ListLayers": 0.2, "ListEventSourceMappings": 0.2,
    }),
    Group("lambda", "read", "recon", "T1526", ATTACK, {
        "GetFunction": 0.3, "GetFunctionConfiguration": 0.2, "GetPolicy": 0.1,
    }),
    Group("secretsmanager", "list", "recon", "T1526", GUIDE, {
        "ListSecrets": 0.3, "DescribeSecret": 0.2, "ListSecretVersionIds": 0.2,
    }),
    Group("kms", "list", "recon", "T1526", GUIDE, {"ListKeys": 0.2, "ListAliases": 0.1, "ListGrants": 0.2}),
    Group("s3", "list", "recon", "T1619", ATTACK, {
        "ListBuckets": 0.2, "ListObjects": 0.2, "ListObjectVersions": 0.3, "ListAccessPoints": 0.1,
    }),
    Group("s3", "read", "recon", "T1619", ATTACK, {
        "HeadObject": 0.1, "HeadBucket": 0.1, "GetBucketAcl": 0.1, "GetBucketPolicy": 0.1, "GetBucketPolicyStatus": 0.1,
        "GetBucketLocation": 0.1, "GetBucketVersioning": 0.1, "GetBucketReplication": 0.1, "GetBucketLogging": 0.1,
        "GetBucketLifecycle": 0.1, "GetBucketPublicAccessBlock": 0.1, "GetPublicAccessBlock": 0.1,
        "GetAccountPublicAccessBlock": 0.1, "GetBucketObjectLockConfiguration": 0.1, "GetObjectLockConfiguration": 0.2,
    }),
    Group("rds", "list", "recon", "T1580", ATTACK, {
        "DescribeDBInstances": 0.2, "DescribeDBClusters": 0.2, "DescribeDBSnapshots": 0.2,
        "DescribeDBClusterSnapshots": 0.2, "DescribeDBSnapshotAttributes": 0.4, "DescribeExportTasks": 0.3,
    }),
    Group("dynamodb", "list", "recon", "T1526", ATTACK, {"ListTables": 0.2, "DescribeTable": 0.1}),
    Group("ecr", "list", "recon", "T1526", ATTACK, {"DescribeRepositories": 0.2, "DescribeImages": 0.2}),
    Group("eks", "list", "recon", "T1526", ATTACK, {
        "ListClusters": 0.2, "DescribeCluster": 0.2, "ListAccessEntries": 0.3, "DescribeAccessEntry": 0.3,
        "ListAssociatedAccessPolicies": 0.3,
    }),
    Group("codebuild", "list", "recon", "T1526", GUIDE, {"ListProjects": 0.2, "BatchGetProjects": 0.3}),
    Group("cloudformation", "list", "recon", "T1526", ATTACK, {
        "DescribeStacks": 0.1, "ListStacks": 0.2, "ListExports": 0.3,
    }),
    Group("cloudformation", "read", "recon", "T1526", GUIDE, {"GetTemplate": 0.4}),
    Group("resource-explorer-2", "list", "recon", "T1580", GUIDE, {"Search": 0.4, "ListResources": 0.4}),
    Group("tagging", "list", "recon", "T1580", GUIDE, {"GetResources": 0.2}),
    Group("route53", "list", "recon", "T1580", GUIDE, {"ListHostedZones": 0.2, "ListResourceRecordSets": 0.2}),
    Group("route53domains", "list", "recon", "T1526", GUIDE, {"ListDomains": 0.4}),
    # Logs and defences.
    Group("cloudtrail", "list", "recon", "T1654", ATTACK, {
        "LookupEvents": 0.3, "DescribeTrails": 0.3, "ListTrails": 0.3, "ListEventDataStores": 0.3,
    }),
    Group("cloudtrail", "read", "recon", "T1654", ATTACK, {
        "GetTrailStatus": 0.2, "GetTrail": 0.2, "GetEventSelectors": 0.2, "GetInsightSelectors": 0.3, "StartQuery": 0.4,
        "GetQueryResults": 0.4,
    }),
    Group("logs", "list", "recon", "T1654", ATTACK, {
        "DescribeLogGroups": 0.2, "DescribeLogStreams": 0.2, "DescribeSubscriptionFilters": 0.3, "FilterLogEvents": 0.3,
    }),
    Group("logs", "read", "recon", "T1654", ATTACK, {
        "GetLogEvents": 0.3, "GetLogRecord": 0.4, "StartQuery": 0.3, "GetQueryResults": 0.2,
    }),
    Group("guardduty", "list", "recon", "T1518.001", ATTACK, {
        "ListDetectors": 0.3, "ListFindings": 0.3, "ListIPSets": 0.3, "ListFilters": 0.3,
    }),
    Group("guardduty", "read", "recon", "T1518.001", ATTACK, {
        "GetDetector": 0.3, "GetFindings": 0.3, "GetMasterAccount": 0.2,
    }),
    Group("securityhub", "list", "recon", "T1518.001", ATTACK, {
        "DescribeHub": 0.2, "GetEnabledStandards": 0.3, "GetFindings": 0.2,
    }),
    Group("config", "list", "recon", "T1518.001", ATTACK, {
        "DescribeConfigurationRecorders": 0.3, "DescribeConfigurationRecorderStatus": 0.3,
        "DescribeDeliveryChannels": 0.3,
    }),
    Group("config", "read", "recon", "T1580", GUIDE, {
        "SelectResourceConfig": 0.4, "SelectAggregateResourceConfig": 0.4,
    }),
    Group("access-analyzer", "list", "recon", "T1518.001", ATTACK, {"ListAnalyzers": 0.3, "ListFindings": 0.3}),
    Group("monitoring", "list", "recon", "T1518.001", GUIDE, {"DescribeAlarms": 0.1, "DescribeAlarmsForMetric": 0.2}),
    Group("events", "list", "recon", "T1518.001", GUIDE, {"ListRules": 0.2, "ListTargetsByRule": 0.2}),
    # What can be spent and sent.
    Group("servicequotas", "read", "recon", "T1580", GUIDE, {"GetServiceQuota": 0.4}),
    Group("servicequotas", "list", "recon", "T1580", GUIDE, {"ListServiceQuotas": 0.4}),
    Group("ses", "read", "recon", "T1526", GUIDE, {
        "GetSendQuota": 0.5, "GetAccount": 0.5, "GetAccountSendingEnabled": 0.5, "GetSendStatistics": 0.4,
        "GetIdentityVerificationAttributes": 0.4,
    }),
    Group("ses", "list", "recon", "T1526", GUIDE, {"ListIdentities": 0.4, "ListEmailIdentities": 0.4}),
    Group("sns", "read", "recon", "T1526", GUIDE, {"GetSMSAttributes": 0.5, "GetSMSSandboxAccountStatus": 0.5}),
    Group("sns", "list", "recon", "T1526", GUIDE, {
        "ListTopics": 0.1, "ListSubscriptions": 0.2, "ListOriginationNumbers": 0.5,
    }),
    Group("bedrock", "list", "recon", "T1526", GUIDE, {
        "ListFoundationModels": 0.4, "ListCustomModels": 0.4, "ListInferenceProfiles": 0.3,
        "ListProvisionedModelThroughputs": 0.4, "ListFoundationModelAgreementOffers": 0.5,
        "ListModelInvocationJobs": 0.4, "ListAgents": 0.3, "ListKnowledgeBases": 0.3,
    }),
    Group("bedrock", "read", "recon", "T1526", GUIDE, {
        "GetUseCaseForModelAccess": 0.5, "GetFoundationModelAvailability": 0.5,
        "GetModelInvocationLoggingConfiguration": 0.5,
    }),
    Group("sagemaker", "list", "recon", "T1526", GUIDE, {
        "ListNotebookInstances": 0.2, "ListModels": 0.2, "ListEndpoints": 0.2, "ListTrainingJobs": 0.2,
    }),
    Group("ce", "read", "recon", "T1526", GUIDE, {"GetCostAndUsage": 0.1, "GetCostForecast": 0.1}),
    Group("health", "list", "recon", "T1526", GUIDE, {"DescribeEvents": 0.1, "DescribeEventAggregates": 0.0}),
)
