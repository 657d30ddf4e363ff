"""Copies of disks and databases, what is run against them, backups, and what can be destroyed or run up a bill."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Disks and images: made, shared, exported.
    Group("ec2", "permissions", "exfiltration", "T1537", ATTACK, {
        "ModifySnapshotAttribute": 4.0, "ModifyImageAttribute": 4.0, "DisableImageBlockPublicAccess": 4.0,
        "DisableSnapshotBlockPublicAccess": 4.0,
    }),
    Group("ec2", "write", "exfiltration", "T1537", ATTACK, {
        "SharedSnapshotCopyInitiated": 4.5, "SharedSnapshotVolumeCreated": 4.5, "CreateInstanceExportTask": 3.5,
        "ExportImage": 3.5, "CreateStoreImageTask": 3.5,
    }),
    Group("ec2", "permissions", None, None, PERMISSIONS, {"ResetSnapshotAttribute": 0.5, "ResetImageAttribute": 0.5}),
    Group("ec2", "write", "collection", "T1578.001", ATTACK, {
        "CreateSnapshot": 1.5, "CreateSnapshots": 1.5, "CopySnapshot": 1.5, "CreateImage": 2.0, "CopyImage": 2.0,
    }),
    Group("ec2", "write", "collection", "T1074.002", ATTACK, {"CreateVolume": 1.0, "AttachVolume": 1.0}),
    Group("ec2", "write", "impairment", "T1685", GUIDE, {"DisableEbsEncryptionByDefault": 3.0}),
    Group("ec2", "write", "impact", "T1486", ATTACK, {"ModifyEbsDefaultKmsKeyId": 3.0}),
    Group("ec2", "write", "impact", "T1490", ATTACK, {"DeleteSnapshot": 1.5, "DeregisterImage": 1.5}),
    Group("ec2", "write", "impact", "T1485", ATTACK, {"TerminateInstances": 1.5, "DeleteVolume": 1.5}),
    Group("ec2", "write", "impact", "T1489", ATTACK, {"StopInstances": 1.0}),
    Group("ebs", "read", "exfiltration", "T1530", GUIDE, {
        "GetSnapshotBlock": 2.0, "ListSnapshotBlocks": 2.0, "ListChangedBlocks": 2.0,
    }),
    # Relational databases.
    Group("rds", "permissions", "exfiltration", "T1537", ATTACK, {
        "ModifyDBSnapshotAttribute": 4.0, "ModifyDBClusterSnapshotAttribute": 4.0,
    }),
    Group("rds", "write", "exfiltration", "T1537", ATTACK, {"StartExportTask": 3.5}),
    Group("rds", "write", "collection", "T1578.001", ATTACK, {
        "CreateDBSnapshot": 1.5, "CreateDBClusterSnapshot": 1.5, "CopyDBSnapshot": 2.0, "CopyDBClusterSnapshot": 2.0,
    }),
    Group("rds", "write", "collection", "T1213.006", ATTACK, {
        "RestoreDBInstanceFromDBSnapshot": 2.5, "RestoreDBClusterFromSnapshot": 2.5,
        "RestoreDBInstanceToPointInTime": 2.0, "RestoreDBClusterToPointInTime": 2.0, "CreateDBInstanceReadReplica": 1.5,
    }),
    Group("rds", "read", "collection", "T1213.006", GUIDE, {
        "DownloadDBLogFilePortion": 1.0, "DownloadCompleteDBLogFile": 1.0,
    }),
    Group("rds", "credential", "persistence", "T1098", GUIDE, {"ModifyDBInstance": 2.0, "ModifyDBCluster": 2.0}),
    Group("rds", "permissions", "exfiltration", "T1686.001", PERMISSIONS, {"AuthorizeDBSecurityGroupIngress": 3.0}),
    Group("rds", "write", "exfiltration", "T1686.001", GUIDE, {
        "CreateDBSecurityGroup": 1.5, "EnableHttpEndpoint": 2.0,
    }),
    Group("rds", "permissions", "privilege", "T1098.003", GUIDE, {
        "AddRoleToDBCluster": 2.5, "AddRoleToDBInstance": 2.5,
    }),
    Group("rds", "write", "impact", "T1485", ATTACK, {
        "DeleteDBInstance": 3.0, "DeleteDBCluster": 3.5, "DeleteGlobalCluster": 3.5,
    }),
    Group("rds", "write", "impact", "T1490", ATTACK, {
        "DeleteDBSnapshot": 2.5, "DeleteDBClusterSnapshot": 2.5, "DeleteDBInstanceAutomatedBackup": 3.5,
        "DeleteDBClusterAutomatedBackup": 3.5,
    }),
    Group("rds", "write", "impact", "T1489", ATTACK, {"StopDBInstance": 1.5, "StopDBCluster": 1.5}),
    Group("rds-data", "execute", "collection", "T1213.006", GUIDE, {
        "ExecuteStatement": 0.5, "BatchExecuteStatement": 0.5, "ExecuteSql": 0.5,
    }),
    Group("dms", "write", "exfiltration", "T1537", GUIDE, {
        "CreateEndpoint": 2.5, "CreateReplicationTask": 2.5, "StartReplicationTask": 2.0, "StartReplication": 2.0,
    }),
    # Warehouses, tables and queries.
    Group("redshift", "credential", "credential_access", "T1552", GUIDE, {
        "GetClusterCredentials": 2.0, "GetClusterCredentialsWithIAM": 2.0,
    }),
    Group("redshift", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "AuthorizeSnapshotAccess": 4.0, "PutResourcePolicy": 3.0, "AuthorizeDataShare": 3.5,
    }),
    Group("redshift", "write", "collection", "T1578.001", GUIDE, {"CreateClusterSnapshot": 1.5}),
    Group("redshift", "permissions", "privilege", "T1098.003", PERMISSIONS, {"ModifyClusterIamRoles": 2.5}),
    Group("redshift", "credential", "persistence", "T1098", GUIDE, {"ModifyCluster": 2.0}),
    Group("redshift", "write", "impact", "T1485", ATTACK, {"DeleteCluster": 3.0, "DeleteClusterSnapshot": 2.5}),
    Group("redshift-serverless", "credential", "credential_access", "T1552", GUIDE, {"GetCredentials": 2.0}),
    Group("redshift-data", "execute", "collection", "T1213.006", GUIDE, {
        "ExecuteStatement": 0.5, "BatchExecuteStatement": 0.5,
    }),
    Group("redshift-data", "read", "collection", "T1213.006", GUIDE, {"GetStatementResult": 0.3}),
    Group("dynamodb", "read", "collection", "T1213.006", ATTACK, {
        "Scan": 0.5, "Query": 0.1, "GetItem": 0.1, "BatchGetItem": 0.2,
    }),
    Group("dynamodb", "execute", "collection", "T1213.006", GUIDE, {
        "ExecuteStatement": 0.5, "BatchExecuteStatement": 0.5,
    }),
    Group("dynamodb", "write", "exfiltration", "T1537", GUIDE, {"ExportTableToPointInTime": 3.0}),
    Group("dynamodb", "write", "collection", "T1213.006", GUIDE, {"CreateBackup": 1.0, "RestoreTableFromBackup": 1.5}),
    Group("dynamodb", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutResourcePolicy": 3.0}),
    Group("dynamodb", "write", "impact", "T1485", ATTACK, {"DeleteTable": 2.5}),
    Group("dynamodb", "write", "impact", "T1490", ATTACK, {"DeleteBackup": 3.0, "UpdateContinuousBackups": 2.0}),
    Group("athena", "execute", "collection", "T1213.006", GUIDE, {"StartQueryExecution": 0.5}),
    Group("athena", "read", "collection", "T1213.006", GUIDE, {"GetQueryResults": 0.3}),
    Group("lakeformation", "permissions", "privilege", "T1098.003", PERMISSIONS, {
        "GrantPermissions": 2.5, "BatchGrantPermissions": 2.5, "PutDataLakeSettings": 3.0,
    }),
    Group("quicksight", "write", "persistence", "T1136.003", GUIDE, {"RegisterUser": 2.5}),
    Group("quicksight", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "UpdateDashboardPermissions": 2.5, "UpdatePublicSharingSettings": 3.5,
    }),
    Group("kinesis", "write", "impact", "T1485", ATTACK, {"DeleteStream": 2.0}),
    Group("es", "write", "impact", "T1485", ATTACK, {"DeleteDomain": 3.0, "DeleteElasticsearchDomain": 3.0}),
    Group("es", "permissions", "exfiltration", "T1686.001", GUIDE, {
        "UpdateDomainConfig": 2.0, "UpdateElasticsearchDomainConfig": 2.0,
    }),
    Group("elasticache", "write", "impact", "T1485", ATTACK, {
        "DeleteReplicationGroup": 2.5, "DeleteCacheCluster": 2.0,
    }),
    # Backups and file systems.
    Group("backup", "write", "impact", "T1490", ATTACK, {
        "DeleteBackupVault": 4.0, "DeleteRecoveryPoint": 3.0, "DeleteBackupPlan": 3.5, "DeleteBackupSelection": 3.0,
        "DisassociateRecoveryPoint": 3.0, "DeleteBackupVaultLockConfiguration": 5.0,
        "UpdateRecoveryPointLifecycle": 2.5, "UpdateBackupPlan": 2.0, "UpdateRegionSettings": 3.0,
        "UpdateGlobalSettings": 2.5, "StopBackupJob": 2.0,
    }),
    Group("backup", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutBackupVaultAccessPolicy": 3.5}),
    Group("backup", "permissions", "impact", "T1490", PERMISSIONS, {"DeleteBackupVaultAccessPolicy": 2.5}),
    Group("backup", "write", "exfiltration", "T1537", GUIDE, {"StartCopyJob": 1.5}),
    Group("backup", "write", "collection", "T1074.002", GUIDE, {"StartRestoreJob": 1.5}),
    Group("dlm", "write", "impact", "T1490", ATTACK, {"DeleteLifecyclePolicy": 3.0, "UpdateLifecyclePolicy": 2.0}),
    Group("elasticfilesystem", "write", "impact", "T1485", ATTACK, {"DeleteFileSystem": 3.5, "DeleteMountTarget": 2.0}),
    Group("elasticfilesystem", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutFileSystemPolicy": 3.0, "DeleteFileSystemPolicy": 2.5,
    }),
    Group("elasticfilesystem", "write", "impact", "T1490", ATTACK, {"PutBackupPolicy": 1.5}),
    Group("fsx", "write", "impact", "T1485", ATTACK, {"DeleteFileSystem": 3.5}),
    Group("fsx", "write", "impact", "T1490", ATTACK, {"DeleteBackup": 3.0}),
    Group("glacier", "write", "impact", "T1485", ATTACK, {"DeleteArchive": 2.0, "DeleteVault": 2.5}),
    Group("glacier", "permissions", "exfiltration", "T1537", PERMISSIONS, {"SetVaultAccessPolicy": 3.0}),
    Group("glacier", "permissions", "impact", "T1490", PERMISSIONS, {"AbortVaultLock": 3.0}),
    Group("glacier", "read", "collection", "T1530", GUIDE, {"InitiateJob": 1.0}),
    # Models, quotas and purchases: someone else's bill.
    Group("bedrock", "execute", "impact", "T1496", ATTACK, {
        "InvokeModel": 0.5, "InvokeModelWithResponseStream": 0.5, "Converse": 0.5, "ConverseStream": 0.5,
        "InvokeAgent": 0.5, "InvokeModelWithBidirectionalStream": 0.5, "InvokeInlineAgent": 0.5, "InvokeFlow": 0.5,
        "CreateModelInvocationJob": 2.0,
    }),
    Group("bedrock", "permissions", "impact", "T1496", ATTACK, {
        "PutFoundationModelEntitlement": 3.5, "PutUseCaseForModelAccess": 3.5, "CreateFoundationModelAgreement": 3.0,
    }),
    Group("bedrock", "write", "impact", "T1496", ATTACK, {"CreateProvisionedModelThroughput": 3.5}),
    Group("bedrock", "read", "collection", "T1213", ATTACK, {"Retrieve": 0.5, "RetrieveAndGenerate": 0.5}),
    Group("bedrock", "write", "impairment", "T1685", GUIDE, {"DeleteGuardrail": 3.0, "UpdateGuardrail": 2.0}),
    Group("servicequotas", "write", "impact", "T1496.001", ATTACK, {"RequestServiceQuotaIncrease": 2.5}),
    Group("agreement-marketplace", "write", "impact", "T1496", GUIDE, {"AcceptAgreementRequest": 3.0}),
    Group("savingsplans", "write", "impact", "T1496", GUIDE, {"CreateSavingsPlan": 3.5}),
    Group("support", "write", None, None, LEVEL, {"CreateCase": 1.5}),
)
