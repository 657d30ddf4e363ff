"""Event time decides: any fold, stepped in event order, whatever the order of arrival (DESIGN.md, the contract).

`EventTime` holds a key's items until the watermark has passed them, steps them by `(time, id)`, counts a duplicate once
and, when an item comes behind what was stepped, folds again from a checkpoint and emits the difference. What it gives
in the end is what `fold_sorted` gives for the same items, whatever their order of arrival and bundling.

Pure: no clock, no engine. An engine gives it bytes of state, items and the watermark, and sets one timer, `Turn.wake`.
"""

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from typing import Generic, NamedTuple

from analytic import event_log
from analytic.baseline import BEGINNING
from analytic.event_log import Log, Past
from analytic.fold import Counts, D, Fold, Item, Output, S, Stepper, distinct, position
from analytic.policy import Policy

_MILLISECOND = 1_000

_WAKES = 8
"""A key wakes so often in the time that events are held: one wake for each event makes a busy key slow, since a wake
costs a runner a bundle, and its events wait for each other.

Also the shares of the time to live in which a key's forgetting is put off: a runner may keep each timer that was moved
until the time it was first set for (Prism 2.77 does), and each event would leave one behind for days."""

_time = attrgetter("time")


class Turn(NamedTuple):
    """The result of one turn at a key: its new state, what to emit, when to wake (UTC microseconds).

    `rearm` says that the wake differs from the one last given: setting a timer costs more than a step (FACTS.md).
    `last` is that one, for an engine that takes a timer back by its time. `idle` says that nothing is held, so that the
    wake is there to forget the key.
    """

    state: bytes | None
    outputs: list[Output]
    wake: int | None
    counts: Counts
    rearm: bool
    last: int | None = None
    idle: bool = False

    def at_the_end(self) -> "Turn":
        """Give the turn of a key that ended because the stream did: no time to live was over, no mark is kept."""
        self.counts.expired = 0
        return self._replace(state=None, wake=None, rearm=False, idle=False)


class EventTime(Generic[S, D]):
    """Steps a fold in event order under a watermark, and revises what a late item changes."""

    def __init__(self, fold: Fold[S, D], policy: Policy) -> None:
        """Takes the fold and the policy with hold, horizon, time to live and the log's cap."""
        self.fold = fold
        self.policy = policy
        self._stepper = Stepper(fold)

    def receive(self, data: bytes | None, items: Iterable[Item], watermark: int | None = None) -> Turn:
        """Take new items of a key (or none, when the timer fired) and the watermark, where it is known.

        Gives the key's new state (None: forget it), the outputs, and when to wake (None: not). Without a watermark
        items are only held. Raises ValueError on the bytes of an unknown version.
        """
        log = event_log.load(data)
        counts = Counts()
        came = log.watermark
        if watermark is not None:
            log.watermark = max(log.watermark, watermark)
        new = list(items)
        if log.past is not None and (event_log.is_full(log) or not event_log.strangers(log, new)):
            event_log.unfold(log)
        before = list(log.items)
        self._admit(log, new, came, counts)
        drafts, removed = self._advance(log, before, counts) if log.past is None else self._go_on(log, log.past, counts)
        outputs = self._emit(log, drafts, removed, counts)
        self._trim(log, counts)
        last, wake, idle = log.wake, *self._wake(log)
        if wake is None and not _only_begun(log):
            counts.expired += log.stepped is not None
            log = self._mark(log)
            wake, _ = self._wake(log)
            if wake is None:
                return Turn(None, outputs, None, counts, rearm=False, last=last)
        log.wake = wake
        fired = last is not None and watermark is not None and last <= watermark
        rearm = wake is not None and (fired or wake != last)
        return Turn(event_log.dump(log, repeats=self.fold.repeats), outputs, wake, counts, rearm, last, idle)

    def due(self, items: Iterable[Item]) -> int:
        """Give when a key must be woken for items that an engine keeps unread until then (UTC microseconds)."""
        return self._on_grid(min(item.time for item in items) + self.policy.hold)

    def _admit(self, log: Log, items: Iterable[Item], came: int, counts: Counts) -> None:
        """Put new items into the log: duplicates are counted, what is beyond the allowance is marked and goes last.

        `came` is the watermark when they came.
        """
        known = {item.id: item for item in log.items}
        shared = {item.shared: item.id for item in log.items if item.shared is not None}
        cut = {hash_ for _, hash_ in log.seen}
        for item in items:
            log.newest = max(log.newest, item.time, log.watermark)
            old = known.get(item.id)
            if (old is not None and item.revision <= old.revision) or (
                old is None and cut and event_log.hash_of(item.id) in cut
            ):
                counts.duplicates += 1
                continue
            if old is None and log.base_at is not None and position(item) <= log.base_at:
                at = max(item.time, (log.stepped or log.base_at)[0])
                item = Item(at, item.id, item.body, item.shared, item.rank, item.revision, late=True)
            if old is None and log.stepped is not None and (item.late or position(item) <= log.stepped):
                counts.late += 1
            if item.shared is not None:
                counts.duplicates += shared.setdefault(item.shared, item.id) != item.id
                event_log.note(log, item.shared, event_log.SHARED)
            if old is None:
                event_log.note(log, item.id)
            counts.held += item.time + self.policy.hold > came
            item.body = item.body.copy()
            known[item.id] = item
        log.items = sorted(known.values(), key=position)

    def _go_on(self, log: Log, past: Past, counts: Counts) -> tuple[dict[str, D], dict[str, D]]:
        """Step what is due where nothing of the past is touched: what `_advance` gives, without reading the past."""
        end = bisect_right(log.items, log.watermark - self.policy.hold, key=_time)
        due = log.items[:end]
        if not due:
            return {}, {}
        if any(item.shared is not None and event_log.may_hold(log, item.shared, event_log.PASSED) for item in due):
            event_log.unfold(log)
            return self._advance(log, log.items, counts)
        fresh, _ = distinct(due)
        log.stepped = position(due[-1])
        event_log.pass_on(log, past, due)
        if not fresh:
            return {}, {}
        state, drafts = self._stepper.run(self._state(log.head), fresh)
        counts.forgotten += self._stepper.lost
        log.head = self._bytes(state)
        return drafts, {}

    def _advance(self, log: Log, before: list[Item], counts: Counts) -> tuple[dict[str, D], dict[str, D]]:
        """Step what is due. Gives the drafts to emit, and those that were emitted and no longer hold."""
        due = [item for item in log.items if item.time + self.policy.hold <= log.watermark]
        if not due:
            return {}, {}
        now, _ = distinct(due)
        was, _ = distinct(item for item in before if log.stepped is not None and position(item) <= log.stepped)
        # Before anything is decided: what a worse copy or a withdrawn item leaves unstepped must not be due again.
        until, log.stepped = log.stepped, max(position(due[-1]), log.stepped or position(due[-1]))
        if log.filter:
            stood = {(item.id, item.revision) for item in before if until is not None and position(item) <= until}
            for item in due:
                # Also what came behind what was stepped: a copy of it may still be held.
                if item.shared is not None and (item.id, item.revision) not in stood:
                    event_log.note(log, item.shared, event_log.PASSED)
        if [(item.id, item.revision) for item in was] != [(item.id, item.revision) for item in now[: len(was)]]:
            return self._fold_again(log, was, now, counts)
        fresh = now[len(was) :]
        if not fresh:
            return {}, {}
        state, drafts = self._stepper.run(self._state(log.base if until is None else log.head), fresh)
        counts.forgotten += self._stepper.lost
        log.head = self._bytes(state)
        return drafts, {}

    def _fold_again(
        self, log: Log, was: list[Item], now: list[Item], counts: Counts
    ) -> tuple[dict[str, D], dict[str, D]]:
        """Fold from the base both as it was and as it is now; what differs is emitted."""
        fold = self.fold
        _, old = self._stepper.run(self._state(log.base), was)
        lost = self._stepper.lost
        first = [item for item in now if log.middle_at is not None and position(item) <= log.middle_at]
        state, new = self._stepper.run(self._state(log.base), first)
        lost -= self._stepper.lost
        if log.middle_at is not None:
            log.middle = self._bytes(state)
        state, rest = self._stepper.run(state, now[len(first) :])
        counts.forgotten += max(0, self._stepper.lost - lost)
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

    def _emit(self, log: Log, drafts: dict[str, D], removed: dict[str, D], counts: Counts) -> list[Output]:
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

    def _revised(self, log: Log, id_: str, item: Item) -> Item:
        """Give the item its revision: one more than the last of its id, which is kept while the id can come again."""
        if log.past is not None and not self.fold.repeats:
            if not event_log.may_hold(log, id_, event_log.SAID):
                item.revision = 0
                event_log.say(log, log.past, id_, item.time)
                return item
            event_log.unfold(log)
        last = log.revisions.get(id_)
        event_log.note(log, id_, event_log.SAID)
        item.revision = 0 if last is None else last[0] + 1
        log.revisions[id_] = (item.revision, item.time)
        return item

    def _trim(self, log: Log, counts: Counts) -> None:
        """Move the base over what the horizon has passed, or what the cap no longer holds."""
        policy = self.policy
        if log.stepped is None:
            return
        length, first = len(log.items), log.items[0].time if log.items else log.stepped[0]
        if log.past is not None:
            length, first = length + log.past.count, log.past.first
        if log.middle_at is None and (length > policy.max_log // 2 or log.stepped[0] - first > policy.horizon):
            log.middle, log.middle_at = log.head, log.stepped
        passed = log.middle_at is not None and log.middle_at[0] + policy.horizon <= log.watermark
        full = log.middle_at is not None and length > policy.max_log
        if not (passed or full):
            return
        event_log.unfold(log)
        edge = log.watermark - policy.horizon
        gone = [item for item in log.items if log.middle_at is not None and position(item) <= log.middle_at]
        early = [item for item in gone if item.time > edge]
        counts.cut += len(early)
        log.seen = [(time, hash_) for time, hash_ in log.seen if time > edge]
        log.seen = (log.seen + [(item.time, event_log.hash_of(item.id)) for item in early])[-8 * policy.max_log :]
        log.base, log.base_at = log.middle, log.middle_at
        log.items = log.items[len(gone) :]
        log.middle, log.middle_at = log.head, log.stepped
        self._forget_revisions(log, edge)

    def _forget_revisions(self, log: Log, edge: int) -> None:
        head = self._state(log.head)
        log.revisions = {
            id_: (revision, time)
            for id_, (revision, time) in log.revisions.items()
            if time > edge or (self.fold.repeats and head is not None and self.fold.recall(head, id_) is not None)
        }

    def _wake(self, log: Log) -> tuple[int | None, bool]:
        """When to be called next: at the next held item's due time, else (True) when the key may be forgotten."""
        held = [item for item in log.items if log.stepped is None or position(item) > log.stepped]
        if held:
            return self._on_grid(held[0].time + self.policy.hold), False
        at = log.newest + self.policy.time_to_live
        if at <= log.watermark or _only_begun(log):
            return None, True
        return _rounded_up(at, self.policy.time_to_live // _WAKES), True

    def _mark(self, log: Log) -> Log:
        """Give what is kept for another time to live of a key whose own is over: that it was there.

        Of such a mark, and of a key that nothing was stepped at, nothing is kept: the log is as of a new key.
        """
        state = self._bytes(self.fold.begin_after(log.stepped[0])) if log.stepped is not None else None
        newest = 0 if state is None else log.newest + self.policy.time_to_live
        return Log(base=state, watermark=log.watermark, newest=newest)

    def _on_grid(self, at: int) -> int:
        return _rounded_up(at, self.policy.hold // _WAKES)

    def _state(self, data: bytes | None) -> S | None:
        return None if data is None else self.fold.load(data)

    def _bytes(self, state: S | None) -> bytes | None:
        return None if state is None else self.fold.dump(state)


def _only_begun(log: Log) -> bool:
    """Whether a key knows what was learnt before, and no event yet: no time says when that may be forgotten."""
    return log.stepped is not None and log.stepped[0] == BEGINNING


def _rounded_up(at: int, grid: int) -> int:
    """Round up to a multiple of the grid, and that to whole milliseconds: a timer has no more."""
    grid = max(_MILLISECOND, grid // _MILLISECOND * _MILLISECOND)
    return -(-at // grid) * grid
