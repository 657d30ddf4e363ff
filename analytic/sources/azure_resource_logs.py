"""Azure's logs of single resources that show calls of somebody: Key Vault's and Storage's.

Formats: "Azure Key Vault logging" (AuditEvent), tables "AZKVAuditLogs" and "AzureDiagnostics"; "Azure Blob Storage
monitoring data reference" (StorageRead, StorageWrite, StorageDelete; the same for files, queues and tables), tables
"StorageBlobLogs", "StorageFileLogs", "StorageQueueLogs", "StorageTableLogs". Both come in the envelope of "Common and
service-specific schemas for Azure resource logs"; all other logs in it are Ignored.
"""

import re
from typing import Any

from analytic.sources.azure import calls, names
from analytic.sources.azure import claims as azure_claims
from analytic.sources.azure import fields as azure_fields
from analytic.sources.azure.claims import Caller
from analytic.sources.azure.fields import Entry, first, fold
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import items, nested
from schemas.records import ApiEvent

NO_CALL = "azure_resource_log"
TABLES = frozenset({b"azkvauditlogs", b"storagebloblogs", b"storagefilelogs", b"storagequeuelogs", b"storagetablelogs"})
_STORAGE_TABLES = frozenset(table.decode() for table in TABLES if table.startswith(b"storage"))

_VAULT = "microsoft.keyvault"
_STORAGE = "microsoft.storage"
_VAULT_READS = re.compile(r"(?:Get|List)(?:Deleted|Versions)?$", re.IGNORECASE)
_NOTIFICATION = "eventgridnotification"
_STORAGE_CATEGORIES = {"storageread": True, "storagewrite": False, "storagedelete": False}
_DIAGNOSTICS_CLAIM = "identity_claim_"
_DIAGNOSTICS_SUFFIX = re.compile(r"_[sgdb]$")

# How a request to Storage was authenticated ("Azure Blob Storage monitoring data reference", identity / type).
_CREDENTIALS = {
    "oauth": "access_token",
    "accountkey": "long_term",
    "sas": "temporary",
    "saskey": "temporary",
    "delegationsas": "temporary",
    "anonymous": "anonymous",
}
_KEYS = frozenset({"accountkey", "sas", "saskey", "delegationsas"})
"""What is a credential by itself: whoever holds it is nobody in the directory, and its hash is all that is known."""


def parse(entry: Entry) -> ApiEvent | Ignored:
    """Read one record of a resource's log. Raises ParseError."""
    service = names.resource_provider(entry.resource_id)
    table = (first(entry.record, "type") or "").lower()
    if service == _VAULT and (entry.category == "auditevent" or table == "azkvauditlogs"):
        if entry.operation.lower().endswith(_NOTIFICATION):
            return Ignored(NO_CALL)
        return _vault(entry)
    if entry.category in _STORAGE_CATEGORIES or table in _STORAGE_TABLES:
        return _storage(entry)
    if entry.category is None and service == _STORAGE and "/" not in entry.operation:
        return _storage(entry)
    return Ignored(NO_CALL)


def _vault(entry: Entry) -> ApiEvent:
    record, properties = entry.record, entry.properties
    identity = fold(record.get("identity"))
    claims = nested(identity.get("claim") or identity.get("claims")) or _diagnostics_claims(record)
    caller = azure_claims.read(claims)
    code = azure_fields.status_code(
        properties.get("httpstatuscode") or record.get("httpstatuscode") or record.get("httpstatuscode_d")
    )
    failure = _failure(record)
    outcome = calls.http_outcome(code, failure) if code is not None or failure else ("success", None)
    asked = _uri(first(properties, "id", "requesturi") or first(record, "id", "id_s", "requesturi", "requesturi_s"))
    return _assemble(
        entry,
        caller if claims else caller._replace(credential_type="anonymous"),
        service=_VAULT,
        read_only=_VAULT_READS.search(entry.operation) is not None,
        outcome=outcome,
        asked=asked,
        user_agent=first(properties, "clientinfo") or first(record, "clientinfo", "clientinfo_s"),
    )


def _failure(record: dict[str, Any]) -> str | None:
    """Give the name of a vault's refusal ("Forbidden"); None for a result that says that it went well."""
    signature = first(record, "resultsignature")
    if signature is not None and signature.lower() not in ("ok", "none"):
        return signature
    result = first(record, "resulttype")
    return result if result is not None and not result.lower().startswith("succe") else None


def _diagnostics_claims(record: dict[str, Any]) -> dict[str, Any]:
    """Give the claims out of AzureDiagnostics' columns for them: identity_claim_<name>_<type of column>."""
    claims = {}
    for name, value in record.items():
        if name.startswith(_DIAGNOSTICS_CLAIM):
            claim = _DIAGNOSTICS_SUFFIX.sub("", name.removeprefix(_DIAGNOSTICS_CLAIM)).rpartition("claims_")[2]
            claims["oid" if claim == "objectidentifier" else claim] = value
    return claims


def _storage(entry: Entry) -> ApiEvent:
    record, properties = entry.record, entry.properties
    code = azure_fields.status_code(record.get("statuscode"))
    response = first(properties, "metricresponsetype") or first(record, "metricresponsetype")
    if code is None and (response is None or response.lower().startswith("success")):
        outcome: tuple[str, str | None] = ("success", None)
    else:
        outcome = calls.http_outcome(code, first(record, "statustext"), response)
    return _assemble(
        entry,
        _requester(record),
        service=_STORAGE,
        read_only=_STORAGE_CATEGORIES.get(entry.category or ""),
        outcome=outcome,
        asked=first(properties, "objectkey") or first(record, "objectkey") or _uri(first(record, "uri")),
        user_agent=first(properties, "useragentheader") or first(record, "useragentheader"),
    )


def _requester(record: dict[str, Any]) -> Caller:
    """Read who a request to Storage was made by: a principal of the directory, or the holder of a key or a SAS."""
    identity = fold(record.get("identity"))
    requester = fold(identity.get("requester"))
    how = (first(identity, "type") or first(record, "authenticationtype") or "").lower().replace(" ", "")
    object_id = first(requester, "objectid") or first(record, "requesterobjectid")
    user = azure_claims.user_name(first(requester, "upn") or first(record, "requesterupn"))
    app_id = first(requester, "appid") or first(record, "requesterappid")
    tenant = first(requester, "tenantid") or first(record, "requestertenantid")
    resource = names.clean(first(fold(identity.get("delegatedresource")), "resourceid"))
    kind = "ManagedIdentity" if resource else _principal_type(identity, record, object_id)
    hashed = first(identity, "tokenhash") or first(record, "authenticationhash")
    return Caller(
        id=object_id.lower() if object_id else user.lower() if user else None,
        type="User" if user else kind,
        name=user,
        tenant=tenant.lower() if tenant else None,
        app_id=app_id.lower() if app_id else None,
        credential_type="managed_identity" if resource else _CREDENTIALS.get(how, "unknown"),
        # A token's hash leads nowhere else: its user's other calls are logged by other ids.
        token=hashed if how in _KEYS else None,
        issued_to=names.workload(resource),
        home=names.home(resource),
    )


def _principal_type(identity: dict[str, Any], record: dict[str, Any], object_id: str | None) -> str:
    """Give the type that the authorization of the request names the requester by."""
    for granted in items(nested(identity.get("authorization") or record.get("authorizationdetails")), 8):
        for principal in items(fold(granted).get("principals"), 8):
            kind = first(fold(principal), "type")
            if kind in ("User", "ServicePrincipal"):
                return kind
    return "ServicePrincipal" if object_id else "unknown"


def _uri(written: str | None) -> str | None:
    """Give an address without its query, which may hold a signature."""
    return written.partition("?")[0] or None if written else None


def _assemble(
    entry: Entry,
    caller: Caller,
    *,
    service: str,
    read_only: bool | None,
    outcome: tuple[str, str | None],
    asked: str | None,
    user_agent: str | None,
) -> ApiEvent:
    record = entry.record
    tenant = None if "timegenerated" in record else first(record, "tenantid")
    call = calls.Call(
        event_id=azure_fields.digest(entry.data),
        time=azure_fields.time_of(record),
        log_class="data",
        service=service,
        action=entry.operation,
        read_only=read_only,
        outcome=outcome[0],
        error_code=outcome[1],
        account=names.subscription(entry.resource_id),
        tenant=tenant.lower() if tenant else None,
        source=first(record, "calleripaddress"),
        resources=[name for name in (entry.resource_id, asked) if name],
        region=first(record, "location"),
        user_agent=user_agent,
    )
    return calls.assemble(call, caller, entry.origin)
