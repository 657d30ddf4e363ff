"""A stream's dead letters out of their table, to the topic, through the stream and into the table again."""

import base64
import json
from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.pipelines.streaming.day import records
from tests.pipelines.streaming.running import Stream, scanned
from tests.pipelines.streaming.tables import created, letters, named, options_of, standing
from tests.servers.bigquery import Emulator, bigquery, bigquery_emulator
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["bigquery", "bigquery_emulator", "prism", "pubsub_emulator", "topic"]

pytestmark = pytest.mark.integration

MOST = 2


def attempts(dataset: str) -> dict[str, list[int]]:
    """Give the attempts of each origin's letters in the table, in order."""
    found: dict[str, list[int]] = defaultdict(list)
    for letter in letters(dataset):
        found[letter.origin].append(letter.attempts)
    return {origin: sorted(tried) for origin, tried in found.items()}


def test_letters_of_a_table_count_up_through_the_stream_and_are_kept_aside_at_the_maximum(
    topic: Topic, prism: str, bigquery: Emulator, tmp_path: Path
) -> None:
    """The table keeps each round's letters, and of each origin the last alone is sent: two rounds, and then no more.

    Mended, what was kept aside joins what the stream knows: `findings_latest` shows what scan finds.
    """
    day = records()
    broken = day[::25]
    expected = scanned(day, tmp_path / "scan")
    dataset = created()
    options = [*options_of(dataset), "--dead-letter-limit", "1"]
    with Stream(topic.subscription, tmp_path / "s", *options, prism=prism, command="emulated") as stream:
        topic.publish([record for record in day if record not in broken])
        topic.publish([record.replace(b'"eventTime": "', b'"eventTime": "at ') for record in broken], a="b")
        for number in range(MOST + 1):
            told = [list(range(number + 1))] * len(broken)
            stream.wait_for(lambda told=told: list(attempts(dataset).values()) == told, "the letters")
            assert redrive(["--table", named(dataset, "dead_letters")], topic, tmp_path / f"aside{number}") == 0
        kept = (tmp_path / f"aside{MOST}" / "kept_aside.jsonl").read_text().splitlines()
        aside = [json.loads(line) for line in kept]
        assert sorted(letter["origin"] for letter in aside) == sorted(attempts(dataset))
        assert {(letter["attempts"], letter["attributes"]["a"]) for letter in aside} == {(MOST, "b")}
        for letter in aside:
            raw = base64.b64decode(letter["raw"]).replace(b'"at ', b'"')
            letter["raw"], letter["raw_size"] = base64.b64encode(raw).decode(), len(raw)
        (tmp_path / "mended.jsonl").write_text("".join(json.dumps(letter) + "\n" for letter in aside))
        assert redrive([str(tmp_path / "mended.jsonl")], topic, tmp_path / "again", most=MOST + 1) == 0
        stream.wait_for(lambda: standing(dataset) == expected, "the findings of scan")
        assert stream.stop() == 0
    assert standing(dataset) == expected
    assert list(attempts(dataset).values()) == [list(range(MOST + 1))] * len(broken)


def redrive(letters_of: list[str], topic: Topic, aside: Path, most: int = MOST) -> int:
    since = ["--since", "2020-01-01"] if letters_of[0] == "--table" else []
    line = ["redrive", *letters_of, *since, "--topic", topic.topic, "--max-attempts", str(most)]
    return main([*line, "--output", str(aside)])
