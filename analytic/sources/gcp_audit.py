"""Google Cloud Audit Logs: one log entry to one ApiEvent.

Format: Cloud Logging API, "LogEntry"; google.cloud.audit, audit_log.proto; Cloud Logging, "Understanding audit logs"
(Admin Activity, Data Access, System Event and Policy Denied; long-running operations), "Audit log entries for caller
IP addresses"; google.rpc, code.proto; GKE, "Audit logging" (entries of k8s.io).
"""

import base64
import binascii
import hashlib
import re
from functools import lru_cache

import msgspec

from analytic.context import action as actions
from analytic.context import interface, network
from analytic.sources.errors import ParseError
from analytic.sources.gcp import calls, granting, hardening, names, policies, workloads
from analytic.sources.gcp import identity as identities
from analytic.sources.gcp import record as records
from analytic.sources.gcp.record import AuditLog, Entry, Labels, recognises
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_TEXT_CHARS, bound, truth
from analytic.sources.times import iso_micros
from schemas.records import ApiEvent

__all__ = ["IGNORED", "parse", "recognises"]

IGNORED = ("gcp_not_audit",)
"""An entry of Cloud Logging that is no audit log: it has no AuditLog payload, or one of another type."""

MAX_USER_AGENT_CHARS = 1_024

_DOMAIN = ".googleapis.com"
_KUBERNETES = "k8s.io"
_NAMED_SERVICE = re.compile(r"(?:(?:v\d\w*|alpha|beta)\.)?(?!google\.)([a-z]\w*)\.\w+\.\w+", re.ASCII)
_CLASSES = {"activity": "management", "data_access": "data", "system_event": "system", "policy": "policy"}
_LOG = "cloudaudit.googleapis.com"
_SIGN_IN_SERVICE = "login"
"""Google's own sign-ins, shared by Cloud Identity and Workspace ("Audit logs for Google Workspace", Login Audit)."""

_CODES = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED"),
    *("INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
"""google.rpc.Code, each at its number."""

_DENIALS = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED"})
_EXCHANGES = frozenset({("sts", "ExchangeToken"), ("sts", "WebSignIn"), ("sts", "WebSignOut")})

_WEB_SIGN_IN = "WebSignIn"
_GCLOUD_CLIENT = "32555940559.apps.googleusercontent.com"
"""The OAuth client that gcloud signs people in as (google-cloud-sdk, core/config.py)."""

_CONSOLES = (b"Coliseum", b"Developers Console")
"""What the Cloud console gives as the request's reason, in base64 (seen in real entries; not documented)."""


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one log entry. `origin` is where it lies: <uri>#<zero-based record number>.

    Raises ParseError with one line that says what is wrong.
    """
    try:
        entry = records.decode(data)
    except UnicodeDecodeError as error:
        raise ParseError(f"not UTF-8: {error.reason}") from error
    except RecursionError as error:
        raise ParseError("nested too deep") from error
    except msgspec.DecodeError as error:
        raise ParseError(f"not JSON: {error}") from error
    log = entry.proto_payload
    if log is None:
        if entry.log_name:
            return Ignored("gcp_not_audit")
        raise ParseError("not a Cloud Audit Logs entry: no protoPayload")
    if log.type and not log.type.endswith("AuditLog"):
        return Ignored("gcp_not_audit")
    if len(data) > MAX_TEXT_CHARS:  # else no text in it can be too long
        records.cut(entry)
        return bound(_event(entry, log, data, origin))
    return _event(entry, log, data, origin)


def _event(entry: Entry, log: AuditLog, data: bytes, origin: str) -> ApiEvent:
    labels = (entry.resource.labels if entry.resource else None) or records.NO_LABELS
    action = _action(log)
    service = _service(entry, log, labels, action)
    sent = log.request_metadata or records.NO_REQUEST_METADATA
    attributes = sent.request_attributes or records.NO_REQUEST_ATTRIBUTES
    time = _time(entry.timestamp or log.timestamp or attributes.time or entry.receive_timestamp)
    info = log.authentication_info or records.NO_AUTHENTICATION
    if (service, calls.tail(service, action)) in _EXCHANGES:
        principal = identities.read_exchange(info, calls.part(log.metadata, "metadata"), log.resource_name)
    else:
        principal = identities.read(info)
    act = actions.classify("gcp", service, action, _read_only(log))
    if act.stage is not None and policies.sets_policy(service, action):
        deltas = policies.deltas(log)
        if hardening.hardens(deltas):
            act = actions.routine(act)
        else:
            act = actions.granting(act, granting.scope_of(deltas))
    log_class = _log_class(entry, log, service)
    outcome, error_code = _outcome(log, action, log_class)
    account = _account(entry, log, labels)
    region = names.region(_place(log, labels))
    caller_ip = sent.caller_ip or sent.caller_ip_address
    source_ip, _ = network.split_source(caller_ip)
    user_agent = sent.caller_supplied_user_agent
    user_agent = user_agent[:MAX_USER_AGENT_CHARS] if user_agent else None
    signs_in = log_class == "signin" or calls.tail(service, action) == _WEB_SIGN_IN
    oauth_client = info.oauth_info.oauth_client_id if info.oauth_info else None
    through = interface.classify(
        user_agent,
        provider="gcp",
        principal_subject=principal.full or principal.id,
        # A call from inside Google's own network, by one of its services for another, shows no address.
        source_service=caller_ip if caller_ip == "private" and not user_agent else None,
        source_ip=source_ip,
        event_type=interface.SIGN_IN if signs_in else None,
        invoked_by=principal.id if principal.type == "Service" else None,
        console_credential=_from_console(attributes.reason) or None,
        command="gcloud" if oauth_client == _GCLOUD_CLIENT else None,
    )
    call = calls.Call(log, labels, principal, account, region, time)
    worked = outcome == "success"
    return ApiEvent(
        event_id=entry.insert_id or "sha256:" + hashlib.sha256(data).hexdigest()[:32],
        time=time,
        provider="gcp",
        log_class=log_class,
        service=service,
        action=action,
        shared_event_id=_operation(entry, log, service),
        organization=names.parent(entry.log_name),
        account=account,
        region=region,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        action_basis=act.basis,
        outcome=outcome,
        error_code=error_code,
        principal_id=principal.id,
        principal_type=principal.type,
        principal_name=principal.name,
        principal_arn=principal.full,
        principal_account=principal.account,
        credential_id=principal.key,
        credential_type=identities.credential_type(principal, through.interface),
        issuer=principal.issuer,
        delegation=principal.delegation,
        on_behalf_of=principal.on_behalf_of,
        issued_to=workloads.node_workload(call) if principal.home == "instance" else None,
        home=principal.home,
        known_as=principal.known_as,
        issued=calls.issued(call, service, action) if worked else None,
        touched=workloads.touched(call, service, action) if worked else [],
        source_ip=source_ip,
        interface=through.interface,
        interface_conflict=through.conflict,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=calls.resources(log, labels, service, action, log_class),
        target_account=calls.target_account(call),
        origin=origin,
    )


def _action(log: AuditLog) -> str:
    """Give the method, or the permission that was asked for in a fragment of an entry that names no method."""
    name = log.method_name or next((one.permission for one in log.authorization_info or [] if one.permission), None)
    if not name:
        raise ParseError("not a Cloud Audit Logs entry: no methodName")
    return name[:MAX_TEXT_CHARS]


def _service(entry: Entry, log: AuditLog, labels: Labels, action: str) -> str:
    """Give the service; where serviceName is missing, as the entry tells it otherwise."""
    name = log.service_name or labels.service or (entry.operation.producer if entry.operation else None)
    if not name:
        # A permission is <service>.<resource>.<verb> (IAM, "Permissions reference"); so are many methods.
        asked = next((one.permission for one in log.authorization_info or [] if one.permission), None)
        found = _NAMED_SERVICE.match(asked or action)
        name = _KUBERNETES if action.startswith("io.k8s.") else found[1] if found else "unknown"
    return name[:MAX_TEXT_CHARS].removesuffix(_DOMAIN) or "unknown"


def _time(text: str | None) -> int:
    if not text:
        raise ParseError("not a Cloud Audit Logs entry: no timestamp")
    try:
        # BigQuery writes "2024-08-02 08:23:24.114 UTC".
        return iso_micros(text.removesuffix(" UTC"))
    except ValueError as error:
        raise ParseError(f"timestamp is no time: {text[:64]!r}") from error


def _read_only(log: AuditLog) -> bool | None:
    """Say whether the permissions that were asked for only read; None where their types are not told."""
    types = {one.permission_type for one in log.authorization_info or [] if one.permission_type}
    if not types:
        return None
    if any(kind.endswith("WRITE") for kind in types):
        return False
    return all(kind.endswith("READ") for kind in types) or None


def _log_class(entry: Entry, log: AuditLog, service: str) -> str:
    if service == _SIGN_IN_SERVICE:
        return "signin"
    log_name = (entry.log_name or "").replace("%2F", "/").replace("%2f", "/")
    _, found, log_id = log_name.partition(f"{_LOG}/")
    if found and log_id in _CLASSES:
        return _CLASSES[log_id]
    types = {one.permission_type for one in log.authorization_info or []}
    if "ADMIN_WRITE" in types:
        return "management"
    # Data Access entries are of severity INFO, Admin Activity of NOTICE; both of ERROR when they failed.
    return "data" if types & {"DATA_READ", "DATA_WRITE", "ADMIN_READ"} or entry.severity == "INFO" else "management"


def _outcome(log: AuditLog, action: str, log_class: str) -> tuple[str, str | None]:
    """Give the outcome and the name of the status' code."""
    code = log.status.code if log.status else None
    name = _code(code)
    if name is not None:
        return ("denied" if name in _DENIALS else "error"), name
    if log_class == "policy" or (log_class == "signin" and "failure" in action.lower()):
        return "denied", None
    granted = {truth(one.granted) for one in log.authorization_info or []}
    return ("denied" if False in granted and True not in granted else "success"), None


def _code(code: int | str | None) -> str | None:
    """Give the name of a status' code, None for OK and for none; a code that is not google.rpc's stays as it is."""
    text = str(code)[:MAX_TEXT_CHARS] if code is not None else ""
    name = _CODES[int(text)] if text in _NUMBERS else text
    return name if name not in ("", "OK") else None


_NUMBERS = frozenset(str(number) for number in range(len(_CODES)))


def _account(entry: Entry, log: AuditLog, labels: Labels) -> str | None:
    """Give the project that the entry was written in, else the project of the resource."""
    named = (names.project(one.resource) for one in log.authorization_info or [])
    return (
        names.project(entry.log_name)
        or labels.project_id
        or names.project(log.resource_name)
        or next((name for name in named if name), None)
    )


def _place(log: AuditLog, labels: Labels) -> str | None:
    lies = log.resource_location.current_locations if log.resource_location else None
    return labels.region or labels.zone or labels.location or (lies[0] if lies else None)


def _operation(entry: Entry, log: AuditLog, service: str) -> str | None:
    """Give the id that the first and the last entry of a long-running operation share.

    What a BigQuery job did to each table is an entry of its own under the job's id, and no copy of it.
    """
    operation = entry.operation
    if operation is None or not operation.id or (truth(operation.first) and truth(operation.last)):
        return None
    if service == "bigquery" and "/jobs" not in (log.resource_name or ""):
        return None
    return f"gcp-operation:{operation.id}"


@lru_cache(1_024)
def _from_console(reason: str | None) -> bool:
    """Whether the reason given with the request is the Cloud console's."""
    if not reason or len(reason) > MAX_USER_AGENT_CHARS:
        return False
    try:
        given = base64.urlsafe_b64decode(reason + "=" * (-len(reason) % 4))
    except (ValueError, binascii.Error):
        return False
    return any(mark in given for mark in _CONSOLES)
