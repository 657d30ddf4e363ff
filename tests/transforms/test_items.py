"""Batches between stages: what goes in comes out, and many alike take little room."""

import msgspec

from analytic.fold import Item
from analytic.items import PACKED_FROM, decode_items, encode_batches


def test_a_batch_comes_out_as_it_went_in_and_a_large_one_is_packed() -> None:
    body = msgspec.Raw(msgspec.msgpack.encode("arn:aws:sts::111122223333:assumed-role/deploy/" * 20))
    for number in (1, 15, 16, 500, 70_000):  # Each kind of list that MessagePack has.
        items = [Item(time, f"e{time}", body, rank=3) for time in range(number)]
        ((key, batch),) = encode_batches({"k": items})
        plain = msgspec.msgpack.encode(items)
        assert key == "k"
        assert decode_items(batch) == decode_items(plain) == items
        assert len(batch) < len(plain) / 5 if len(plain) >= PACKED_FROM else batch == plain
