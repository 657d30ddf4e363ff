"""The order contract, on the whole analytic: any arrival order, duplication, bundling and lateness, the same findings."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.analysis import analyse, follow
from analytic.baseline import BEGINNING, Baseline
from analytic.event_time import EventTime
from analytic.fold import Item, distinct
from analytic.lineage import Follow
from analytic.links import used
from analytic.policy import HOUR, Policy
from schemas.records import ApiEvent, Finding
from tests import make
from tests.streams import Stream

CALLS = [
    "sts:GetCallerIdentity",
    "ec2:DescribeInstances",
    "iam:ListUsers",
    "s3:ListBuckets",
    "iam:CreateAccessKey",
    "cloudtrail:StopLogging",
    "secretsmanager:GetSecretValue",
]
PLACES = [make.OFFICE, make.CAFE, make.DATACENTRE]
END = make.T0 + 400 * 24 * HOUR


@st.composite
def days(draw: st.DrawFn) -> list[ApiEvent]:
    """Draw some actors' events: users, roles they assume, instances they touch, at microsecond times, some of them equal."""
    events = []
    count = draw(st.integers(3, 22))
    for number in range(count):
        id_ = f"e{number:03}"
        at = draw(st.integers(0, 3)) * 2 * make.HOUR + draw(
            st.sampled_from([0, 1, 537, 1_000, 61_000_000, 999_999_999])
        )
        place = draw(st.sampled_from(PLACES))
        user = draw(st.sampled_from(["alice", "bob"]))
        match draw(st.integers(0, 6)):
            case 0 | 1 | 2:
                events.append(make.by_user(id_, at, draw(st.sampled_from(CALLS)), user, source_ip=place))
            case 3:
                fields = {"shared_event_id": draw(st.sampled_from([None, "s1", "s2"]))}
                events.append(make.assume(id_, at, "admin", "s", "ASIA1", user=user, source_ip=place, **fields))
            case 4:
                call = draw(st.sampled_from(CALLS))
                events.append(make.by_role(id_, at, call, "admin", "s", "ASIA1", source_ip=place))
            case 5:
                touched = [make.instance("i-1")]
                events.append(make.by_user(id_, at, "ssm:SendCommand", user, source_ip=place, touched=touched))
            case _:
                call = draw(st.sampled_from(CALLS))
                events.append(make.by_instance(id_, at, call, "i-1", "ASIA2", source_ip=place))
    return events


def plain(findings: list[Finding]) -> list[dict]:
    """Findings without what only a stream has."""
    return [msgspec.to_builtins(msgspec.structs.replace(finding, revision=0, status="open")) for finding in findings]


@given(days(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_order_and_duplicates_change_nothing_in_bounded_input(events: list[ApiEvent], random) -> None:
    shuffled = events + random.choices(events, k=len(events) // 2)
    random.shuffle(shuffled)
    assert plain(analyse(shuffled)) == plain(analyse(events))


@given(days(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=200)
def test_a_stream_gives_what_bounded_input_gives(events: list[ApiEvent], random, data: st.DataObject) -> None:
    """Shuffled, doubled, split into bundles, with a watermark that runs ahead of some: late ones revise."""
    arriving = events + random.choices(events, k=len(events) // 2)
    random.shuffle(arriving)
    stream = Stream(Policy())
    watermark = make.T0
    while arriving:
        size = data.draw(st.integers(1, 6))
        bundle, arriving = arriving[:size], arriving[size:]
        stream.bundle(bundle)
        if data.draw(st.booleans()):
            watermark += data.draw(st.sampled_from([1_000, make.MINUTE, make.HOUR, 3 * make.HOUR]))
            stream.watermark(watermark)
    stream.watermark(make.T0 + 12 * make.HOUR)
    assert plain(stream.findings()) == plain(analyse(events))


@given(days())
@settings(max_examples=60)
def test_revisions_of_a_finding_rise(events: list[ApiEvent]) -> None:
    stream = Stream(Policy())
    for number, event in enumerate(reversed(events)):
        stream.bundle([event])
        stream.watermark(make.T0 + number * make.HOUR)
    stream.watermark(make.T0 + 40 * make.HOUR)
    for revisions in stream.revisions.values():
        assert revisions == sorted(set(revisions))


@given(days())
@settings(max_examples=60)
def test_a_replayed_turn_gives_the_same_rows(events: list[ApiEvent]) -> None:
    """A runner that lost a bundle runs it again from the same state: id and revision are the same."""
    policy = Policy()
    clock = EventTime(Follow(policy), policy)
    items = [used(event) for event in events if event.credential_id == "AKIAALICE00000000000"]
    once = clock.receive(clock.receive(None, items).state, [], make.T0 + 10 * make.HOUR)
    again = clock.receive(clock.receive(None, items).state, [], make.T0 + 10 * make.HOUR)
    assert once == again


def test_every_key_is_forgotten_after_its_time_to_live() -> None:
    stream = Stream(Policy())
    stream.bundle([make.by_user("a", 0, "iam:CreateAccessKey")])
    stream.watermark(END)
    assert [state for state in stream.follow.states.values() if state is not None] == []
    assert [state for state in stream.detect.states.values() if state is not None] == []


def test_an_event_at_a_microsecond_wakes_once_at_the_next_millisecond() -> None:
    """Timers carry milliseconds: an event at .000537 s is not yet due when a timer at .000 fires, and would spin."""
    policy = Policy(hold=8_000)
    clock = EventTime(Follow(policy), policy)
    event = make.by_user("a", 537, "iam:ListUsers")
    turn = clock.receive(None, [used(event)])
    assert turn.wake == make.T0 + policy.hold + 1_000
    turn = clock.receive(turn.state, [], turn.wake)
    assert [output.item.id for output in turn.outputs] == ["a"]
    assert turn.wake is not None
    assert turn.wake > make.T0 + policy.hold + 1_000


def test_a_busy_key_wakes_eight_times_in_a_hold_and_not_once_an_event() -> None:
    policy = Policy()
    clock = EventTime(Follow(policy), policy)
    events = [used(make.by_user(f"e{number}", number * 10_000, "iam:ListUsers")) for number in range(3_000)]
    turn = clock.receive(None, events)
    wakes = 0
    stepped: list[str] = []
    while len(stepped) < len(events):
        assert turn.wake is not None
        assert turn.wake % (policy.hold // 8) == 0
        turn = clock.receive(turn.state, [], turn.wake)
        stepped += [output.item.id for output in turn.outputs]
        wakes += 1
    assert wakes <= 5  # Half a minute of events.
    assert stepped == [f"e{number}" for number in range(3_000)]


def test_what_is_later_than_the_allowance_is_stepped_counted_and_marked() -> None:
    policy = Policy(max_log=8)
    stream = Stream(policy)
    for number in range(40):
        stream.bundle([make.by_user(f"e{number:02}", number * make.MINUTE, "iam:ListUsers")])
        stream.watermark(make.T0 + number * make.MINUTE + 2 * make.MINUTE)
    assert stream.follow.counts["cut"] > 0
    before = stream.follow.counts["late"]
    stream.bundle([make.by_user("late", 30, "cloudtrail:StopLogging")])
    stream.watermark(make.T0 + 3 * make.HOUR)
    assert stream.follow.counts["late"] == before + 1
    assert any("later than the policy" in spot for finding in stream.findings() for spot in finding.blind_spots)


def test_a_copy_of_what_the_cap_cut_still_counts_once() -> None:
    policy = Policy(max_log=8)
    stream = Stream(policy)
    events = [make.by_user(f"e{number:02}", number * make.MINUTE, "iam:ListUsers") for number in range(40)]
    for number, event in enumerate(events):
        stream.bundle([event])
        stream.watermark(make.T0 + (number + 2) * make.MINUTE)
    stream.bundle(events[:3])
    assert stream.follow.counts["duplicates"] == 3


def test_copies_of_one_call_count_once_and_the_richest_stands() -> None:
    raw = msgspec.Raw(b"\x01")
    poor = Item(1, "a", raw, "s", rank=0)
    rich = Item(1, "b", raw, "s", rank=3)
    for order in ([poor, rich], [rich, poor], [poor, rich, poor, rich]):
        kept, duplicates = distinct(order)
        assert [item.id for item in kept] == ["b"]
        assert duplicates == len(order) - 1


def test_a_late_event_retracts_what_it_disproves() -> None:
    """The network of the "shift" turns out to be where the key was used first: the finding that rested on it goes."""
    later = [
        make.by_user("b", 2 * make.HOUR, "iam:ListUsers", mfa=True),
        make.by_user("c", 2 * make.HOUR + 1, "iam:ListUsers", mfa=True, source_ip=make.CAFE),
        make.by_user("d", 2 * make.HOUR + 2, "cloudtrail:StopLogging", mfa=True, source_ip=make.CAFE),
    ]
    stream = Stream(Policy())
    stream.bundle(later)
    stream.watermark(make.T0 + 3 * make.HOUR)
    assert [finding.status for finding in stream.latest.values()] == ["open"]
    stream.bundle([make.by_user("a", 2 * make.HOUR - 1, "iam:ListUsers", mfa=True, source_ip=make.CAFE)])
    stream.watermark(make.T0 + 4 * make.HOUR)
    early = make.by_user("a", 2 * make.HOUR - 1, "iam:ListUsers", mfa=True, source_ip=make.CAFE)
    assert plain(stream.findings()) == plain(analyse([early, *later]))
    assert "retracted" in {finding.status for finding in stream.latest.values()}


def test_state_of_an_unknown_version_is_refused() -> None:
    policy = Policy()
    clock = EventTime(Follow(policy), policy)
    with pytest.raises(ValueError, match="version 9"):
        clock.receive(msgspec.msgpack.encode([9]), [])


@given(days(), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=60)
def test_an_engine_that_tells_timers_by_their_time_keeps_one(events: list[ApiEvent], random, size: int) -> None:
    """As Flink does: `last` says which timer to take back. In the end none is left, and no state."""
    fold = EventTime(Follow(Policy()), Policy())
    random.shuffle(events)
    items = [used(event) for event in events]
    state: bytes | None = None
    timers: set[int] = set()
    watermark = make.T0

    def take(new: list[Item], at: int | None) -> None:
        nonlocal state
        turn = fold.receive(state, new, at)
        state = turn.state
        if turn.last is not None and turn.last != turn.wake:
            timers.discard(turn.last)
        if turn.wake is not None and turn.rearm:
            timers.add(turn.wake)
        assert len(timers) == (state is not None)

    for start in range(0, len(items), size):
        take(items[start : start + size], None)
        watermark += random.randrange(2 * make.HOUR)
        while due := [at for at in timers if at <= watermark]:
            timers.difference_update(due)
            take([], watermark)
    while timers:
        watermark = max(watermark, timers.pop())
        take([], watermark)
    assert state is None


def test_what_was_learnt_before_waits_for_the_actors_first_event_and_then_lives_as_long_as_any() -> None:
    """A stream's watermark jumps from nothing to today: what has no event's time must not be past its time to live."""
    stream = Stream(Policy())
    event = make.by_user("e", 0, "iam:ListUsers")
    (actor,) = {step.actor.id for step in follow([event])}
    stream.detect.receive(actor, [Item(BEGINNING, "", msgspec.Raw(msgspec.msgpack.encode(Baseline())))])
    stream.watermark(make.T0 - make.HOUR)
    stream.watermark(make.T0)
    assert stream.detect.states[actor] is not None
    stream.bundle([event])
    stream.watermark(make.T0 + make.HOUR)
    assert list(stream.detect.states) == [actor]
    stream.watermark(make.T0 + 80 * 24 * make.HOUR)
    assert stream.detect.states[actor] is None


@given(days(), days(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=100)
def test_what_comes_after_a_time_to_live_tells_the_same_in_any_order(
    before: list[ApiEvent], after: list[ApiEvent], random, data: st.DataObject
) -> None:
    """Days at whose keys everything ended, then others: shuffled, doubled, split, or as they happened."""
    day = 24 * make.HOUR
    policy = Policy(time_to_live=7 * day)
    after = [make.changed(event, {"time": event.time + 9 * day, "event_id": f"l{event.event_id}"}) for event in after]

    def run(first: list[list[ApiEvent]], then: list[list[ApiEvent]]) -> Stream:
        stream = Stream(policy)
        for bundles, start in ((first, make.T0), (then, make.T0 + 9 * day)):
            stream.watermark(start)
            for number, bundle in enumerate(bundles):
                stream.bundle(bundle)
                stream.watermark(start + number * make.MINUTE)
            stream.watermark(start + 12 * make.HOUR)
        return stream

    def disorder(events: list[ApiEvent]) -> list[list[ApiEvent]]:
        arriving = events + random.choices(events, k=len(events) // 2)
        random.shuffle(arriving)
        size = data.draw(st.integers(1, 6))
        return [arriving[start : start + size] for start in range(0, len(arriving), size)]

    expected = run([before], [after])
    assert plain(run(disorder(before), disorder(after)).findings()) == plain(expected.findings())
    expected.watermark(END)
    for stage in (*expected.rounds, expected.follow, expected.detect):
        assert [state for state in stage.states.values() if state is not None] == []
