"""Counting what the logs show: rows add up in any order, and what they mean for a finding."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analytic.analysis import analyse
from analytic.coverage.cells import Counter, cell_of, merge, ordered
from analytic.coverage.visibility import Visible, hidden, spots, view
from analytic.policy import HOUR, Policy
from schemas.coverage import Coverage
from schemas.records import ApiEvent
from tests import findings, make

CALLS = ("s3:ListBuckets", "iam:CreateUser", "ssm:SendCommand", "ec2:DescribeInstances")


def events() -> st.SearchStrategy[list[ApiEvent]]:
    one = st.builds(
        lambda number, hour, call, account, log_class: make.changed(
            make.by_user(f"e{number}", hour * make.HOUR + number, call), {"account": account, "log_class": log_class}
        ),
        st.integers(0, 10_000),
        st.integers(0, 30),
        st.sampled_from(CALLS),
        st.sampled_from(("1", "2", None)),
        st.sampled_from(("management", "data")),
    )
    return st.lists(one, max_size=30, unique_by=lambda event: event.event_id)


def count(bundles: list[list[ApiEvent]]) -> list[Coverage]:
    cells: dict = {}
    for bundle in bundles:
        counter = Counter()
        for event in bundle:
            counter.add(event)
        merge(cells, counter.rows.values())
    return ordered(cells.values())


@given(events(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_order_and_bundling_gives_the_same_rows(given_events: list[ApiEvent], random: object, size: int) -> None:
    shuffled = list(given_events)
    random.shuffle(shuffled)
    bundles = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    rows = count([given_events])
    assert count(bundles) == rows
    assert sum(row.events for row in rows) == len(given_events)
    assert all(row.reads + row.changes <= row.events and row.data_events <= row.events for row in rows)


def test_merging_leaves_what_it_adds_as_it_was() -> None:
    rows = count([[make.by_user("a", 0, "s3:ListBuckets")]])
    before = msgspec.msgpack.encode(rows)
    into = merge({}, rows)
    merge(into, rows)
    assert msgspec.msgpack.encode(rows) == before
    assert into[cell_of(rows[0])].events == 2


def test_a_row_counts_what_its_events_show() -> None:
    shell = make.by_role("a", 0, "iam:ListUsers", "admin", "s", "ASIA1", interface="cloud_shell", user_agent="x")
    bare = make.by_user("b", 1, "iam:CreateUser", source_ip=None, credential_id=None, outcome="denied", mfa=True)
    service = make.event("c", 2, "iam:GetRole", principal_type="AWSService")
    (row,) = count([[shell, bare, service]])
    assert (row.provider, row.account, row.service, row.log_class) == ("aws", make.ACCOUNT, "iam", "management")
    assert row.hour == make.T0
    assert (row.events, row.reads, row.changes, row.identified) == (3, 2, 1, 2)
    assert (row.source_addresses, row.user_agents, row.credential_ids, row.mfa) == (1, 1, 1, 2)
    assert (row.cloud_shell, row.short_lived) == (1, 1)


def test_a_copy_in_a_bundle_counts_once_and_another_accounts_copy_by_itself() -> None:
    event = make.by_user("a", 0, "s3:ListBuckets", shared_event_id="s")
    other = make.changed(event, {"event_id": "b", "account": "2"})
    rows = count([[event, other, event]])
    assert [(row.account, row.events, row.copies) for row in rows] == [(make.ACCOUNT, 1, 1), ("2", 1, 0)]


def hourly(hours: range, **fields: object) -> list[ApiEvent]:
    return [
        make.changed(make.by_user(f"h{hour}{sorted(fields.items())}", hour * make.HOUR, "s3:ListBuckets"), fields)
        for hour in hours
    ]


def told(rows: list[Coverage], at: int) -> list[str]:
    accounts = {row.account for row in rows}
    visible = Visible(view(row for row in rows if row.account == account) for account in accounts)
    finding = findings.finding("f")
    session = msgspec.structs.replace(finding.session, accounts=[make.ACCOUNT])
    finding = msgspec.structs.replace(
        finding,
        session=session,
        actor=msgspec.structs.replace(finding.actor, account=make.ACCOUNT),
        first_event_time=make.T0 + at,
        last_event_time=make.T0 + at,
    )
    return spots(finding, visible, Policy())


def test_a_finding_names_what_its_account_does_not_show() -> None:
    rows = count([hourly(range(5), region="us-east-1", source_ip=None)])
    text = "\n".join(told(rows, 0))
    assert "data events" in text
    assert "nothing outside us-east-1" in text
    assert "where the call came from is unknown for 100% of its calls" in text
    assert "no sign-in at AWS" in text


def test_what_is_there_is_no_blind_spot() -> None:
    rows = count(
        [
            hourly(range(5), user_agent="aws-cli/2"),
            hourly(range(5), log_class="data", user_agent="aws-cli/2"),
            hourly(range(5), log_class="signin", user_agent="aws-cli/2"),
        ]
    )
    assert told(rows, 0) == []


def test_a_gap_near_the_finding_is_named_and_one_long_before_is_not() -> None:
    there = hourly(range(100), user_agent="x") + hourly(range(110, 240), user_agent="x")
    rows = count([there])
    near, far = told(rows, 112 * make.HOUR), told(rows, 200 * make.HOUR)
    assert any("were silent for 10 hours" in text for text in near)
    assert not any("silent" in text for text in far)


def test_the_actors_own_account_without_logs_is_named() -> None:
    rows = count([hourly(range(3), account="2")])
    assert any(f"account {make.ACCOUNT} of" in text for text in told(rows, 0))


def test_views_do_not_depend_on_the_order_of_rows() -> None:
    rows = count([hourly(range(9), region="us-east-1") + hourly(range(9), region="eu-west-1", log_class="data")])
    assert view(rows) == view(reversed(rows))
    assert view(rows).first == make.T0
    assert view(rows).last == make.T0 + 8 * HOUR


def test_a_finding_says_at_once_what_its_own_records_do_not_show() -> None:
    calls = [
        make.by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2", user_agent="x"),
        make.by_user("x", 1, "ssm:SendCommand", source_ip=make.CAFE, touched=[make.instance("i-1")], user_agent="x"),
        make.by_instance("y", 2, "iam:ListUsers", "i-1", "ASIA2", source_ip=make.CAFE, user_agent="x"),
    ]
    (finding,) = (one for one in analyse(calls) if one.chain == "command_execution_credential_used")
    assert not any("does not show" in spot for spot in finding.blind_spots)
    calls[2] = make.changed(calls[2], {"user_agent": None, "client": None})
    (finding,) = (one for one in analyse(calls) if one.chain == "command_execution_credential_used")
    assert [spot for spot in finding.blind_spots if "does not show" in spot] == [
        "a record of this story does not show with which program the call was made"
    ]


def test_a_call_that_hands_out_a_credential_begins_it_and_hides_none() -> None:
    event = make.assume("a", 0, "admin", "s", "ASIA1", credential_id=None, user_agent="x")
    assert hidden(event) == []
    assert hidden(make.changed(event, {"issued": None})) == [
        "a record of this story does not show with which credential the call was made"
    ]
