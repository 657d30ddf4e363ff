"""AWS CloudTrail: one record to one ApiEvent.

Format: CloudTrail user guide, "CloudTrail record contents" (record versions 1.0 to 1.11), "AWS Management Console
sign-in events", "CloudTrail record contents for Insights events", "CloudTrail record contents for aggregated events",
"CloudTrail digest file structure", "Configuring Amazon SNS notifications for CloudTrail"; Amazon S3 user guide, "Event
message structure"; Amazon SNS developer guide, "HTTP/HTTPS subscription confirmation JSON format".
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from analytic.context import action as actions
from analytic.context import interface, network
from analytic.sources.aws import calls
from analytic.sources.aws import identity as identities
from analytic.sources.aws import issued as issuing
from analytic.sources.aws import signin as signing_in
from analytic.sources.aws.known_names import known_as
from analytic.sources.aws.parts import part
from analytic.sources.aws.record import ABSENT, CloudTrailRecord, decode, decode_any
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import MAX_TEXT_CHARS, bound, decode_fields, text
from analytic.sources.times import iso_micros
from schemas.records import ApiEvent

IGNORED = ("cloudtrail_digest", "cloudtrail_aggregated", "cloudtrail_notice", "cloudwatch_control")
"""Digests of delivered files, counts of calls without the calls, notices that a file was delivered, and the messages by
which CloudWatch Logs tries a subscription."""

MAX_USER_AGENT_CHARS = 1_024
"""CloudTrail's own limit for userAgent (user guide, record contents)."""

_CLASSES = {"Management": "management", "Data": "data", "Insight": "insight", "NetworkActivity": "network"}
_CLASSES_BY_TYPE = {"AwsCloudTrailInsight": "insight", "AwsVpceEvent": "network"}
_HOST = b'"clientprovidedhostheader"'
"""The key of tlsDetails (in any case: exports lower it) that shows the caller's own connection to the endpoint."""

_SIGN_IN_TYPE = "AwsConsoleSignIn"
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn")
_NOTICE_SOURCE = "aws:"
"""How the eventSource of notifications begins: aws:s3. A call's names the service's host."""

# Lambda and CloudFront date their operations: UpdateFunctionCode20150331v2, CreateDistribution2020_05_31.
_API_DATE = re.compile(r"20\d\d_?\d\d_?\d\d(?:v\d+)?$", re.ASCII)

# How services say "you may not", in any writing: AccessDenied, AccessDeniedException, Client.UnauthorizedOperation,
# UnauthorizedAccess, NotAuthorized, AuthorizationError, AuthFailure, Forbidden, VpceAccessDenied.
_DENIED = re.compile(r"accessdenied|unauthorized|notauthorized|authorizationerror|authfailure|forbidden", re.IGNORECASE)

_PRIVILEGED = frozenset({"write", "permissions", "credential", "execute"})
"""The classes of access whose request names what it was done to; reads are many and their parameters are filters."""


def parse_common(data: bytes, origin: str) -> ApiEvent | Ignored | None:
    """Read a record as CloudTrail itself delivers it, by one typed decode; None for any other record.

    `origin` is where it lies: <uri>#<zero-based record number>. Raises ParseError with one line saying what is wrong.
    """
    try:
        record = decode(data)
    except UnicodeDecodeError as error:
        raise ParseError(f"not UTF-8: {error.reason}") from error
    except RecursionError as error:
        raise ParseError("nested too deep") from error
    except msgspec.DecodeError as error:
        raise ParseError(f"not JSON: {error}") from error
    if record is None or not (record.event_name and record.event_source and record.event_time):
        return None
    return _event(record, data, origin)


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record, decoded one level, is CloudTrail's in any writing, or one of what comes along with it."""
    written = _lower(fields)
    if "eventversion" in written or "useridentity" in written or "digeststarttime" in written:
        return True
    if written.get("messagetype") == b'"CONTROL_MESSAGE"' or _is_notice(written):
        return True
    # Others have objects of these names.
    return all(written.get(name, b"")[:1] == b'"' for name in ("eventname", "eventsource"))


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one record in any writing. Raises ParseError with one line that says what is wrong."""
    common = parse_common(data, origin)
    if common is not None:
        return common
    fields = _lower(decode_fields(data))
    if "digeststarttime" in fields:
        return Ignored("cloudtrail_digest")
    if fields.get("messagetype") == b'"CONTROL_MESSAGE"':
        return Ignored("cloudwatch_control")
    if fields.get("eventcategory") == b'"Aggregated"':
        return Ignored("cloudtrail_aggregated")
    if _is_notice(fields):
        return Ignored("cloudtrail_notice")
    record = decode_any(data)
    if record.insight_details is not ABSENT:
        return _insight(record, data, origin)
    essential = {
        "eventName": record.event_name,
        "eventSource": record.event_source,
        "eventTime": record.event_time,
    }
    missing = [name for name, value in essential.items() if not value]
    if missing:
        raise ParseError(f"not a CloudTrail record: no {', '.join(missing)}")
    return _event(record, data, origin)


def _lower(fields: Mapping[str, msgspec.Raw]) -> dict[str, bytes]:
    return {name.lower(): bytes(value) for name, value in fields.items()}


def _is_notice(fields: Mapping[str, bytes]) -> bool:
    """Whether a message says that a file was delivered, or asks to confirm a subscription: AWS's, but no log record."""
    if "s3bucket" in fields and "s3objectkey" in fields:
        return True
    if fields.get("event") == b'"s3:TestEvent"':
        return True
    return "topicarn" in fields and fields.get("type", b"").endswith(b'Confirmation"')


def _insight(record: CloudTrailRecord, data: bytes, origin: str) -> ApiEvent:
    """Give an Insights event: an unusual rate of calls, made by nobody in particular."""
    details = part(record.insight_details, "insightDetails")
    event = ApiEvent(
        event_id=record.event_id or _hashed(data),
        time=_time(record.event_time),
        provider="aws",
        log_class="insight",
        service=_service(text(details.get("eventSource")) or "cloudtrail"),
        action=text(details.get("eventName")) or text(details.get("insightType")) or "Insight",
        account=record.recipient_account_id or None,
        region=record.aws_region or None,
        error_code=text(details.get("errorCode")),
        origin=origin,
    )
    return bound(event)


def _event(record: CloudTrailRecord, data: bytes, origin: str) -> ApiEvent | Ignored:
    # Cut before they become keys of caches.
    name = (record.event_name or "")[:MAX_TEXT_CHARS]
    source = (record.event_source or "")[:MAX_TEXT_CHARS]
    if source.startswith(_NOTICE_SOURCE):
        return Ignored("cloudtrail_notice")
    service = _service(source)
    base_name = _undated(name)
    identity, principal = identities.read(bytes(record.user_identity))
    account = record.recipient_account_id or principal.account
    read_only = identities.truth(record.read_only)
    act = actions.classify("aws", service, base_name, read_only)
    signed_in = signing_in.is_sign_in(record, service, name)
    outcome, error_code = _outcome(record, name, signed_in=signed_in)
    source_ip, source_service = network.split_source(record.source_ip_address)
    user_agent = record.user_agent[:MAX_USER_AGENT_CHARS] if record.user_agent else None
    invoked_by = identity.invoked_by or None
    console_credential = identities.truth(record.session_credential_from_console)
    through = interface.classify(
        user_agent,
        source_service=source_service,
        source_ip=source_ip,
        event_type=_SIGN_IN_TYPE if signed_in else record.event_type,
        invoked_by=invoked_by,
        console_credential=console_credential,
        direct=_HOST in bytes(record.tls_details).lower(),
    )
    session_id = None
    key = identity.access_key_id or None
    if key is None and identity.credential_id and not signed_in:
        key = session_id = identity.credential_id  # The bearer token of an Identity Center session.
    credential_type = identities.credential_type(
        principal, key, signed_in=signed_in, console_credential=console_credential, interface=through.interface
    )
    # A sign-in event that a key signed asks for a console session with it.
    from_console = console_credential or through.interface in identities.CONSOLES or (signed_in and key is None)
    time = _time(record.event_time)
    created = principal.session_created
    request: dict[str, Any] = {}
    if act.access in _PRIVILEGED or act.stage is not None or calls.reads(service, base_name):
        request = part(record.request_parameters, "requestParameters")
    resources, owners = calls.resources(record, service, request)
    event = ApiEvent(
        event_id=record.event_id or _hashed(data),
        time=time,
        provider="aws",
        log_class="signin" if signed_in else _log_class(record),
        service=service,
        action=name,
        shared_event_id=record.shared_event_id or None,
        account=account,
        region=record.aws_region or None,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        outcome=outcome,
        error_code=error_code,
        principal_id=principal.id,
        principal_type=principal.type,
        principal_name=principal.name,
        principal_arn=principal.arn,
        principal_account=principal.account,
        credential_id=key,
        credential_type=credential_type,
        session_name=principal.session_name,
        session_created=created,
        mfa=principal.mfa,
        source_identity=principal.source_identity,
        issuer=principal.issuer,
        issuer_id=principal.issuer_id,
        invoked_by=invoked_by,
        issued_to=principal.issued_to,
        source_ip=source_ip,
        source_service=source_service,
        vpc_endpoint=record.vpc_endpoint_id or None,
        interface=through.interface,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=resources,
        target_account=calls.target_account(base_name, principal, request, owners),
        origin=origin,
        action_basis=act.basis,
        interface_conflict=through.conflict,
        session_id=session_id,
        session_tags=issuing.session_tags(request) if service == "sts" and request else [],
        on_behalf_of=principal.on_behalf_of,
        in_scope_of=principal.in_scope_of,
        home=principal.home,
        credential_age=time - created if created is not None and created <= time else None,
        known_as=known_as(principal, identity, console=from_console),
    )
    if outcome == "success":
        event.issued = issuing.issued(record, service, base_name, request, principal)
        event.touched = calls.touched(record, service, base_name, request, account)
    if signed_in:
        signing_in.complete(event, record, identity, principal)
    if event.issued is not None:
        event.issued = issuing.other_than_callers(event)
        event.principal_id = event.principal_id or issuing.caller_id(record, service)
    if len(data) > MAX_TEXT_CHARS:  # else no text in it can be too long
        bound(event)
    return event


def _hashed(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()[:32]


@lru_cache(4_096)
def _service(event_source: str) -> str:
    for domain in _DOMAINS:
        if event_source.endswith(domain):
            return event_source[: -len(domain)] or event_source
    return event_source


@lru_cache(8_192)
def _undated(name: str) -> str:
    return _API_DATE.sub("", name) or name


def _time(written: str | None) -> int:
    try:
        return iso_micros(written or "")
    except ValueError as error:
        raise ParseError(f"eventTime is no time: {(written or '')[:64]!r}") from error


def _log_class(record: CloudTrailRecord) -> str:
    found = _CLASSES.get(record.event_category or "") or _CLASSES_BY_TYPE.get(record.event_type or "")
    if found:
        return found
    return "data" if identities.truth(record.management_event) is False else "management"


def _outcome(record: CloudTrailRecord, name: str, *, signed_in: bool) -> tuple[str, str | None]:
    """Give the outcome and the error code. A failed sign-in has no errorCode, but says Failure in its answer."""
    code = record.error_code or None
    if signed_in and signing_in.failed(record, name):
        return "denied", code
    if code is not None:
        return ("denied" if _is_denial(code[:MAX_TEXT_CHARS]) else "error"), code
    return ("error" if signed_in and record.error_message else "success"), None


@lru_cache(4_096)
def _is_denial(error_code: str) -> bool:
    return _DENIED.search(error_code) is not None
