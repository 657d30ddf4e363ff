"""One Cloud Audit Logs entry to one ApiEvent: whole golden events, then one field at a time."""

import json
from typing import Any

import pytest

from analytic.context import action as actions
from analytic.sources import gcp_audit
from analytic.sources.errors import ParseError
from analytic.sources.gcp_audit import parse
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_fields
from tests.sources.gcp_records import (
    AUDIT_LOG,
    DEPLOYER,
    KEY,
    ORIGIN,
    POOL,
    PROJECT,
    called_by,
    entry,
    event_of,
    parsed,
    payload,
    shown,
)

# As in "Example logs for service accounts" (IAM, audit logging), logs for creating short-lived credentials, in the
# fields that LogEntry and AuditLog document.
IMPERSONATION = {
    "insertId": "1hu88qbef4d2o",
    "logName": "projects/example-prod/logs/cloudaudit.googleapis.com%2Fdata_access",
    "operation": {
        "first": True,
        "id": "10172500524907939495",
        "last": True,
        "producer": "iamcredentials.googleapis.com",
    },
    "protoPayload": {
        "@type": AUDIT_LOG,
        "authenticationInfo": {
            "principalEmail": "ci@example-tools.iam.gserviceaccount.com",
            "principalSubject": "serviceAccount:ci@example-tools.iam.gserviceaccount.com",
            "serviceAccountKeyName": f"//iam.googleapis.com/projects/example-tools/serviceAccounts/ci@example-tools.iam.gserviceaccount.com/keys/{KEY}",
        },
        "authorizationInfo": [
            {
                "granted": True,
                "permission": "iam.serviceAccounts.getAccessToken",
                "permissionType": "ADMIN_READ",
                "resourceAttributes": {},
            }
        ],
        "metadata": {"identityDelegationChain": [f"projects/-/serviceAccounts/hop@{PROJECT}.iam.gserviceaccount.com"]},
        "methodName": "GenerateAccessToken",
        "request": {
            "@type": "type.googleapis.com/google.iam.credentials.v1.GenerateAccessTokenRequest",
            "name": f"projects/-/serviceAccounts/{DEPLOYER}",
            "delegates": [f"projects/-/serviceAccounts/hop@{PROJECT}.iam.gserviceaccount.com"],
            "lifetime": "600s",
        },
        "requestMetadata": {
            "callerIp": "2001:DB8::7",
            "callerSuppliedUserAgent": "google-api-go-client/0.5,gzip(gfe)",
            "requestAttributes": {"auth": {}, "time": "2024-08-02T08:23:24.120Z"},
        },
        "resourceName": "projects/-/serviceAccounts/112233445566778899001",
        "serviceName": "iamcredentials.googleapis.com",
        "status": {},
    },
    "receiveTimestamp": "2024-08-02T08:23:24.424542070Z",
    "resource": {
        "labels": {"email_id": DEPLOYER, "project_id": "example-prod", "unique_id": "112233445566778899001"},
        "type": "service_account",
    },
    "severity": "INFO",
    "timestamp": "2024-08-02T08:23:24.114302807Z",
}

IMPERSONATION_EVENT = {
    "event_id": "1hu88qbef4d2o",
    "time": 1_722_587_004_114_302,
    "provider": "gcp",
    "log_class": "data",
    "service": "iamcredentials",
    "action": "GenerateAccessToken",
    "account": "example-prod",
    "principal_id": "ci@example-tools.iam.gserviceaccount.com",
    "principal_type": "ServiceAccount",
    "principal_name": "ci@example-tools.iam.gserviceaccount.com",
    "principal_account": "example-tools",
    "credential_id": KEY,
    "credential_type": "service_account_key",
    "issued": {
        "credential_id": None,
        "principal_id": DEPLOYER,
        "expires": 1_722_587_604_114_302,
        "issued_to": None,
        "session_id": None,
        "known_as": None,
        "delegates": [f"hop@{PROJECT}.iam.gserviceaccount.com"],
    },
    "source_ip": "2001:db8::7",
    "interface": "sdk",
    "client": "google-api-go-client/0",
    "user_agent": "google-api-go-client/0.5,gzip(gfe)",
    "resources": [
        "projects/-/serviceAccounts/112233445566778899001",
        f"projects/-/serviceAccounts/{DEPLOYER}",
        "projects/-/serviceAccounts/hop@example-prod.iam.gserviceaccount.com",
    ],
    "target_account": "example-prod",
    "origin": ORIGIN,
}

# As in "Understanding audit logs", audit logs for long-running operations, and the Compute Engine audit logging page.
METADATA_CHANGE = {
    "insertId": "-8v6w4ycaay",
    "logName": "projects/example-prod/logs/cloudaudit.googleapis.com%2Factivity",
    "operation": {"first": True, "id": "operation-1722587003-61a2", "producer": "compute.googleapis.com"},
    "protoPayload": {
        "@type": AUDIT_LOG,
        "authenticationInfo": {
            "principalEmail": DEPLOYER,
            "principalSubject": f"serviceAccount:{DEPLOYER}",
            "serviceAccountDelegationInfo": [
                {
                    "principalSubject": f"principal://iam.googleapis.com/{POOL}/subject/repo:octo/shop:ref:refs/heads/main"
                }
            ],
        },
        "authorizationInfo": [
            {
                "granted": True,
                "permission": "compute.instances.setMetadata",
                "permissionType": "ADMIN_WRITE",
                "resource": "projects/example-prod/zones/europe-west1-b/instances/web-1",
                "resourceAttributes": {
                    "name": "projects/example-prod/zones/europe-west1-b/instances/web-1",
                    "service": "compute",
                    "type": "compute.instances",
                },
            }
        ],
        "methodName": "v1.compute.instances.setMetadata",
        "request": {
            "@type": "type.googleapis.com/compute.instances.setMetadata",
            "Metadata Keys Added": ["startup-script"],
        },
        "requestMetadata": {
            "callerIp": "gce-internal-ip",
            "requestAttributes": {"auth": {}, "time": "2024-08-02T08:23:24.500Z"},
        },
        "resourceLocation": {"currentLocations": ["europe-west1-b"]},
        "resourceName": "projects/example-prod/zones/europe-west1-b/instances/web-1",
        "serviceName": "compute.googleapis.com",
    },
    "receiveTimestamp": "2024-08-02T08:23:25Z",
    "resource": {
        "labels": {"instance_id": "123", "project_id": "example-prod", "zone": "europe-west1-b"},
        "type": "gce_instance",
    },
    "severity": "NOTICE",
    "timestamp": "2024-08-02T08:23:24Z",
}

METADATA_CHANGE_EVENT = {
    "event_id": "-8v6w4ycaay",
    "time": 1_722_587_004_000_000,
    "provider": "gcp",
    "log_class": "management",
    "service": "compute",
    "action": "v1.compute.instances.setMetadata",
    "shared_event_id": "gcp-operation:operation-1722587003-61a2",
    "account": "example-prod",
    "region": "europe-west1",
    "principal_id": DEPLOYER,
    "principal_type": "ServiceAccount",
    "principal_name": DEPLOYER,
    "principal_account": "example-prod",
    "credential_type": "access_token",
    "delegation": [f"principal://iam.googleapis.com/{POOL}/subject/repo:octo/shop:ref:refs/heads/main"],
    "touched": ["gcp:projects/example-prod/zones/europe-west1-b/instances/web-1"],
    "resources": ["projects/example-prod/zones/europe-west1-b/instances/web-1"],
    "home": "runner",
    "origin": ORIGIN,
}

# As in "Example logs for Workload Identity Federation" (IAM, audit logging), logs for exchanging an IdP token.
EXCHANGE = {
    "insertId": "exchange-1",
    "logName": "projects/example-prod/logs/cloudaudit.googleapis.com%2Fdata_access",
    "protoPayload": {
        "@type": AUDIT_LOG,
        "authenticationInfo": {"principalSubject": "arn:aws:sts::111122223333:assumed-role/deploy/alice"},
        "metadata": {
            "mapped_principal": f"principal://iam.googleapis.com/{POOL}/subject/arn:aws:sts::111122223333:assumed-role/deploy/alice"
        },
        "methodName": "google.identity.sts.v1.SecurityTokenService.ExchangeToken",
        "request": {
            "@type": "type.googleapis.com/google.identity.sts.v1.ExchangeTokenRequest",
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        },
        "requestMetadata": {"callerIp": "198.51.100.7"},
        "resourceName": f"{POOL}/providers/aws",
        "serviceName": "sts.googleapis.com",
        "status": {},
    },
    "resource": {"type": "audited_resource", "labels": {"project_id": "example-prod"}},
    "severity": "INFO",
    "timestamp": "2024-08-02T08:23:24Z",
}

EXCHANGE_EVENT = {
    "event_id": "exchange-1",
    "time": 1_722_587_004_000_000,
    "provider": "gcp",
    "log_class": "data",
    "service": "sts",
    "action": "google.identity.sts.v1.SecurityTokenService.ExchangeToken",
    "account": "example-prod",
    "principal_id": "arn:aws:sts::111122223333:assumed-role/deploy/alice",
    "principal_type": "FederatedPrincipal",
    "principal_name": "deploy/alice",
    "principal_arn": f"principal://iam.googleapis.com/{POOL}/subject/arn:aws:sts::111122223333:assumed-role/deploy/alice",
    "principal_account": "111122223333",
    "credential_type": "federated",
    "issuer": POOL,
    "issued": {
        "credential_id": None,
        "principal_id": f"principal://iam.googleapis.com/{POOL}/subject/arn:aws:sts::111122223333:assumed-role/deploy/alice",
        "expires": None,
        "issued_to": None,
        "session_id": None,
        "known_as": None,
        "delegates": [],
    },
    "source_ip": "198.51.100.7",
    "resources": [f"{POOL}/providers/aws"],
    "known_as": ["aws:arn:aws:sts::111122223333:assumed-role/deploy/alice"],
    "origin": ORIGIN,
}


@pytest.mark.parametrize(
    ("record", "event", "read_only"),
    [
        (IMPERSONATION, IMPERSONATION_EVENT, True),
        (METADATA_CHANGE, METADATA_CHANGE_EVENT, False),
        (EXCHANGE, EXCHANGE_EVENT, None),
    ],
    ids=["impersonation", "first half of an operation", "exchange of tokens"],
)
def test_a_whole_entry_gives_the_whole_event(
    record: dict[str, Any], event: dict[str, Any], read_only: bool | None
) -> None:
    # What the action serves is the catalogue's to say, and its tests': here it is only that it was asked.
    act = actions.classify("gcp", event["service"], event["action"], read_only)
    judged = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    found = shown(event_of(record))
    assert found == event | {name: value for name, value in judged.items() if value is not None}


def snake(value: Any) -> Any:
    """The same value with the names of the proto."""
    if isinstance(value, dict):
        return {_snake(name): snake(one) for name, one in value.items()}
    return [snake(one) for one in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return name if name.startswith("@") else "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def lowered(record: dict[str, Any]) -> dict[str, Any]:
    """The entry as a product writes it that lowers the keys of the first level, has no "@", and dates without a T."""
    log = {"at_sign_type" if name == "@type" else name: value for name, value in record["protoPayload"].items()}
    changed = {name.lower(): value for name, value in record.items() if name != "protoPayload"}
    times = {name: value.replace("T", " ").rstrip("Z") for name, value in changed.items() if "timestamp" in name}
    return changed | times | {"protopayload": log, "p_log_type": "GCP.AuditLog", "p_any_ip_addresses": ["203.0.113.9"]}


def bigquery(record: dict[str, Any]) -> dict[str, Any]:
    """The entry as a row of a BigQuery table ("BigQuery schema for logs")."""
    log = dict(record["protoPayload"])
    for name in ("request", "response", "metadata"):
        if name in log:
            log[f"{name}Json"] = json.dumps(log.pop(name))
    row = {name: value for name, value in record.items() if name != "protoPayload"}
    moment = row["timestamp"].replace("T", " ").replace("Z", " UTC")
    return row | {"protopayload_auditlog": log, "timestamp": moment, "textPayload": None, "httpRequest": None}


@pytest.mark.parametrize("record", [IMPERSONATION, METADATA_CHANGE, EXCHANGE])
@pytest.mark.parametrize("respell", [snake, lowered, bigquery])
def test_every_spelling_of_an_entry_gives_the_same_event(record: dict[str, Any], respell: Any) -> None:
    other = respell(record)
    assert gcp_audit.recognises(decode_fields(json.dumps(other).encode()))
    assert shown(event_of(other)) == shown(event_of(record))


@pytest.mark.parametrize(
    ("log_name", "log_class"),
    [
        (f"projects/{PROJECT}/logs/cloudaudit.googleapis.com%2Factivity", "management"),
        (f"projects/{PROJECT}/logs/cloudaudit.googleapis.com%2Fdata_access", "data"),
        (f"projects/{PROJECT}/logs/cloudaudit.googleapis.com/system_event", "system"),
        ("organizations/123456789012/logs/cloudaudit.googleapis.com%2fpolicy", "policy"),
    ],
)
def test_the_log_is_told_by_its_name(log_name: str, log_class: str) -> None:
    assert event_of(entry(logName=log_name)).log_class == log_class


@pytest.mark.parametrize(
    ("fields", "log_class"),
    [
        ({"authorizationInfo": [{"permission": "a.b.c", "permissionType": "ADMIN_WRITE"}]}, "management"),
        ({"authorizationInfo": [{"permission": "a.b.c", "permissionType": "DATA_READ"}]}, "data"),
        ({}, "management"),
    ],
)
def test_without_a_log_name_the_permission_tells_the_log(fields: dict[str, Any], log_class: str) -> None:
    record = entry(payload(**fields), logName=None)
    assert event_of(record).log_class == log_class
    assert event_of(entry(logName=None, severity="INFO")).log_class == "data"


def test_a_sign_in_to_cloud_identity_is_one() -> None:
    event = parsed("google.login.LoginService.loginFailure", "login.googleapis.com")
    assert (event.log_class, event.outcome) == ("signin", "denied")
    event = parsed("google.login.LoginService.loginSuccess", "login.googleapis.com")
    assert (event.log_class, event.outcome) == ("signin", "success")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (None, ("success", None)),
        ({}, ("success", None)),
        ({"code": 0}, ("success", None)),
        ({"code": 7, "message": "denied"}, ("denied", "PERMISSION_DENIED")),
        ({"code": "16"}, ("denied", "UNAUTHENTICATED")),
        ({"code": "PERMISSION_DENIED"}, ("denied", "PERMISSION_DENIED")),
        ({"code": 5}, ("error", "NOT_FOUND")),
        ({"code": 412}, ("error", "412")),
        ({"code": -1}, ("error", "-1")),
    ],
)
def test_the_status_code_is_the_outcome(status: Any, outcome: tuple[str, str | None]) -> None:
    event = parsed(status=status)
    assert (event.outcome, event.error_code) == outcome


def test_a_refused_permission_is_a_denial_where_no_status_says_so() -> None:
    refused = {"permission": "compute.firewalls.delete", "granted": False}
    assert parsed(authorizationInfo=[refused]).outcome == "denied"
    assert parsed(authorizationInfo=[refused, {"permission": "a.b.c", "granted": True}]).outcome == "success"
    assert parsed(authorizationInfo=[{"permission": "a.b.c"}]).outcome == "success"


def test_the_refusals_of_an_organization_are_denials_and_name_what_was_asked_for() -> None:
    log = payload(
        "google.storage.objects.get",
        "storage.googleapis.com",
        resourceName="projects/444455556666",
        metadata={"resourceNames": ["projects/_/buckets/books/objects/2024.csv"], "violationReason": "NO_MATCH"},
    )
    event = event_of(entry(log, suffix="policy"))
    assert (event.log_class, event.outcome) == ("policy", "denied")
    assert event.resources == ["projects/444455556666", "projects/_/buckets/books/objects/2024.csv"]


@pytest.mark.parametrize(
    ("types", "access"),
    [(["DATA_READ"], "read"), (["ADMIN_READ", "DATA_READ"], "read"), (["DATA_READ", "DATA_WRITE"], "write")],
)
def test_the_types_of_the_permissions_say_whether_a_call_only_reads(types: list[str], access: str) -> None:
    asked = [{"permission": "frob.things.frob", "permissionType": kind} for kind in types]
    assert parsed("google.frob.v1.Frobber.CreateFrob", "frob.googleapis.com", authorizationInfo=asked).access == access


@pytest.mark.parametrize(
    ("sent", "source_ip"),
    [
        ({"callerIp": "203.0.113.9"}, "203.0.113.9"),
        ({"callerIP": "203.0.113.9"}, "203.0.113.9"),
        ({"callerIp": "::ffff:203.0.113.9"}, "203.0.113.9"),
        ({"callerIp": "private"}, None),
        ({"callerIp": "gce-internal-ip"}, None),
        ({"callerIp": ""}, None),
        (None, None),
        ("...", None),
    ],
)
def test_only_an_address_is_a_source_address(sent: Any, source_ip: str | None) -> None:
    event = parsed(requestMetadata=sent)
    assert (event.source_ip, event.source_service) == (source_ip, None)


def test_a_call_within_googles_own_network_without_a_program_is_a_services() -> None:
    assert parsed(requestMetadata={"callerIp": "private"}).interface == "service"
    assert called_by(principalEmail="system@google.com").principal_type == "Service"


def test_the_console_is_known_by_the_browser_and_makes_the_session_its_own() -> None:
    sent = {
        "callerIp": "203.0.113.9",
        "callerSuppliedUserAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/125.0.0.0 Safari/537.36,gzip(gfe),gzip(gfe)",
        "requestAttributes": {"reason": "8uSywAYQGg5Db2xpc2V1bSBGbG93cw"},
    }
    event = parsed(requestMetadata=sent)
    assert (event.interface, event.credential_type, event.os) == ("console", "console_session", "macos")


def test_a_service_accounts_browser_is_a_contradiction() -> None:
    sent = {
        "callerSuppliedUserAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/125.0.0.0 Safari/537.36"
    }
    event = event_of(entry(payload(who={"principalEmail": DEPLOYER}, requestMetadata=sent)))
    assert event.interface_conflict


def test_the_oauth_client_of_gcloud_stands_for_a_missing_user_agent() -> None:
    who = {
        "principalEmail": "alice@example.com",
        "oauthInfo": {"oauthClientId": "32555940559.apps.googleusercontent.com"},
    }
    event = event_of(entry(payload(who=who, requestMetadata={"callerIp": "203.0.113.9"})))
    assert (event.interface, event.client) == ("cli", "gcloud")


@pytest.mark.parametrize(
    ("operation", "shared"),
    [
        ({"id": "op-1", "first": True}, "gcp-operation:op-1"),
        ({"id": "op-1", "last": True}, "gcp-operation:op-1"),
        ({"id": "op-1", "first": True, "last": True}, None),
        ({"id": "op-1", "first": "true", "last": "true"}, None),
        ({"producer": "compute.googleapis.com"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_halves_of_an_operation_share_its_id(operation: Any, shared: str | None) -> None:
    assert event_of(entry(operation=operation)).shared_event_id == shared


def test_what_a_bigquery_job_did_to_a_table_is_no_half_of_the_job() -> None:
    def of(resource: str) -> str | None:
        log = payload("google.cloud.bigquery.v2.JobService.InsertJob", "bigquery.googleapis.com", resourceName=resource)
        return event_of(entry(log, operation={"id": "job-1", "last": True})).shared_event_id

    assert of(f"projects/{PROJECT}/jobs/job-1") == "gcp-operation:job-1"
    assert of(f"projects/{PROJECT}/datasets/books/tables/sales") is None


@pytest.mark.parametrize(
    ("log_name", "organization", "account"),
    [
        ("projects/example-prod/logs/x", None, "example-prod"),
        ("organizations/123456789012/logs/x", "organizations/123456789012", "example-labels"),
        ("folders/42/logs/x", "folders/42", "example-labels"),
        (None, None, "example-labels"),
    ],
)
def test_the_log_name_says_in_whose_log_it_was(log_name: Any, organization: Any, account: Any) -> None:
    resource = {"type": "project", "labels": {"project_id": "example-labels"}}
    event = event_of(entry(logName=log_name, resource=resource))
    assert (event.organization, event.account) == (organization, account)


@pytest.mark.parametrize(
    ("labels", "region"),
    [
        ({"zone": "asia-northeast1-b"}, "asia-northeast1"),
        ({"location": "us"}, "us"),
        ({"region": "europe-west4"}, "europe-west4"),
    ],
)
def test_a_zone_is_of_its_region(labels: dict[str, str], region: str) -> None:
    assert event_of(entry(resource={"type": "x", "labels": labels})).region == region


def test_a_service_is_named_without_its_domain_and_guessed_where_it_is_missing() -> None:
    assert parsed("X", "cloudkms.googleapis.com").service == "cloudkms"
    assert parsed("io.k8s.core.v1.pods.create", "k8s.io").service == "k8s.io"
    assert event_of(entry(payload("io.k8s.core.v1.pods.create", None))).service == "k8s.io"
    assert event_of(entry(payload("v1.compute.firewalls.insert", None))).service == "compute"
    assert event_of(entry(payload("SetIamPolicy", None))).service == "unknown"
    asked = [{"permission": "cloudbuild.builds.create"}]
    assert event_of(entry(payload("CreateBuild", None, authorizationInfo=asked))).service == "cloudbuild"


def test_a_fragment_without_a_method_is_called_by_its_permission() -> None:
    log = payload(
        authorizationInfo=[{"permission": "bigquery.tables.delete", "resource": f"projects/{PROJECT}/datasets/d"}]
    )
    del log["methodName"], log["serviceName"]
    event = event_of(entry(log))
    assert (event.service, event.action) == ("bigquery", "bigquery.tables.delete")


def test_an_entry_without_an_id_is_named_by_its_bytes() -> None:
    record = entry(insertId=None)
    first, again = event_of(record), event_of(record)
    assert first.event_id == again.event_id
    assert first.event_id.startswith("sha256:")
    assert len(first.event_id) == len("sha256:") + 32


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (entry(payload(methodName=None)), "no methodName"),
        (entry(timestamp=None, receiveTimestamp=None), "no timestamp"),
        (entry(timestamp="yesterday"), "timestamp is no time: 'yesterday'"),
        (entry(protoPayload=None, logName=None), "no protoPayload"),
        ({"methodName": "v1.compute.firewalls.patch"}, "no protoPayload"),
        (entry(protoPayload="..."), "protoPayload is not an object"),
        ([], "not a log entry"),
    ],
)
def test_what_is_no_call_says_what_it_lacks(record: Any, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parse(json.dumps(record).encode(), ORIGIN)


@pytest.mark.parametrize(
    "record",
    [
        entry(protoPayload=None, textPayload="started"),
        entry(payload(**{"@type": "type.googleapis.com/google.appengine.logging.v1.RequestLog"})),
        {name: value for name, value in entry(httpRequest={"status": 200}).items() if name != "protoPayload"},
    ],
    ids=["text", "another payload", "request"],
)
def test_other_entries_of_cloud_logging_are_ignored(record: dict[str, Any]) -> None:
    data = json.dumps(record).encode()
    assert gcp_audit.recognises(decode_fields(data))
    found = parse(data, ORIGIN)
    assert isinstance(found, Ignored)
    assert found.kind in gcp_audit.IGNORED


@pytest.mark.parametrize(
    "record",
    [
        {"jsonPayload": {"eventVersion": "1.08"}, "logName": "projects/p/logs/aws", "insertId": "x"},
        {"jsonPayload": {"a": 1}, "protoPayload": None, "textPayload": None, "logName": "projects/p/logs/x"},
        {"eventVersion": "1.08", "eventName": "RunInstances"},
        {"operationName": "Microsoft.Compute/virtualMachines/write", "time": "2024-08-02T08:23:24Z"},
        {"methodName": "v1.compute.firewalls.patch"},
        {},
    ],
)
def test_records_of_other_sources_are_not_recognised(record: dict[str, Any]) -> None:
    assert not gcp_audit.recognises(decode_fields(json.dumps(record).encode()))
