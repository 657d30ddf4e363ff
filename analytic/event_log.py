"""What EventTime keeps of a key, as bytes: what is to be stepped is read each turn, what was stepped only when needed.

A key with thousands of events inside the horizon has a turn for every few of them. What is stepped is only looked at
when something comes late, comes again or is taken back; until then it is carried along as it was encoded, and a filter
of hashes says whether an id may be in it. The filter errs to one side: then the log is unfolded in vain.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

import msgspec

from analytic.fold import Item, position

VERSION = 2

FOLDED_FROM = 256
"""Stepped items from which on they are folded away: fewer are read as fast as the filter is asked."""

_BITS = 32
"""Of the filter for each hash: with five of them set, fewer than one in 40,000 strangers is taken for known."""

_PROBES = range(5)
_LEAST = 1_024
_HALF = (1 << 28) - 1
_ARRAY_32 = b"\xdd"
"""MessagePack's mark of an array with a length of 32 bits."""

SAID, PASSED, SHARED = 0x9E3779B97F4A7C, 0x85EBCA6B3C6EF3, 0xC2B2AE3D27D4EB
"""What a hash stands for, beside the ids of items: outputs, and shared ids of items that were stepped, or came."""


class Past(msgspec.Struct, array_like=True):
    """The stepped items, in order, each encoded, with the time of the first; what was emitted, and what was cut."""

    count: int
    first: int
    items: bytes
    said_count: int
    said: bytes
    seen: msgspec.Raw


class Log(msgspec.Struct, array_like=True):
    """What a key keeps: the state before its items, the items, the state after those already stepped.

    `middle` is a second checkpoint inside the log. When the horizon has passed it, it becomes the base, so that
    trimming never folds an item twice. `seen` are the hashes of ids that the cap cut before a copy was too late.
    `filter` holds `hashes` hashes, of all ids of the log; it is empty while nothing was folded away.
    """

    version: int = VERSION
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
    past: Past | None = None
    filter: bytearray = msgspec.field(default_factory=bytearray)
    hashes: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Log).decode
_decode_items = msgspec.msgpack.Decoder(list[Item]).decode
_decode_said = msgspec.msgpack.Decoder(list[tuple[str, int, int]]).decode
_decode_seen = msgspec.msgpack.Decoder(list[tuple[int, int]]).decode


_ARRIVED = b"\x00"
"""How a batch that waits unread begins, beside a log: no list of MessagePack begins so."""


def arrived(batch: bytes) -> bytes:
    """Give a batch of items as it is kept beside a key's log until the key wakes."""
    return _ARRIVED + batch


def parted(kept: Iterable[bytes]) -> tuple[bytes | None, list[bytes]]:
    """Part what is kept of a key, in any order, into its log, where there is one, and the batches that came since."""
    log, batches = None, []
    for piece in kept:
        if piece.startswith(_ARRIVED):
            batches.append(piece[1:])
        else:
            log = piece
    return log, batches


def load(data: bytes | None) -> Log:
    """Decode a log; raises ValueError on a version that this build does not know."""
    if data is None:
        return Log()
    log = _decode(data)
    if log.version != VERSION:
        raise ValueError(f"state of version {log.version}: this build reads version {VERSION}; see CHANGELOG, State")
    return log


def dump(log: Log, *, repeats: bool) -> bytes:
    """Encode a log, with what was stepped folded away. With `repeats` what was emitted is asked for, and is not."""
    if log.past is None and log.stepped is not None and len(log.items) >= FOLDED_FROM:
        stepped = [item for item in log.items if position(item) <= log.stepped]
        if len(stepped) >= FOLDED_FROM:
            _fold_away(log, stepped, repeats=repeats)
    return _encode(log)


def unfold(log: Log) -> None:
    """Have all items, what was emitted and what was cut at hand."""
    past, log.past = log.past, None
    if past is not None:
        log.items = _decode_items(_listed(past.count, past.items)) + log.items
        said = _decode_said(_listed(past.said_count, past.said))
        log.revisions |= {id_: (revision, time) for id_, revision, time in said}
        log.seen = _decode_seen(past.seen)


def pass_on(log: Log, past: Past, due: list[Item]) -> None:
    """Move the first items, which were just stepped, to the past."""
    log.items = log.items[len(due) :]
    past.items += b"".join(map(_encode, due))
    past.count += len(due)
    for item in due:
        if item.shared is not None:
            note(log, item.shared, PASSED)


def say(log: Log, past: Past, id_: str, time: int) -> None:
    """Note that an output was emitted for the first time."""
    past.said += _encode((id_, 0, time))
    past.said_count += 1
    note(log, id_, SAID)


def note(log: Log, id_: str, kind: int = 0) -> None:
    """Put an id of a kind into the filter, where there is one."""
    if log.filter:
        _set(log, hash_of(id_) ^ kind)


def may_hold(log: Log, id_: str, kind: int = 0) -> bool:
    """Whether the filter may hold an id of a kind."""
    filter_ = log.filter
    mask = len(filter_) * 8 - 1
    hash_ = hash_of(id_) ^ kind
    at, step = hash_ & _HALF, hash_ >> 28 | 1
    for _ in _PROBES:
        place = at & mask
        if not filter_[place >> 3] & 1 << (place & 7):
            return False
        at += step
    return True


@lru_cache(4_096)
def hash_of(id_: str) -> int:
    """Give an id's hash, of 56 bits."""
    return int.from_bytes(blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")


def _fold_away(log: Log, stepped: list[Item], *, repeats: bool) -> None:
    said = {} if repeats else log.revisions
    triples = b"".join(_encode((id_, *revision)) for id_, revision in said.items())
    if not log.filter or is_full(log):
        _build(log)
    items = b"".join(map(_encode, stepped))
    log.past = Past(len(stepped), stepped[0].time, items, len(said), triples, msgspec.Raw(_encode(log.seen)))
    log.items = log.items[len(stepped) :]
    log.seen = []
    if not repeats:
        log.revisions = {}


def _build(log: Log) -> None:
    """Build the filter anew, with room for as many again."""
    hashes = [hash_ for _, hash_ in log.seen]
    for item in log.items:
        hashes.append(hash_of(item.id))
        if item.shared is not None:
            hashes.append(hash_of(item.shared) ^ SHARED)
            if log.stepped is not None and position(item) <= log.stepped:
                hashes.append(hash_of(item.shared) ^ PASSED)
    hashes += (hash_of(id_) ^ SAID for id_ in log.revisions)
    # A power of two, so that a mask finds a hash's places.
    room = max(_LEAST, 1 << len(hashes).bit_length() + 1)
    log.filter, log.hashes = bytearray(room * _BITS // 8), 0
    for hash_ in hashes:
        _set(log, hash_)


def _set(log: Log, hash_: int) -> None:
    filter_ = log.filter
    mask = len(filter_) * 8 - 1
    at, step = hash_ & _HALF, hash_ >> 28 | 1
    for _ in _PROBES:
        place = at & mask
        filter_[place >> 3] |= 1 << (place & 7)
        at += step
    log.hashes += 1


def _listed(count: int, encoded: bytes) -> bytes:
    return _ARRAY_32 + count.to_bytes(4, "big") + encoded


def is_full(log: Log) -> bool:
    """Whether the filter holds as many as it has room for, and is to be built anew."""
    return log.hashes > len(log.filter) * 8 // _BITS


def strangers(log: Log, items: Iterable[Item]) -> bool:
    """Whether items can only go on with a folded log: behind what was stepped, and of ids that it does not hold."""
    ids = {item.id for item in log.items}
    shared = {item.shared for item in log.items}
    for item in items:
        if log.stepped is not None and position(item) <= log.stepped:
            return False
        if item.id not in ids and may_hold(log, item.id):
            return False
        if item.shared is not None and item.shared not in shared and may_hold(log, item.shared, SHARED):
            return False
    return True
