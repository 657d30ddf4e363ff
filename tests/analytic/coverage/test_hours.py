"""The hours of a stream: what stands in the end is what counting all events once gives, in whatever way they came."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.coverage.cells import COUNTS, Counter, cell_of, ordered
from analytic.coverage.hours import Hour, Hours, Turn
from analytic.coverage.sightings import Sighting, Sightings
from analytic.policy import DAY, HOUR, MINUTE, Policy
from schemas.coverage import Coverage
from schemas.records import ApiEvent
from tests import make
from tests.analytic.coverage.test_coverage import events

POLICY = Policy()


class Engine:
    """Keyed state and one timer a key, with all that was told."""

    def __init__(self, max_ids: int = 1 << 18) -> None:
        self.hours = Hours(POLICY, max_ids)
        self.states: dict[str, bytes] = {}
        self.timers: dict[str, int] = {}
        self.told: list[Coverage] = []
        self.cut = 0

    def bundle(self, given: list[ApiEvent], at: int = 0) -> None:
        sightings = Sightings()
        for event in given:
            sightings.add(event)
        for key, batch in sightings.by_hour().items():
            carried = msgspec.msgpack.decode(msgspec.msgpack.encode(batch), type=list[Sighting])
            self.take(key, self.hours.receive(self.states.get(key), carried, at))

    def watermark(self, at: int) -> None:
        while due := sorted((wake, key) for key, wake in self.timers.items() if wake <= at):
            wake, key = due[0]
            del self.timers[key]
            self.take(key, self.hours.wake(self.states[key], wake))

    def take(self, key: str, turn: Turn) -> None:
        self.cut += turn.cut
        self.told += msgspec.msgpack.decode(msgspec.msgpack.encode(turn.rows), type=list[Coverage])
        if turn.state is None:
            del self.states[key]
            assert turn.wake is None
            return
        self.states[key] = turn.state
        assert turn.wake is not None
        if turn.rearm:
            self.timers[key] = turn.wake
        assert self.timers[key] == turn.wake

    def standing(self) -> list[Coverage]:
        """Give the row that stands of each cell: its largest counts, which must be those of one row, the last told."""
        last: dict = {}
        for row in self.told:
            known = last.get(cell_of(row))
            if known is not None:
                assert all(getattr(known, name) <= getattr(row, name) for name in COUNTS), "a count fell"
                assert known != row, "nothing new was told"
            last[cell_of(row)] = row
        return ordered(last.values())


def counted(given: list[ApiEvent]) -> list[Coverage]:
    counter = Counter()
    for event in given:
        counter.add(event)
    return ordered(counter.rows.values())


@given(events(), st.data())
def test_any_order_bundling_lateness_and_copies_leave_what_counting_once_leaves(
    given_events: list[ApiEvent], data: st.DataObject
) -> None:
    copies = data.draw(st.lists(st.sampled_from(given_events), max_size=8)) if given_events else []
    arriving = data.draw(st.permutations(given_events + copies))
    engine, at = Engine(), make.T0
    while arriving:
        size = data.draw(st.integers(1, 6))
        engine.bundle(arriving[:size], data.draw(st.sampled_from((0, at))))
        arriving = arriving[size:]
        # Up to the horizon behind, and past the end of every hour: what comes then is late.
        at = min(at + data.draw(st.sampled_from((0, 1_000, MINUTE, HOUR, 5 * HOUR))), make.T0 + POLICY.horizon)
        engine.watermark(at)
    engine.watermark(make.T0 + 3 * DAY)
    assert engine.standing() == counted(given_events + copies)


def test_a_row_is_told_again_when_its_minute_has_passed_and_not_before() -> None:
    engine = Engine()
    engine.bundle([make.by_user("a", 10 * make.SECOND, "s3:ListBuckets")])
    engine.watermark(make.T0 + MINUTE - 1_000)
    assert engine.told == []
    engine.watermark(make.T0 + MINUTE)
    engine.watermark(make.T0 + 30 * MINUTE)
    assert [row.events for row in engine.told] == [1]
    engine.bundle([make.by_user("b", 40 * MINUTE, "s3:ListBuckets")])
    engine.watermark(make.T0 + 41 * MINUTE)
    assert [row.events for row in engine.told] == [1, 2]


def test_a_stream_that_never_pauses_does_not_put_its_rows_off() -> None:
    """The watermark runs five minutes behind: each bundle is newer than what is due, and must not move it."""
    engine = Engine()
    for second in range(0, 3_600, 20):
        engine.bundle([make.by_user(f"e{second}", second * make.SECOND, "s3:ListBuckets")])
        engine.watermark(make.T0 + second * make.SECOND - POLICY.disorder)
    assert len(engine.told) == 9  # After six minutes each: the minute, and the five behind.
    assert max(row.events for row in engine.told) > 150


def test_only_the_cells_that_grew_are_told_again() -> None:
    engine = Engine()
    engine.bundle([make.by_user("a", 0, "s3:ListBuckets"), make.by_user("b", 1, "iam:CreateUser")])
    engine.watermark(make.T0 + HOUR)
    engine.bundle([make.by_user("c", 2, "iam:CreateUser")])
    engine.watermark(make.T0 + 2 * HOUR)
    assert sorted((row.service, row.events) for row in engine.told) == [("iam", 1), ("iam", 2), ("s3", 1)]


def test_ids_go_at_the_horizon_and_the_hour_at_its_time_to_live() -> None:
    engine = Engine()
    engine.bundle([make.by_user("a", 0, "s3:ListBuckets")])
    (key,) = engine.states
    end = make.T0 + MINUTE
    engine.watermark(end + POLICY.horizon - MINUTE)
    assert _hour(engine, key).ids
    engine.watermark(end + POLICY.horizon)
    assert not _hour(engine, key).ids
    engine.watermark(end + POLICY.time_to_live - MINUTE)
    assert key in engine.states
    engine.bundle([make.by_user("b", 1, "s3:ListBuckets")])  # Weeks late, and counted with the others.
    engine.watermark(end + POLICY.time_to_live - MINUTE)
    assert [row.events for row in engine.told] == [1, 2]
    engine.watermark(end + POLICY.time_to_live)
    assert engine.states == {}
    assert engine.timers == {}


def test_what_comes_when_the_runner_is_past_its_time_to_live_is_not_forgotten_at_once() -> None:
    """A runner whose time is that of publishing says so with each bundle: an old day published anew counts whole."""
    engine, now = Engine(), make.T0 + 60 * DAY
    for number in range(3):
        engine.bundle([make.by_user(f"e{number}", number, "s3:ListBuckets")], now)
        engine.watermark(now)
        now += MINUTE
    engine.watermark(now)
    assert [row.events for row in engine.told] == [1, 2, 3]


def test_the_cap_lets_the_earliest_minutes_ids_go_and_counts_them() -> None:
    engine = Engine(max_ids=4)
    first = [make.by_user(f"a{number}", number, "s3:ListBuckets") for number in range(3)]
    later = [make.by_user(f"b{number}", 5 * MINUTE + number, "s3:ListBuckets") for number in range(3)]
    engine.bundle(first)
    assert engine.cut == 0
    engine.bundle(later)
    assert engine.cut == 3
    engine.bundle(later)  # Still known.
    engine.watermark(make.T0 + HOUR)
    assert [(row.events, row.copies) for row in engine.told] == [(6, 3)]


def test_the_state_has_these_bytes_and_no_other_version_is_read() -> None:
    """What a job that runs has written must be read by the next build: change VERSION with the bytes."""
    engine = Engine()
    engine.bundle([make.by_user("a", 0, "s3:ListBuckets")])
    (state,) = engine.states.values()
    assert state.hex() == GOLDEN
    with pytest.raises(ValueError, match="coverage's state is of version 99"):
        engine.hours.wake(msgspec.msgpack.encode([99]), 0)


def _hour(engine: Engine, key: str) -> Hour:
    return msgspec.msgpack.decode(engine.states[key], type=Hour)


GOLDEN = (
    "970191dc0016a3617773ac313131313232323233333333c0a27333aa6d616e6167656d656e74cf00064c1a170f4000010100000101000100000000"
    "000000009100cf00064c1a1aa2c7008100c40842a4578f04252079cf00064c1a1aa2c700cf00064c1a1aa2c700"
)
