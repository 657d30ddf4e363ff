"""The fields of a Cloud Audit Logs entry that are read, decoded without the rest.

Fields and types: Cloud Logging API, "LogEntry" (with MonitoredResource and LogEntryOperation); google.cloud.audit,
audit_log.proto (AuditLog and its parts); google.rpc, status.proto.

One entry is written in several spellings: proto3 JSON in lowerCamelCase (`protoPayload`, `insertId`) or with the names
of the proto itself (`proto_payload`, `insert_id`); as a BigQuery row (`protopayload_auditlog`, and `requestJson`,
`responseJson`, `metadataJson` as text: Cloud Logging, "BigQuery schema for logs"); and by products that lower the keys
or may not begin one with "@" (`at_sign_type`). The first is decoded at once, the others by the slower way.
"""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from analytic.sources.errors import ParseError
from analytic.sources.json_fields import MAX_TEXT_CHARS, nested

ABSENT = msgspec.Raw(b"null")
"""The value of a part that is decoded only when it is needed, in an entry that lacks it."""

MAX_ITEMS = 256
"""Of a list that is taken apart by the slower way; BigQuery names one permission for each table of a query."""

_S = TypeVar("_S", bound=msgspec.Struct)

PAYLOADS = ("protoPayload", "proto_payload", "protopayload", "protopayload_auditlog", "protoPayload_auditlog")
_JSON_PAYLOADS = ("jsonPayload", "json_payload", "jsonpayload")
_OTHER_PAYLOADS = ("textPayload", "text_payload", "textpayload", "httpRequest", "http_request", "httprequest")
_LOG_NAMES = ("logName", "log_name", "logname")

# Other writings of a field's name, as `_plain` gives them, with the name of the first spelling.
_ALIASES = {
    "protopayloadauditlog": "protoPayload",
    "requestjson": "request",
    "responsejson": "response",
    "metadatajson": "metadata",
    "atsigntype": "@type",
    "attype": "@type",
}


class Labels(msgspec.Struct, gc=False):
    """resource.labels: what places a call or names a service account (Cloud Logging, "Monitored resource types")."""

    project_id: str | None = None
    location: str | None = None
    zone: str | None = None
    region: str | None = None
    service: str | None = None
    email_id: str | None = None
    unique_id: str | None = None
    cluster_name: str | None = None


class Resource(msgspec.Struct, gc=False):
    """resource: the monitored resource that the entry is about."""

    type: str | None = None
    labels: Labels | None = None


class Operation(msgspec.Struct, gc=False):
    """operation: the long-running operation that the entry is the first or the last word of."""

    id: str | None = None
    producer: str | None = None
    first: str | bool | None = None
    last: str | bool | None = None


class Party(msgspec.Struct, rename="camel", gc=False):
    """firstPartyPrincipal or thirdPartyPrincipal of a delegation: Google's, or one that another's token tells of."""

    principal_email: str | None = None
    principal_subject: str | None = None
    third_party_claims: msgspec.Raw = ABSENT


class Delegation(msgspec.Struct, rename="camel", gc=False):
    """One of serviceAccountDelegationInfo: an identity that the service account was impersonated by, in order."""

    principal_subject: str | None = None
    first_party_principal: Party | None = None
    third_party_principal: Party | None = None


class OauthInfo(msgspec.Struct, rename="camel", gc=False):
    """oauthInfo: the OAuth client that the token was given to."""

    oauth_client_id: str | None = None


class ServiceDelegation(msgspec.Struct, rename="camel", gc=False):
    """serviceDelegationHistory: for whom a service agent acts (IAM, "Service account types")."""

    original_principal: str | None = None


class AuthenticationInfo(msgspec.Struct, rename="camel", gc=False):
    """authenticationInfo: who made the call."""

    principal_email: str | None = None
    principal_subject: str | None = None
    service_account_key_name: str | None = None
    service_account_delegation_info: list[Delegation] | None = None
    service_delegation_history: ServiceDelegation | None = None
    oauth_info: OauthInfo | None = None


class ResourceAttributes(msgspec.Struct, gc=False):
    """authorizationInfo[].resourceAttributes: the resource that a permission was asked for."""

    service: str | None = None
    name: str | None = None


class Authorization(msgspec.Struct, rename="camel", gc=False):
    """One of authorizationInfo: a permission that was asked for, and whether it was granted."""

    resource: str | None = None
    permission: str | None = None
    permission_type: str | None = None
    granted: str | bool | None = None
    resource_attributes: ResourceAttributes | None = None


class RequestAttributes(msgspec.Struct, gc=False):
    """requestMetadata.requestAttributes: when the service got the request, and the reason given with it."""

    time: str | None = None
    reason: str | None = None


class RequestMetadata(msgspec.Struct, rename="camel", gc=False):
    """requestMetadata: from where, and with which program; older entries write callerIP."""

    caller_ip: str | None = None
    caller_ip_address: str | None = msgspec.field(default=None, name="callerIP")
    caller_supplied_user_agent: str | None = None
    request_attributes: RequestAttributes | None = None


class Status(msgspec.Struct, gc=False):
    """status: google.rpc.Status; without a code the call succeeded."""

    code: int | str | None = None


class ResourceLocation(msgspec.Struct, rename="camel", gc=False):
    """resourceLocation: where the resource lies."""

    current_locations: list[str] | None = None


class AuditLog(msgspec.Struct, rename="camel", gc=False):
    """protoPayload. The `Raw` parts differ by method and are decoded by `gcp.calls`, where a method asks."""

    type: str | None = msgspec.field(default=None, name="@type")
    service_name: str | None = None
    method_name: str | None = None
    resource_name: str | None = None
    resource_location: ResourceLocation | None = None
    status: Status | None = None
    authentication_info: AuthenticationInfo | None = None
    authorization_info: list[Authorization] | None = None
    request_metadata: RequestMetadata | None = None
    request: msgspec.Raw = ABSENT
    response: msgspec.Raw = ABSENT
    metadata: msgspec.Raw = ABSENT
    service_data: msgspec.Raw = ABSENT
    timestamp: str | None = None


class Entry(msgspec.Struct, rename="camel", gc=False):
    """One LogEntry."""

    insert_id: str | None = None
    log_name: str | None = None
    timestamp: str | None = None
    receive_timestamp: str | None = None
    severity: str | None = None
    resource: Resource | None = None
    operation: Operation | None = None
    proto_payload: AuditLog | None = None


NO_LABELS = Labels()
NO_AUTHENTICATION = AuthenticationInfo()
NO_REQUEST_METADATA = RequestMetadata()
NO_REQUEST_ATTRIBUTES = RequestAttributes()

_DECODER = msgspec.json.Decoder(Entry)
_UNTYPED = msgspec.json.Decoder()


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record, decoded one level, is an entry with a protoPayload, or one whose kind never carries a call.

    An entry with a jsonPayload is none of this source's: what lies in it may be another log's record.
    """
    if any(name in fields and bytes(fields[name]) != b"null" for name in PAYLOADS):
        return True
    if any(name in fields for name in _JSON_PAYLOADS):
        return False
    return any(name in fields for name in _LOG_NAMES) and any(name in fields for name in _OTHER_PAYLOADS)


def decode(data: bytes) -> Entry:
    """Decode one entry in any spelling. Raises ParseError, UnicodeDecodeError, RecursionError or msgspec.DecodeError.

    A field of another type than documented costs itself, not the entry: numbers become text, what has no text form is
    left out.
    """
    try:
        entry = _DECODER.decode(data)
    except msgspec.ValidationError:
        return _decode_leniently(data)
    payload = entry.proto_payload
    if payload is None or not (entry.insert_id and payload.method_name and payload.authentication_info):
        return _decode_leniently(data)
    return entry


def cut(entry: Entry) -> None:
    """Cut the texts of which ids are made to MAX_TEXT_CHARS; the others are cut where they are read."""
    log, labels = entry.proto_payload, entry.resource.labels if entry.resource else None
    if log is not None and log.resource_name:
        log.resource_name = log.resource_name[:MAX_TEXT_CHARS]
    if labels is not None:
        for name in labels.__struct_fields__:
            value = getattr(labels, name)
            if value is not None and len(value) > MAX_TEXT_CHARS:
                setattr(labels, name, value[:MAX_TEXT_CHARS])


def _decode_leniently(data: bytes) -> Entry:
    fields = _UNTYPED.decode(data)
    if not isinstance(fields, dict):
        raise ParseError("not a log entry: not a JSON object")
    for name in PAYLOADS:
        if not isinstance(fields.get(name), dict | None):
            raise ParseError(f"{name} is not an object")
    return _struct(Entry, fields)


def _plain(name: str) -> str:
    """Give a key as all spellings share it."""
    return name.replace("_", "").lower()


def _fields_by_name(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Give a struct's fields by the plain form of their name, and by their aliases."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    named = {_plain(name): field for name, field in fields.items()}
    return named | {alias: fields[name] for alias, name in _ALIASES.items() if name in fields}


_FIELDS: dict[Any, dict[str, msgspec.structs.FieldInfo]] = {
    kind: _fields_by_name(kind)
    for kind in (
        *(Entry, Resource, Labels, Operation, AuditLog, Status, ResourceLocation, RequestMetadata, RequestAttributes),
        *(AuthenticationInfo, Delegation, Party, OauthInfo, ServiceDelegation),
        *(Authorization, ResourceAttributes),
    )
}


def _struct(kind: type[_S], fields: dict[str, Any]) -> _S:
    known = _FIELDS[kind]
    values: dict[str, Any] = {}
    for name, value in fields.items():
        field = known.get(_plain(name))
        # Some exports repeat a field in another spelling: the documented one counts, and a value before none.
        if field is None or (values.get(field.name) is not None and name != field.encode_name):
            continue
        found = _value(field.type, value)
        if found is not None:
            values[field.name] = found
    return kind(**values)


def _value(kind: Any, value: Any) -> Any:
    """Make a value fit a field's type: text, text or number or boolean, a struct, a list, or undecoded; else None."""
    if kind is msgspec.Raw:
        return None if value is None else msgspec.Raw(msgspec.json.encode(nested(value)))
    allowed = tuple(part for part in get_args(kind) if part is not NoneType) if isinstance(kind, UnionType) else (kind,)
    if str in allowed:
        if isinstance(value, allowed):
            return value
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, int | float) else None
    inner = allowed[0]
    if get_origin(inner) is list:
        values = value[:MAX_ITEMS] if isinstance(value, list) else [value]
        return [found for one in values if (found := _value(get_args(inner)[0], one)) is not None]
    return _struct(inner, value) if isinstance(value, dict) else None
