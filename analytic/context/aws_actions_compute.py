"""What runs code: instances and their access paths, Systems Manager, functions, containers, jobs, builds and stacks."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Instances: what they run, which role they carry.
    Group("ec2", "execute", "execution", "T1578.002", ATTACK, {"RunInstances": 2.0}),
    Group("ec2", "write", "execution", "T1578.005", ATTACK, {
        "ModifyInstanceAttribute": 3.0, "ModifyLaunchTemplate": 2.0, "CreateLaunchTemplateVersion": 1.5,
        "CreateLaunchTemplate": 1.0,
    }),
    Group("ec2", "write", None, None, LEVEL, {"StartInstances": 0.5, "RebootInstances": 0.5}),
    Group("ec2", "write", "execution", "T1578.004", ATTACK, {"CreateReplaceRootVolumeTask": 2.5}),
    Group("ec2", "permissions", "privilege", "T1098.003", ATTACK, {
        "AssociateIamInstanceProfile": 3.0, "ReplaceIamInstanceProfileAssociation": 3.5,
    }),
    Group("ec2", "credential", "persistence", "T1098.001", ATTACK, {"CreateKeyPair": 2.0, "ImportKeyPair": 2.5}),
    Group("ec2", "write", "credential_access", "T1552.005", ATTACK, {
        "ModifyInstanceMetadataOptions": 2.5, "ModifyInstanceMetadataDefaults": 2.5,
    }),
    Group("ec2", "credential", "credential_access", "T1552", ATTACK, {"GetPasswordData": 3.0}),
    Group("ec2", "read", "credential_access", "T1552.001", ATTACK, {
        "GetConsoleScreenshot": 2.5, "GetConsoleOutput": 1.0, "GetLaunchTemplateData": 1.0,
    }),
    Group("ec2", "write", "impact", "T1496.001", ATTACK, {
        "RequestSpotInstances": 2.0, "RequestSpotFleet": 2.5, "CreateFleet": 1.5,
        "PurchaseReservedInstancesOffering": 3.0, "PurchaseHostReservation": 3.0, "AllocateHosts": 2.5,
    }),
    # A way onto a host that needs no network path of its own.
    Group("ec2", "write", "lateral", "T1021.008", ATTACK, {
        "EnableSerialConsoleAccess": 4.0, "CreateInstanceConnectEndpoint": 3.0,
    }),
    Group("ec2-instance-connect", "credential", "lateral", "T1021.008", ATTACK, {
        "SendSSHPublicKey": 4.0, "SendSerialConsoleSSHPublicKey": 4.5,
    }),
    Group("ec2-instance-connect", "execute", "lateral", "T1021.008", ATTACK, {"OpenTunnel": 2.0}),
    Group("ssm", "execute", "lateral", "T1021.008", ATTACK, {"StartSession": 3.0, "ResumeSession": 2.5}),
    Group("ssm-guiconnect", "execute", "lateral", "T1021.008", ATTACK, {"StartConnection": 3.0}),
    # Systems Manager: commands on hosts, now or on a schedule.
    Group("ssm", "execute", "execution", "T1651", ATTACK, {
        "SendCommand": 3.5, "StartAutomationExecution": 2.5, "CreateAssociation": 3.0, "CreateAssociationBatch": 3.0,
        "UpdateAssociation": 2.5, "StartAssociationsOnce": 2.0, "StartChangeRequestExecution": 2.0,
    }),
    Group("ssm", "write", "execution", "T1651", ATTACK, {
        "CreateDocument": 2.0, "UpdateDocument": 2.0, "UpdateDocumentDefaultVersion": 2.0,
        "RegisterTaskWithMaintenanceWindow": 2.5, "UpdateMaintenanceWindowTask": 2.5, "CreateMaintenanceWindow": 1.5,
    }),
    Group("ssm", "credential", "persistence", "T1098.001", GUIDE, {"CreateActivation": 3.5}),
    Group("ssm", "write", "persistence", "T1098.001", GUIDE, {"RegisterManagedInstance": 2.0}),
    Group("ssm", "permissions", "privilege", "T1098.003", GUIDE, {
        "UpdateManagedInstanceRole": 3.0, "UpdateServiceSetting": 2.0,
    }),
    Group("ssm", "permissions", "exfiltration", "T1537", PERMISSIONS, {"ModifyDocumentPermission": 3.5}),
    Group("ssm", "read", None, None, LEVEL, {"GetCommandInvocation": 0.2, "GetConnectionStatus": 0.1}),
    Group("ssm", "list", None, None, LEVEL, {"ListCommandInvocations": 0.2}),
    Group("ssm", "write", None, None, LEVEL, {"UpdateInstanceInformation": 0.0, "TerminateSession": 0.2}),
    Group("ssmmessages", "write", None, None, LEVEL, {"OpenControlChannel": 0.0, "OpenDataChannel": 0.1}),
    # Functions.
    Group("lambda", "write", "execution", "T1648", ATTACK, {
        "UpdateFunctionCode": 3.5, "UpdateFunctionConfiguration": 3.0, "CreateFunction": 2.5,
        "PublishLayerVersion": 2.5, "UpdateAlias": 1.5, "PutRuntimeManagementConfig": 2.0,
    }),
    Group("lambda", "execute", "execution", "T1648", ATTACK, {
        "Invoke": 0.5, "InvokeAsync": 0.5, "InvokeWithResponseStream": 0.5,
    }),
    Group("lambda", "write", "persistence", "T1546", ATTACK, {
        "CreateEventSourceMapping": 2.5, "UpdateEventSourceMapping": 2.0,
    }),
    Group("lambda", "permissions", "persistence", "T1546", PERMISSIONS, {
        "AddPermission": 3.0, "CreateFunctionUrlConfig": 3.5, "UpdateFunctionUrlConfig": 3.0,
    }),
    Group("lambda", "permissions", "exfiltration", "T1537", PERMISSIONS, {"AddLayerVersionPermission": 3.5}),
    Group("lambda", "permissions", None, None, PERMISSIONS, {
        "RemovePermission": 0.5, "RemoveLayerVersionPermission": 0.5,
    }),
    Group("lambda", "write", "impairment", "T1685", GUIDE, {
        "DeleteFunctionCodeSigningConfig": 3.0, "UpdateCodeSigningConfig": 2.5,
    }),
    Group("lambda", "write", "impact", "T1489", ATTACK, {"DeleteFunction": 1.5, "PutFunctionConcurrency": 1.5}),
    # Containers and clusters.
    Group("ecs", "execute", "execution", "T1651", ATTACK, {"ExecuteCommand": 3.5}),
    Group("ecs", "execute", "execution", "T1648", GUIDE, {"RunTask": 2.0, "StartTask": 2.0}),
    Group("ecs", "write", "execution", "T1648", GUIDE, {
        "RegisterTaskDefinition": 2.5, "CreateService": 1.5, "UpdateService": 1.0, "RegisterContainerInstance": 1.0,
    }),
    Group("ecs", "write", "impact", "T1496.001", ATTACK, {"CreateCluster": 1.0}),
    Group("eks", "permissions", "privilege", "T1098.003", GUIDE, {
        "CreateAccessEntry": 3.5, "UpdateAccessEntry": 3.5, "AssociateAccessPolicy": 4.0,
        "CreatePodIdentityAssociation": 3.0, "UpdatePodIdentityAssociation": 3.0,
    }),
    Group("eks", "permissions", "persistence", "T1556", GUIDE, {"AssociateIdentityProviderConfig": 4.0}),
    Group("eks", "write", "impairment", "T1685.002", ATTACK, {"UpdateClusterConfig": 3.0}),
    Group("eks", "write", "impact", "T1485", ATTACK, {"DeleteCluster": 2.5, "DeleteNodegroup": 1.5}),
    Group("ecr", "credential", "credential_access", "T1528", GUIDE, {"GetAuthorizationToken": 0.5}),
    Group("ecr-public", "credential", "credential_access", "T1528", GUIDE, {"GetAuthorizationToken": 0.5}),
    Group("ecr", "write", "persistence", "T1525", ATTACK, {"PutImage": 1.0}),
    Group("ecr", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "SetRepositoryPolicy": 3.5, "PutRegistryPolicy": 3.5, "PutReplicationConfiguration": 3.5,
    }),
    Group("ecr", "write", "impairment", "T1685", GUIDE, {
        "PutImageScanningConfiguration": 2.0, "PutRegistryScanningConfiguration": 2.5, "PutImageTagMutability": 1.5,
    }),
    Group("ecr", "write", "impact", "T1485", ATTACK, {"DeleteRepository": 2.0, "BatchDeleteImage": 1.5}),
    Group("batch", "write", "execution", "T1648", GUIDE, {"RegisterJobDefinition": 2.0}),
    Group("batch", "execute", "execution", "T1648", GUIDE, {"SubmitJob": 1.0}),
    Group("batch", "write", "impact", "T1496.001", ATTACK, {"CreateComputeEnvironment": 2.0}),
    Group("autoscaling", "write", "execution", "T1578.005", ATTACK, {"CreateLaunchConfiguration": 2.0}),
    Group("autoscaling", "write", "impact", "T1496.001", ATTACK, {
        "CreateAutoScalingGroup": 1.5, "UpdateAutoScalingGroup": 1.0,
    }),
    Group("lightsail", "write", "impact", "T1496.001", ATTACK, {"CreateInstances": 2.0}),
    Group("lightsail", "credential", "credential_access", "T1552", GUIDE, {
        "GetInstanceAccessDetails": 3.5, "DownloadDefaultKeyPair": 3.5, "GetRelationalDatabaseMasterUserPassword": 3.0,
        "GetBucketAccessKeys": 2.0,
    }),
    Group("lightsail", "credential", "persistence", "T1098.001", ATTACK, {
        "CreateBucketAccessKey": 3.5, "CreateKeyPair": 2.0,
    }),
    Group("lightsail", "write", "exfiltration", "T1686.001", ATTACK, {
        "OpenInstancePublicPorts": 3.0, "PutInstancePublicPorts": 3.0, "ExportSnapshot": 2.5,
    }),
)
