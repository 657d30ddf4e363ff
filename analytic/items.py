"""Items between the keyed stages: all of a key's items of a bundle travel as one element of bytes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from analytic.fold import Item, Output

Keyed = tuple[str, bytes]
"""The element between stages: a key, and a batch of items. Its coders are Beam's own for text and bytes."""

decode_items = msgspec.msgpack.Decoder(list[Item]).decode
"""Decode a batch."""

_encode = msgspec.msgpack.Encoder().encode


def encode_outputs(outputs: Iterable[Output]) -> Iterator[tuple[str, bytes]]:
    """Batch outputs by the key they go to."""
    batches: dict[str, list[Item]] = defaultdict(list)
    for key, item in outputs:
        batches[key].append(item)
    return encode_batches(batches)


def encode_batches(batches: dict[str, list[Item]]) -> Iterator[tuple[str, bytes]]:
    """Encode batches of items by key."""
    return ((key, _encode(items)) for key, items in batches.items())
