"""Every real Cloud Audit Logs entry under shared/data parses. What is none is named here, with the reason."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytic.sources import gcp_audit
from analytic.sources.json_fields import decode_fields
from schemas.records import ApiEvent

# Cases of another project's rules that hold no log entry: no payload, no time.
NO_ENTRIES = {
    "compute.non-create.firewall.method-should-not-alert": "only a methodName",
    "appengine.compute.non-create.firewall.method-should-not-alert": "only a methodName",
    "compute.non-delete.firewall.method-should-not-alert": "only a methodName",
    "appengine.non-delete.firewall.method-should-not-alert": "only a methodName",
    "compute.non-update.firewall.method-should-not-alert": "only a methodName",
    "appengine.compute.non-update.firewall.method-should-not-alert": "only a methodName",
    "triggers": "only an operation's producer",
    "ignore": "only an operation's producer",
    "network-finding": "a Security Command Center finding",
}


def cases(path: Path) -> Iterator[tuple[str, Any]]:
    """The name and entry of each line of a file of single events; some lines are text with another behind."""
    with gzip.open(path) as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("provider", "gcp") != "gcp":
                continue
            event = row["event"]
            if isinstance(event, str):
                event = json.JSONDecoder().raw_decode(event)[0]
            yield row.get("case") or row["test"], event


def read(event: Any) -> ApiEvent | None:
    """The event of an entry, None for what the source does not recognise."""
    data = json.dumps(event).encode()
    if not gcp_audit.recognises(decode_fields(data)):
        return None
    found = gcp_audit.parse(data, "x#0")
    assert isinstance(found, ApiEvent)
    return found


@pytest.mark.parametrize(
    ("file", "good"),
    [
        ("rule_cases/gcp_audit_rules.jsonl.gz", 64),
        ("rule_cases/gcp_k8s_rules.jsonl.gz", 10),
        ("parser/custodian/events.jsonl.gz", 46),
    ],
)
def test_every_entry_parses_but_the_named(shared_data: Path, file: str, good: int) -> None:
    found = 0
    for name, event in cases(shared_data / file):
        parsed = read(event)
        assert (parsed is None) == (name in NO_ENTRIES), name
        found += parsed is not None
    assert found == good


def test_foxsec_entries_with_an_audit_log_parse_and_no_other_is_recognised(shared_data: Path) -> None:
    found = 0
    for name, event in cases(shared_data / "parser/foxsec/events.jsonl.gz"):
        parsed = read(event)
        assert (parsed is not None) == ("protoPayload" in event), name
        if parsed is not None:
            assert (parsed.service, parsed.action) == ("cloudresourcemanager", "SetIamPolicy")
            assert (parsed.principal_type, parsed.account) == ("User", "test")
            found += 1
    assert found == 21


def test_real_entries_say_who_called_and_from_where(shared_data: Path) -> None:
    events = [read(event) for _, event in cases(shared_data / "parser/custodian/events.jsonl.gz")]
    known = [event for event in events if event is not None]
    assert all(event.principal_id and event.account and event.source_ip for event in known)
    assert {event.principal_type for event in known} == {"User", "ServiceAccount"}
    assert {event.log_class for event in known} == {"management", "data"}


def test_no_record_of_another_source_is_recognised(shared_data: Path) -> None:
    for file in ("aws_cloudtrail_rules", "aws_eks_rules", "azure_activity_rules", "azure_signin_rules"):
        for name, event in cases(shared_data / f"rule_cases/{file}.jsonl.gz"):
            assert read(event) is None, name
