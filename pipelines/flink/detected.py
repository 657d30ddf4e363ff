"""The ends of the flow: findings as they are written, and the baseline that Detect begins with."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from pyflink.common import Row
from pyflink.datastream import FlatMapFunction

from analytic.finding import revised
from analytic.items import Keyed, decode_items, encode_batches
from analytic.learning import opening
from analytic.peers import PEERS
from pipelines.flink.counters import Counters
from schemas.records import Finding, to_dict
from transforms.baseline import read_rows
from transforms.metrics import FINDINGS, findings_of


class EncodeFindings(FlatMapFunction):
    """Detect's outputs in, findings out: each with its id as key, as a line of JSON."""

    def open(self, runtime_context: Any) -> None:
        """Make the codecs and the counter."""
        self._decode = msgspec.msgpack.Decoder(Finding).decode
        self._encode = msgspec.json.Encoder().encode
        self._counters = Counters(runtime_context)

    def flat_map(self, value: Keyed) -> Iterator[Row]:
        """Encode a batch."""
        _, batch = value
        now = time.time_ns() // 1_000
        for item in decode_items(batch):
            finding = revised(self._decode(item.body), item.revision)
            finding.detected_at = now
            self._counters.increase(FINDINGS)
            self._counters.increase(findings_of(finding.chain))
            yield Row(finding.finding_id.encode(), self._encode(to_dict(finding)))


class ReadBaseline(FlatMapFunction):
    """Paths of baseline files in, their actors' rows out, as the first items of the actors' keys."""

    def flat_map(self, value: str) -> Iterator[Keyed]:
        """Read one file."""
        for row in read_rows(value):
            if not row.key.startswith(PEERS):
                key, item = opening(row)
                yield from encode_batches({key: [item]})
