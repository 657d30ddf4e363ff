"""Synthetic Cloud Audit Logs entries for these tests: what matters is an argument, the rest has a default."""

import json
from typing import Any

import msgspec

from analytic.sources.gcp_audit import parse
from schemas.records import ApiEvent, to_dict

PROJECT = "example-prod"
ORIGIN = "file:///audit.json#0"
KEY = "0123456789abcdef0123456789abcdef01234567"
DEPLOYER = f"deployer@{PROJECT}.iam.gserviceaccount.com"
POOL = "projects/111122223333/locations/global/workloadIdentityPools/ci"
AUDIT_LOG = "type.googleapis.com/google.cloud.audit.AuditLog"
GCLOUD = "google-cloud-sdk gcloud/512.0.0 command/gcloud.compute.firewall-rules.delete"


def payload(
    method: str = "v1.compute.firewalls.delete",
    service: str | None = "compute.googleapis.com",
    who: Any = None,
    **fields: Any,
) -> dict[str, Any]:
    """A protoPayload of `method`, called by alice unless `who` is another authenticationInfo."""
    return {
        "@type": AUDIT_LOG,
        "authenticationInfo": who if who is not None else {"principalEmail": "Alice@example.com"},
        "requestMetadata": {"callerIp": "203.0.113.9", "callerSuppliedUserAgent": GCLOUD},
        "serviceName": service,
        "methodName": method,
        "resourceName": f"projects/{PROJECT}/global/firewalls/web",
    } | fields


def entry(log: dict[str, Any] | None = None, suffix: str = "activity", **fields: Any) -> dict[str, Any]:
    """A LogEntry around a protoPayload."""
    return {
        "insertId": "1a2b3c4d5e6f7",
        "logName": f"projects/{PROJECT}/logs/cloudaudit.googleapis.com%2F{suffix}",
        "protoPayload": payload() if log is None else log,
        "resource": {"type": "gce_firewall_rule", "labels": {"project_id": PROJECT}},
        "severity": "NOTICE",
        "timestamp": "2024-08-02T08:23:24.114302Z",
        "receiveTimestamp": "2024-08-02T08:23:25.001Z",
    } | fields


def event_of(record: dict[str, Any]) -> ApiEvent:
    """The event of an entry."""
    event = parse(json.dumps(record).encode(), ORIGIN)
    assert isinstance(event, ApiEvent)
    return event


def parsed(
    method: str = "v1.compute.firewalls.delete", service: str = "compute.googleapis.com", **fields: Any
) -> ApiEvent:
    """The event of an entry whose protoPayload has these fields."""
    return event_of(entry(payload(method, service, **fields)))


def called_by(**who: Any) -> ApiEvent:
    """The event of a call whose authenticationInfo is this."""
    return event_of(entry(payload(who=who)))


def shown(event: ApiEvent) -> dict[str, Any]:
    """The whole event, without the fields that are at their default."""
    plain = msgspec.structs.asdict(ApiEvent("", 0, "", "", "", ""))
    return {name: value for name, value in to_dict(event).items() if value != plain[name]}
