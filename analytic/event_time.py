"""Event time decides: any fold, stepped in event order, whatever the order of arrival (DESIGN.md, the contract).

`EventTime` holds a key's items until the watermark has passed them, steps them by `(time, id)`, counts a duplicate once
and, when an item comes behind what was stepped, folds again from a checkpoint and emits the difference. What it gives
in the end is what `fold_sorted` gives for the same items, whatever their order of arrival and bundling.

Pure: no clock, no engine. An engine gives it bytes of state, items and the watermark, and sets one timer, `Turn.wake`.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Generic, NamedTuple

import msgspec

from analytic.fold import Counts, D, Fold, Item, Output, S, Stepper, distinct, position
from analytic.policy import Policy

_MILLISECOND = 1_000

_WAKES = 8
"""A key wakes so often in the time that events are held: one wake for each event makes a busy key slow, since a wake
costs a runner a bundle, and its events wait for each other."""

_VERSION = 1


class Turn(NamedTuple):
    """The result of one turn at a key: its new state, what to emit, when to wake (UTC microseconds).

    `rearm` says that the wake differs from the one last given: setting a timer costs more than a step (FACTS.md).
    `last` is that one, for an engine that takes a timer back by its time.
    """

    state: bytes | None
    outputs: list[Output]
    wake: int | None
    counts: Counts
    rearm: bool
    last: int | None = None


class _Log(msgspec.Struct, array_like=True):
    """What a key keeps: the state before its items, the items, the state after those already stepped.

    `middle` is a second checkpoint inside the log. When the horizon has passed it, it becomes the base, so that
    trimming never folds an item twice. `seen` are the hashes of ids that the cap cut before a copy was too late.
    """

    version: int = _VERSION
    base: bytes | None = None
    base_at: tuple[int, str] | None = None
    middle: bytes | None = None
    middle_at: tuple[int, str] | None = None
    head: bytes | None = None
    stepped: tuple[int, str] | None = None
    items: list[Item] = []
    revisions: dict[str, tuple[int, int]] = {}
    seen: list[tuple[int, int]] = []
    watermark: int = 0
    newest: int = 0
    wake: int | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Log).decode


class EventTime(Generic[S, D]):
    """Steps a fold in event order under a watermark, and revises what a late item changes."""

    def __init__(self, fold: Fold[S, D], policy: Policy) -> None:
        """Takes the fold and the policy with hold, horizon, time to live and the log's cap."""
        self.fold = fold
        self.policy = policy
        self._stepper = Stepper(fold)

    def receive(self, data: bytes | None, items: Iterable[Item], watermark: int | None = None) -> Turn:
        """Take new items of a key (or none, when the timer fired) and the watermark, where it is known.

        Gives the key's new state (None: forget it), the outputs, and when to wake. Without a watermark items are only
        held. Raises ValueError on the bytes of an unknown version.
        """
        log = _load(data)
        counts = Counts()
        if watermark is not None:
            log.watermark = max(log.watermark, watermark)
        before = list(log.items)
        self._admit(log, items, counts)
        drafts, removed = self._advance(log, before)
        outputs = self._emit(log, drafts, removed, counts)
        self._trim(log, counts)
        wake = self._wake(log)
        last = log.wake
        if wake is None:
            return Turn(None, outputs, None, counts, rearm=False, last=last)
        log.wake = wake
        return Turn(_encode(log), outputs, wake, counts, watermark is not None or wake != last, last)

    def _admit(self, log: _Log, items: Iterable[Item], counts: Counts) -> None:
        """Put new items into the log: duplicates are counted, what is beyond the allowance is marked and goes last."""
        known = {item.id: item for item in log.items}
        shared = {item.shared: item.id for item in log.items if item.shared is not None}
        cut = {hash_ for _, hash_ in log.seen}
        for item in items:
            log.newest = max(log.newest, item.time, log.watermark)
            old = known.get(item.id)
            if (old is not None and item.revision <= old.revision) or (old is None and cut and _hash(item.id) in cut):
                counts.duplicates += 1
                continue
            if old is None and log.base_at is not None and position(item) <= log.base_at:
                at = max(item.time, (log.stepped or log.base_at)[0])
                item = Item(at, item.id, item.body, item.shared, item.rank, item.revision, late=True)
            if old is None and log.stepped is not None and (item.late or position(item) <= log.stepped):
                counts.late += 1
            if item.shared is not None:
                counts.duplicates += shared.setdefault(item.shared, item.id) != item.id
            counts.held += item.time + self.policy.hold > log.watermark
            item.body = item.body.copy()
            known[item.id] = item
        log.items = sorted(known.values(), key=position)

    def _advance(self, log: _Log, before: list[Item]) -> tuple[dict[str, D], dict[str, D]]:
        """Step what is due. Gives the drafts to emit, and those that were emitted and no longer hold."""
        due = [item for item in log.items if item.time + self.policy.hold <= log.watermark]
        if not due:
            return {}, {}
        now, _ = distinct(due)
        was, _ = distinct(item for item in before if log.stepped is not None and position(item) <= log.stepped)
        # Before anything is decided: what a worse copy or a withdrawn item leaves unstepped must not be due again.
        log.stepped = max(position(due[-1]), log.stepped or position(due[-1]))
        if [(item.id, item.revision) for item in was] != [(item.id, item.revision) for item in now[: len(was)]]:
            return self._fold_again(log, was, now)
        fresh = now[len(was) :]
        if not fresh:
            return {}, {}
        state, drafts = self._stepper.run(self._state(log.head), fresh)
        log.head = self._bytes(state)
        return drafts, {}

    def _fold_again(self, log: _Log, was: list[Item], now: list[Item]) -> tuple[dict[str, D], dict[str, D]]:
        """Fold from the base both as it was and as it is now; what differs is emitted."""
        fold = self.fold
        _, old = self._stepper.run(self._state(log.base), was)
        first = [item for item in now if log.middle_at is not None and position(item) <= log.middle_at]
        state, new = self._stepper.run(self._state(log.base), first)
        if log.middle_at is not None:
            log.middle = self._bytes(state)
        state, rest = self._stepper.run(state, now[len(first) :])
        new |= rest
        log.head = self._bytes(state)
        base = self._state(log.base)
        for id_ in old.keys() - new.keys():
            recalled = fold.recall(base, id_) if base is not None else None
            if recalled is not None:
                new[id_] = recalled
        changed = {id_: draft for id_, draft in new.items() if id_ not in old or self._differs(old[id_], draft)}
        moved = {
            id_: old[id_] for id_ in changed if id_ in old and fold.render(old[id_])[0] != fold.render(new[id_])[0]
        }
        gone = {id_: draft for id_, draft in old.items() if id_ not in new}
        return changed, gone | moved

    def _differs(self, old: D, new: D) -> bool:
        key, item = self.fold.render(old)
        other_key, other = self.fold.render(new)
        return key != other_key or item.body != other.body

    def _emit(self, log: _Log, drafts: dict[str, D], removed: dict[str, D], counts: Counts) -> list[Output]:
        outputs = []
        for id_, draft in removed.items():
            key, item = self.fold.retract(draft)
            outputs.append(Output(key, self._revised(log, id_, item)))
            counts.retracted += 1
        for id_, draft in drafts.items():
            key, item = self.fold.render(draft)
            item = self._revised(log, id_, item)
            counts.revised += item.revision > 0
            outputs.append(Output(key, item))
        return outputs

    def _revised(self, log: _Log, id_: str, item: Item) -> Item:
        """Give the item its revision: one more than the last of its id, which is kept while the id can come again."""
        last = log.revisions.get(id_)
        item.revision = 0 if last is None else last[0] + 1
        log.revisions[id_] = (item.revision, item.time)
        return item

    def _trim(self, log: _Log, counts: Counts) -> None:
        """Move the base over what the horizon has passed, or what the cap no longer holds."""
        policy = self.policy
        if log.stepped is None:
            return
        if log.middle_at is None and (
            len(log.items) > policy.max_log // 2 or log.stepped[0] - log.items[0].time > policy.horizon
        ):
            log.middle, log.middle_at = log.head, log.stepped
        passed = log.middle_at is not None and log.middle_at[0] + policy.horizon <= log.watermark
        full = log.middle_at is not None and len(log.items) > policy.max_log
        if not (passed or full):
            return
        edge = log.watermark - policy.horizon
        gone = [item for item in log.items if log.middle_at is not None and position(item) <= log.middle_at]
        early = [item for item in gone if item.time > edge]
        counts.cut += len(early)
        log.seen = [(time, hash_) for time, hash_ in log.seen if time > edge]
        log.seen = (log.seen + [(item.time, _hash(item.id)) for item in early])[-8 * policy.max_log :]
        log.base, log.base_at = log.middle, log.middle_at
        log.items = log.items[len(gone) :]
        log.middle, log.middle_at = log.head, log.stepped
        self._forget_revisions(log, edge)

    def _forget_revisions(self, log: _Log, edge: int) -> None:
        head = self._state(log.head)
        log.revisions = {
            id_: (revision, time)
            for id_, (revision, time) in log.revisions.items()
            if time > edge or (self.fold.repeats and head is not None and self.fold.recall(head, id_) is not None)
        }

    def _wake(self, log: _Log) -> int | None:
        """When to be called next: at the next held item's due time, else when the key may be forgotten."""
        held = [item for item in log.items if log.stepped is None or position(item) > log.stepped]
        if held:
            at = held[0].time + self.policy.hold
            grid = max(_MILLISECOND, self.policy.hold // _WAKES // _MILLISECOND * _MILLISECOND)
        else:
            at = log.newest + self.policy.time_to_live
            grid = _MILLISECOND
            if at <= log.watermark:
                return None
        return -(-at // grid) * grid

    def _state(self, data: bytes | None) -> S | None:
        return None if data is None else self.fold.load(data)

    def _bytes(self, state: S | None) -> bytes | None:
        return None if state is None else self.fold.dump(state)


def _load(data: bytes | None) -> _Log:
    if data is None:
        return _Log()
    log = _decode(data)
    if log.version != _VERSION:
        raise ValueError(f"state of version {log.version}: this build reads version {_VERSION}; see CHANGELOG, State")
    return log


def _hash(id_: str) -> int:
    return int.from_bytes(blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")
