"""The log of a key, folded away or not: turn for turn the same outputs, whatever comes late, again or is taken back."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic import event_log
from analytic.event_time import EventTime, Turn
from analytic.fold import WITHDRAWN, Item
from analytic.lineage import Follow
from analytic.links import used
from analytic.policy import Policy
from tests import make


class Tell:
    """A fold that says of each item what came before it; where it `repeats`, under one id for all."""

    def __init__(self, repeats: bool) -> None:
        self.repeats = repeats

    def step(self, state: list[int] | None, item: Item) -> tuple[list[int], list[tuple[str, tuple[Any, ...]]]]:
        state = [*(state or []), item.time][-4:]
        id_ = f"all {item.time // 50}" if self.repeats else item.id
        return state, [(id_, (id_, item.time, list(state), item.late))]

    def render(self, draft: tuple[Any, ...]) -> tuple[str, Item]:
        return f"k{draft[1] % 2}", Item(draft[1], draft[0], msgspec.Raw(msgspec.msgpack.encode(draft[2:])))

    def retract(self, draft: tuple[Any, ...]) -> tuple[str, Item]:
        return f"k{draft[1] % 2}", Item(draft[1], draft[0], WITHDRAWN)

    def recall(self, state: list[int], id_: str) -> None:
        return None

    def lost(self, state: list[int]) -> int:
        return 0

    def begin_after(self, last: int) -> list[int]:
        return [-last]

    def load(self, data: bytes) -> list[int]:
        return msgspec.msgpack.decode(data, type=list[int])

    def dump(self, state: list[int]) -> bytes:
        return msgspec.msgpack.encode(state)


POLICY = Policy(hold=5, chain_window=60, recon_window=30, lateness=20, session_gap=10, max_log=24, time_to_live=200)


@st.composite
def turns(draw: st.DrawFn) -> list[tuple[list[Item], int | None]]:
    """Turns of items that mostly go on, and sometimes are late, copies, revisions or withdrawals."""
    found, now = [], 0
    for _ in range(draw(st.integers(5, 40))):
        items = []
        for _ in range(draw(st.integers(0, 4))):
            now += draw(st.integers(0, 4))
            number = now if draw(st.integers(0, 9)) else draw(st.integers(0, now))
            shared = f"s{number // 3}" if draw(st.integers(0, 4)) == 0 else None
            gone = draw(st.integers(0, 19)) == 0
            body = WITHDRAWN if gone else msgspec.Raw(b"\x01")
            rank, revision = draw(st.integers(0, 1)), draw(st.sampled_from([0, 0, 0, 1, 2]))
            items.append(Item(number, f"e{number}{'x' if shared else ''}", body, shared, rank, revision))
        found.append((items, now + draw(st.integers(-3, 9)) if draw(st.booleans()) else None))
    return [*found, ([], now + 6), ([], now + 500)]


def told(repeats: bool, arriving: list[tuple[list[Item], int | None]]) -> list[Turn]:
    clock, state, found = EventTime(Tell(repeats), POLICY), None, []
    for items, watermark in arriving:
        copies = msgspec.msgpack.decode(msgspec.msgpack.encode(items), type=list[Item])
        turn = clock.receive(state, copies, watermark)
        state = turn.state
        found.append(turn._replace(state=None))
    return found


def copied(time: int, shared: str) -> Item:
    return Item(time, f"e{time}", msgspec.Raw(b"\x01"), shared)


LATE_COPY: list[tuple[list[Item], int | None]] = [
    ([copied(time, f"s{time}") for time in (0, 3, 12, 15, 16, 19)] + [copied(20, "twice")], None),
    ([copied(24, "s24")], 24),
    ([copied(18, "twice")], None),
    ([], 30),
    ([], 524),
]
"""What came behind what was stepped, of which a copy was still held: found by the property below."""


@pytest.mark.parametrize("repeats", [False, True])
@example(arriving=LATE_COPY)
@given(arriving=turns())
@settings(max_examples=400)
def test_a_folded_log_gives_what_an_open_one_gives(
    repeats: bool, arriving: list[tuple[list[Item], int | None]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_log, "FOLDED_FROM", 10**9)
        opened = told(repeats, arriving)
        patch.setattr(event_log, "FOLDED_FROM", 2)
        folded = told(repeats, arriving)
    assert folded == opened


def test_a_long_log_is_folded_and_a_copy_in_it_still_counts_once() -> None:
    policy = Policy()
    clock, state = EventTime(Follow(policy), policy), None
    events = [make.by_user(f"e{number}", number * make.SECOND, "s3:ListBuckets") for number in range(600)]
    for start in range(0, 600, 50):
        items = [used(event) for event in events[start : start + 50]]
        state = clock.receive(state, items, items[-1].time).state
    log = event_log.load(state)
    assert log.past is not None
    assert log.past.count > event_log.FOLDED_FROM
    turn = clock.receive(state, [used(events[3]), used(events[599])], None)
    assert turn.counts.duplicates == 2
    assert turn.outputs == []


def test_the_filter_knows_all_of_its_ids_and_hardly_any_other() -> None:
    log = event_log.Log(items=[Item(n, f"e{n}", msgspec.Raw(b"\x01")) for n in range(4_000)])
    log.stepped = (4_000, "")
    log = event_log.load(event_log.dump(log, repeats=False))
    assert all(event_log.may_hold(log, f"e{n}") for n in range(4_000))
    assert sum(event_log.may_hold(log, f"other{n}") for n in range(20_000)) <= 5
