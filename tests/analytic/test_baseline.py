"""Baselines: order-independent, mergeable, exact enough; and surprise that nobody teaches away in a hurry."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.analysis import analyse, follow
from analytic.baseline import MAX_VALUES, Baseline, learn, merged, seen, sessions, weight
from analytic.detection import Detect
from analytic.fold import Item
from analytic.policy import DAY, Policy
from analytic.session import ActorState
from analytic.surprise import NEW, NEW_TO_PROGRAMS, act_bits, facet_bits, habit_bits
from schemas.records import ApiEvent, Finding
from tests import make
from tests.make import CAFE, DATACENTRE, HOUR, MINUTE, by_user

POLICY = Policy()
HALF_LIFE = POLICY.baseline_half_life
NOW = make.T0 + 100 * DAY

histories = st.lists(
    st.tuples(
        st.integers(0, 100 * DAY),
        st.lists(st.tuples(st.sampled_from(["network", "os"]), st.sampled_from("abcdef")), max_size=4),
    ),
    max_size=40,
)


def taught(history: list[tuple[int, list[tuple[str, str]]]]) -> Baseline:
    baseline = Baseline()
    for ago, facets in history:
        learn(baseline, facets, NOW - ago, HALF_LIFE)
    return baseline


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_sessions_changes_no_count(history: list, random) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    one, other = taught(history), taught(shuffled)
    assert (one.sessions, one.values) == (other.sessions, {name: other.values[name] for name in one.values})


@given(histories, histories)
def test_two_windows_sum_to_the_whole(first: list, second: list) -> None:
    both, whole = merged(taught(first), taught(second)), taught(first + second)
    assert both.sessions == whole.sessions
    assert both.values == whole.values


@given(histories)
def test_counts_are_those_of_an_exact_decay(history: list) -> None:
    baseline = taught(history)
    exact = sum(2.0 ** (-ago / HALF_LIFE) for ago, _ in history)
    assert sessions(baseline, NOW, HALF_LIFE) == pytest.approx(exact, rel=0.005)
    for name in ("network", "os"):
        for value in "abcdef":
            exact = sum(2.0 ** (-ago / HALF_LIFE) for ago, facets in history if (name, value) in facets)
            assert seen(baseline, (name, value), NOW, HALF_LIFE) == pytest.approx(exact, rel=0.005)


def test_a_baseline_is_bounded_and_lets_the_rarest_go() -> None:
    baseline = Baseline()
    for number in range(3 * MAX_VALUES):
        learn(baseline, [("network", f"n{number}"), ("network", "home")], NOW + number, HALF_LIFE)
    assert len(baseline.values["network"]) == MAX_VALUES
    assert "home" in baseline.values["network"]
    assert len(msgspec.msgpack.encode(baseline)) < 4_096


def test_a_weight_is_a_number_at_the_ends_of_time() -> None:
    assert 0 < weight(-(2**62), HALF_LIFE) < weight(2**62, HALF_LIFE) < float("inf")


def regular(count: int, network: str = "office") -> Baseline:
    baseline = Baseline()
    for day in range(count):
        learn(baseline, [("network", network), ("action", "s3:PutObject")], NOW - day * DAY, HALF_LIFE)
    return baseline


def test_the_usual_surprises_nobody_and_the_new_the_more_the_longer_the_history() -> None:
    new = [facet_bits(regular(count), ("network", "elsewhere"), NOW, 0.0, POLICY) for count in (0, 1, 10, 60)]
    assert new == sorted(new)
    assert new[0] == 0.0
    assert new[-1] > 3.0
    assert facet_bits(regular(60), ("network", "office"), NOW, 0.0, POLICY) == 0.0


def test_what_was_seen_once_surprises_hardly_less_than_the_new() -> None:
    baseline = regular(40)
    new = facet_bits(baseline, ("network", "elsewhere"), NOW, 0.0, POLICY)
    learn(baseline, [("network", "elsewhere")], NOW, HALF_LIFE)
    assert new - 0.8 < facet_bits(baseline, ("network", "elsewhere"), NOW, 0.0, POLICY) < new


def test_what_the_peers_do_is_expected() -> None:
    alone = facet_bits(regular(60), ("network", "vpn"), NOW, 0.0, POLICY)
    assert facet_bits(regular(60), ("network", "vpn"), NOW, 1.0, POLICY) < alone


def test_an_act_that_is_done_each_day_weighs_next_to_nothing_and_a_new_one_more_than_its_impact() -> None:
    assert act_bits(Baseline(), "iam:CreateUser", 3.0, NOW, 0.0, POLICY) == 3.0
    assert act_bits(regular(60), "s3:PutObject", 3.0, NOW, 0.0, POLICY) < 0.5
    assert act_bits(regular(60), "iam:CreateUser", 3.0, NOW, 0.0, POLICY) > 3.5


def quiet(id_: str, at: int, call: str, **fields: object) -> ApiEvent:
    return by_user(id_, at, call, mfa=True, **fields)


def history(days: int) -> list[ApiEvent]:
    """Make a person's days: reads from the office at nine and at two."""
    calls = ["s3:ListBuckets", "ec2:DescribeInstances", "s3:GetObject"]
    return [
        quiet(f"d{day}-{hour}-{number}", day * DAY + hour * HOUR + number * MINUTE, call)
        for day in range(days)
        for hour in (1, 6)
        for number, call in enumerate(calls)
    ]


THIEF = {"source_ip": CAFE, "interface": "sdk", "client": "boto3/1", "os": "windows"}
DAYS = 30


def attack(at: int) -> list[ApiEvent]:
    return [
        quiet(f"x{number}", at + number * MINUTE, call, **THIEF)
        for number, call in enumerate(["sts:GetCallerIdentity", "iam:CreateAccessKey", "cloudtrail:StopLogging"])
    ]


def score(*events: ApiEvent) -> float:
    found: list[Finding] = [finding for finding in analyse(events) if any(e.event_id == "x2" for e in finding.evidence)]
    return max((finding.score for finding in found), default=0.0)


@pytest.mark.parametrize(
    ("name", "lesson"),
    [
        ("an hour", [quiet(f"t{n}", DAYS * DAY + n * MINUTE, "s3:ListBuckets", **THIEF) for n in range(60)]),
        ("a day", [quiet(f"t{n}", DAYS * DAY + n * HOUR // 2, "s3:ListBuckets", **THIEF) for n in range(48)]),
        (
            "a thousand calls",
            [quiet(f"t{n}", DAYS * DAY + n * MINUTE, "ec2:DescribeInstances", **THIEF) for n in range(1_000)],
        ),
    ],
)
def test_an_attacker_cannot_teach_the_baseline(name: str, lesson: list[ApiEvent]) -> None:
    """Benign-looking calls from the thief's place before the act: what follows is as grave as without them."""
    at = lesson[-1].time - make.T0 + 3 * HOUR
    untaught = score(*history(DAYS), *attack(at))
    assert untaught >= POLICY.severity_medium
    assert score(*history(DAYS), *lesson, *attack(at)) >= untaught - 0.5, name


def test_what_was_new_in_a_session_with_a_finding_teaches_nothing_however_often_it_comes_again() -> None:
    first = attack(DAYS * DAY)
    again = [quiet(f"t{n}", (DAYS + 1 + n) * DAY, "s3:ListBuckets", **THIEF) for n in range(10)]
    late = [make.changed(event, {"event_id": f"{event.event_id}", "time": event.time + 14 * DAY}) for event in first]
    early = [make.changed(event, {"event_id": f"y{event.event_id}"}) for event in first]
    clean = [make.changed(event, {"source_ip": DATACENTRE}) for event in again]
    assert score(*history(DAYS), *early, *again, *late) >= score(*history(DAYS), *early, *clean, *late) - 1.0


def test_a_program_that_never_falls_silent_is_learnt_by_half_days() -> None:
    """Its sessions end at noon and midnight UTC, whoever begins to read when: so a new act of it is news."""
    calls = [by_user(f"p{n}", n * 50 * MINUTE, "s3:ListBuckets", "robot") for n in range(30 * DAY // (50 * MINUTE))]
    for skipped in (0, 7, 400):
        state = state_after(calls[skipped:])
        assert state.session is not None
        assert (state.session.started - make.T0 + 8 * HOUR) % (12 * HOUR) < 50 * MINUTE, "after noon or midnight"
        assert sessions(state.baseline, calls[-1].time, HALF_LIFE) > 10
    act = by_user("x2", 30 * DAY, "iam:CreateAccessKey", "robot")
    assert act_bits(state.baseline, "iam:CreateAccessKey", 4.0, act.time, 0.0, POLICY) > 4.5


def test_a_working_day_is_one_session_and_a_pause_ends_it() -> None:
    day = [by_user(f"d{n}", n * 50 * MINUTE, "s3:ListBuckets") for n in range(10)]  # 08:00 to 15:30 UTC, over noon.
    later = by_user("late", 10 * HOUR, "s3:ListBuckets")
    for events, started in ((day, make.T0), ([*day, later], later.time)):
        session = state_after(events).session
        assert session is not None
        assert session.started == started


def state_after(events: list[ApiEvent]) -> ActorState:
    detect, state = Detect(POLICY), None
    for step in follow(events):
        item = Item(step.event.time, step.event.event_id, msgspec.Raw(msgspec.msgpack.encode(step)))
        state, _ = detect.step(state, item)
    assert state is not None
    return state


def test_a_habit_weighs_the_less_the_more_often_it_is_shown() -> None:
    usual, never = Baseline(), Baseline()
    for day in range(30):
        learn(usual, [("shifted", "issue")] if day % 2 else [], NOW - day * DAY, HALF_LIFE)
        learn(never, [], NOW - day * DAY, HALF_LIFE)
    assert habit_bits(usual, ("shifted", "issue"), 4.0, NOW, POLICY) < 1.5
    assert habit_bits(never, ("shifted", "issue"), 4.0, NOW, POLICY) == 4.0
    assert habit_bits(Baseline(), ("shifted", "issue"), 4.0, NOW, POLICY) == 4.0


def test_a_new_service_says_more_of_a_program_than_of_a_person() -> None:
    baseline = regular(30)
    person = facet_bits(baseline, ("action", "iam:CreateUser"), NOW, 0.0, POLICY, NEW)
    assert facet_bits(baseline, ("action", "iam:CreateUser"), NOW, 0.0, POLICY, NEW_TO_PROGRAMS) > person


def test_what_stayed_clean_is_learnt() -> None:
    """A colleague moves to another office for a month: its network is then no news."""
    there = {"source_ip": CAFE}
    month = [quiet(f"m{day}", (DAYS + day) * DAY, "s3:ListBuckets", **there) for day in range(30)]
    act = quiet("x2", (DAYS + 31) * DAY, "iam:CreateAccessKey", **there)
    assert score(*history(DAYS), *month, act) < score(*history(DAYS), act)
