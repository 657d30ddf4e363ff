"""The fields of a CloudTrail record that are read, decoded without the rest.

Fields and types: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element" (record
versions 1.0 to 1.11).
"""

from typing import Any, TypeVar, get_args

import msgspec

from analytic.sources.errors import ParseError

ABSENT = msgspec.Raw(b"null")
"""The value of a part that is decoded only when it is needed, in a record that lacks it."""

_S = TypeVar("_S", bound=msgspec.Struct)

_ESSENTIAL = ("eventTime", "eventSource", "eventName")


class Attributes(msgspec.Struct, rename="camel", gc=False):
    """sessionContext.attributes: when the session began, and whether with a second factor."""

    creation_date: str | None = None
    mfa_authenticated: str | bool | None = None


class SessionIssuer(msgspec.Struct, rename="camel", gc=False):
    """sessionContext.sessionIssuer: the role or user that the session's credential is of."""

    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    user_name: str | None = None


class SessionContext(msgspec.Struct, rename="camel", gc=False):
    """userIdentity.sessionContext: what is known of a temporary credential's session."""

    session_issuer: SessionIssuer | None = None
    attributes: Attributes | None = None
    source_identity: str | None = None


class OnBehalfOf(msgspec.Struct, rename="camel", gc=False):
    """userIdentity.onBehalfOf: the Identity Center user behind the call."""

    user_id: str | None = None
    identity_store_arn: str | None = None


class InScopeOf(msgspec.Struct, rename="camel", gc=False):
    """userIdentity.inScopeOf: the service's resource that the credential was handed to."""

    source_arn: str | None = None
    issuer_type: str | None = None
    credentials_issued_to: str | None = None


class UserIdentity(msgspec.Struct, rename="camel", gc=False):
    """userIdentity: who made the call, and with which credential."""

    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    invoked_by: str | None = None
    session_context: SessionContext | None = None
    on_behalf_of: OnBehalfOf | None = None
    in_scope_of: InScopeOf | None = None


class CloudTrailRecord(msgspec.Struct, rename="camel", gc=False):
    """One record. The `Raw` parts differ by action and are decoded by `cloudtrail_calls`, where an action asks."""

    event_time: str | None = None
    event_source: str | None = None
    event_name: str | None = None
    user_identity: UserIdentity | None = None
    event_id: str | None = msgspec.field(default=None, name="eventID")
    shared_event_id: str | None = msgspec.field(default=None, name="sharedEventID")
    event_type: str | None = None
    event_category: str | None = None
    management_event: str | bool | None = None
    read_only: str | bool | None = None
    aws_region: str | None = None
    recipient_account_id: str | None = None
    source_ip_address: str | None = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    vpc_endpoint_id: str | None = None
    session_credential_from_console: str | bool | None = None
    request_parameters: msgspec.Raw = ABSENT
    response_elements: msgspec.Raw = ABSENT
    additional_event_data: msgspec.Raw = ABSENT
    resources: msgspec.Raw = ABSENT
    digest_start_time: msgspec.Raw = ABSENT
    message_type: msgspec.Raw = ABSENT


_DECODER = msgspec.json.Decoder(CloudTrailRecord)
_UNTYPED = msgspec.json.Decoder()


def decode(data: bytes) -> CloudTrailRecord:
    """Decode one record. Raises ParseError, UnicodeDecodeError, RecursionError or msgspec.DecodeError.

    A field that is not essential and of another type than documented costs itself, not the record: numbers become
    text, what has no text form is left out.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError:
        return _decode_leniently(data)


def _decode_leniently(data: bytes) -> CloudTrailRecord:
    fields = _UNTYPED.decode(data)
    if not isinstance(fields, dict):
        raise ParseError("not a CloudTrail record: not a JSON object")
    for name in _ESSENTIAL:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            raise ParseError(f"{name} is not text")
    if not isinstance(fields.get("userIdentity"), dict | None):
        raise ParseError("userIdentity is not an object")
    return _struct(CloudTrailRecord, fields)


def _struct(kind: type[_S], fields: dict[str, Any]) -> _S:
    values = {
        field.name: _value(field.type, fields[field.encode_name])
        for field in msgspec.structs.fields(kind)
        if field.encode_name in fields
    }
    return kind(**values)


def _value(field_type: Any, value: Any) -> Any:
    """Make a value fit a field's type: text, text or boolean, a struct, or undecoded."""
    if field_type is msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(value))
    allowed = get_args(field_type)
    if str in allowed:
        if isinstance(value, bool) and bool not in allowed:
            return str(value).lower()
        if isinstance(value, str | bool):
            return value
        return str(value) if isinstance(value, int | float) else None
    return _struct(allowed[0], value) if isinstance(value, dict) else None
