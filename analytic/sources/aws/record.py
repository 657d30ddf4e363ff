"""The fields of a CloudTrail record that are read, decoded without the rest.

Fields and types: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element" (record
versions 1.0 to 1.11). One typed decode reads what CloudTrail itself delivers. Query engines and other products write
the same fields in lower case and structs as text (Amazon Athena user guide, "Create the table for CloudTrail logs");
those records are decoded field by field.
"""

from contextlib import suppress
from typing import Any, TypeVar, get_args

import msgspec

from analytic.sources import json_fields, struct_text
from analytic.sources.errors import ParseError

ABSENT = msgspec.Raw(b"null")
"""The value of a part that is decoded only when it is needed, in a record that lacks it."""

_S = TypeVar("_S", bound=msgspec.Struct)

_ESSENTIAL = ("eventTime", "eventSource", "eventName")
_OUTER = ("eventid", "eventcategory", "eventtype", "awsregion", "recipientaccountid")
"""What CloudTrail Lake adds around the record of an integration's event."""


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


class WebIdFederationData(msgspec.Struct, rename="camel", gc=False):
    """sessionContext.webIdFederationData: the OpenID Connect provider whose token the session was obtained with."""

    federated_provider: str | None = None


class SessionContext(msgspec.Struct, rename="camel", gc=False):
    """userIdentity.sessionContext: what is known of a temporary credential's session."""

    session_issuer: SessionIssuer | None = None
    attributes: Attributes | None = None
    source_identity: str | None = None
    web_id_federation_data: WebIdFederationData | None = None
    ec2_role_delivery: str | None = None


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
    identity_provider: str | None = None
    credential_id: str | None = None


class CloudTrailRecord(msgspec.Struct, rename="camel", gc=False):
    """One record. The `Raw` parts are decoded where they are asked for; userIdentity repeats, and is read once."""

    event_time: str | None = None
    event_source: str | None = None
    event_name: str | None = None
    user_identity: msgspec.Raw = ABSENT
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
    service_event_details: msgspec.Raw = ABSENT
    tls_details: msgspec.Raw = ABSENT
    insight_details: msgspec.Raw = ABSENT


_LOWER_KEYS = (b'"principalid"', b'"accountid"', b'"accesskeyid"', b'"sessioncontext"', b'"invokedby"')
"""Keys that show a userIdentity in another case: a typed decode would pass over them."""

_DECODER = msgspec.json.Decoder(CloudTrailRecord)
_IDENTITY = msgspec.json.Decoder(UserIdentity)
_UNTYPED = msgspec.json.Decoder()


def decode(data: bytes) -> CloudTrailRecord | None:
    """Decode a record as CloudTrail itself writes it, None for what is written otherwise.

    Raises UnicodeDecodeError, RecursionError or msgspec.DecodeError on what is not JSON.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError:
        return None


def decode_any(data: bytes) -> CloudTrailRecord:
    """Decode a record in any writing: fields in other cases, structs as text, an integration's event in Lake.

    A field that is not essential and of another type than documented costs itself, not the record: numbers become
    text, what has no text form is left out. Raises ParseError.
    """
    fields = _lower(json_fields.decode_object(data))
    wrapped = unpacked(fields.get("eventdata"))
    if isinstance(wrapped, dict):
        # CloudTrail user guide, "CloudTrail Lake integrations event schema".
        fields = {key: fields[key] for key in _OUTER if key in fields} | _lower(wrapped)
    for name in _ESSENTIAL:
        value = fields.get(name.lower())
        if value is not None and not isinstance(value, str):
            raise ParseError(f"{name} is not text")
    return _struct(CloudTrailRecord, fields)


def decode_identity(data: bytes) -> UserIdentity:
    """Decode a userIdentity in any writing, with the same lenience. Raises ParseError where it is no object."""
    try:
        with suppress(msgspec.ValidationError):
            identity = _IDENTITY.decode(data)
            if identity.account_id is not None or not any(key in data for key in _LOWER_KEYS):
                return identity
        fields = unpacked(_UNTYPED.decode(data))
    except (ValueError, RecursionError) as error:
        raise ParseError(f"userIdentity: {error}") from error
    if fields is None:
        return UserIdentity()
    if not isinstance(fields, dict):
        raise ParseError("userIdentity is not an object")
    return _struct(UserIdentity, _lower(fields))


def unpacked(value: Any) -> Any:
    """Give what a text holds that is JSON or a query engine's struct; anything else as it is."""
    value = json_fields.nested(value)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return struct_text.parse(value)
        except ValueError:
            return value
    return value


def _lower(fields: dict[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in fields.items()}


def _struct(kind: type[_S], fields: dict[str, Any]) -> _S:
    """Make a struct of fields whose names are in lower case."""
    values = {
        field.name: _value(field.type, fields[name])
        for field in msgspec.structs.fields(kind)
        if (name := field.encode_name.lower()) in fields
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
    value = unpacked(value)
    return _struct(allowed[0], _lower(value)) if isinstance(value, dict) else None
