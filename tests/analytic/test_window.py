"""A backfill's windows: however time is cut, the windows together tell what one over all of it tells."""

from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.analysis import analyse, analyse_window
from analytic.policy import DAY, HOUR, MINUTE, Policy
from analytic.window import cut, foresight, standing
from schemas.records import ApiEvent, Finding, Issued, to_dict
from tests import make

MIDNIGHT = make.T0 - make.T0 % DAY
CALLS = [
    "ec2:DescribeInstances",
    "iam:ListUsers",
    "iam:CreateAccessKey",
    "cloudtrail:StopLogging",
    "secretsmanager:GetSecretValue",
    "ssm:SendCommand",
]
PLACES = [make.OFFICE, make.CAFE, make.DATACENTRE]
USERS = ["alice", "bob"]


@st.composite
def weeks(draw: st.DrawFn) -> list[ApiEvent]:
    """Draw events of four days, many about the hours and midnights: users, roles, workloads, names of other clouds."""
    events = []
    arn = make.session_arn("admin", "s")
    for number in range(draw(st.integers(4, 24))):
        id_ = f"e{number:03}"
        hours = draw(st.sampled_from([0, 1, 2, 5, 23, 24, 25, 26, 36, 47, 48, 49, 71, 72, 73, 80]))
        near = draw(st.sampled_from([-59_999_999, -1, 0, 1, 537, 59_000_000, 20 * MINUTE, 59 * MINUTE]))
        at = MIDNIGHT + hours * HOUR + near - make.T0
        place = {"source_ip": draw(st.sampled_from(PLACES))}
        user = draw(st.sampled_from(USERS))
        call = draw(st.sampled_from(CALLS))
        match draw(st.integers(0, 7)):
            case 0 | 1 | 2:
                event = make.by_user(id_, at, call, user, **place)
            case 3:
                event = make.assume(id_, at, "admin", "s", "ASIA1", user=user, **place)
                event.issued = Issued("ASIA1", "AROAADMIN:s", known_as=f"aws:{arn}")
                event.shared_event_id = draw(st.sampled_from([None, f"s{at}"]))
            case 4:
                event = make.by_role(id_, at, call, "admin", "s", "ASIA1", **place)
            case 5:
                event = make.by_user(id_, at, call, user, touched=[make.instance("i-1")], **place)
            case 6:
                event = make.by_google(
                    id_, at, "iam:ListRoles", f"principal://x/subject/{arn}", known_as=[f"aws:{arn}"]
                )
            case _:
                event = make.by_instance(id_, at, call, "i-1", "ASIA2", **place)
        events.append(event)
    return events


def told(events: list[ApiEvent], start: int, end: int, warm_up: int = DAY) -> list[dict]:
    windows = cut(start, end, warm_up, Policy())
    return [to_dict(finding) for window in windows for finding in analyse_window(events, window)]


@given(weeks(), st.lists(st.integers(0, 4 * 24 * 60), max_size=12), st.sampled_from([0, HOUR, DAY, 2 * DAY]))
@settings(max_examples=300)
def test_any_cut_tells_what_one_window_tells(events: list[ApiEvent], minutes: list[int], warm_up: int) -> None:
    start, end = MIDNIGHT, MIDNIGHT + 4 * DAY
    edges = sorted({start, end, *(start + minute * MINUTE for minute in minutes)})
    cut_up = [finding for left, right in pairwise(edges) for finding in told(events, left, right, warm_up)]
    assert standing(cut_up) == standing(told(events, start, end, warm_up))


@given(weeks())
@settings(max_examples=60)
def test_hours_tell_what_their_days_tell_and_the_later_row_stands(events: list[ApiEvent]) -> None:
    start, end = MIDNIGHT + DAY, MIDNIGHT + 3 * DAY
    hours = [told(events, hour, hour + HOUR) for hour in range(start, end, HOUR)]
    assert standing(finding for hour in hours for finding in hour) == standing(told(events, start, end))
    revisions: dict[str, int] = {}
    for hour in hours:
        for finding in hour:
            assert finding["revision"] > revisions.get(finding["finding_id"], -1)
            revisions[finding["finding_id"]] = finding["revision"]


@given(weeks())
@settings(max_examples=60)
def test_each_window_tells_what_ended_in_it(events: list[ApiEvent]) -> None:
    """The last event of a finding lies in the window that tells it: that is what it means to own it."""
    for hour in range(MIDNIGHT, MIDNIGHT + 3 * DAY, 5 * HOUR):
        for finding in told(events, hour, hour + 5 * HOUR):
            assert hour <= finding["last_event_time"] < hour + 5 * HOUR


@given(weeks())
@settings(max_examples=60)
def test_within_a_day_and_enough_warm_up_a_backfill_tells_what_a_scan_tells(events: list[ApiEvent]) -> None:
    """All that there is lies within the warm-up, the one day asked for is the last: a scan's findings of that day."""
    start = MIDNIGHT + 3 * DAY
    expected = analyse(event for event in events if event.time < start + DAY)
    found = told(events, start, start + DAY, warm_up=5 * DAY)
    assert [plain(row) for row in found] == [
        plain(to_dict(finding)) for finding in expected if finding.last_event_time >= start
    ]


def plain(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "revision"}


def theft(at: int) -> list[ApiEvent]:
    """A key that shows up in a café, and then stops the logging: a finding, at its second event."""
    return [
        make.by_user("a", at, "iam:ListUsers"),
        make.by_user("b", at + MINUTE, "iam:ListUsers", source_ip=make.CAFE),
        make.by_user("c", at + 2 * MINUTE, "cloudtrail:StopLogging", source_ip=make.CAFE),
    ]


def test_a_finding_that_spans_an_edge_is_told_where_it_completes() -> None:
    edge = MIDNIGHT + 10 * HOUR
    events = theft(edge - 90 * make.SECOND - make.T0)  # The last event lies half a minute after the edge.
    before, after = told(events, edge - HOUR, edge), told(events, edge, edge + HOUR)
    assert not any("cloudtrail:StopLogging" in finding["title"] for finding in before)
    assert any("cloudtrail:StopLogging" in finding["title"] for finding in after)
    assert told(events, edge + HOUR, edge + 2 * HOUR) == []


def test_who_is_behind_an_event_is_read_beyond_the_windows_end() -> None:
    """The call that issued the credential is logged half a minute after its use, beyond the edge: clocks differ."""
    edge = MIDNIGHT + 10 * HOUR
    at = edge - make.T0
    events = [
        make.by_role("b", at - 20 * make.SECOND, "iam:CreateAccessKey", "admin", "s", "ASIA1", source_ip=make.CAFE),
        make.by_role("c", at - 10 * make.SECOND, "cloudtrail:StopLogging", "admin", "s", "ASIA1", source_ip=make.CAFE),
        make.assume("a", at + 20 * make.SECOND, "admin", "s", "ASIA1"),
    ]
    found = told(events, edge - HOUR, edge)
    assert {finding["actor"]["name"] for finding in found} == {"alice"}
    assert standing(found + told(events, edge, edge + HOUR)) == told(events, edge - HOUR, edge + HOUR)


def test_a_session_at_the_warm_ups_edge_says_what_it_may_lack() -> None:
    events = theft(MIDNIGHT + HOUR - make.T0)
    (finding, *_) = told(events, MIDNIGHT, MIDNIGHT + DAY, warm_up=0)
    assert any("--warm-up" in spot for spot in finding["blind_spots"])
    (finding, *_) = told(events, MIDNIGHT, MIDNIGHT + DAY, warm_up=DAY)
    assert not any("--warm-up" in spot for spot in finding["blind_spots"])


def every_half_hour() -> list[ApiEvent]:
    """An act every half hour for four days: no silence ever ends the session."""
    events = []
    for number in range(4 * 48):
        day, half_hour = divmod(number, 48)
        place = f"203.0.{day}.7" if half_hour in (24, 25, 26) else make.OFFICE
        at = MIDNIGHT + number * HOUR // 2 - make.T0
        events.append(make.by_user(f"e{number:03}", at, CALLS[number % len(CALLS)], source_ip=place))
    return events


def test_a_session_that_never_falls_silent_begins_anew_at_noon_and_midnight_whatever_the_cut() -> None:
    events, start, end = every_half_hour(), MIDNIGHT + 2 * DAY, MIDNIGHT + 4 * DAY
    whole = standing(told(events, start, end))
    hours = [finding for hour in range(start, end, HOUR) for finding in told(events, hour, hour + HOUR)]
    assert whole == standing(hours)
    begun = {finding["session"]["started"] for finding in whole}
    assert begun == {MIDNIGHT + half * DAY // 2 for half in range(4, 8)}
    assert not any("--warm-up" in spot for finding in whole for spot in finding["blind_spots"])


def test_a_session_longer_than_the_warm_up_begins_anew_each_day_and_says_so() -> None:
    events, start, end = every_half_hour(), MIDNIGHT + 2 * DAY, MIDNIGHT + 4 * DAY
    whole = standing(told(events, start, end, warm_up=6 * HOUR))
    hours = [one for hour in range(start, end, HOUR) for one in told(events, hour, hour + HOUR, warm_up=6 * HOUR)]
    assert whole == standing(hours)
    origins = {MIDNIGHT + day * DAY - 6 * HOUR for day in (2, 3)}
    begun = {finding["session"]["started"] for finding in whole}
    assert origins <= begun
    for finding in whole:
        said = any("--warm-up" in spot for spot in finding["blind_spots"])
        assert said == (finding["session"]["started"] in origins)


def test_windows_are_cut_at_midnights_and_read_around_them() -> None:
    policy = Policy()
    windows = cut(MIDNIGHT + 22 * HOUR, MIDNIGHT + 50 * HOUR, DAY, policy)
    assert [(w.start - MIDNIGHT, w.end - MIDNIGHT) for w in windows] == [
        (22 * HOUR, DAY),
        (DAY, 2 * DAY),
        (2 * DAY, 50 * HOUR),
    ]
    assert [w.origin - MIDNIGHT for w in windows] == [-DAY, 0, DAY]
    assert all(w.until == w.end + foresight(policy) for w in windows)


def test_the_highest_revision_stands() -> None:
    def row(revision: int) -> dict:
        return {"finding_id": "a", "revision": revision, "first_event_time": 0}

    for order in ([0, 2, 1], [2, 1, 0], [0, 1, 2]):
        assert standing(row(number) for number in order) == [row(2)]


def test_a_finding_keeps_its_class() -> None:
    (window,) = cut(MIDNIGHT, MIDNIGHT + DAY, DAY, Policy())
    for finding in analyse_window(theft(HOUR), window):
        assert isinstance(finding, Finding)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(finding), type=Finding) == finding
