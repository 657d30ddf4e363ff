"""Items between the keyed stages: all of a key's items of a bundle travel as one element of bytes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec
from isal import isal_zlib

from analytic.fold import Item, Output

Keyed = tuple[str, bytes]
"""The element between stages: a key, and a batch of items. Its coders are Beam's own for text and bytes."""

PACKED_FROM = 4_096
"""Bytes from which on a batch is packed: the events of one key have nearly all their text in common, and a runner holds
several copies of a batch between two stages."""

_ZLIB = b"\x78"
"""How a zlib stream begins (RFC 1950, deflate with a window of 32 KB); no list of MessagePack begins so."""

_LEVEL = 1
"""isal's, of 0 to 3: some 2 microseconds an event, to a seventh of the bytes."""

_decode = msgspec.msgpack.Decoder(list[Item]).decode
_encode = msgspec.msgpack.Encoder().encode


def decode_items(batch: bytes) -> list[Item]:
    """Decode a batch, packed or not."""
    return _decode(isal_zlib.decompress(batch) if batch.startswith(_ZLIB) else batch)


def encode_outputs(outputs: Iterable[Output]) -> Iterator[tuple[str, bytes]]:
    """Batch outputs by the key they go to."""
    batches: dict[str, list[Item]] = defaultdict(list)
    for key, item in outputs:
        batches[key].append(item)
    return encode_batches(batches)


def encode_batches(batches: dict[str, list[Item]]) -> Iterator[tuple[str, bytes]]:
    """Encode batches of items by key."""
    return ((key, _packed(_encode(items))) for key, items in batches.items())


def _packed(batch: bytes) -> bytes:
    return isal_zlib.compress(batch, level=_LEVEL) if len(batch) >= PACKED_FROM else batch
