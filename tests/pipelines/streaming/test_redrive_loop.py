"""A stream's own dead letters through `tokentrail redrive --topic` into the same stream: they count up, and end."""

import base64
import json
from collections import Counter
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.pipelines.streaming.day import records
from tests.pipelines.streaming.running import Stream, rows, scanned, view
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["prism", "pubsub_emulator", "topic"]

pytestmark = pytest.mark.integration

MOST = 2


def attempts(output: Path) -> dict[str, list[int]]:
    """Give the attempts of each origin's letters, in order."""
    found: dict[str, list[int]] = {}
    for letter in rows(output, "dead_letters"):
        found.setdefault(letter["origin"], []).append(letter["attempts"])
    return {origin: sorted(tried) for origin, tried in found.items()}


def test_letters_count_up_in_the_stream_they_came_from_and_are_kept_aside_at_the_maximum(
    topic: Topic, prism: str, tmp_path: Path
) -> None:
    """Two rounds fail; the third is kept aside. Mended, the records join what the stream knows: scan finds the same."""
    day = records()
    broken = day[::25]
    expected = scanned(day, tmp_path / "scan")
    output = tmp_path / "stream"
    with Stream(topic.subscription, output, "--dead-letter-limit", "1", prism=prism) as stream:
        # One message with all of the broken: a letter is of one record of it.
        topic.publish([record for record in day if record not in broken])
        topic.publish([b"\n".join(record.replace(b'"eventTime": "', b'"eventTime": "at ') for record in broken)], a="b")
        stream.wait_for(lambda: len(attempts(output)) == len(broken), "the first letters")
        first = attempts(output)
        for number in range(1, MOST + 1):
            assert redrive(output, tmp_path / f"aside{number}", topic) == 0
            tried = list(range(number + 1))
            stream.wait_for(lambda tried=tried: set(map(tuple, attempts(output).values())) == {tuple(tried)}, "letters")
            assert attempts(output).keys() == first.keys()
        assert redrive(output, tmp_path / "aside", topic) == 0
        aside = [json.loads(line) for line in (tmp_path / "aside" / "kept_aside.jsonl").read_text().splitlines()]
        assert Counter(letter["origin"] for letter in aside) == dict.fromkeys(first, 1)
        assert {letter["attempts"] for letter in aside} == {MOST}
        assert {letter["attributes"]["a"] for letter in aside} == {"b"}
        assert attempts(output).keys() == first.keys()
        for letter in aside:
            letter["raw"] = base64.b64encode(base64.b64decode(letter["raw"]).replace(b'"at ', b'"')).decode()
            letter["raw_size"] = len(base64.b64decode(letter["raw"]))
        mended = tmp_path / "mended.jsonl"
        mended.write_text("".join(json.dumps(letter) + "\n" for letter in aside))
        assert redrive(mended, tmp_path / "again", topic, most=MOST + 1) == 0
        stream.wait_for(lambda: view(rows(output)) == expected, "the findings of scan")
        assert stream.stop() == 0
    assert view(rows(output)) == expected
    assert {tuple(tried) for tried in attempts(output).values()} == {tuple(range(MOST + 1))}


def redrive(letters: Path, aside: Path, topic: Topic, most: int = MOST) -> int:
    line = ["redrive", str(letters), "--topic", topic.topic, "--output", str(aside), "--max-attempts", str(most)]
    return main(line)
