"""Identities and rules above one account: Organizations, IAM Identity Center, account settings, sharing."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, CLOUDTRAIL, GUIDE, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Leaving, closing and reshaping the organization takes its guard rails off.
    Group("organizations", "write", "impairment", "T1666", ATTACK, {
        "LeaveOrganization": 6.0, "RemoveAccountFromOrganization": 5.5, "DeleteOrganization": 5.5, "MoveAccount": 4.0,
        "AcceptHandshake": 4.0, "InviteAccountToOrganization": 3.5, "InviteOrganizationToTransferResponsibility": 3.5,
        "CreateOrganization": 3.0, "EnableAllFeatures": 3.0, "DisableAWSServiceAccess": 5.0,
        "DeleteOrganizationalUnit": 2.5,
    }),
    Group("organizations", "permissions", "impairment", "T1666", PERMISSIONS, {
        "DisablePolicyType": 5.5, "DetachPolicy": 4.5, "DeletePolicy": 4.0, "UpdatePolicy": 3.5,
    }),
    Group("organizations", "permissions", None, None, PERMISSIONS, {
        "AttachPolicy": 2.5, "CreatePolicy": 1.5, "EnablePolicyType": 1.5,
    }),
    Group("organizations", "write", "persistence", "T1136.003", ATTACK, {
        "CreateAccount": 3.0, "CreateGovCloudAccount": 3.0,
    }),
    Group("organizations", "permissions", "privilege", "T1098.003", PERMISSIONS, {
        "RegisterDelegatedAdministrator": 4.5, "PutResourcePolicy": 4.0, "EnableAWSServiceAccess": 2.5,
    }),
    Group("organizations", "permissions", "impairment", "T1666", PERMISSIONS, {
        "DeregisterDelegatedAdministrator": 4.5, "DeleteResourcePolicy": 2.5,
    }),
    Group("organizations", "write", "impact", "T1531", ATTACK, {"CloseAccount": 5.0}),
    Group("controltower", "write", "impairment", "T1666", GUIDE, {
        "DeleteLandingZone": 5.5, "DisableControl": 4.0, "ResetLandingZone": 3.0, "UpdateLandingZone": 3.0,
        "DisableBaseline": 4.0,
    }),
    Group("servicecatalog", "permissions", "exfiltration", "T1537", PERMISSIONS, {"CreatePortfolioShare": 3.0}),
    # Identity Center: who gets which permission set where.
    Group("sso", "permissions", "privilege", "T1098.003", ATTACK, {
        "CreateAccountAssignment": 4.0, "AssociateProfile": 4.0, "CreatePermissionSet": 2.5, "UpdatePermissionSet": 2.0,
        "ProvisionPermissionSet": 1.5, "AttachManagedPolicyToPermissionSet": 3.5,
        "AttachCustomerManagedPolicyReferenceToPermissionSet": 3.5, "PutInlinePolicyToPermissionSet": 3.5,
        "PutPermissionsPolicy": 3.5, "DeletePermissionsBoundaryFromPermissionSet": 3.5,
        "PutPermissionsBoundaryToPermissionSet": 1.5, "CreateApplicationAssignment": 2.0, "PutApplicationGrant": 2.5,
        "PutApplicationAuthenticationMethod": 2.5, "PutApplicationAccessScope": 2.0,
        "CreateInstanceAccessControlAttributeConfiguration": 2.5,
        "UpdateInstanceAccessControlAttributeConfiguration": 2.5,
    }),
    Group("sso", "permissions", "persistence", "T1556", ATTACK, {
        "CreateTrustedTokenIssuer": 4.5, "UpdateTrustedTokenIssuer": 4.5, "AssociateDirectory": 4.5,
        "DisassociateDirectory": 4.0, "UpdateDirectoryAssociation": 3.0, "CreateTrust": 4.0, "UpdateTrust": 4.0,
        "UpdateApplicationInstanceServiceProviderConfiguration": 3.0,
        "ImportApplicationInstanceServiceProviderMetadata": 3.0, "CreateApplicationInstance": 2.5,
        "CreateApplication": 2.0,
    }),
    Group("sso", "write", "persistence", "T1098", GUIDE, {
        "StartSSO": 2.5, "UpdateSsoConfiguration": 3.0, "CreateInstance": 3.0,
    }),
    Group("sso", "write", "impairment", "T1556.006", ATTACK, {"PutMfaDeviceManagementForDirectory": 3.5}),
    Group("sso", "write", "impact", "T1531", ATTACK, {
        "DeleteInstance": 5.0, "DeleteAccountAssignment": 1.5, "DeletePermissionSet": 2.0, "DisassociateProfile": 1.5,
        "DetachManagedPolicyFromPermissionSet": 1.5, "DeleteInlinePolicyFromPermissionSet": 1.5,
    }),
    # The portal's own calls: people and their command lines signing in.
    Group("sso", "credential", None, None, CLOUDTRAIL, {
        "Authenticate": 0.2, "Federate": 0.3, "Logout": 0.1, "GetRoleCredentials": 0.3, "CreateToken": 0.3,
        "CreateTokenWithIAM": 0.5, "RegisterClient": 0.3,
    }),
    Group("sso", "credential", "credential_access", "T1528", ATTACK, {"StartDeviceAuthorization": 1.0}),
    Group("sso", "list", "recon", "T1087.004", ATTACK, {"ListAccounts": 0.2, "ListAccountRoles": 0.2}),
    Group("sso-oauth", "credential", None, None, CLOUDTRAIL, {
        "CreateToken": 0.3, "CreateTokenWithIAM": 0.5, "RegisterClient": 0.3,
    }),
    Group("sso-oauth", "credential", "credential_access", "T1528", ATTACK, {"StartDeviceAuthorization": 1.0}),
    # The directory behind it, by its older and its newer event source.
    Group("sso-directory", "write", "persistence", "T1136.003", ATTACK, {"CreateUser": 3.0, "CreateGroup": 1.5}),
    Group("sso-directory", "permissions", "privilege", "T1098.003", ATTACK, {"AddMemberToGroup": 3.0}),
    Group("sso-directory", "credential", "persistence", "T1098", ATTACK, {
        "UpdatePassword": 4.0, "CreateBearerToken": 4.0, "CreateProvisioningTenant": 3.5, "UpdateUser": 2.0,
        "EnableUser": 2.0,
    }),
    Group("sso-directory", "permissions", "persistence", "T1556", ATTACK, {
        "EnableExternalIdPConfigurationForDirectory": 4.5, "CreateExternalIdPConfigurationForDirectory": 4.5,
        "UpdateExternalIdPConfigurationForDirectory": 4.5, "ImportExternalIdPCertificate": 4.5,
        "DisableExternalIdPConfigurationForDirectory": 4.0,
    }),
    Group("sso-directory", "credential", "persistence", "T1556.006", ATTACK, {
        "CompleteVirtualMfaDeviceRegistration": 2.0, "CompleteWebAuthnDeviceRegistration": 2.0,
        "StartVirtualMfaDeviceRegistration": 1.0, "StartWebAuthnDeviceRegistration": 1.0,
    }),
    Group("sso-directory", "credential", "impairment", "T1556.006", ATTACK, {"DeleteMfaDeviceForUser": 3.5}),
    Group("sso-directory", "write", "impact", "T1531", ATTACK, {
        "DeleteUser": 2.0, "DisableUser": 2.0, "DeleteGroup": 2.0, "RemoveMemberFromGroup": 1.5,
    }),
    Group("sso-directory", "list", "recon", "T1087.004", ATTACK, {
        "SearchUsers": 0.3, "SearchGroups": 0.3, "ListBearerTokens": 0.5,
    }),
    Group("identitystore", "write", "persistence", "T1136.003", ATTACK, {"CreateUser": 3.0, "CreateGroup": 1.5}),
    Group("identitystore", "permissions", "privilege", "T1098.003", ATTACK, {"CreateGroupMembership": 3.0}),
    Group("identitystore", "write", "persistence", "T1098", ATTACK, {"UpdateUser": 2.0, "UpdateGroup": 1.0}),
    Group("identitystore", "write", "impact", "T1531", ATTACK, {
        "DeleteUser": 2.0, "DeleteGroup": 2.0, "DeleteGroupMembership": 1.5,
    }),
    # The account itself: who is told, which regions are on, whose mailbox is root's.
    Group("account", "write", "persistence", "T1098", GUIDE, {
        "StartPrimaryEmailUpdate": 4.5, "AcceptPrimaryEmailUpdate": 4.5, "PutContactInformation": 2.5,
        "PutAlternateContact": 2.5,
    }),
    Group("account", "write", "impairment", "T1685", GUIDE, {"DeleteAlternateContact": 3.0}),
    Group("account", "write", "impairment", "T1535", ATTACK, {"EnableRegion": 3.0}),
    Group("account", "write", "impact", "T1489", GUIDE, {"DisableRegion": 2.5}),
    # Sharing resources with other accounts.
    Group("ram", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "CreateResourceShare": 3.0, "AssociateResourceShare": 3.0, "UpdateResourceShare": 2.5,
        "AssociateResourceSharePermission": 2.5, "EnableSharingWithAwsOrganization": 3.0,
        "AcceptResourceShareInvitation": 2.0,
    }),
)
