"""The day of examples/ as a topic's messages: out of order, some twice, some broken; and what `scan` finds in them."""

import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from analytic.sources.blocks import numbered
from analytic.sources.decompress import decompress
from analytic.sources.envelope import Record, records
from analytic.sources.source import parse_record
from schemas.records import ApiEvent
from tests.servers.kafka import Message

ROOT = Path(__file__).resolve().parents[2]
PARTITIONS = 2
DISORDER = 30_000
"""Milliseconds by which messages are out of order: less than the job allows for."""

BROKEN = b'{"eventVersion": "1.08", "eventName": "of nobody"}'
TICK = b'{"awsAccountId": "111122223333", "digestStartTime": "2026-03-03T08:00:00Z", "logFiles": []}'
"""A record that is no event: what moves the watermark, and nothing else."""

Row = dict[str, Any]


class Told(NamedTuple):
    """What a job wrote so far: each revision of each finding, and the dead letters."""

    findings: list[Row]
    dead_letters: list[Row]

    def standing(self) -> dict[str, Row]:
        """Give the newest revision of each finding that was not taken back."""
        latest: dict[str, Row] = {}
        for finding in sorted(self.findings, key=lambda finding: finding["revision"]):
            latest[finding["finding_id"]] = finding
        return {id_: plain(finding) for id_, finding in latest.items() if finding["status"] != "retracted"}

    def check_once(self) -> None:
        """Fail where anything was written twice."""
        said = [(finding["finding_id"], finding["revision"], finding["status"]) for finding in self.findings]
        assert len(said) == len(set(said))
        origins = [letter["origin"] for letter in self.dead_letters]
        assert len(origins) == len(set(origins))


class Day:
    """Messages by event time, and the findings of `scan`. `theft` is the finding that the stop lies in."""

    def __init__(self, folder: Path) -> None:
        events = sorted(_events(ROOT / "examples"), key=lambda pair: pair[0])
        lines = [data for _, data in events] + [BROKEN]
        (folder / "day.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        scan = [sys.executable, "-m", "pipelines.cli", "scan", str(folder / "day.jsonl"), "--output", str(folder), "-q"]
        subprocess.run(scan, check=True, cwd=ROOT, timeout=300)
        told = read(folder.glob("findings.jsonl"), folder.glob("dead_letters.jsonl"))
        self.findings = told.standing()
        self.dead_letters = told.dead_letters
        self.theft = max(self.findings.values(), key=lambda finding: finding["score"])
        self.messages = _disordered(events)

    def between(self, after: int, until: int) -> list[Message]:
        """Give the messages of events later than one time, up to another: microseconds."""
        return [message for message in self.messages if after < message.timestamp * 1_000 <= until]


def ticks(at: int) -> list[Message]:
    """Give what moves each partition's watermark to a time, in microseconds."""
    return [Message(TICK, at // 1_000, partition) for partition in range(PARTITIONS)]


_OTHERWISE = frozenset({"revision", "status", "detected_at", "blind_spots"})


def plain(finding: Row) -> Row:
    """Give what a finding says, without what a stream must say otherwise: revisions, its own clock, its input's place.

    Nor with its blind spots: what an account's logs lack as a whole, input alone can tell that ends (docs/coverage.md).
    """
    kept = {name: value for name, value in finding.items() if name not in _OTHERWISE}
    kept["evidence"] = [{**piece, "origin": None} for piece in finding["evidence"]]
    return kept


def read(findings: Iterable[Path], dead_letters: Iterable[Path]) -> Told:
    """Read JSON lines."""
    return Told(*([json.loads(line) for path in paths for line in path.open()] for paths in (findings, dead_letters)))


def _events(folder: Path) -> Iterable[tuple[int, bytes]]:
    for path in sorted(folder.rglob("*.gz")):
        for number, data in numbered(decompress([path.read_bytes()])):
            for record in records(data, number):
                assert isinstance(record, Record)
                event = parse_record(record.data, "")
                assert isinstance(event, ApiEvent)
                yield event.time, record.data


def _disordered(events: list[tuple[int, bytes]]) -> list[Message]:
    chance = random.Random(7)
    places = []
    for number, (time, data) in enumerate(events):
        at = time // 1_000
        places.append((at + chance.randrange(DISORDER), Message(data, at, number % PARTITIONS)))
        if chance.random() < 0.02:  # A copy, as clouds deliver some, to whichever partition.
            places.append((at + chance.randrange(DISORDER), Message(data, at, chance.randrange(PARTITIONS))))
    places.append((events[0][0] // 1_000, Message(BROKEN, events[0][0] // 1_000, 0)))
    return [message for _, message in sorted(places, key=lambda place: place[0])]
