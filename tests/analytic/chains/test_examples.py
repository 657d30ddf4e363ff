"""The rows of examples become events as the sources would give them."""

import pytest

from analytic.chains.examples import ACCOUNT, START, events_of, expand
from analytic.chains.rows import Example, Row
from analytic.policy import DAY, MINUTE
from schemas.records import ApiEvent


def only(**fields: object) -> ApiEvent:
    (event,) = events_of(Row(**({"at": "0", "by": "alice", "call": "s3:ListBuckets"} | fields)), "e1")
    return event


def test_a_row_is_an_everyday_event_where_it_says_nothing() -> None:
    event = only()
    assert (event.time, event.provider, event.principal_name, event.mfa) == (START, "aws", "alice", True)
    assert (event.interface, event.client, event.source_ip) == ("cli", "aws-cli/2", "198.51.100.10")
    assert (event.access, event.stage, event.outcome) == ("list", "recon", "success")


def test_times_count_from_the_beginning_and_repeat() -> None:
    example = Example("x", (Row("-2d", "alice", "s3:GetObject", times=2, every="1d", resource=("o/{n}",)),))
    events = expand(example)
    assert [event.time - START for event in events] == [-2 * DAY, -DAY]
    assert [event.resources for event in events] == [["o/1"], ["o/2"]]
    assert [event.event_id for event in events] == ["e1.001", "e1.002"]
    assert only(at="5m").time == START + 5 * MINUTE


def test_what_is_handed_out_is_what_is_used() -> None:
    issued = only(call="sts:AssumeRole", issued="role:deploy/ci").issued
    used = only(by="role:deploy/ci")
    assert issued is not None
    assert (issued.credential_id, issued.principal_id) == (used.credential_id, used.principal_id)
    assert only(call="sts:AssumeRole", issued="role:deploy/ci", outcome="denied").issued is None
    assert only(issued="key:K1 app:x").issued == type(issued)("K1", "oid-app-x")


@pytest.mark.parametrize(
    ("by", "provider", "kind"),
    [
        ("alice", "aws", "IAMUser"),
        ("root", "aws", "Root"),
        ("role:web/x", "aws", "AssumedRole"),
        ("sso:alice@example.com", "aws", "AssumedRole"),
        ("gcp:alice@example.com", "gcp", "User"),
        ("gcp:build@example-project.iam.gserviceaccount.com", "gcp", "ServiceAccount"),
        ("entra:alice", "azure", "User"),
        ("app:invoices", "azure", "ServicePrincipal"),
        ("okta:alice", "okta", "User"),
        ("account:444455556666", "aws", "AWSAccount"),
    ],
)
def test_each_kind_of_principal(by: str, provider: str, kind: str) -> None:
    event = only(by=by, call="any:Thing")
    assert (event.provider, event.principal_type) == (provider, kind)


def test_workloads_have_one_name_everywhere() -> None:
    assert only(by="instance:i-1").issued_to == f"aws:{ACCOUNT}:instance/i-1"
    assert only(by="instance:i-1").source_ip == "192.0.2.5"
    assert only(touched=("instance:i-1",)).touched == [f"aws:{ACCOUNT}:instance/i-1"]


@pytest.mark.parametrize(
    "fields", [{"at": "noon"}, {"at": "5"}, {"every": "often"}, {"by": "elf:x"}, {"by": "role:"}, {"call": "nothing"}]
)
def test_a_wrong_row_says_so(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r": write|no duration|no call"):
        only(**fields)
