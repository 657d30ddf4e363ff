"""Microsoft 365 unified audit log: sign-ins and directory changes to ApiEvents; other workloads carry no cloud call.

Format: Office 365 Management Activity API schema: "Common schema", "Azure Active Directory Base schema", "Azure Active
Directory schema", "Azure Active Directory Secure Token Service (STS) Logon schema", "AppAccessContext". Rows of
Search-UnifiedAuditLog and of Microsoft Graph's audit log query hold such a record in AuditData, as text or object.

Of a sign-in the log says less than Entra's own does (no location, no second factor); its Id is that sign-in's.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from analytic.context import action as actions
from analytic.context import interface
from analytic.sources.azure import names as azure_names
from analytic.sources.azure.fields import address, digest, fold
from analytic.sources.entra import outcomes as entra_outcomes
from analytic.sources.entra import record as entra_record
from analytic.sources.entra.judging import judge
from analytic.sources.entra.keys import added_key
from analytic.sources.entra.record import raw_text
from analytic.sources.entra.tokens import token_id
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS, bound, decode_object, items, nested, text
from schemas.records import ApiEvent, Issued

_WORKLOADS = ("exchange", "sharepoint", "onedrive", "microsoftteams", "securitycompliancecenter", "powerbi")
_TABLE = "officeactivity"
"""The table that holds the log's other workloads in Log Analytics (Azure Monitor, table reference OfficeActivity)."""

IGNORED = (*(f"m365_{workload}" for workload in _WORKLOADS), "m365_other")
"""By workload: what people do with mail, files and chats is no call of a cloud's API."""

_DIRECTORY = "azureactivedirectory"
_LOGONS = frozenset({"9", "15", "azureactivedirectoryaccountlogon", "azureactivedirectorystslogon"})
_DIRECTORY_TYPES = _LOGONS | {"8", _DIRECTORY}
"""AuditLogRecordType by number and name: 8 directory changes, 9 logons of old (deprecated), 15 STS logons."""

_LOGON_OPERATIONS = frozenset({"userloggedin", "userloginfailed"})
_USER_TYPES = {
    "0": "User",  # Regular
    "1": "User",  # Reserved
    "2": "User",  # Admin
    "3": "Service",  # DcAdmin: a Microsoft datacenter operator
    "4": "Service",  # System
    "5": "ServicePrincipal",  # Application
    "6": "ServicePrincipal",
}
"""The principal type by UserType ("User Type")."""

_CLAIM, _OTHER = "0", "2"
"""IdentityType of an actor's object id: in logons it comes as a claim, in directory changes among the others."""

_OBJECT = re.compile(r"([A-Za-z]{1,64})_(.{36})")
"""How the log names a directory object beside its bare id: User_<id>, ServicePrincipal_<id>, Application_<id>."""

_FAILED = re.compile(r"fail|false", re.IGNORECASE)


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is of the unified audit log, by the fields that the common schema makes mandatory."""
    if raw_text(fields, "Type") == _TABLE:
        return True
    if raw_text(fields, "AuditData") is not None:
        return raw_text(fields, "RecordType") is not None or raw_text(fields, "AuditLogRecordType") is not None
    return all(raw_text(fields, name) is not None for name in ("RecordType", "CreationTime", "Operation"))


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one record. `origin` is where it lies: <uri>#<zero-based record number>. Raises ParseError."""
    fields = fold(decode_object(data))
    fields |= fold(fields.get("auditdata"))
    record_type = (text(fields.get("recordtype")) or text(fields.get("auditlogrecordtype")) or "").lower()
    shown = (text(fields.get(name)) for name in ("workload", "officeworkload", "service"))
    workload = next(filter(None, shown), None)
    if not (workload.lower() == _DIRECTORY if workload else record_type in _DIRECTORY_TYPES):
        name = workload.lower() if workload else ""
        return Ignored(f"m365_{name}" if name in _WORKLOADS else "m365_other")
    operation = (text(fields.get("operation")) or "").strip()
    if not operation:
        raise ParseError("not a Microsoft 365 audit record: no Operation")
    if record_type in _LOGONS or operation.lower() in _LOGON_OPERATIONS:
        return _finished(_logon(fields, operation, data, origin), data)
    return _finished(_change(fields, operation, data, origin), data)


def _finished(event: ApiEvent, data: bytes) -> ApiEvent:
    return bound(event) if len(data) > MAX_TEXT_CHARS else event


def _logon(fields: dict[str, Any], operation: str, data: bytes, origin: str) -> ApiEvent:
    extended = entra_record.pairs(fields.get("extendedproperties"))
    device = entra_record.pairs(fields.get("deviceproperties"))
    event = _event(fields, operation, text(extended.get("useragent")), device, data, origin)
    event.log_class = "signin"
    # IntraSystemId is the request that issued the token: the sign-in log's id, so that both logs count one sign-in.
    request = text(fields.get("intrasystemid"))
    event.shared_event_id = f"entra-signin:{request.lower()}" if request else None
    event.outcome, event.error_code = _logon_outcome(fields, operation)
    event.session_id = event.session_id or text(device.get("sessionid"))
    event.home = "device" if text(device.get("id")) else None
    event.resources = [name for name in (text(fields.get("objectid")),) if name]
    if event.principal_type == "User":
        known_as = entra_record.person(event.principal_name)
        event.known_as = [known_as] if known_as else []
        at_console = event.interface == "console" and event.interface_conflict is None
        event.credential_type = "console_session" if at_console else "access_token"
    if event.outcome == "success":
        event.credential_id = token_id(event.credential_id, request)
        if event.credential_id or event.session_id:
            event.issued = Issued(event.credential_id, event.principal_id, None, None, event.session_id, None)
    else:
        event.credential_id = None
    return event


def _logon_outcome(fields: dict[str, Any], operation: str) -> tuple[str, str | None]:
    """Give the outcome of a logon by its error, for ResultStatus only says that the request was answered."""
    error = text(fields.get("logonerror"))
    codes = (text(fields.get(name)) for name in ("errornumber", "errorcode"))
    code = next((code for code in codes if code not in (None, "0")), error)
    if code is None:
        return ("denied", None) if operation.lower() == "userloginfailed" else ("success", None)
    outcome, shown = entra_outcomes.sign_in(code)
    unfinished = outcome == "denied" and error is not None and entra_outcomes.sign_in(error)[0] == "error"
    return ("error" if unfinished else outcome), shown


def _change(fields: dict[str, Any], operation: str, data: bytes, origin: str) -> ApiEvent:
    extended = entra_record.pairs(fields.get("extendedproperties"))
    details = fold(extended.get("additionaldetails"))
    event = _event(fields, operation, text(details.get("user-agent")), {}, data, origin)
    actor = azure_names.guid(text(extended.get("actorobjectid")))
    event.principal_id = actor or event.principal_id
    status = text(fields.get("resultstatus")) or ""
    if _FAILED.search(status):
        event.outcome, event.error_code = "error", status
    shown = text(extended.get("targetobjectid")) or text(fields.get("objectid"))
    target, event.resources = _targets(fields, azure_names.guid(shown))
    key = added_key(fields.get("modifiedproperties")) if event.outcome == "success" else None
    event.issued = Issued(credential_id=key, principal_id=target) if key else None
    return event


def _event(
    fields: dict[str, Any], operation: str, user_agent: str | None, device: dict[str, Any], data: bytes, origin: str
) -> ApiEvent:
    """Make the event with what both kinds of record show in the same way."""
    time = entra_record.moment(fields, "creationtime", "createddatetime")
    tenant = entra_record.identifier(fields.get("organizationid"))
    actor_tenant = entra_record.identifier(fields.get("actorcontextid"))
    target_tenant = entra_record.identifier(fields.get("targetcontextid"))
    access = fold(fields.get("appaccesscontext"))
    created = entra_record.optional_moment(access.get("issuedattime"))
    source_ip = address(text(fields.get("actoripaddress")) or text(fields.get("clientip")))
    user_agent = user_agent[: entra_record.MAX_USER_AGENT_CHARS] if user_agent else None
    logon = operation.lower() in _LOGON_OPERATIONS
    through = interface.classify(
        user_agent,
        source_ip=source_ip,
        event_type=interface.SIGN_IN if logon else None,
        app_id=entra_record.identifier(fields.get("applicationid") or access.get("clientappid")),
        app_name=text(access.get("clientappname")),
        device_os=text(device.get("os")),
        device_browser=text(device.get("browsertype")),
        provider="azure",
    )
    token = text(access.get("uniquetokenid"))
    # What is no logon is a change: directory reads are not in this log.
    act = actions.classify("azure", entra_record.SERVICE, operation, None if logon else False)
    act = judge(act, operation, [fields.get("modifiedproperties")])
    return ApiEvent(
        event_id=text(fields.get("id")) or digest(data),
        time=time,
        provider="azure",
        log_class="management",
        service=entra_record.SERVICE,
        action=operation,
        organization=tenant,
        account=tenant,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        action_basis=act.basis,
        principal_id=_principal_id(fields),
        principal_type=_USER_TYPES.get(text(fields.get("usertype")) or "", "unknown"),
        principal_name=text(fields.get("userid")),
        principal_account=actor_tenant or tenant,
        credential_id=token,
        credential_type="access_token" if token else "unknown",
        session_id=text(access.get("aadsessionid")),
        session_created=created,
        credential_age=None if created is None else time - created,
        source_ip=source_ip,
        interface=through.interface,
        interface_conflict=through.conflict,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        target_account=target_tenant if actor_tenant and target_tenant != actor_tenant else None,
        origin=origin,
    )


def _principal_id(fields: dict[str, Any]) -> str | None:
    """Give the actor's object id. UserKey is that in newer records, and a passport id (PUID) in older ones."""
    key = text(fields.get("userkey"))
    found = azure_names.guid(key)
    if found:
        return found
    for item in items(nested(fields.get("actor")), cap=32):
        actor = fold(item)
        shown = text(actor.get("id")) or ""
        kind = text(actor.get("type"))
        named = _OBJECT.fullmatch(shown) if kind == _OTHER else None
        found = azure_names.guid(named[2] if named else shown if kind == _CLAIM else None)
        if found:
            return found
    return entra_record.identifier(key) or entra_record.identifier(fields.get("userid"))


def _targets(fields: dict[str, Any], target: str | None) -> tuple[str | None, list[str]]:
    """Give the target's object id, and what names it. A target comes by its id, its kind, both in one, and its name."""
    shown = [text(fold(item).get("id")) or "" for item in items(nested(fields.get("target")), cap=MAX_RESOURCES)]
    kinds = set()
    for named in filter(None, map(_OBJECT.fullmatch, shown)):
        kinds |= {named[0], named[1]}
        target = target or azure_names.guid(named[2])
    names = [target] if target else []
    names += [name for name in shown if name and name not in kinds and name.lower() != target]
    return target, list(dict.fromkeys(names))[:MAX_RESOURCES]
