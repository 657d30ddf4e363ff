"""Builds Entra ID sign-in and audit records as diagnostic settings export them.

Sources: Microsoft Graph reference, resource types signIn and directoryAudit (the export's `properties` are these);
Entra, "Learn about the sign-in log activity details" and "Microsoft Entra audit log activity reference". An export is
written later than the act: `time` is behind `createdDateTime`. Times are milliseconds since 1970-01-01 UTC.
"""

import random
from typing import NamedTuple

from simulator.azure_records import TENANT, EntraApp, EntraUser, Token, seven_digits
from simulator.identities import Json
from simulator.randomness import Ids

MANAGEMENT = ("Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013")
"""The resource that Azure's control plane is: display name and app id."""

GRAPH = ("Microsoft Graph", "00000003-0000-0000-c000-000000000000")
TOKEN_EXCHANGE = ("AzureADTokenExchange", "fb60f99c-7a34-4190-8149-302f77469936")
"""The resource of tokens that another cloud is shown (workload identity federation)."""

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 "
    "Safari/537.36 Edg/133.0.0.0"
)
_PLACE = {
    "city": "Muenchen",
    "state": "Bayern",
    "countryOrRegion": "DE",
    "geoCoordinates": {"latitude": 48.13743, "longitude": 11.57549},
}


def _exported(rng: random.Random, at: int, category: str, address: str, properties: Json, **top: object) -> Json:
    """Wrap a sign-in: the envelope that all its categories share."""
    error = properties["status"]["errorCode"]
    return {
        "time": seven_digits(at + rng.randrange(20_000, 150_000)),
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": TENANT,
        "resultType": str(error),
        "resultSignature": "None" if error == 0 else "FAILURE",
        "durationMs": 0,
        "callerIpAddress": address,
        "correlationId": properties["correlationId"],
        **top,
        "Level": 4,
        "location": "DE",
        "properties": properties,
    }


def _common(rng: random.Random, at: int, address: str, token_id: str, resource: tuple[str, str]) -> Json:
    ids = Ids(rng)
    sign_in = ids.uuid()
    return {
        "id": sign_in,
        "createdDateTime": seven_digits(at),
        "ipAddress": address,
        "correlationId": ids.uuid(),
        "conditionalAccessStatus": "notApplied",
        "originalRequestId": sign_in,
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "processingTimeInMilliseconds": rng.randrange(50, 900),
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "resourceDisplayName": resource[0],
        "resourceId": resource[1],
        "resourceTenantId": TENANT,
        "homeTenantId": TENANT,
        "crossTenantAccessType": "none",
        "flaggedForReview": False,
        "isTenantRestricted": False,
        "autonomousSystemNumber": 64500,
        "uniqueTokenIdentifier": token_id,
        "location": _PLACE,
        "status": {"errorCode": 0},
        "authenticationProtocol": "none",
        "privateLinkDetails": {},
        "networkLocationDetails": [],
    }


def sign_in(
    rng: random.Random,
    at: int,
    token: Token,
    address: str,
    *,
    resource: tuple[str, str] = MANAGEMENT,
    interactive: bool = True,
    federated: bool = False,
    error: int = 0,
) -> Json:
    """Write a person's sign-in, interactive or with a refresh token.

    `federated` is one that another identity provider authenticated; `error` is an AADSTS code.
    """
    user, app = token.holder, token.client
    if not isinstance(user, EntraUser):
        raise TypeError(f"{user.name} is no person")
    category = "SignInLogs" if interactive else "NonInteractiveUserSignInLogs"
    properties = _common(rng, at, address, token.uti, resource) | {
        "userDisplayName": user.name,
        "userPrincipalName": user.upn,
        "userId": user.object_id,
        "userType": "Member",
        "signInIdentifier": user.upn,
        "appId": app.app_id,
        "appDisplayName": app.name,
        "clientAppUsed": "Browser" if interactive else "Mobile Apps and Desktop clients",
        "userAgent": BROWSER if interactive else "python-requests/2.32.3",
        "isInteractive": interactive,
        "signInEventTypes": ["interactiveUser" if interactive else "nonInteractiveUser"],
        "servicePrincipalId": "",
        "incomingTokenType": "none" if interactive else "refreshToken",
        "sessionId": token.session,
        "authenticationRequirement": "multiFactorAuthentication" if interactive else "singleFactorAuthentication",
        "authenticationDetails": _steps(at, federated) if interactive else [],
        "mfaDetail": {},
        "deviceDetail": {"deviceId": "", "operatingSystem": "Windows10", "browser": "Edge 133.0.0"},
        "status": {"errorCode": error, "additionalDetails": "MFA completed in Azure AD" if interactive else ""},
    }
    if error:
        properties["status"]["failureReason"] = "Error validating credentials due to invalid username or password."
        properties["uniqueTokenIdentifier"] = properties["id"].replace("-", "")[:22]
    return _exported(rng, at, category, address, properties, identity=user.name)


def _steps(at: int, federated: bool) -> list[Json]:
    method, detail = ("Federated", "") if federated else ("Password", "Password in the cloud")
    step = {
        "authenticationStepDateTime": seven_digits(at),
        "authenticationMethod": method,
        "authenticationMethodDetail": detail,
        "succeeded": True,
        "authenticationStepResultDetail": "MFA requirement satisfied by claim provided by external provider"
        if federated
        else "Correct password",
        "authenticationStepRequirement": "Primary authentication",
    }
    return [step]


def service_principal_sign_in(
    rng: random.Random, at: int, token: Token, address: str, key: str, *, resource: tuple[str, str] = MANAGEMENT
) -> Json:
    """Write an application's sign-in with a client secret, which the record names by its key id."""
    app = _app(token)
    properties = _common(rng, at, address, token.uti, resource) | {
        "appId": app.app_id,
        "servicePrincipalId": app.object_id,
        "servicePrincipalName": app.name,
        "servicePrincipalCredentialKeyId": key,
        "servicePrincipalCredentialThumbprint": "",
        "clientCredentialType": "clientSecret",
        "isInteractive": False,
        "signInEventTypes": ["servicePrincipal"],
        "managedServiceIdentity": {"msiType": "none", "associatedResourceId": "", "federatedTokenId": ""},
        "authenticationProcessingDetails": [
            {"key": "Azure AD App Authentication Library", "value": "Family: MSAL Library: MSAL.Python 1.31.1"}
        ],
    }
    return _exported(rng, at, "ServicePrincipalSignInLogs", address, properties)


def managed_identity_sign_in(rng: random.Random, at: int, token: Token) -> Json:
    """Write a managed identity's sign-in; Azure's own machines make it, so that it has no address."""
    app = _app(token)
    properties = _common(rng, at, "", token.uti, MANAGEMENT) | {
        "appId": app.app_id,
        "servicePrincipalId": app.object_id,
        "servicePrincipalName": app.name,
        "isInteractive": False,
        "signInEventTypes": ["managedIdentity"],
        "managedServiceIdentity": {
            "msiType": "systemAssigned",
            "associatedResourceId": app.vm,
            "federatedTokenId": "",
            "federatedTokenIssuer": "",
        },
        "location": {"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": {}},
    }
    return _exported(rng, at, "ManagedIdentitySignInLogs", "", properties)


def _app(token: Token) -> EntraApp:
    if not isinstance(token.holder, EntraApp):
        raise TypeError(f"{token.holder.name} is no application")
    return token.holder


class Change(NamedTuple):
    """What was done to the directory: the names are directoryAudit's, `target` without what was modified in it."""

    activity: str
    category: str
    operation_type: str
    target: Json
    modified: list[Json]
    details: list[Json]


def directory_audit(rng: random.Random, at: int, user: EntraUser, address: str, change: Change) -> Json:
    """Write a change of the directory by a person, as the audit log has it."""
    ids = Ids(rng)
    correlation = ids.uuid()
    logged = f"Directory_{ids.uuid()}_{ids.hexadecimal(5).upper()}_{rng.randrange(10**8)}"
    by: Json = {
        "id": user.object_id,
        "displayName": None,
        "userPrincipalName": user.upn,
        "ipAddress": address,
        "roles": [],
    }
    properties: Json = {
        "id": logged,
        "category": change.category,
        "correlationId": correlation,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": change.activity,
        "activityDateTime": seven_digits(at).replace("Z", "+00:00"),
        "loggedByService": "Core Directory",
        "operationType": change.operation_type,
        "userAgent": None,
        "initiatedBy": {"user": by},
        "targetResources": [change.target | {"modifiedProperties": change.modified, "administrativeUnits": []}],
        "additionalDetails": change.details,
    }
    return {
        "time": seven_digits(at),
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": change.activity,
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": TENANT,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": address,
        "correlationId": correlation,
        "Level": 4,
        "properties": properties,
    }


def credential_added(
    rng: random.Random, at: int, user: EntraUser, address: str, app: EntraApp, key: str, old: str, *, portal: bool
) -> Json:
    """Write that a person added a client secret to an application: in the portal, or to its service principal.

    `key` is the new secret's key id; `old` the key id of one that was there before.
    """
    activity = "Add service principal credentials"
    target = {"id": app.object_id, "displayName": app.name, "type": "ServicePrincipal"}
    if portal:
        # Microsoft's own name has an en dash and ends with a space.
        activity = "Update application \N{EN DASH} Certificates and secrets management "
        target = {"id": app.application_object_id, "displayName": app.name, "type": "Application"}

    def description(*keys: str) -> str:
        listed = [f"[KeyIdentifier={one},KeyType=Password,KeyUsage=Verify,DisplayName=deploy]" for one in keys]
        return "[" + ",".join(f'"{one}"' for one in listed) + "]"

    modified: list[Json] = [
        {"displayName": "KeyDescription", "oldValue": description(old), "newValue": description(old, key)},
        {"displayName": "Included Updated Properties", "oldValue": None, "newValue": '"KeyDescription"'},
    ]
    details = [{"key": "User-Agent", "value": BROWSER}, {"key": "AppId", "value": app.app_id}]
    change = Change(activity, "ApplicationManagement", "Update", target, modified, details)
    return directory_audit(rng, at, user, address, change)
