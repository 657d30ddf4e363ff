"""Key Vault's and Storage's logs to events: whole golden events, their tables, and who a key's holder is."""

import json
from typing import Any

import pytest

from analytic.sources.ignored import Ignored
from tests.sources import azure_records as az
from tests.sources.test_azure_activity import knows

OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
SECRET = "https://prod.vault.azure.net/secrets/db/0123456789abcdef"
CLI = "python/3.11.0 (Linux-6.1.0-x86_64) azure-core/1.30.0 Azure-SDK-For-Python AZURECLI/2.60.0"
BLOBS = f"{az.STORE}/blobServices/default"
SAS = "key1(00AA),SasSignature(11BB)"


def vault(**fields: Any) -> dict[str, Any]:
    """A record of "Azure Key Vault logging": a person reads a secret with the Azure CLI."""
    return {
        "time": az.TIME,
        "resourceId": az.VAULT.upper(),
        "operationName": "SecretGet",
        "operationVersion": "7.4",
        "category": "AuditEvent",
        "resultType": "Success",
        "resultSignature": "OK",
        "resultDescription": "",
        "durationMs": "78",
        "callerIpAddress": "198.51.100.7",
        "correlationId": az.CORRELATION,
        "identity": {
            "claim": {OID: az.ALICE, UPN: "alice@example.com", "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}
        },
        "properties": {
            "clientInfo": CLI,
            "requestUri": "https://prod.vault.azure.net/secrets/db/?api-version=7.4",
            "id": SECRET,
            "httpStatusCode": 200,
            "isRbacAuthorized": True,
        },
    } | fields


def test_a_secret_s_reading_gives_the_whole_event() -> None:
    event = az.shown(az.parsed(vault()))
    assert event.pop("event_id").startswith("sha256:")
    assert event == {
        "time": az.MICROS,
        "provider": "azure",
        "log_class": "data",
        "service": "microsoft.keyvault",
        "action": "SecretGet",
        "account": az.SUBSCRIPTION,
        **az.classified("microsoft.keyvault", "SecretGet", True),
        "principal_id": az.ALICE,
        "principal_type": "User",
        "principal_name": "alice@example.com",
        "credential_type": "access_token",
        "source_ip": "198.51.100.7",
        **az.through("04b07795-8ddb-461a-bbee-02f9e1bf7b46", CLI),
        "user_agent": CLI,
        "resources": [az.VAULT.lower(), SECRET],
        "origin": az.ORIGIN,
    }


def test_the_vault_s_tables_give_the_same_event() -> None:
    common = {
        "TenantId": "99999999-0000-4000-8000-000000000009",
        "TimeGenerated": az.TIME,
        "OperationName": "SecretGet",
        "ResultType": "Success",
        "ResultSignature": "OK",
        "_ResourceId": az.VAULT.lower(),
    }
    claim = vault()["identity"]["claim"]
    own = common | {
        "CallerIpAddress": "198.51.100.7",
        "Identity": json.dumps({"claim": claim}),
        "ClientInfo": CLI,
        "Id": SECRET,
        "HttpStatusCode": 200,
        "Type": "AZKVAuditLogs",
    }
    shared = common | {
        "CallerIPAddress": "198.51.100.7",
        "Category": "AuditEvent",
        "ResourceProvider": "MICROSOFT.KEYVAULT",
        "identity_claim_http_schemas_microsoft_com_identity_claims_objectidentifier_g": az.ALICE,
        "identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s": "alice@example.com",
        "identity_claim_appid_g": claim["appid"],
        "clientInfo_s": CLI,
        "id_s": SECRET,
        "httpStatusCode_d": 200.0,
        "Type": "AzureDiagnostics",
    }
    expected = az.shown(az.parsed(vault()))
    for row in (own, shared):
        assert knows(row) == ["azure_activity"]
        event = az.shown(az.parsed(row))
        assert event | {"event_id": ""} == expected | {"event_id": ""}


@pytest.mark.parametrize(
    ("result", "signature", "status", "outcome", "error"),
    [
        ("Success", "OK", 200, "success", None),
        ("Success", "Forbidden", 403, "denied", "Forbidden"),
        ("Failure", "Unauthorized", 401, "denied", "Unauthorized"),
        ("Failure", "Not Found", 404, "error", "Not Found"),
        ("Failure", "Forbidden", None, "denied", "Forbidden"),
        ("Success", "OK", None, "success", None),
    ],
)
def test_the_status_of_a_vault_s_answer(
    result: str, signature: str, status: int | None, outcome: str, error: str | None
) -> None:
    event = az.parsed(vault(resultType=result, resultSignature=signature, properties={"httpStatusCode": status}))
    assert (event.outcome, event.error_code) == (outcome, error)


def test_a_machine_s_identity_reads_from_where_it_lives() -> None:
    event = az.parsed(vault(identity={"claim": {"oid": az.ROBOT, "appid": az.ROBOT_APP, "xms_mirid": az.MACHINE}}))
    assert (event.principal_type, event.credential_type) == ("ManagedIdentity", "managed_identity")
    assert (event.issued_to, event.home) == (f"azure:{az.MACHINE.lower()}", "instance")


def test_a_request_before_its_token_is_nobody_s() -> None:
    """Clients ask first without a token, and are told where to get one ("Authentication, requests and responses")."""
    event = az.parsed(vault(identity={}, resultSignature="Unauthorized", properties={"httpStatusCode": 401}))
    assert (event.principal_type, event.principal_id, event.principal_account) == ("unknown", None, None)
    assert (event.credential_type, event.outcome) == ("anonymous", "denied")


def test_what_a_vault_tells_by_itself_is_ignored() -> None:
    assert az.result(vault(operationName="SecretNearExpiryEventGridNotification")) == Ignored("azure_resource_log")


@pytest.mark.parametrize(("operation", "reads"), [("SecretList", True), ("KeyListVersions", True), ("SecretGetDeleted", True), ("SecretSet", False), ("KeyDecrypt", False)])  # fmt: skip
def test_a_vault_s_operations_say_what_they_do_last(operation: str, reads: bool) -> None:
    event = az.parsed(vault(operationName=operation))
    assert event.access == az.classified("microsoft.keyvault", operation, reads).get("access", "unknown")


def storage(**fields: Any) -> dict[str, Any]:
    """A record of "Azure Blob Storage monitoring data reference": an application reads a blob."""
    return {
        "time": az.TIME,
        "resourceId": BLOBS,
        "category": "StorageRead",
        "operationName": "GetBlob",
        "operationVersion": "2024-11-04",
        "schemaVersion": "1.0",
        "statusCode": 200,
        "statusText": "Success",
        "durationMs": 5,
        "callerIpAddress": "198.51.100.7:11111",
        "correlationId": "ad881411-201e-004e-1c99-cfd67d000000",
        "location": "westeurope",
        "uri": "https://reports.blob.core.windows.net/year/2026.csv?sig=XXXXX",
        "identity": {
            "type": "OAuth",
            "tokenHash": "22CC",
            "authorization": [
                {
                    "action": "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
                    "principals": [{"id": az.ROBOT, "type": "ServicePrincipal"}],
                }
            ],
            "requester": {
                "appId": az.ROBOT_APP,
                "audience": "https://storage.azure.com/",
                "objectId": az.ROBOT.upper(),
                "tenantId": az.TENANT,
            },
        },
        "properties": {
            "accountName": "reports",
            "userAgentHeader": "azsdk-python-storage-blob/12.19.0 Python/3.11.4 (Linux-6.1.0-x86_64)",
            "serviceType": "blob",
            "objectKey": "/reports/year/2026.csv",
            "metricResponseType": "Success",
        },
        "protocol": "HTTPS",
    } | fields


def test_a_blob_s_reading_gives_the_whole_event() -> None:
    event = az.shown(az.parsed(storage()))
    assert event.pop("event_id").startswith("sha256:")
    agent = "azsdk-python-storage-blob/12.19.0 Python/3.11.4 (Linux-6.1.0-x86_64)"
    assert event == {
        "time": az.MICROS,
        "provider": "azure",
        "log_class": "data",
        "service": "microsoft.storage",
        "action": "GetBlob",
        "organization": az.TENANT,
        "account": az.SUBSCRIPTION,
        "region": "westeurope",
        **az.classified("microsoft.storage", "GetBlob", True),
        "principal_id": az.ROBOT,
        "principal_type": "ServicePrincipal",
        "principal_account": az.TENANT,
        "credential_type": "access_token",
        "source_ip": "198.51.100.7",
        **az.through(az.ROBOT_APP, agent),
        "user_agent": agent,
        "resources": [BLOBS.lower(), "/reports/year/2026.csv"],
        "origin": az.ORIGIN,
    }


def test_a_storage_table_s_row_gives_the_same_event() -> None:
    row = {
        "TenantId": "99999999-0000-4000-8000-000000000009",
        "TimeGenerated": az.TIME,
        "AccountName": "reports",
        "Location": "westeurope",
        "OperationName": "GetBlob",
        "AuthenticationType": "OAuth",
        "AuthenticationHash": "22CC",
        "AuthorizationDetails": json.dumps(storage()["identity"]["authorization"]),
        "RequesterAppId": az.ROBOT_APP,
        "RequesterObjectId": az.ROBOT,
        "RequesterTenantId": az.TENANT,
        "StatusCode": "200",
        "StatusText": "Success",
        "CallerIpAddress": "198.51.100.7:11111",
        "Category": "StorageRead",
        "ObjectKey": "/reports/year/2026.csv",
        "UserAgentHeader": storage()["properties"]["userAgentHeader"],
        "_ResourceId": BLOBS.lower(),
        "Type": "StorageBlobLogs",
    }
    assert knows(row) == ["azure_activity"]
    assert az.shown(az.parsed(row)) | {"event_id": ""} == az.shown(az.parsed(storage())) | {"event_id": ""}


@pytest.mark.parametrize(
    ("how", "hashed", "credential", "token"),
    [
        ("AccountKey", "key1(00AA)", "long_term", "key1(00AA)"),
        ("Account Key", "key1(00AA)", "long_term", "key1(00AA)"),
        ("SAS", SAS, "temporary", SAS),
        ("SAS Key", SAS, "temporary", SAS),
        ("Anonymous", None, "anonymous", None),
        ("Kerberos", "33DD", "unknown", None),
        ("OAuth", "22CC", "access_token", None),
    ],
)
def test_a_key_or_a_signature_is_followed_by_its_hash(
    how: str, hashed: str | None, credential: str, token: str | None
) -> None:
    event = az.parsed(storage(identity={"type": how, "tokenHash": hashed}))
    assert (event.credential_type, event.credential_id) == (credential, token)
    assert (event.principal_id, event.principal_type) == (None, "unknown")


def test_a_person_and_a_resource_are_told_among_the_requesters() -> None:
    person = storage()["identity"] | {"requester": {"objectId": az.ALICE, "upn": "alice@example.com"}}
    event = az.parsed(storage(identity=person))
    assert (event.principal_type, event.principal_name) == ("User", "alice@example.com")
    unnamed = storage()["identity"] | {"authorization": [{"principals": [{"type": "User"}]}]}
    assert az.parsed(storage(identity=unnamed)).principal_type == "User"
    resource = storage()["identity"] | {"delegatedResource": {"resourceId": az.MACHINE}}
    event = az.parsed(storage(identity=resource))
    assert (event.principal_type, event.issued_to) == ("ManagedIdentity", f"azure:{az.MACHINE.lower()}")


@pytest.mark.parametrize(
    ("fields", "outcome", "error"),
    [
        ({"statusCode": 403, "statusText": "AuthorizationPermissionMismatch"}, "denied", "AuthorizationPermissionMismatch"),
        ({"statusCode": "403", "statusText": None}, "denied", "Success"),
        ({"statusCode": 409, "statusText": "BlobUsesCustomerSpecifiedEncryption"}, "error", "BlobUsesCustomerSpecifiedEncryption"),
        ({"statusCode": 206, "statusText": "SuccessWithThrottling"}, "success", None),
        ({"statusCode": None, "statusText": None}, "success", None),
        ({"statusCode": None, "statusText": None, "properties": {"metricResponseType": "AuthorizationError"}}, "denied", "AuthorizationError"),
        ({"statusCode": None, "statusText": None, "properties": {"metricResponseType": "ClientOtherError"}}, "error", "ClientOtherError"),
    ],
)  # fmt: skip
def test_the_status_of_a_request_to_storage(fields: dict[str, Any], outcome: str, error: str | None) -> None:
    event = az.parsed(storage(**fields))
    assert (event.outcome, event.error_code) == (outcome, error)


def test_a_blob_is_named_without_the_signature_in_its_address() -> None:
    event = az.parsed(storage(properties={}))
    assert event.resources == [BLOBS.lower(), "https://reports.blob.core.windows.net/year/2026.csv"]


def test_a_record_that_lost_its_category_is_still_storage_s() -> None:
    record = storage()
    del record["category"]
    assert (az.parsed(record).log_class, az.parsed(record).action) == ("data", "GetBlob")
