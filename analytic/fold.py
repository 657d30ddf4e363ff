"""What a fold is, and its order for bounded input: every stateful part of the analytic is a fold over items of a key.

`fold_sorted` steps all of a key's items at once; `analytic/event_time.py` steps them under a watermark. Same outputs.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

S = TypeVar("S")
D = TypeVar("D")

WITHDRAWN = msgspec.Raw(b"\xc0")
"""The body of an item that takes back an earlier one of its id (MessagePack nil)."""

_NIL = len(bytes(WITHDRAWN))


class Item(msgspec.Struct, array_like=True, gc=False):
    """One input of a fold at one key.

    `time` is event time in UTC microseconds; `id` names the event; copies of one call share `shared`, and the one of
    the highest `rank` (the richest record) stands for them. `body` is the fold's own MessagePack. A higher `revision`
    replaces a lower one.
    """

    time: int
    id: str
    body: msgspec.Raw
    shared: str | None = None
    rank: int = 0
    revision: int = 0
    late: bool = False


class Output(NamedTuple):
    """What a fold emits: the key it goes to next ("" for none) and the item."""

    key: str
    item: Item


class Fold(Protocol[S, D]):
    """The contract of every stateful part: `step(state | None, item) -> (state | None, drafts)`.

    `None` in is a new key, `None` out forgets it. A draft is an output under its id; it may be a live object that later
    steps go on changing, and is rendered once, at the end of a turn. `repeats` says whether one id can come again.
    """

    repeats: bool

    def step(self, state: S | None, item: Item) -> tuple[S | None, Sequence[tuple[str, D]]]:
        """Take one item in event order; may change `state` in place."""

    def render(self, draft: D) -> tuple[str, Item]:
        """Give the key that a draft goes to, and its item."""

    def retract(self, draft: D) -> tuple[str, Item]:
        """Give what takes back a draft that was emitted and no longer holds."""

    def recall(self, state: S, id_: str) -> D | None:
        """Give the draft of this id that a state still holds."""

    def lost(self, state: S) -> int:
        """Give how many things the caps on a state have let go so far (analytic/caps.py)."""

    def begin_after(self, last: int) -> S | None:
        """Give the state of a key that knows only that an earlier one, whose last item was then, ended by its time
        to live; None where nobody need know."""

    def load(self, data: bytes) -> S:
        """Decode a state; raises ValueError on a version it does not know."""

    def dump(self, state: S) -> bytes:
        """Encode a state."""


class Counts(msgspec.Struct):
    """What happened in a turn, for the metrics of the same names (transforms/metrics.py)."""

    duplicates: int = 0
    late: int = 0
    revised: int = 0
    retracted: int = 0
    cut: int = 0
    held: int = 0
    forgotten: int = 0
    expired: int = 0


def position(item: Item) -> tuple[int, str]:
    """The order in which items are stepped."""
    return (item.time, item.id)


_position = attrgetter("time", "id")
"""`position`, for sorting many."""


def distinct(items: Iterable[Item]) -> tuple[list[Item], int]:
    """Sort items and keep one for each id and one for each shared id; say how many duplicates went.

    Of one id the highest revision stands, then the highest rank; of one shared id the highest rank, then the smallest
    id: the choice depends on the set of items alone, never on their order.
    """
    by_id: dict[str, Item] = {}
    duplicates = 0
    withdrawn = shares = False
    for item in items:
        if len(item.body) == _NIL and item.body == WITHDRAWN:
            withdrawn = True
        if item.shared is not None:
            shares = True
        known = by_id.get(item.id)
        if known is None:
            by_id[item.id] = item
            continue
        duplicates += item.revision == known.revision
        if _stands_before(item, known):
            by_id[item.id] = item
    live = list(by_id.values())
    if withdrawn:
        live = [item for item in live if item.body != WITHDRAWN]
    chosen: dict[str, Item] = {}
    for item in live if shares else ():
        if item.shared is None:
            continue
        known = chosen.get(item.shared)
        if known is None or (-item.rank, item.id) < (-known.rank, known.id):
            chosen[item.shared] = item
    if chosen:
        kept = [item for item in live if item.shared is None or chosen[item.shared] is item]
        duplicates += len(live) - len(kept)
        live = kept
    live.sort(key=_position)
    return live, duplicates


def _stands_before(item: Item, known: Item) -> bool:
    """Whether an item replaces another of its id: a later revision does, of equal ones the choice must not be luck."""
    if item.revision != known.revision:
        return item.revision > known.revision
    return (-item.rank, bytes(item.body)) < (-known.rank, bytes(known.body))


def fold_sorted(fold: Fold[S, D], items: Iterable[Item]) -> tuple[list[Output], Counts]:
    """Fold all of a key's items at once: sorted, distinct, each output in its last form."""
    ordered, duplicates = distinct(items)
    stepper = Stepper(fold)
    _, drafts = stepper.run(None, ordered)
    counts = Counts(duplicates=duplicates, forgotten=stepper.lost)
    return [Output(*fold.render(draft)) for draft in drafts.values()], counts


class Stepper(Generic[S, D]):
    """Steps a fold over items that are in order, and gathers each draft in its last form.

    `lost` is what caps let go in the last run.
    """

    def __init__(self, fold: Fold[S, D]) -> None:
        """Takes the fold."""
        self._fold = fold
        self.lost = 0

    def run(self, state: S | None, items: Iterable[Item]) -> tuple[S | None, dict[str, D]]:
        """Step the items from a state; give the state after them and the drafts by id."""
        drafts: dict[str, D] = {}
        step = self._fold.step
        before = 0 if state is None else self._fold.lost(state)
        for item in items:
            state, emitted = step(state, item)
            if emitted:
                drafts.update(emitted)
        self.lost = (0 if state is None else self._fold.lost(state)) - before
        return state, drafts


def to_body(value: Any) -> msgspec.Raw:
    """Encode a msgspec value as the body of an item."""
    return msgspec.Raw(msgspec.msgpack.encode(value))


_FIELDS = msgspec.msgpack.Decoder(list[msgspec.Raw])
_VERSION = msgspec.msgpack.Decoder(int)


def check_version(fold: str, data: bytes, version: int) -> None:
    """Raise ValueError when a state's first field is not the version that this build reads."""
    found = _VERSION.decode(_FIELDS.decode(data)[0])
    if found != version:
        raise ValueError(f"{fold}'s state is of version {found}, this build reads {version}: see CHANGELOG, State")
