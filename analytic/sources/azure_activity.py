"""Azure Activity Log: one record, in any of its shapes, to one ApiEvent.

Formats: "Azure Activity Log event schema" (one section a category; "Schema from storage account and event hubs" for
diagnostic settings), REST API "Activity Logs - List" (EventData), table "AzureActivity" of Azure Monitor Logs. The logs
of single resources come in the same envelope; Key Vault's and Storage's are read by `azure_resource_logs`.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from analytic.sources import azure_resource_logs
from analytic.sources.azure import calls, names
from analytic.sources.azure import claims as azure_claims
from analytic.sources.azure import fields as azure_fields
from analytic.sources.azure.fields import Entry, content, first, fold, label, word
from analytic.sources.azure.touched import touched
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_object, truth
from schemas.records import ApiEvent

_CALLS = frozenset({"administrative", "write", "delete", "action"})
"""Categories of calls; the last three are what diagnostic settings wrote before Administrative."""

_NO_CALLS = frozenset({"alert", "autoscale", "policy", "recommendation", "resourcehealth", "security", "servicehealth"})
_METRIC = "azure_metric"

IGNORED: tuple[str, ...] = (
    *sorted(f"azure_{category}" for category in _NO_CALLS),
    _METRIC,
    azure_resource_logs.NO_CALL,
)
"""Kinds of records that carry no call: what Azure found, did or measured by itself."""

_POLICY = "microsoft.authorization/policies/"
_DENY = "microsoft.authorization/policies/deny/action"
_BY_POLICY = "RequestDisallowedByPolicy"
_RESOURCE_MANAGER = "microsoft.resources"
_NOTED = re.compile(r"/events/([^/]{1,128})/ticks/")
_TABLES = frozenset({b"azureactivity", *azure_resource_logs.TABLES})
# Categories of diagnostic settings, and tables: Entra's and Microsoft Graph's, which come in the same envelope.
_FOREIGN_LOGS = frozenset(
    {
        *(b"signinlogs", b"noninteractiveusersigninlogs", b"serviceprincipalsigninlogs", b"managedidentitysigninlogs"),
        *(b"aadnoninteractiveusersigninlogs", b"aadserviceprincipalsigninlogs", b"aadmanagedidentitysigninlogs"),
        *(b"auditlogs", b"microsoftgraphactivitylogs", b"azureadgraphactivitylogs", b"aadgraphactivitylogs"),
    }
)
_AUDIT = b"auditlogs"
"""Also what some resources call their logs: Entra's has no subscription."""

_FOREIGN_OPERATIONS = frozenset({b"sign-in activity", b"microsoft graph activity"})
_ENTRA = b"/microsoft.aadiam"
_SUBSCRIPTION = b"/subscriptions/"
_RESOURCES = (_SUBSCRIPTION, b"/providers/", b"/tenants/")


def recognises(fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether a record is of Azure Monitor's envelope, by its own keys: any but Entra's and Microsoft Graph's."""
    record = azure_fields.lowered(fields)
    if not azure_fields.is_dated(record):
        return False
    resource = word(record, "resourceid") or word(record, "_resourceid") or word(record, "resourceuri")
    category, table = word(record, "category"), word(record, "type")
    # Resource Manager's own calls on Entra's diagnostic settings are in the Activity Log.
    of_azure = resource.startswith(_RESOURCES) and (_ENTRA not in resource or category == b"administrative")
    if "operationname" not in record and "operationnamevalue" not in record:
        return of_azure and "metricname" in record and "timegrain" in record
    if category == _AUDIT and resource.startswith(_SUBSCRIPTION):
        return table not in _FOREIGN_LOGS
    if not _FOREIGN_LOGS.isdisjoint((category, table)) or word(record, "operationname") in _FOREIGN_OPERATIONS:
        return False
    return of_azure or "eventdataid" in record or table in _TABLES


def parse(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one record. `origin` is where it lies: <uri>#<zero-based record number>.

    Raises ParseError with one line that says what is wrong.
    """
    record = azure_fields.lowered(decode_object(data))
    if "metricname" in record and "timegrain" in record:
        return Ignored(_METRIC)
    operation = first(record, "operationnamevalue", "operationname")
    if operation is None:
        raise ParseError("not an Azure record: no operationName")
    properties = _properties(record)
    resource_id = names.clean(first(record, "resourceid", "_resourceid", "resourceuri"))
    lower = operation.lower()
    category = _category(record, properties, lower)
    entry = Entry(record, properties, operation, category, resource_id, data, origin)
    if category not in _CALLS and category not in _NO_CALLS:
        return azure_resource_logs.parse(entry)
    if lower.startswith(_POLICY):
        if lower != _DENY or truth(properties.get("iscompliancecheck")):
            return Ignored("azure_policy")
        return _event(entry._replace(category="policy"))
    if category in _NO_CALLS and not azure_claims.has_caller(_claims(record, fold(record.get("identity")))):
        return Ignored(f"azure_{category}")
    return _event(entry)


def _event(entry: Entry) -> ApiEvent:
    record, properties, resource_id = entry.record, entry.properties, entry.resource_id
    identity = fold(record.get("identity"))
    authorization = fold(record.get("authorization_d") or record.get("authorization") or identity.get("authorization"))
    refused = entry.category == "policy"
    operation = entry.operation
    if refused or "/" not in operation:
        # A denial is of the caller's own call; old table rows have the operation's display name alone.
        operation = label(authorization.get("action")) or operation
    lower = operation.lower()
    request = fold(record.get("httprequest"))
    status = first(record, "resulttype", "activitystatusvalue", "status", "activitystatus")
    substatus = first(record, "resultsignature", "activitysubstatusvalue", "substatus", "activitysubstatus")
    outcome, error_code = calls.outcome(status, substatus, properties)
    if refused:
        outcome, error_code = "denied", error_code or _BY_POLICY
    call = calls.Call(
        event_id=_event_id(record, properties) or azure_fields.digest(entry.data),
        time=azure_fields.time_of(record),
        log_class="policy" if refused else "management",
        service=names.provider(operation) or names.resource_provider(resource_id) or _RESOURCE_MANAGER,
        action=operation,
        read_only=calls.reads_only(lower, entry.category),
        outcome=outcome,
        error_code=error_code,
        account=names.subscription(resource_id) or _subscription(record),
        tenant=_tenant(record, properties),
        source=first(record, "calleripaddress", "clientipaddress") or first(request, "clientipaddress"),
        resources=[name for name in (resource_id, *calls.granted(lower, properties)) if name],
        # Not `location`: that is where the event was processed.
        region=first(properties, "resourcelocation"),
        user_agent=first(request, "useragent") or first(properties, "useragent"),
        touched=touched(lower, resource_id, properties),
        shared_event_id=_shared_id(record, properties, status, lower, resource_id),
    )
    caller = azure_claims.read(_claims(record, identity), first(record, "caller"), authorization)
    return calls.assemble(call, caller, entry.origin)


def _properties(record: dict[str, Any]) -> dict[str, Any]:
    properties = fold(record.get("properties_d")) or fold(content(record.get("properties")))
    inner = properties.get("eventproperties")
    return {**properties, **fold(inner)} if inner else properties


def _category(record: dict[str, Any], properties: dict[str, Any], operation: str) -> str | None:
    """Give the category in lower case; in some exports it is in the properties, in some nowhere."""
    written = first(properties, "eventcategory") or first(record, "categoryvalue", "category")
    if written is not None:
        return written.lower().replace(" ", "")
    return "administrative" if calls.reads_only(operation, None) is not None else None


def _claims(record: dict[str, Any], identity: dict[str, Any]) -> Any:
    return record.get("claims_d") or record.get("claims") or identity.get("claims")


def _event_id(record: dict[str, Any], properties: dict[str, Any]) -> str | None:
    """Give the event's id: its own field, or the part of the record's id that is equal to it."""
    event_id = first(record, "eventdataid") or first(properties, "eventdataid")
    if event_id is None:
        own = first(record, "id")
        noted = _NOTED.search(own) if own else None
        event_id = noted[1] if noted else own
    return event_id


def _subscription(record: dict[str, Any]) -> str | None:
    written = first(record, "subscriptionid", "_subscriptionid")
    return written.strip("/").removeprefix("subscriptions/").lower() if written else None


def _tenant(record: dict[str, Any], properties: dict[str, Any]) -> str | None:
    """Give the directory that the subscription belongs to.

    A table's TenantId is its workspace; the root of the management groups that it lies in is named by the directory.
    """
    if "timegenerated" not in record:
        tenant = first(record, "tenantid")
        if tenant is not None:
            return tenant.lower()
    hierarchy = first(record, "hierarchy") or first(properties, "hierarchy") or ""
    return names.guid(hierarchy.strip("/").partition("/")[0])


def _shared_id(
    record: dict[str, Any], properties: dict[str, Any], status: str | None, operation: str, resource_id: str | None
) -> str | None:
    """Give the id that the records of one operation share: one when it begins, is accepted, and ends."""
    if not calls.is_of_series(status):
        return None
    own = first(record, "operationid") or first(properties, "operationid") or first(record, "correlationid")
    return f"azure-operation:{own.lower()}:{operation}:{resource_id or ''}" if own else None
