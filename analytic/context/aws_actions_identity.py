"""Identities of one account: IAM users, roles, keys and trust, STS, the sign-in page, Roles Anywhere and Cognito.

`iam:PassRole` is a permission, not a call: it never shows in CloudTrail. The calls that pass a role (RunInstances,
CreateFunction, AddRoleToInstanceProfile and so on) carry its weight.
"""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, CLOUDTRAIL, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # A credential or a login for an identity, one's own or another's.
    Group("iam", "credential", "persistence", "T1098.001", ATTACK, {
        "CreateAccessKey": 4.0, "CreateLoginProfile": 4.0, "UpdateLoginProfile": 4.0, "UpdateAccessKey": 2.0,
        "CreateServiceSpecificCredential": 4.0, "ResetServiceSpecificCredential": 4.0,
        "UpdateServiceSpecificCredential": 2.0, "UploadSigningCertificate": 4.0, "UpdateSigningCertificate": 2.0,
        "UploadSSHPublicKey": 3.5, "UpdateSSHPublicKey": 1.5,
    }),
    Group("iam", "credential", "persistence", "T1098", ATTACK, {"ChangePassword": 1.0}),
    Group("iam", "write", "persistence", "T1136.003", ATTACK, {"CreateUser": 3.0, "CreateGroup": 1.5}),
    Group("iam", "write", "persistence", "T1098.003", ATTACK, {"CreateRole": 2.5}),
    Group("iam", "write", "persistence", "T1098", ATTACK, {"UpdateUser": 1.5, "UpdateGroup": 1.0, "UpdateRole": 1.0}),
    # Who may assume what, and which identity providers are believed.
    Group("iam", "permissions", "persistence", "T1098", PERMISSIONS, {"UpdateAssumeRolePolicy": 4.5}),
    Group("iam", "permissions", "persistence", "T1556", ATTACK, {
        "CreateSAMLProvider": 4.5, "UpdateSAMLProvider": 4.5, "CreateOpenIDConnectProvider": 4.5,
        "AddClientIDToOpenIDConnectProvider": 3.5, "UpdateOpenIDConnectProviderThumbprint": 3.5,
    }),
    Group("iam", "write", "persistence", "T1556", GUIDE, {"EnableOutboundWebIdentityFederation": 3.0}),
    # Second factors and password rules.
    Group("iam", "credential", "impairment", "T1556.006", ATTACK, {
        "DeactivateMFADevice": 4.0, "DeleteVirtualMFADevice": 2.5,
    }),
    Group("iam", "credential", "persistence", "T1556.006", ATTACK, {
        "EnableMFADevice": 1.0, "CreateVirtualMFADevice": 0.5,
    }),
    Group("iam", "credential", None, None, LEVEL, {"ResyncMFADevice": 0.5}),
    Group("iam", "write", "impairment", "T1556", ATTACK, {
        "UpdateAccountPasswordPolicy": 2.5, "DeleteAccountPasswordPolicy": 3.0,
    }),
    # More rights for an identity.
    Group("iam", "permissions", "privilege", "T1098.003", ATTACK, {
        "AttachUserPolicy": 3.5, "AttachRolePolicy": 3.5, "AttachGroupPolicy": 3.5, "PutUserPolicy": 3.5,
        "PutRolePolicy": 3.5, "PutGroupPolicy": 3.5, "CreatePolicyVersion": 3.5, "SetDefaultPolicyVersion": 3.5,
        "CreatePolicy": 1.5, "AddUserToGroup": 3.0, "AddRoleToInstanceProfile": 2.0, "CreateInstanceProfile": 1.0,
    }),
    Group("iam", "permissions", "privilege", "T1098.003", PERMISSIONS, {
        "DeleteUserPermissionsBoundary": 3.5, "DeleteRolePermissionsBoundary": 3.5, "PutUserPermissionsBoundary": 2.0,
        "PutRolePermissionsBoundary": 2.0,
    }),
    Group("iam", "permissions", "privilege", "T1548.005", GUIDE, {
        "EnableOrganizationsRootCredentialsManagement": 4.0, "EnableOrganizationsRootSessions": 4.0,
    }),
    Group("iam", "permissions", "privilege", "T1548.005", GUIDE, {
        "AcceptDelegationRequest": 3.0, "SendDelegationToken": 3.0,
    }),
    Group("iam", "permissions", "impairment", "T1666", GUIDE, {
        "DisableOrganizationsRootCredentialsManagement": 3.5, "DisableOrganizationsRootSessions": 3.5,
    }),
    Group("iam", "write", None, None, LEVEL, {
        "CreateServiceLinkedRole": 0.5, "DeleteServiceLinkedRole": 0.5, "SetSecurityTokenServicePreferences": 2.0,
        "CreateAccountAlias": 1.0, "DeleteAccountAlias": 1.0, "UploadServerCertificate": 1.0,
    }),
    # Identities and rights taken away.
    Group("iam", "credential", "impact", "T1531", ATTACK, {
        "DeleteAccessKey": 1.0, "DeleteLoginProfile": 1.5, "DeleteSSHPublicKey": 1.0, "DeleteSigningCertificate": 1.0,
        "DeleteServiceSpecificCredential": 1.0,
    }),
    Group("iam", "write", "impact", "T1531", ATTACK, {
        "DeleteUser": 1.5, "DeleteRole": 1.0, "DeleteGroup": 1.0, "RemoveUserFromGroup": 1.5,
        "RemoveRoleFromInstanceProfile": 1.0, "DeleteInstanceProfile": 0.5,
    }),
    Group("iam", "permissions", "impact", "T1531", ATTACK, {
        "DetachUserPolicy": 1.5, "DetachRolePolicy": 1.5, "DetachGroupPolicy": 1.5, "DeleteUserPolicy": 1.5,
        "DeleteRolePolicy": 1.5, "DeleteGroupPolicy": 1.5, "DeletePolicy": 1.0, "DeletePolicyVersion": 1.0,
        "DeleteSAMLProvider": 3.0, "DeleteOpenIDConnectProvider": 3.0, "RemoveClientIDFromOpenIDConnectProvider": 2.0,
    }),
    # Temporary credentials. Assuming a role is what roles are for: lineage follows it, it is no stage by itself.
    Group("sts", "credential", None, None, LEVEL, {
        "AssumeRole": 0.3, "AssumeRoleWithSAML": 0.3, "AssumeRoleWithWebIdentity": 0.3, "GetSessionToken": 0.5,
        "GetServiceBearerToken": 0.3, "GetDelegatedAccessToken": 0.5,
    }),
    Group("sts", "credential", "persistence", "T1098.001", ATTACK, {"GetFederationToken": 3.0}),
    Group("sts", "credential", "privilege", "T1548.005", ATTACK, {"AssumeRoot": 4.0}),
    Group("sts", "credential", "credential_access", "T1528", ATTACK, {"GetWebIdentityToken": 1.0}),
    # The sign-in page: most of it is people arriving at work.
    Group("signin", "credential", None, None, CLOUDTRAIL, {
        "ConsoleLogin": 0.5, "GetSigninToken": 0.5, "SwitchRole": 0.5, "RenewRole": 0.2, "ExitRole": 0.1,
        "CredentialChallenge": 0.1, "CredentialVerification": 0.1, "UserAuthentication": 0.2, "CreateOAuth2Token": 0.3,
        "AuthorizeOAuth2Access": 0.3, "CreateOAuth2TokenWithIAM": 0.3, "CreateOAuth2TokenWithTokenExchange": 0.3,
    }),
    Group("signin", "read", None, None, CLOUDTRAIL, {"CheckMfa": 0.1}),
    Group("signin", "credential", "credential_access", "T1098", CLOUDTRAIL, {"PasswordRecoveryRequested": 3.0}),
    Group("signin", "credential", "persistence", "T1098", CLOUDTRAIL, {
        "PasswordRecoveryCompleted": 4.0, "PasswordUpdated": 4.0, "EmailUpdated": 4.5,
    }),
    # Certificates that stand for a role from outside AWS.
    Group("rolesanywhere", "permissions", "persistence", "T1098.001", GUIDE, {
        "CreateTrustAnchor": 4.5, "UpdateTrustAnchor": 4.5, "EnableTrustAnchor": 4.0, "CreateProfile": 3.5,
        "UpdateProfile": 3.5, "EnableProfile": 3.0, "PutAttributeMapping": 2.5,
    }),
    Group("rolesanywhere", "write", "impairment", "T1556", GUIDE, {
        "DisableCrl": 3.5, "DeleteCrl": 3.5, "UpdateCrl": 2.5,
    }),
    Group("rolesanywhere", "credential", None, None, LEVEL, {"CreateSession": 0.3}),
    # Users of applications, and the roles that their pools hand out.
    Group("cognito-identity", "credential", None, None, LEVEL, {
        "GetCredentialsForIdentity": 0.3, "GetId": 0.2, "GetOpenIdToken": 0.3,
    }),
    Group("cognito-identity", "credential", "credential_access", "T1528", ATTACK, {
        "GetOpenIdTokenForDeveloperIdentity": 2.0,
    }),
    Group("cognito-identity", "permissions", "privilege", "T1098.003", ATTACK, {
        "SetIdentityPoolRoles": 3.5, "UpdateIdentityPool": 2.5, "CreateIdentityPool": 1.5,
    }),
    Group("cognito-idp", "write", "persistence", "T1136.003", ATTACK, {
        "AdminCreateUser": 2.0, "AdminConfirmSignUp": 1.5,
    }),
    Group("cognito-idp", "credential", "persistence", "T1098", ATTACK, {
        "AdminSetUserPassword": 3.0, "AdminResetUserPassword": 2.0,
    }),
    Group("cognito-idp", "write", "privilege", "T1098.003", ATTACK, {
        "AdminAddUserToGroup": 2.0, "AdminUpdateUserAttributes": 2.0,
    }),
    Group("cognito-idp", "write", "persistence", "T1556", ATTACK, {
        "CreateIdentityProvider": 3.5, "UpdateIdentityProvider": 3.5, "UpdateUserPool": 1.5,
    }),
    Group("cognito-idp", "write", "impairment", "T1556.006", ATTACK, {
        "SetUserPoolMfaConfig": 3.0, "AdminSetUserMFAPreference": 3.0,
    }),
    Group("cognito-idp", "credential", "credential_access", "T1552", ATTACK, {"DescribeUserPoolClient": 1.0}),
    Group("cognito-idp", "write", "impact", "T1531", ATTACK, {
        "AdminDeleteUser": 1.5, "AdminDisableUser": 1.5, "DeleteUserPool": 3.0,
    }),
    # Directories and certificate authorities: what they sign, others believe.
    Group("ds", "credential", "persistence", "T1098", ATTACK, {"ResetUserPassword": 4.0}),
    Group("ds", "permissions", "persistence", "T1556.007", ATTACK, {"CreateTrust": 4.5, "ShareDirectory": 3.5}),
    Group("ds", "write", "impact", "T1531", ATTACK, {"DeleteDirectory": 4.0, "DisableDirectoryDataAccess": 2.0}),
    Group("acm", "credential", "credential_access", "T1552", GUIDE, {"ExportCertificate": 3.0}),
    Group("acm-pca", "credential", "persistence", "T1098.001", GUIDE, {"IssueCertificate": 1.5}),
    Group("acm-pca", "permissions", "persistence", "T1098.001", PERMISSIONS, {
        "CreatePermission": 2.5, "PutPolicy": 3.0,
    }),
    Group("acm-pca", "write", "impact", "T1485", ATTACK, {"DeleteCertificateAuthority": 4.0}),
)
