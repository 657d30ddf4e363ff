"""Who an Azure record says made the call: the claims of the access token, and what stands in for them.

Sources: "Access token claims reference" (names and meaning; `iat`: when the authentication for the token occurred;
`amr`; `appidacr`), "Track and investigate identity activities with linkable identifiers in Microsoft Entra" (`uti`,
`sid`, `deviceid`), "Azure Activity Log event schema" (samples: the names as Resource Manager writes them, `caller`,
`authorization.evidence`), "Managed identities for Azure resources, FAQ" (`xms_mirid`, the identity's resource, and
`xms_az_rid`, the resource that an identity of its own sits on).

Resource Manager writes some claims under the URIs that .NET knows them by; logs in front of other services do not.
"""

from typing import Any, NamedTuple

from analytic.sources.azure import names
from analytic.sources.azure.fields import content, first, fold, label, micros
from analytic.sources.json_fields import items, nested, text

_MICROSOFT = "http://schemas.microsoft.com"
_XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"

_OBJECT = (f"{_MICROSOFT}/identity/claims/objectidentifier", "oid")
_TENANT = (f"{_MICROSOFT}/identity/claims/tenantid", "tid")
_SCOPE = (f"{_MICROSOFT}/identity/claims/scope", "scp")
_METHODS = (f"{_MICROSOFT}/claims/authnmethodsreferences", "amr")
_DEVICE = (f"{_MICROSOFT}/2012/01/devicecontext/claims/identifier", "deviceid")
_SESSION = ("sid", f"{_MICROSOFT}/identity/claims/sessionid", "sessionid")
_APP = ("appid", "azp")
_APP_PROOF = ("appidacr", "azpacr")
# The first with an "@" is the user's sign-in name; the display name is in `name` alone.
_USER_NAMES = (
    *(f"{_XMLSOAP}/upn", "upn", f"{_XMLSOAP}/name", "unique_name", "preferred_username"),
    *(f"{_XMLSOAP}/emailaddress", "email", "name"),
)
_SERVICE_NAMES = (f"{_XMLSOAP}/spn", f"{_XMLSOAP}/emailaddress", "spn")
_MULTI_FACTOR = "mfa"
"""Also within "ngcmfa", a second factor that was asked for afresh."""

_PROVIDERS = "microsoft."
_WINDOWS_SID = "S-1-"
_ISSUERS = ("https://sts.windows.net/", "https://login.microsoftonline.com/")
_PERSONAL = "live.com#"
"""What stands before the address of a personal account that was invited ("live.com#alice@example.com")."""

_WEAK_PROOF = "1"
"""appidacr of a client that showed a secret. Microsoft's own services show certificates: others added that secret."""

SERVICES = {
    "01fc33a7-78ba-4d2f-a4b7-768e336e890e": "MS-PIM",
    "035f9e1d-4f00-4419-bf50-bf2d87eb4878": "Azure Monitor Restricted",
    "0c7668b5-3260-4ad0-9f53-34ed54fa19b2": "Microsoft Defender for Cloud Servers Scanner Resource Provider",
    "1d78a85d-813d-46f0-b496-dd72f50a3ec0": "Microsoft Azure Policy Insights",
    "4962773b-9cdb-44cf-a8bf-237846a00ab7": "Microsoft.EventGrid",
    "509e4652-da8d-478d-a730-e9d4a1996ca4": "Azure Resource Graph",
    "579d9c9d-4c83-4efc-8124-7eba65ed3356": "Azure Compute",
    "8edd93e1-2103-40b4-bd70-6e34e586362d": "Windows Azure Security Resource Provider",
    "abfa0a7c-a6b6-4736-8310-5855508787cd": "Microsoft Azure App Service",
    "c39c9bac-9d1f-4dfb-aa29-27f6365e5cb7": "Azure Advisor",
    "c476eb34-4c94-43bc-97fc-94ede0534615": "Azure Update Manager",
    "cbff9545-769a-4b41-b76e-fbb069e8727e": "Microsoft Defender for Cloud Pricing Resource Provider",
    "e0ccf59d-5a20-4a87-a122-f42842cdb86a": "Microsoft Defender for Cloud Scanner Resource Provider",
    "f5819b54-e033-4d82-ac66-4fec3cbf3f4c": "Azure Connected Machine Resource Manager",
    "f6b60513-f290-450e-a2f3-9930de61c5e7": "Microsoft Azure Log Search Alerts",
    "fc780465-2017-40d4-a0c5-307022471b92": "WindowsDefenderATP",
}
"""Microsoft's applications that act on subscriptions for themselves, by application id. Nobody is followed behind them,
so the list is short and only these. Source: "Verify first-party Microsoft applications in sign-in reports"."""


class Caller(NamedTuple):
    """Who called, as far as the record shows; texts are None where it shows nothing.

    `token` is the token's unique id, `created` when its authentication took place (UTC microseconds), `issued_to` the
    workload id that a managed identity sits on and `home` that workload's kind.
    """

    id: str | None = None
    type: str = "unknown"
    name: str | None = None
    tenant: str | None = None
    app_id: str | None = None
    credential_type: str = "unknown"
    token: str | None = None
    session: str | None = None
    created: int | None = None
    mfa: bool | None = None
    issued_to: str | None = None
    home: str | None = None


class _Shown(NamedTuple):
    """What of a record tells who called: the token's claims, and what stands in where they are lacking."""

    claims: dict[str, Any]
    object_id: str | None
    app_id: str | None
    workload: str | None
    caller: str | None
    granted_type: str | None
    granted_id: str | None


def read(raw_claims: Any, caller: str | None = None, authorization: dict[str, Any] | None = None) -> Caller:
    """Read the caller out of a token's claims.

    `caller` is the record's own field of that name: an address, an object id or a service's name; `authorization`
    (keys in lower case) tells of the role assignment that let the call through. They stand in where there is no claim.
    """
    claims = _claims(raw_claims)
    shown = _show(claims, caller.strip() if caller else None, authorization)
    kind, name = _kind(shown)
    tied = kind == "ManagedIdentity"
    return Caller(
        id=_lower(
            shown.object_id or shown.granted_id or (name if kind == "User" else None) or shown.app_id or shown.caller
        ),
        type=kind,
        name=name,
        tenant=_tenant(claims),
        app_id=shown.app_id,
        credential_type="managed_identity" if tied else "access_token" if claims else "unknown",
        token=first(claims, "uti"),
        session=_session(claims),
        created=micros(claims.get("iat")),
        mfa=_multi_factor(claims),
        issued_to=names.workload(shown.workload) if tied else None,
        home=names.home(shown.workload) if tied else "device" if first(claims, *_DEVICE) else None,
    )


def _show(claims: dict[str, Any], caller: str | None, authorization: dict[str, Any] | None) -> _Shown:
    object_id = first(claims, *_OBJECT)
    granted_type = granted_id = None
    if object_id is None and authorization:
        evidence = fold(authorization.get("evidence"))
        granted_type = label(evidence.get("principaltype"))
        # A role may also be a group's, which calls nothing.
        granted_id = names.guid(label(evidence.get("principalid"))) if granted_type != "Group" else None
    workload = names.clean(first(claims, "xms_az_rid", "xms_mirid"))
    return _Shown(claims, object_id, _lower(first(claims, *_APP)), workload, caller, granted_type, granted_id)


def has_caller(raw_claims: Any) -> bool:
    """Whether a token's claims name a principal of the directory, and not just a service."""
    return first(_claims(raw_claims), *_OBJECT) is not None


def user_name(text_: str | None) -> str | None:
    """Give a text that is a user's sign-in name, without what Azure puts before it; None for what is none."""
    name = text_.strip().removeprefix(_PERSONAL) if text_ else ""
    return name if "@" in name else None


def is_own_service(app_id: str | None, proof: str | None) -> bool:
    """Whether an application that acts for itself is one of `SERVICES`; `proof` is how it authenticated (appidacr)."""
    return app_id in SERVICES and proof != _WEAK_PROOF


def _claims(raw_claims: Any) -> dict[str, Any]:
    claims = content(nested(raw_claims))
    return claims if isinstance(claims, dict) else {}


def _kind(shown: _Shown) -> tuple[str, str | None]:
    """Give the principal's type and its readable name."""
    claims, caller = shown.claims, shown.caller
    user = _user(claims) or user_name(caller)
    what = first(claims, "idtyp")
    if what == "user" or (what != "app" and (user or first(claims, *_SCOPE))):
        return "User", user or first(claims, "name")
    if shown.workload:
        identity = names.clean(first(claims, "xms_mirid")) or shown.workload
        return "ManagedIdentity", identity.rpartition("/")[2]
    if is_own_service(shown.app_id, first(claims, *_APP_PROOF)):
        return "Service", SERVICES[shown.app_id or ""]
    service = first(claims, *_SERVICE_NAMES) or caller
    if service and service.lower().startswith(_PROVIDERS) and shown.object_id is None:
        return "Service", service
    if shown.object_id or shown.app_id or what == "app" or names.guid(caller):
        return "ServicePrincipal", first(claims, "app_displayname")
    granted = shown.granted_type if shown.granted_type in ("User", "ServicePrincipal") else "unknown"
    return granted, caller or first(claims, "name")


def _user(claims: dict[str, Any]) -> str | None:
    for name in _USER_NAMES:
        if name in claims:
            user = user_name(first(claims, name))
            if user is not None:
                return user
    return None


def _tenant(claims: dict[str, Any]) -> str | None:
    tenant = first(claims, *_TENANT)
    if tenant is None:
        issuer = first(claims, "iss") or ""
        start = next((start for start in _ISSUERS if issuer.startswith(start)), None)
        tenant = names.guid(issuer[len(start) :].partition("/")[0]) if start else None
    return _lower(tenant)


def _session(claims: dict[str, Any]) -> str | None:
    """Give the sign-in session; the same short name is also that of a Windows account's security identifier."""
    session = first(claims, *_SESSION)
    return None if session is None or session.startswith(_WINDOWS_SID) else session


def _multi_factor(claims: dict[str, Any]) -> bool | None:
    """Say whether the methods of authentication ("pwd,mfa", or a list) include a second factor; None without any."""
    for name in _METHODS:
        written = claims.get(name)
        if written:
            listed = " ".join(text(method) or "" for method in items(written)) if isinstance(written, list) else written
            return _MULTI_FACTOR in listed.lower() if isinstance(listed, str) else None
    return None


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None
