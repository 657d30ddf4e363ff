"""Microsoft Entra sign-in logs: one record to one ApiEvent, whatever wrote it down (analytic/sources/entra/record.py).

Format: Microsoft Graph, "signIn resource type" (beta) with "managedIdentity resource type"; Azure Monitor table
references SigninLogs, AADNonInteractiveUserSignInLogs, AADServicePrincipalSignInLogs, AADManagedIdentitySignInLogs and
ADFSSignInLogs; Microsoft Entra, "Learn about the sign-in log activity details".

A sign-in is heard at its session, or at its token where there is none, and issues that token: `known_as` says who
the person is to other logs. A failed one has issued nothing, so its token id is left out: it is the user's.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from analytic.context import action as actions
from analytic.context import interface
from analytic.sources.azure import names as azure_names
from analytic.sources.azure.fields import address, digest, fold
from analytic.sources.entra import outcomes as entra_outcomes
from analytic.sources.entra import record as entra_record
from analytic.sources.entra.mfa import second_factor
from analytic.sources.entra.record import raw_text
from analytic.sources.entra.tokens import token_id
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_TEXT_CHARS, bound, items, nested, text
from schemas.records import ApiEvent, Issued

IGNORED: tuple[str, ...] = ()
"""Every record of these logs is a sign-in."""

ACTION = "Sign-in activity"
"""What operationName always is (table references, OperationName)."""

_TYPES = {
    "signinlogs": "User",
    "noninteractiveusersigninlogs": "User",
    "adfssigninlogs": "User",
    "serviceprincipalsigninlogs": "ServicePrincipal",
    "microsoftserviceprincipalsigninlogs": "Service",
    "managedidentitysigninlogs": "ManagedIdentity",
}
"""The type of principal by category, and by table without its "AAD"."""

_TYPES_BY_EVENT = {
    "interactiveuser": "User",
    "noninteractiveuser": "User",
    "serviceprincipal": "ServicePrincipal",
    "managedidentity": "ManagedIdentity",
}
"""The same by signInEventTypes ("signIn resource type")."""

_ONLY_IN_SIGN_INS = ("SignInEventTypes", "ConditionalAccessStatus", "AppliedConditionalAccessPolicies", "IsInteractive")
"""Fields by which a signIn object of Microsoft Graph is told, beside createdDateTime."""

_BY_CREDENTIAL = {
    "clientsecret": "long_term",
    "clientassertion": "long_term",
    "certificate": "long_term",
    "federatedidentitycredential": "federated",
    "managedidentity": "managed_identity",
}
"""What a service principal signed in with, by clientCredentialType ("signIn resource type")."""

_FEDERATED_TOKENS = frozenset({"saml11", "saml20"})


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is a sign-in, by its category, table, operation or, for Microsoft Graph's, its own fields."""
    for name in ("Category", "Type"):
        if (raw_text(fields, name) or "").removeprefix("aad") in _TYPES:
            return True
    if raw_text(fields, "OperationName") == "sign-in activity":
        return True
    if raw_text(fields, "CreatedDateTime") is None:
        return False
    return any(raw_text(fields, name) is not None for name in _ONLY_IN_SIGN_INS)


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one sign-in. `origin` is where it lies: <uri>#<zero-based record number>. Raises ParseError."""
    envelope, fields = entra_record.read(data)
    time = entra_record.moment(fields, "createddatetime", "time", "timegenerated")
    status = fold(fields.get("status"))
    outcome, error_code = entra_outcomes.sign_in(text(status.get("errorcode")) or text(fields.get("resulttype")))
    worked = outcome == "success"
    kind = _kind(fields)
    is_user = kind == "User"
    home_tenant = entra_record.identifier(fields.get("hometenantid"))
    resource_tenant = entra_record.identifier(fields.get("resourcetenantid"))
    tenant = entra_record.tenant(envelope) or resource_tenant or home_tenant
    name = text(fields.get("userprincipalname")) if is_user else text(fields.get("serviceprincipalname"))
    principal_id = entra_record.identifier(fields.get("userid" if is_user else "serviceprincipalid")) or name
    token = token_id(text(fields.get("uniquetokenidentifier")), text(fields.get("id"))) if worked else None
    session = text(fields.get("sessionid"))
    workload, home = _workload(fields) if kind == "ManagedIdentity" else (None, None)
    device = fold(fields.get("devicedetail"))
    if text(device.get("deviceid")):
        home = "device"
    source_ip = address(text(fields.get("ipaddress")) or text(fields.get("calleripaddress")))
    user_agent = (text(fields.get("useragent")) or "")[: entra_record.MAX_USER_AGENT_CHARS] or None
    client_app = text(fields.get("clientappused"))
    through = interface.classify(
        user_agent,
        source_ip=source_ip,
        event_type=interface.SIGN_IN,
        app_id=entra_record.identifier(fields.get("appid")),
        app_name=text(fields.get("appdisplayname")),
        client_app=client_app,
        device_os=text(device.get("operatingsystem")),
        device_browser=text(device.get("browser")),
        provider="azure",
    )
    location = entra_record.place(fold(fields.get("locationdetails")) or fold(fields.get("location")))
    known_as = entra_record.person(name) if is_user else None
    act = actions.classify("azure", entra_record.SERVICE, ACTION)
    sign_in = text(fields.get("id"))
    event = ApiEvent(
        event_id=sign_in or digest(data),
        # Log Analytics writes a sign-in with a second factor in several rows, not all alike ("SigninLogs" table).
        shared_event_id=f"entra-signin:{sign_in.lower()}" if sign_in else None,
        time=time,
        provider="azure",
        log_class="signin",
        service=entra_record.SERVICE,
        action=ACTION,
        organization=tenant,
        account=tenant,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        action_basis=act.basis,
        outcome=outcome,
        error_code=error_code,
        principal_id=principal_id,
        principal_type=kind,
        principal_name=name or text(fields.get("appdisplayname")),
        principal_account=home_tenant or tenant,
        credential_id=_key_id(fields) or token if kind == "ServicePrincipal" else token,
        credential_type=_user_credential(fields, through, client_app) if is_user else _own_credential(kind, fields),
        session_id=session,
        mfa=second_factor(fields, status) if worked and is_user else None,
        issued_to=workload,
        home=home,
        issued=Issued(token, principal_id, None, workload, session, None) if token else None,
        known_as=[known_as] if known_as else [],
        source_ip=source_ip,
        asn=entra_record.autonomous_system(fields.get("autonomoussystemnumber")),
        country=location.country,
        latitude=location.latitude,
        longitude=location.longitude,
        interface=through.interface,
        interface_conflict=through.conflict,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=_resources(fields),
        target_account=resource_tenant if home_tenant and home_tenant != resource_tenant else None,
        origin=origin,
    )
    return bound(event) if len(data) > MAX_TEXT_CHARS else event


def _kind(fields: dict[str, Any]) -> str:
    for name in ("category", "type"):
        kind = _TYPES.get((text(fields.get(name)) or "").lower().removeprefix("aad"))
        if kind:
            return kind
    for event_type in items(nested(fields.get("signineventtypes")), cap=4):
        kind = _TYPES_BY_EVENT.get(event_type.lower()) if isinstance(event_type, str) else None
        if kind:
            return kind
    return "ServicePrincipal" if fields.get("serviceprincipalid") and not fields.get("userid") else "User"


def _key_id(fields: dict[str, Any]) -> str | None:
    """Give the id of the app credential that a service principal signed in with: the KeyIdentifier of the audit log."""
    return entra_record.identifier(fields.get("serviceprincipalcredentialkeyid"))


def _user_credential(fields: dict[str, Any], through: interface.Interface, client_app: str | None) -> str:
    """Name a person's credential: a browser's session at a console, or a token, perhaps for another's assertion."""
    browser = client_app is None or client_app.lower() == "browser"
    if through.interface == "console" and through.conflict is None and browser:
        return "console_session"
    by_federation = text(fields.get("tokenissuertype")) == "ADFederationServices"
    incoming = (text(fields.get("incomingtokentype")) or "").lower()
    return "federated" if by_federation or incoming in _FEDERATED_TOKENS else "access_token"


def _own_credential(kind: str, fields: dict[str, Any]) -> str:
    """Name what a service principal or a managed identity signed in with."""
    if kind == "ManagedIdentity":
        return "managed_identity"
    if text(fields.get("federatedcredentialid")):
        return "federated"
    shown = _BY_CREDENTIAL.get((text(fields.get("clientcredentialtype")) or "").lower())
    return shown or ("long_term" if _key_id(fields) else "unknown")


def _workload(fields: dict[str, Any]) -> tuple[str | None, str | None]:
    """Give the workload id of a managed identity, and its kind, where the record shows the resource."""
    shown = fold(fields.get("managedserviceidentity")).get("associatedresourceid")
    resource = azure_names.clean(text(shown) or text(fields.get("associatedresourceid")))
    return azure_names.workload(resource), azure_names.home(resource)


def _resources(fields: dict[str, Any]) -> list[str]:
    """Name what was signed in to: its application id, else its name, and the Azure resource where one is shown."""
    target = text(fields.get("resourceidentity")) or text(fields.get("resourceid"))
    if target is None or target.startswith("/"):  # the log's own resource, /tenants/…
        target = text(fields.get("resourcedisplayname"))
    return [name for name in (target, text(fields.get("azureresourceid"))) if name]
