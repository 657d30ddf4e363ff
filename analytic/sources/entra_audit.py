"""Microsoft Entra audit log: one record to one ApiEvent, whatever wrote it down (analytic/sources/entra/record.py).

Format: Microsoft Graph, "directoryAudit resource type" (beta), with "auditActivityInitiator", "linkableIdentifiers",
"tokenDetails" and "targetResource"; Azure Monitor table references AuditLogs and AADCustomSecurityAttributeAuditLogs;
Microsoft Entra, "Microsoft Entra activity logs schema" and "Audit log activities".
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from analytic.context import action as actions
from analytic.context import interface
from analytic.sources.azure.fields import address, digest, fold
from analytic.sources.entra import record as entra_record
from analytic.sources.entra.judging import judge
from analytic.sources.entra.keys import added_key
from analytic.sources.entra.record import raw_text
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS, bound, items, nested, text
from schemas.records import ApiEvent, Issued

IGNORED = ("entra_not_audit",)
"""The other logs of a tenant's diagnostic settings, which share its event hub: risk, provisioning, network traffic."""

_AUDIT = frozenset({"auditlogs", "customsecurityattributeauditlogs"})
_TABLES = frozenset({"auditlogs", "aadcustomsecurityattributeauditlogs"})
_OTHER_LOGS = frozenset(
    {
        "provisioninglogs",
        "riskyusers",
        "userriskevents",
        "riskyserviceprincipals",
        "serviceprincipalriskevents",
        "enrichedoffice365auditlogs",
        "networkaccesstrafficlogs",
    }
)
"""Microsoft Entra, "What are the identity logs you can stream to an endpoint?": those that record no call."""

_DIRECTORY = "/providers/microsoft.aadiam"

# How resultReason says "you may not": "Insufficient privileges to complete the operation" and the like.
_DENIED = re.compile(r"insufficient|denied|unauthorized|not authorized|forbidden|permission", re.IGNORECASE)
_WORKED = frozenset({"success", "0"})


class _Initiator(NamedTuple):
    id: str | None = None
    type: str = "unknown"
    name: str | None = None
    app_id: str | None = None
    address: str | None = None
    session_id: str | None = None
    token: str | None = None
    token_issued: int | None = None
    device: str | None = None


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is of the audit log: by its own fields, or by its category and the directory it is of.

    The category alone is not enough: other services' resource logs have an "AuditLogs" too.
    """
    if raw_text(fields, "ActivityDisplayName") is not None and raw_text(fields, "InitiatedBy") is not None:
        return True
    category = raw_text(fields, "Category")
    if category not in _AUDIT and category not in _OTHER_LOGS:
        return False
    return _DIRECTORY in (raw_text(fields, "ResourceId") or "") or raw_text(fields, "Type") in _TABLES


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one audit record. `origin` is where it lies: <uri>#<zero-based record number>. Raises ParseError."""
    envelope, fields = entra_record.read(data)
    if (text(envelope.get("category")) or "").lower() in _OTHER_LOGS:
        return Ignored("entra_not_audit")
    time = entra_record.moment(fields, "activitydatetime", "time", "timegenerated")
    action = (text(fields.get("activitydisplayname")) or text(fields.get("operationname")) or "").strip()
    if not action:
        raise ParseError("not an Entra audit record: no activityDisplayName, no operationName")
    tenant = entra_record.tenant(envelope)
    by = _initiator(fold(fields.get("initiatedby")))
    outcome, error_code = _outcome(fields)
    source_ip = address(by.address or text(fields.get("calleripaddress")))
    details = entra_record.pairs(fields.get("additionaldetails"))
    user_agent = text(fields.get("useragent")) or text(details.get("user-agent"))
    user_agent = user_agent[: entra_record.MAX_USER_AGENT_CHARS] if user_agent else None
    through = interface.classify(
        user_agent,
        source_ip=source_ip,
        invoked_by=by.name if by.type == "Service" else None,
        app_id=by.app_id,
        app_name=by.name if by.app_id else None,
        provider="azure",
    )
    targets = [fold(target) for target in items(nested(fields.get("targetresources")), cap=MAX_RESOURCES)]
    # The log holds changes only: what merely reads a directory is in the Graph activity log.
    act = actions.classify("azure", entra_record.SERVICE, action, read_only=False)
    act = judge(act, action, [target.get("modifiedproperties") for target in targets])
    event = ApiEvent(
        event_id=text(fields.get("id")) or digest(data),
        time=time,
        provider="azure",
        log_class="management",
        service=entra_record.SERVICE,
        action=action,
        organization=tenant,
        account=tenant,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        action_basis=act.basis,
        outcome=outcome,
        error_code=error_code,
        principal_id=by.id,
        principal_type=by.type,
        principal_name=by.name,
        principal_account=tenant,
        credential_id=by.token,
        credential_type="access_token" if by.token or by.session_id else "unknown",
        session_id=by.session_id,
        session_created=by.token_issued,
        credential_age=None if by.token_issued is None else time - by.token_issued,
        home="device" if by.device else None,
        issued=_issued(targets) if outcome == "success" else None,
        source_ip=source_ip,
        interface=through.interface,
        interface_conflict=through.conflict,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=_resources(targets),
        origin=origin,
    )
    return bound(event) if len(data) > MAX_TEXT_CHARS else event


def _initiator(by: dict[str, Any]) -> _Initiator:
    """Read who made the change, and by linkableIdentifiers in which session and with which token."""
    who = _who(fold(by.get("user")), fold(by.get("app")))
    link = fold(by.get("linkableidentifiers"))
    if not link:
        return who
    token = fold(link.get("tokendetails"))
    return who._replace(
        session_id=text(link.get("sessionid")),
        token=text(token.get("uniquetokenidentifier")),
        token_issued=entra_record.optional_moment(token.get("issuedatdatetime")),
        device=text(link.get("deviceid")),
    )


def _who(user: dict[str, Any], app: dict[str, Any]) -> _Initiator:
    """Read a user, an app, or the system, "which is considered as an app" but has no id."""
    login = text(user.get("userprincipalname"))
    user_id = entra_record.identifier(user.get("id"))
    if login or user_id:
        name = login or text(user.get("displayname"))
        return _Initiator(user_id or login, "User", name, address=text(user.get("ipaddress")))
    app_id = entra_record.identifier(app.get("appid"))
    principal = entra_record.identifier(app.get("serviceprincipalid"))
    name = text(app.get("displayname")) or text(app.get("serviceprincipalname"))
    if principal or app_id:
        return _Initiator(principal or app_id, "ServicePrincipal", name, app_id)
    return _Initiator(None, "Service", name) if name else _Initiator()


def _outcome(fields: dict[str, Any]) -> tuple[str, str | None]:
    """Give the outcome and, as the error code, the reason in Entra's words."""
    result = (text(fields.get("result")) or text(fields.get("resulttype")) or "success").lower()
    if result in _WORKED:
        return "success", None
    reason = text(fields.get("resultreason")) or text(fields.get("resultdescription"))
    return ("denied" if reason and _DENIED.search(reason) else "error"), reason or result


def _issued(targets: list[dict[str, Any]]) -> Issued | None:
    """Give the credential that the change added to an application or service principal."""
    for target in targets:
        key = added_key(target.get("modifiedproperties"))
        if key:
            return Issued(credential_id=key, principal_id=entra_record.identifier(target.get("id")))
    return None


def _resources(targets: list[dict[str, Any]]) -> list[str]:
    """Name the targets: each by its id and by what people call it."""
    names = []
    for target in targets:
        shown = text(target.get("userprincipalname")) or text(target.get("displayname"))
        names += [name for name in (text(target.get("id")), shown) if name and name not in names]
    return names[:MAX_RESOURCES]
