"""What builds, schedules and deploys code with a role of its own: notebooks, pipelines, stacks, events, shells."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, CLOUDTRAIL, GUIDE, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Notebooks and data jobs that carry a role.
    Group("glue", "write", "execution", "T1648", GUIDE, {
        "CreateDevEndpoint": 3.5, "UpdateDevEndpoint": 3.5, "CreateJob": 2.5, "UpdateJob": 2.5, "CreateTrigger": 1.5,
    }),
    Group("glue", "execute", "execution", "T1648", GUIDE, {
        "CreateSession": 2.5, "RunStatement": 2.0, "StartJobRun": 1.0,
    }),
    Group("glue", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutResourcePolicy": 3.0}),
    Group("glue", "read", "credential_access", "T1552", GUIDE, {"GetConnection": 1.5, "GetConnections": 1.5}),
    Group("sagemaker", "write", "execution", "T1648", GUIDE, {
        "CreateNotebookInstance": 2.5, "UpdateNotebookInstanceLifecycleConfig": 3.5,
        "CreateNotebookInstanceLifecycleConfig": 3.0, "UpdateNotebookInstance": 2.0, "CreateStudioLifecycleConfig": 3.0,
        "CreateTrainingJob": 1.5, "CreateProcessingJob": 1.5,
    }),
    Group("sagemaker", "credential", "lateral", "T1550.001", GUIDE, {
        "CreatePresignedNotebookInstanceUrl": 3.5, "CreatePresignedDomainUrl": 2.5,
    }),
    Group("sagemaker", "write", "persistence", "T1136.003", GUIDE, {"CreateUserProfile": 1.5}),
    Group("sagemaker", "write", "impact", "T1496.001", ATTACK, {"CreateEndpoint": 1.0}),
    Group("elasticmapreduce", "execute", "execution", "T1651", GUIDE, {"AddJobFlowSteps": 3.0, "RunJobFlow": 2.5}),
    Group("elasticmapreduce", "credential", "credential_access", "T1528", GUIDE, {"GetClusterSessionCredentials": 2.5}),
    Group("elasticmapreduce", "permissions", "exfiltration", "T1686.001", PERMISSIONS, {
        "PutBlockPublicAccessConfiguration": 3.0,
    }),
    Group("datapipeline", "write", "execution", "T1648", GUIDE, {"CreatePipeline": 2.5, "PutPipelineDefinition": 3.0}),
    Group("datapipeline", "execute", "execution", "T1648", GUIDE, {"ActivatePipeline": 2.0}),
    # Builds and deployments.
    Group("codebuild", "write", "execution", "T1648", GUIDE, {
        "CreateProject": 2.5, "UpdateProject": 3.0, "CreateWebhook": 2.0,
    }),
    Group("codebuild", "execute", "execution", "T1648", GUIDE, {
        "StartBuild": 1.5, "StartBuildBatch": 1.5, "RetryBuild": 1.0,
    }),
    Group("codebuild", "credential", "persistence", "T1098.001", GUIDE, {"ImportSourceCredentials": 3.0}),
    Group("codebuild", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutResourcePolicy": 3.0, "UpdateProjectVisibility": 3.5,
    }),
    Group("codepipeline", "write", "execution", "T1648", GUIDE, {
        "UpdatePipeline": 2.5, "CreatePipeline": 1.5, "PutApprovalResult": 1.0,
    }),
    Group("codepipeline", "execute", "execution", "T1648", GUIDE, {"StartPipelineExecution": 1.0}),
    Group("codecommit", "read", "collection", "T1213", ATTACK, {
        "GitPull": 0.5, "GetFile": 0.3, "GetFolder": 0.3, "GetBlob": 0.3,
    }),
    Group("codecommit", "write", "execution", "T1648", GUIDE, {"GitPush": 0.5, "PutFile": 1.5}),
    Group("codecommit", "write", "impact", "T1485", ATTACK, {"DeleteRepository": 3.0}),
    Group("codeartifact", "credential", "credential_access", "T1528", GUIDE, {"GetAuthorizationToken": 0.5}),
    Group("codeartifact", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutDomainPermissionsPolicy": 3.0, "PutRepositoryPermissionsPolicy": 3.0,
    }),
    Group("codestar-connections", "write", "persistence", "T1098.001", GUIDE, {"CreateConnection": 2.5}),
    Group("codeconnections", "write", "persistence", "T1098.001", GUIDE, {"CreateConnection": 2.5}),
    Group("cloudformation", "execute", "execution", "T1059.009", GUIDE, {
        "CreateStack": 2.0, "UpdateStack": 2.0, "ExecuteChangeSet": 1.5, "CreateStackInstances": 3.0,
        "UpdateStackInstances": 3.0,
    }),
    Group("cloudformation", "write", "execution", "T1059.009", GUIDE, {
        "CreateStackSet": 3.0, "UpdateStackSet": 3.0, "CreateChangeSet": 1.0, "RegisterType": 2.5, "ActivateType": 2.0,
    }),
    Group("cloudformation", "permissions", "impairment", "T1685", PERMISSIONS, {
        "SetStackPolicy": 2.0, "UpdateTerminationProtection": 1.5,
    }),
    Group("cloudformation", "permissions", "privilege", "T1098.003", GUIDE, {"ActivateOrganizationsAccess": 3.0}),
    Group("cloudformation", "write", "impact", "T1485", ATTACK, {
        "DeleteStack": 2.0, "DeleteStackSet": 3.0, "DeleteStackInstances": 3.0,
    }),
    Group("elasticbeanstalk", "write", "execution", "T1648", GUIDE, {
        "CreateApplicationVersion": 2.0, "UpdateEnvironment": 2.0, "CreateEnvironment": 1.5,
    }),
    Group("elasticbeanstalk", "write", "impact", "T1489", ATTACK, {"TerminateEnvironment": 2.0}),
    Group("apprunner", "write", "execution", "T1648", GUIDE, {"CreateService": 2.0, "UpdateService": 2.0}),
    Group("amplify", "write", "execution", "T1648", GUIDE, {"CreateApp": 1.5, "UpdateApp": 1.5}),
    Group("imagebuilder", "write", "persistence", "T1525", ATTACK, {
        "CreateComponent": 2.0, "CreateImageRecipe": 1.5, "CreateImagePipeline": 1.5,
    }),
    Group("imagebuilder", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutImagePolicy": 3.0, "PutComponentPolicy": 3.0, "PutImageRecipePolicy": 3.0,
    }),
    # What runs when something happens.
    Group("events", "write", "persistence", "T1546", ATTACK, {
        "PutRule": 1.5, "PutTargets": 1.5, "CreateApiDestination": 2.0, "CreateConnection": 2.0, "EnableRule": 1.0,
    }),
    Group("events", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutPermission": 3.0}),
    Group("scheduler", "write", "persistence", "T1546", ATTACK, {"CreateSchedule": 1.5, "UpdateSchedule": 1.5}),
    Group("pipes", "write", "persistence", "T1546", ATTACK, {"CreatePipe": 1.5, "UpdatePipe": 1.5}),
    Group("states", "write", "execution", "T1648", ATTACK, {"CreateStateMachine": 1.5, "UpdateStateMachine": 2.0}),
    Group("states", "execute", "execution", "T1648", ATTACK, {"StartExecution": 0.5, "StartSyncExecution": 0.5}),
    # Shells and desktops in the browser.
    Group("cloudshell", "execute", "execution", "T1059.009", ATTACK, {"CreateSession": 1.0, "CreateEnvironment": 0.5}),
    Group("cloudshell", "write", None, None, CLOUDTRAIL, {
        "StartEnvironment": 0.3, "StopEnvironment": 0.0, "DeleteEnvironment": 0.5, "DeleteSession": 0.0,
        "SendHeartBeat": 0.0, "UpdateLayout": 0.0,
    }),
    Group("cloudshell", "credential", None, None, CLOUDTRAIL, {"PutCredentials": 0.2, "RedeemCode": 0.1}),
    Group("cloudshell", "read", "exfiltration", "T1048", GUIDE, {"GetFileDownloadUrls": 1.5}),
    Group("cloudshell", "write", "execution", "T1059.009", GUIDE, {"GetFileUploadUrls": 1.0}),
    Group("cloud9", "write", "execution", "T1648", GUIDE, {"CreateEnvironmentEC2": 2.0}),
    Group("cloud9", "permissions", "privilege", "T1098.003", GUIDE, {
        "CreateEnvironmentMembership": 3.5, "UpdateEnvironmentMembership": 3.0,
    }),
    Group("cloud9", "credential", "credential_access", "T1528", GUIDE, {"CreateEnvironmentToken": 2.5}),
    Group("appstream", "credential", "lateral", "T1021.007", GUIDE, {"CreateStreamingURL": 2.0}),
    Group("workspaces", "write", "lateral", "T1021.007", GUIDE, {"CreateWorkspaces": 1.5}),
    Group("chatbot", "write", "persistence", "T1546", GUIDE, {
        "CreateSlackChannelConfiguration": 2.5, "CreateMicrosoftTeamsChannelConfiguration": 2.5,
    }),
    Group("greengrass", "permissions", "privilege", "T1098.003", PERMISSIONS, {"AssociateServiceRoleToAccount": 2.5}),
    Group("iot", "credential", "persistence", "T1098.001", GUIDE, {
        "CreateKeysAndCertificate": 2.0, "RegisterCertificate": 1.5,
    }),
    Group("iot", "permissions", "privilege", "T1098.003", PERMISSIONS, {
        "AttachPolicy": 2.0, "SetDefaultPolicyVersion": 2.0,
    }),
)
