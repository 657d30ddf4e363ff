"""Builds Azure Activity Log and Microsoft Graph activity records as diagnostic settings export them.

Sources: Azure Monitor, "Azure Activity Log event schema" (schema from storage account and event hubs); Microsoft Graph,
"Access Microsoft Graph activity logs" and the reference of its table; Microsoft identity platform, "Access token
claims reference" (uti, oid, xms_mirid) and Entra, "linkable identifiers" (session id, uti). `simulator.entra_records`
has the sign-ins and the directory's audit log. Times are milliseconds since 1970-01-01 UTC.
"""

import random
import string
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.identities import Json
from simulator.randomness import Ids

TENANT = "3b1e4d5c-8f2a-4c6b-9d7e-0a1b2c3d4e5f"
"""The simulated Entra tenant."""

SUBSCRIPTIONS = ("5c0de111-2233-4455-8899-aabbccddeeff", "7f3e9a20-64b1-4d0c-8e52-91c7d3b6a048")
"""The simulated Azure subscriptions."""

_CLAIMS = "http://schemas.microsoft.com/identity/claims"
_OLD_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


@dataclass(frozen=True)
class AzureApp:
    """A client application that people sign in with: its id and display name."""

    app_id: str
    name: str


CLI = AzureApp("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI")
PORTAL = AzureApp("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal")
POWERSHELL = AzureApp("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell")


@dataclass(frozen=True)
class EntraUser:
    """A person in Entra: object id, user principal name, display name."""

    object_id: str
    upn: str
    name: str


@dataclass(frozen=True)
class EntraApp:
    """An application with its service principal; a managed identity has `vm`, the resource id that it belongs to."""

    object_id: str
    application_object_id: str
    app_id: str
    name: str
    vm: str | None = None


@dataclass(frozen=True)
class Token:
    """An access token: whose it is, its unique token identifier, its session, and the client that asked for it.

    Only people's tokens have a session and, unless it is their own app's, a `client`.
    """

    holder: EntraUser | EntraApp
    uti: str
    issued: int
    session: str | None = None
    client: AzureApp = CLI


def uti(rng: random.Random) -> str:
    """Make a unique token identifier: 16 bytes as base 64 for URLs."""
    alphabet = string.ascii_letters + string.digits + "-_"
    return "".join(rng.choices(alphabet, k=20)) + "AA"


def seven_digits(at: int) -> str:
    """Write a time as Azure does it: 2026-03-03T14:12:05.1230000Z."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}0000Z"


def _claims(token: Token, address: str) -> Json:
    holder, issued = token.holder, token.issued // 1000
    claims: Json = {
        "aud": "https://management.core.windows.net/",
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": str(issued),
        "nbf": str(issued),
        "exp": str(issued + 4_500),
        "aio": "AVQAq/8ZAAAA" + token.uti[:12] + "=",
        f"{_CLAIMS}/objectidentifier": holder.object_id,
        f"{_CLAIMS}/tenantid": TENANT,
        "rh": "1.AYEA1111222233334444.",
        "uti": token.uti,
        "ver": "1.0",
        "xms_tcdt": "1589910443",
    }
    if isinstance(holder, EntraUser):
        given, _, family = holder.name.partition(" ")
        return claims | {
            "acrs": "p1",
            "http://schemas.microsoft.com/claims/authnclassreference": "1",
            "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
            "appid": token.client.app_id,
            "appidacr": "0",
            f"{_OLD_CLAIMS}/givenname": given,
            f"{_OLD_CLAIMS}/surname": family,
            "idtyp": "user",
            "ipaddr": address,
            "name": holder.name,
            "puid": "10032000" + holder.object_id[:8].upper(),
            f"{_CLAIMS}/scope": "user_impersonation",
            f"{_OLD_CLAIMS}/nameidentifier": "s" + token.uti,
            f"{_OLD_CLAIMS}/name": holder.upn,
            f"{_OLD_CLAIMS}/upn": holder.upn,
            "wids": "b79fbf4d-3ef9-4689-8143-76b194e85509",
        }
    claims |= {
        "appid": holder.app_id,
        "appidacr": "2" if holder.vm else "1",
        f"{_CLAIMS}/identityprovider": f"https://sts.windows.net/{TENANT}/",
        "idtyp": "app",
        f"{_OLD_CLAIMS}/nameidentifier": holder.object_id,
    }
    if holder.vm:
        claims["xms_mirid"] = holder.vm
    return claims


def activity(
    rng: random.Random,
    at: int,
    token: Token,
    address: str,
    operation: str,
    resource_id: str,
    status: str = "Success",
    *,
    correlation: str | None = None,
) -> Json:
    """Write one Activity Log record. `operation` is such as Microsoft.Compute/virtualMachines/start/action.

    `status` is Start, Accept, Success or Failure; the records of one long operation share `correlation`.
    """
    holder = token.holder
    kind = "User" if isinstance(holder, EntraUser) else "ServicePrincipal"
    signatures = {"Start": "Started.", "Accept": "Accepted.Accepted", "Failure": "Failed.Forbidden"}
    subscription = resource_id.split("/")[2]
    properties: Json = {
        "eventCategory": "Administrative",
        "entity": resource_id,
        "message": operation,
        "hierarchy": f"{TENANT}/{subscription}",
    }
    if status in ("Accept", "Success"):
        properties["statusCode"] = "Accepted" if status == "Accept" else "OK"
    return {
        "RoleLocation": "West Europe",
        "Stamp": "None",
        "ReleaseVersion": "6.2026.8.2+6a1c3e0f.release_2026w08",
        "time": seven_digits(at),
        "resourceId": resource_id.upper(),
        "operationName": operation.upper(),
        "category": "Administrative",
        "resultType": status,
        "resultSignature": signatures.get(status, "Succeeded.OK"),
        "durationMs": "0" if status == "Start" else str(rng.randrange(80, 900)),
        "callerIpAddress": address,
        "correlationId": correlation or Ids(rng).uuid(),
        "identity": {
            "authorization": {
                "scope": resource_id,
                "action": operation,
                "evidence": {
                    "role": "Contributor",
                    "roleAssignmentScope": f"/subscriptions/{subscription}",
                    "roleAssignmentId": Ids(rng).hexadecimal(32),
                    "roleDefinitionId": "b24988ac618042a0ab8820f7382dd24c",
                    "principalId": holder.object_id.replace("-", ""),
                    "principalType": kind,
                },
            },
            "claims": _claims(token, address),
        },
        "level": "Information",
        "location": "westeurope",
        "tenantId": TENANT,
        "properties": properties,
    }


def graph_activity(rng: random.Random, at: int, token: Token, address: str, method: str, path: str) -> Json:
    """Write one Microsoft Graph activity record. A person is in it by object id, session and token, not by name."""
    holder, request = token.holder, Ids(rng).uuid()
    person = isinstance(holder, EntraUser)
    duration = rng.randrange(20_000, 900_000)
    properties: Json = {
        "__UDI_RequiredFields_TenantId": TENANT,
        "timeGenerated": seven_digits(at),
        "location": "West Europe",
        "requestId": request,
        "operationId": request,
        "clientRequestId": Ids(rng).uuid(),
        "apiVersion": "v1.0",
        "requestMethod": method,
        "responseStatusCode": 200,
        "tenantId": TENANT,
        "durationMs": duration,
        "responseSizeBytes": rng.randrange(200, 20_000),
        "signInActivityId": token.uti,
        "roles": "" if person else "Application.ReadWrite.All User.Read.All",
        "appId": token.client.app_id if isinstance(holder, EntraUser) else holder.app_id,
        "UserPrincipalObjectID": holder.object_id,
        "scopes": "Directory.AccessAsUser.All User.Read.All" if person else "",
        "identityProvider": f"https://sts.windows.net/{TENANT}/",
        "clientAuthMethod": "0" if person else "1",
        "wids": "b79fbf4d-3ef9-4689-8143-76b194e85509",
        "isReplay": False,
        "C_Iat": str(token.issued // 1000),
        "C_Idtyp": "user" if person else "app",
        "ipAddress": address,
        "userAgent": "azsdk-net-Microsoft.Graph/5.68.0" if person else "python-requests/2.32.3",
        "requestUri": f"https://graph.microsoft.com/v1.0{path}",
        "policyEvaluated": False,
        "tokenIssuedAt": seven_digits(token.issued),
    }
    if token.session:
        properties["C_Sid"] = token.session
    properties["userId" if person else "servicePrincipalId"] = holder.object_id
    return {
        "time": seven_digits(at),
        "resourceId": f"/TENANTS/{TENANT.upper()}/PROVIDERS/MICROSOFT.AADIAM",
        "operationName": "Microsoft Graph Activity",
        "operationVersion": "v1.0",
        "category": "MicrosoftGraphActivityLogs",
        "resultSignature": "200",
        "durationMs": str(duration),
        "callerIpAddress": address,
        "correlationId": request,
        "level": "Informational",
        "location": "West Europe",
        "properties": properties,
        "tenantId": TENANT,
    }
