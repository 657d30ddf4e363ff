"""AWS CloudTrail: one record to one ApiEvent.

Format: CloudTrail user guide, "CloudTrail record contents" (record versions 1.0 to 1.11), "AWS Management Console
sign-in events", "CloudTrail Insights event", "CloudTrail digest file structure".
"""

import hashlib
import re
from functools import lru_cache
from typing import Any

import msgspec

from analytic.context import action as actions
from analytic.context import interface, network
from analytic.sources import cloudtrail_calls as calls
from analytic.sources import cloudtrail_identity as identities
from analytic.sources.cloudtrail_record import ABSENT, CloudTrailRecord, decode
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import bound
from analytic.sources.times import iso_micros
from schemas.records import ApiEvent

MAX_USER_AGENT_CHARS = 1_024
"""CloudTrail's own limit for userAgent (user guide, record contents)."""

_CLASSES = {"Management": "management", "Data": "data", "Insight": "insight", "NetworkActivity": "network"}
_CLASSES_BY_TYPE = {"AwsCloudTrailInsight": "insight", "AwsVpceEvent": "network"}
_SIGN_IN_TYPE = "AwsConsoleSignIn"
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn")

# Lambda and CloudFront date their operations: UpdateFunctionCode20150331v2, CreateDistribution2020_05_31.
_API_DATE = re.compile(r"20\d\d_?\d\d_?\d\d(?:v\d+)?$", re.ASCII)

# How services say "you may not", in any writing: AccessDenied, AccessDeniedException, Client.UnauthorizedOperation,
# UnauthorizedAccess, NotAuthorized, AuthorizationError, AuthFailure, Forbidden, VpceAccessDenied.
_DENIED = re.compile(r"accessdenied|unauthorized|notauthorized|authorizationerror|authfailure|forbidden", re.IGNORECASE)

_PRIVILEGED = frozenset({"write", "permissions", "credential", "execute"})
"""The classes of access whose request names what it was done to; reads are many and their parameters are filters."""


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one CloudTrail record. `origin` is where it lies: <uri>#<zero-based record number>.

    Raises ParseError with one line that says what is wrong.
    """
    try:
        record = decode(data)
    except UnicodeDecodeError as error:
        raise ParseError(f"not UTF-8: {error.reason}") from error
    except RecursionError as error:
        raise ParseError("nested too deep") from error
    except msgspec.DecodeError as error:
        raise ParseError(f"not JSON: {error}") from error
    if not (record.event_name and record.event_source and record.event_time):
        return _no_event(record)
    return _event(record, data, origin)


def _no_event(record: CloudTrailRecord) -> Ignored:
    if record.digest_start_time is not ABSENT:
        return Ignored("cloudtrail_digest")
    if bytes(record.message_type) == b'"CONTROL_MESSAGE"':
        return Ignored("cloudwatch_control")
    essential = {
        "eventName": record.event_name,
        "eventSource": record.event_source,
        "eventTime": record.event_time,
    }
    missing = [name for name, value in essential.items() if not value]
    raise ParseError(f"not a CloudTrail record: no {', '.join(missing)}")


def _event(record: CloudTrailRecord, data: bytes, origin: str) -> ApiEvent:
    # Cut before they become keys of caches.
    name = (record.event_name or "")[: calls.MAX_TEXT_CHARS]
    service = _service((record.event_source or "")[: calls.MAX_TEXT_CHARS])
    base_name = _undated(name)
    identity = record.user_identity or identities.NO_IDENTITY
    principal = identities.read(identity)
    account = record.recipient_account_id or principal.account
    region = record.aws_region or None
    read_only = identities.truth(record.read_only)
    act = actions.classify("aws", service, base_name, read_only)
    log_class = _log_class(record, service)
    signed_in = log_class == "signin"
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
    )
    key = identity.access_key_id or None
    request: dict[str, Any] = {}
    if act.access in _PRIVILEGED or act.stage is not None or calls.reads(service, base_name):
        request = calls.part(record.request_parameters, "requestParameters")
    resources, owners = calls.resources(record, service, request)
    worked = outcome == "success"
    event = ApiEvent(
        event_id=record.event_id or "sha256:" + hashlib.sha256(data).hexdigest()[:32],
        time=_time(record.event_time),
        provider="aws",
        log_class=log_class,
        service=service,
        action=name,
        shared_event_id=record.shared_event_id or None,
        account=account,
        region=region,
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
        credential_type=identities.credential_type(
            principal,
            key,
            signed_in=signed_in,
            console_credential=console_credential,
            interface=through.interface,
        ),
        session_name=principal.session_name,
        session_created=_session_created(principal.session_created),
        mfa=_mfa(record, principal.mfa, signed_in=signed_in),
        source_identity=principal.source_identity,
        issuer=principal.issuer,
        issuer_id=principal.issuer_id,
        invoked_by=invoked_by,
        issued_to=principal.issued_to,
        issued=calls.issued(record, service, base_name, request, principal) if worked else None,
        touched=calls.touched(record, service, base_name, request, account) if worked else [],
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
    )
    if len(data) > calls.MAX_TEXT_CHARS:  # else no text in it can be too long
        bound(event)
    return event


@lru_cache(4_096)
def _service(event_source: str) -> str:
    for domain in _DOMAINS:
        if event_source.endswith(domain):
            return event_source[: -len(domain)] or event_source
    return event_source


@lru_cache(8_192)
def _undated(name: str) -> str:
    return _API_DATE.sub("", name) or name


def _time(text: str | None) -> int:
    try:
        return iso_micros(text or "")
    except ValueError as error:
        raise ParseError(f"eventTime is no time: {(text or '')[:64]!r}") from error


def _session_created(text: str | None) -> int | None:
    # Not essential, and some logs hold "" or a placeholder here.
    try:
        return iso_micros(text) if text else None
    except ValueError:
        return None


def _log_class(record: CloudTrailRecord, service: str) -> str:
    if service == "signin" or record.event_type in interface.SIGN_IN_EVENT_TYPES:
        return "signin"
    found = _CLASSES.get(record.event_category or "") or _CLASSES_BY_TYPE.get(record.event_type or "")
    if found:
        return found
    return "data" if identities.truth(record.management_event) is False else "management"


def _outcome(record: CloudTrailRecord, name: str, *, signed_in: bool) -> tuple[str, str | None]:
    """Give the outcome and the error code. A failed sign-in has no errorCode, but says Failure in its response."""
    code = record.error_code or None
    if signed_in and calls.part(record.response_elements, "responseElements").get(name) == "Failure":
        return "denied", code
    if code is not None:
        return ("denied" if _is_denial(code[: calls.MAX_TEXT_CHARS]) else "error"), code
    return ("error" if signed_in and record.error_message else "success"), None


@lru_cache(4_096)
def _is_denial(error_code: str) -> bool:
    return _DENIED.search(error_code) is not None


def _mfa(record: CloudTrailRecord, of_session: bool | None, *, signed_in: bool) -> bool | None:
    if signed_in:
        used = calls.part(record.additional_event_data, "additionalEventData").get("MFAUsed")
        if used in ("Yes", "No"):
            return bool(used == "Yes")
    return of_session
