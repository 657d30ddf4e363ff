"""Data and the keys to it: secrets, parameters, encryption keys, buckets, queues and messages."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Secrets.
    Group("secretsmanager", "credential", "credential_access", "T1555.006", ATTACK, {
        "GetSecretValue": 2.0, "BatchGetSecretValue": 3.5,
    }),
    Group("secretsmanager", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutResourcePolicy": 3.5}),
    Group("secretsmanager", "write", "exfiltration", "T1537", GUIDE, {"ReplicateSecretToRegions": 3.0}),
    Group("secretsmanager", "credential", "persistence", "T1098", GUIDE, {
        "UpdateSecret": 1.5, "PutSecretValue": 1.5, "UpdateSecretVersionStage": 1.5,
    }),
    Group("secretsmanager", "write", "impact", "T1485", ATTACK, {"DeleteSecret": 2.0}),
    Group("secretsmanager", "write", None, None, LEVEL, {
        "CreateSecret": 0.5, "RestoreSecret": 0.5, "RotateSecret": 1.0, "CancelRotateSecret": 1.5,
    }),
    Group("ssm", "read", "credential_access", "T1555.006", ATTACK, {
        "GetParameter": 2.0, "GetParameters": 2.0, "GetParametersByPath": 2.5, "GetParameterHistory": 2.5,
    }),
    Group("ssm", "write", None, None, LEVEL, {"PutParameter": 1.0}),
    Group("ssm", "write", "impact", "T1485", ATTACK, {"DeleteParameter": 1.0, "DeleteParameters": 1.5}),
    # Keys. Decrypting is what services do all day with each object: it weighs next to nothing by itself.
    Group("kms", "read", "credential_access", "T1555.006", GUIDE, {"Decrypt": 0.5}),
    Group("kms", "write", None, None, LEVEL, {
        "GenerateDataKey": 0.2, "GenerateDataKeyWithoutPlaintext": 0.3, "Encrypt": 0.2, "CreateKey": 1.0,
        "EnableKey": 0.5, "CancelKeyDeletion": 0.5, "CreateAlias": 0.5, "UpdateAlias": 1.5,
    }),
    Group("kms", "permissions", None, None, PERMISSIONS, {"RetireGrant": 0.3, "RevokeGrant": 0.5}),
    Group("kms", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutKeyPolicy": 4.0, "CreateGrant": 1.5}),
    Group("kms", "write", "impact", "T1486", ATTACK, {"ImportKeyMaterial": 3.0, "ReEncrypt": 1.0}),
    Group("kms", "write", "impact", "T1485", ATTACK, {
        "ScheduleKeyDeletion": 4.5, "DeleteImportedKeyMaterial": 5.0, "DeleteCustomKeyStore": 4.5, "DeleteAlias": 2.0,
    }),
    Group("kms", "write", "impact", "T1489", ATTACK, {"DisableKey": 4.0, "DisconnectCustomKeyStore": 4.0}),
    # Buckets. CloudTrail names some operations otherwise than the API (…BucketPublicAccessBlock): both spellings.
    Group("s3", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutBucketPolicy": 3.5, "PutBucketAcl": 3.5, "PutObjectAcl": 2.5, "PutAccessPointPolicy": 3.5,
        "PutBucketPublicAccessBlock": 3.0, "PutPublicAccessBlock": 3.0, "DeleteBucketPublicAccessBlock": 3.5,
        "DeletePublicAccessBlock": 3.5, "PutAccountPublicAccessBlock": 3.5, "DeleteAccountPublicAccessBlock": 4.0,
        "DeleteBucketPolicy": 3.0, "PutBucketOwnershipControls": 2.5, "DeleteBucketOwnershipControls": 2.5,
        "CreateAccessGrant": 3.0,
    }),
    Group("s3", "write", "exfiltration", "T1537", ATTACK, {
        "PutBucketReplication": 4.0, "CreateAccessPoint": 2.5, "CreateMultiRegionAccessPoint": 2.0,
        "PutBucketInventoryConfiguration": 2.0,
    }),
    Group("s3", "write", "exfiltration", "T1530", GUIDE, {"PutBucketWebsite": 3.0, "PutBucketCors": 1.5}),
    Group("s3", "read", "collection", "T1530", ATTACK, {
        "GetObject": 0.2, "SelectObjectContent": 0.5, "GetObjectTorrent": 0.5,
    }),
    Group("s3", "write", "collection", "T1530", ATTACK, {"CopyObject": 0.5, "RestoreObject": 1.0, "CreateJob": 2.0}),
    Group("s3", "credential", "credential_access", "T1528", GUIDE, {"GetDataAccess": 1.5}),
    Group("s3", "write", "persistence", "T1546", GUIDE, {
        "PutBucketNotification": 1.5, "PutBucketNotificationConfiguration": 1.5,
    }),
    Group("s3", "write", "impact", "T1490", ATTACK, {
        "PutBucketVersioning": 2.5, "PutObjectLockConfiguration": 2.0, "PutBucketObjectLockConfiguration": 2.0,
        "PutObjectRetention": 1.5, "DeleteBucketReplication": 2.5,
    }),
    Group("s3", "write", "impact", "T1485.001", ATTACK, {
        "PutBucketLifecycle": 2.5, "PutBucketLifecycleConfiguration": 2.5,
    }),
    Group("s3", "write", "impact", "T1486", ATTACK, {"PutBucketEncryption": 1.5, "DeleteBucketEncryption": 2.0}),
    Group("s3", "write", "impact", "T1485", ATTACK, {"DeleteBucket": 2.0, "DeleteObjects": 1.5, "DeleteObject": 0.5}),
    Group("s3", "write", None, None, LEVEL, {
        "CreateBucket": 1.0, "PutObject": 0.1, "PutBucketTagging": 0.3, "UploadPart": 0.1,
        "CompleteMultipartUpload": 0.1,
    }),
    # Queues, topics and mail.
    Group("sqs", "permissions", "exfiltration", "T1537", PERMISSIONS, {"AddPermission": 3.0}),
    Group("sqs", "write", "exfiltration", "T1537", GUIDE, {"SetQueueAttributes": 1.0}),
    Group("sqs", "read", "collection", "T1213", GUIDE, {"ReceiveMessage": 0.1}),
    Group("sqs", "write", "impact", "T1485", ATTACK, {"PurgeQueue": 2.5, "DeleteQueue": 1.5}),
    Group("sns", "permissions", "exfiltration", "T1537", PERMISSIONS, {"AddPermission": 3.0}),
    Group("sns", "write", "exfiltration", "T1537", GUIDE, {"SetTopicAttributes": 1.0, "Subscribe": 1.0}),
    Group("sns", "write", "impact", "T1496", ATTACK, {
        "Publish": 0.1, "PublishBatch": 0.1, "SetSMSAttributes": 2.5, "CreateSMSSandboxPhoneNumber": 2.5,
        "VerifySMSSandboxPhoneNumber": 2.5,
    }),
    Group("sns", "write", "impairment", "T1685", GUIDE, {"DeleteTopic": 1.5, "Unsubscribe": 1.0}),
    Group("ses", "write", "impact", "T1496", ATTACK, {
        "UpdateAccountSendingEnabled": 3.5, "PutAccountSendingAttributes": 3.5, "PutAccountDetails": 3.5,
        "VerifyEmailIdentity": 2.0, "VerifyEmailAddress": 2.0, "VerifyDomainIdentity": 2.0, "VerifyDomainDkim": 2.0,
        "CreateEmailIdentity": 2.5, "SendEmail": 0.3, "SendRawEmail": 0.3, "SendBulkEmail": 0.5,
        "SendTemplatedEmail": 0.3, "DeleteIdentity": 1.5, "DeleteEmailIdentity": 1.5,
    }),
    Group("ses", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutIdentityPolicy": 2.5, "CreateEmailIdentityPolicy": 2.5,
    }),
    Group("ses", "write", "collection", "T1213", GUIDE, {"CreateReceiptRule": 2.5, "UpdateReceiptRule": 2.5}),
    Group("workmail", "credential", "persistence", "T1098", GUIDE, {"ResetPassword": 3.0}),
    Group("mobiletargeting", "write", "impact", "T1496", ATTACK, {"SendMessages": 0.5}),
    # Moving data.
    Group("transfer", "write", "exfiltration", "T1048", GUIDE, {"CreateServer": 3.0, "UpdateServer": 2.0}),
    Group("transfer", "write", "persistence", "T1136.003", GUIDE, {"CreateUser": 3.0, "CreateAccess": 3.0}),
    Group("transfer", "write", "privilege", "T1098.003", GUIDE, {"UpdateUser": 2.5, "UpdateAccess": 2.5}),
    Group("transfer", "credential", "persistence", "T1098.004", ATTACK, {"ImportSshPublicKey": 3.5}),
    Group("datasync", "write", "exfiltration", "T1537", GUIDE, {
        "StartTaskExecution": 2.0, "CreateTask": 2.0, "CreateLocationObjectStorage": 2.5,
        "CreateLocationAzureBlob": 2.5, "CreateLocationS3": 1.5, "CreateLocationNfs": 1.5, "CreateLocationSmb": 1.5,
    }),
    Group("storagegateway", "write", "exfiltration", "T1537", GUIDE, {
        "ActivateGateway": 2.5, "CreateNFSFileShare": 2.0, "CreateSMBFileShare": 2.0,
    }),
    Group("storagegateway", "credential", "credential_access", "T1552", GUIDE, {"DescribeChapCredentials": 2.5}),
    Group("storagegateway", "credential", "persistence", "T1098", GUIDE, {
        "SetLocalConsolePassword": 3.0, "SetSMBGuestPassword": 3.0,
    }),
)
