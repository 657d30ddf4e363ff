"""The cheap reading of event times agrees with each source's own reading of its records."""

import gzip
import json
from pathlib import Path

import pytest

from analytic.sources.envelope import Record, records
from analytic.sources.event_times import Span, span
from analytic.sources.ignored import Ignored
from analytic.sources.source import parse_record

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_every_example_agrees() -> None:
    seen = 0
    for path in EXAMPLES.rglob("*.json.gz"):
        content = gzip.decompress(path.read_bytes())
        times = []
        for record in records(content):
            assert isinstance(record, Record)
            event = parse_record(record.data, "x#0")
            assert not isinstance(event, Ignored)
            times.append(event.time)
            assert span(record.data) == Span(event.time, event.time)
        assert span(content) == Span(min(times), max(times))
        seen += len(times)
    assert seen > 1_000


@pytest.mark.parametrize(
    "name", ["eventTime", "timestamp", "time", "eventTimestamp", "TimeGenerated", "createdDateTime"]
)
def test_a_time_counts_under_any_sources_name(name: str) -> None:
    record = json.dumps({name: "2026-03-03T09:05:00.5Z"}).encode()
    assert span(b'{"records":[' + record + b"]}") == Span(1_772_528_700_500_000, 1_772_528_700_500_000)


@pytest.mark.parametrize("data", [b"", b"{", b"null", b'{"eventTime": 5}', b'{"eventTime": "soon"}', b"[" * 100_000])
def test_what_shows_no_time_has_no_span(data: bytes) -> None:
    assert span(data) is None


def test_one_broken_record_does_not_hide_its_neighbours() -> None:
    lines = b'{"eventTime": "2026-03-03T09:05:00Z"}\n{"eventTi\n{"eventTime": "2026-03-03T09:06:00Z"}'
    assert span(lines) == Span(1_772_528_700_000_000, 1_772_528_760_000_000)
