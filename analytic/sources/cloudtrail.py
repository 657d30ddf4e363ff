"""AWS CloudTrail: one record to one ApiEvent.

Format: CloudTrail user guide, "CloudTrail record contents" (record versions 1.0 to 1.11), "AWS Management Console
sign-in events", "CloudTrail record contents for Insights events", "CloudTrail record contents for aggregated events",
"CloudTrail digest file structure", "Configuring Amazon SNS notifications for CloudTrail"; Amazon S3 user guide, "Event
message structure"; Amazon SNS developer guide, "HTTP/HTTPS subscription confirmation JSON format".
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import methodcaller
from typing import Any, NamedTuple

import msgspec

from analytic.context import action as actions
from analytic.context.action_kinds import Scope
from analytic.sources.aws import caller as callers
from analytic.sources.aws import calls, granting, hardening
from analytic.sources.aws import identity as identities
from analytic.sources.aws import issued as issuing
from analytic.sources.aws import signin as signing_in
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

_CLASSES = {"Management": "management", "Data": "data", "Insight": "insight", "NetworkActivity": "network"}
_CLASSES_BY_TYPE = {"AwsCloudTrailInsight": "insight", "AwsVpceEvent": "network"}
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn")
_NOTICE_SOURCE = "aws:"
"""How the eventSource of notifications begins: aws:s3. A call's names the service's host."""

# Lambda and CloudFront date their operations: UpdateFunctionCode20150331v2, CreateDistribution2020_05_31.
_API_DATE = re.compile(r"20\d\d_?\d\d_?\d\d(?:v\d+)?$", re.ASCII)

# How services say "you may not", in any writing: AccessDenied, AccessDeniedException, Client.UnauthorizedOperation,
# UnauthorizedAccess, NotAuthorized, AuthorizationError, AuthFailure, Forbidden, VpceAccessDenied.
_DENIED = re.compile(r"accessdenied|unauthorized|notauthorized|authorizationerror|authfailure|forbidden", re.IGNORECASE)

_copied = methodcaller("__copy__")
"""As copy.copy, which first asks each time how."""

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


_TELLING = frozenset(
    {
        *("eventversion", "useridentity", "digeststarttime", "messagetype", "eventname"),
        *("s3bucket", "event", "topicarn"),
    }
)
"""The names, in lower case, of which a record has one at least that `recognises` says yes to."""


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record, decoded one level, is CloudTrail's in any writing, or one of what comes along with it."""
    if _TELLING.isdisjoint(map(str.lower, fields)):
        return False  # Before the values are copied: every record of another log is asked first whether it is this.
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
    call = _call(
        # Cut before they become the key of a cache: no name that CloudTrail writes is near it.
        (record.event_source or "")[:MAX_TEXT_CHARS],
        (record.event_name or "")[:MAX_TEXT_CHARS],
        identities.truth(record.read_only),
        record.event_type and record.event_type[:MAX_TEXT_CHARS],
        record.event_category and record.event_category[:MAX_TEXT_CHARS],
        identities.truth(record.management_event),
    )
    if call is None:
        return Ignored("cloudtrail_notice")
    service, base_name, signed_in, act = call.service, call.base_name, call.signed_in, call.act
    pattern, identity, principal = callers.read(record, signed_in=signed_in)
    outcome, error_code = _outcome(record, call.name, signed_in=signed_in)
    time = _time(record.event_time)
    created = pattern.session_created
    request: dict[str, Any] = {}
    if call.asks:
        request = part(record.request_parameters, "requestParameters")
        if call.hardens is not None and call.hardens(request):
            act = actions.routine(act)
        elif call.grants is not None:
            act = actions.granting(act, call.grants(request))
    event: ApiEvent = _copied(pattern)
    event.event_id = record.event_id or _hashed(data)
    event.time = time
    event.log_class = call.log_class
    event.service = service
    event.action = call.name
    event.shared_event_id = record.shared_event_id or None
    event.account = account = record.recipient_account_id or principal.account
    event.region = record.aws_region or None
    event.access = act.access
    event.stage = act.stage
    event.technique = act.technique
    event.outcome = outcome
    event.error_code = error_code
    event.vpc_endpoint = record.vpc_endpoint_id or None
    if request or record.resources is not ABSENT:
        event.resources, owners = calls.resources(record, service, request)
        event.target_account = calls.target_account(service, base_name, principal, request, owners)
    event.origin = origin
    event.action_basis = act.basis
    if request and service == "sts":
        event.session_tags = issuing.session_tags(request)
    if created is not None and created <= time:
        event.credential_age = time - created
    if call.reads and outcome == "success":
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


class _Call(NamedTuple):
    """What follows from the call alone: `reads` says that its request and response are, `asks` that its request is, and
    `hardens` tests whether that only takes back or tightens, `grants` reads what it gives.
    """

    service: str
    name: str
    base_name: str
    signed_in: bool
    log_class: str
    act: actions.Act
    reads: bool
    asks: bool
    hardens: Callable[[Mapping[str, Any]], bool] | None
    grants: Callable[[Mapping[str, Any]], Scope | None] | None


@lru_cache(8_192)
def _call(
    source: str, name: str, read_only: bool | None, type_: str | None, category: str | None, management: bool | None
) -> _Call | None:
    """Give what a call is, by what CloudTrail names it; None for a notification."""
    if source.startswith(_NOTICE_SOURCE):
        return None
    service = _service(source)
    base_name = _API_DATE.sub("", name) or name
    signed_in = signing_in.is_sign_in(type_, service, name)
    log_class = "signin"
    if not signed_in:
        found = _CLASSES.get(category or "") or _CLASSES_BY_TYPE.get(type_ or "")
        log_class = found or ("data" if management is False else "management")
    act = actions.classify("aws", service, base_name, read_only)
    reads = calls.reads(service, base_name)
    asks = reads or act.access in _PRIVILEGED or act.stage is not None
    hardens = hardening.test_of(service, base_name)
    grants = granting.scope_of(service, base_name)
    return _Call(service, name, base_name, signed_in, log_class, act, reads, asks, hardens, grants)


def _service(event_source: str) -> str:
    for domain in _DOMAINS:
        if event_source.endswith(domain):
            return event_source[: -len(domain)] or event_source
    return event_source


def _time(written: str | None) -> int:
    try:
        return iso_micros(written or "")
    except ValueError as error:
        raise ParseError(f"eventTime is no time: {(written or '')[:64]!r}") from error


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
