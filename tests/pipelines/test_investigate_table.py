"""investigate, actors and drill over a table of raw records, on a BigQuery emulator: as over the files of that day."""

import json
import re

import pytest

from pipelines.cli import main
from tests.pipelines.place import ROOT, logged
from tests.servers.bigquery import PROJECT, Emulator

EXAMPLES = str(ROOT / "examples")
TABLE = f"{PROJECT}.raw_logs.examples_day"
DAY = ("--start", "2026-03-03", "--end", "2026-03-04")


def told(capsys: pytest.CaptureFixture[str], *line: str) -> list[dict]:
    """Give the lines of a command, without the places of its records: of a table they are its own."""
    assert main([*line, "--format", "jsonl", "-q"]) == 0
    return [
        json.loads(re.sub(r'"origin": "[^"]*"', '"origin": ""', one)) for one in capsys.readouterr().out.splitlines()
    ]


@pytest.mark.integration
def test_a_table_tells_what_its_files_tell(bigquery: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    logged(TABLE)
    for line in (("investigate", "--ip", "192.0.2.0/24"), ("actors",)):
        command, *asked = line
        of_files = told(capsys, command, EXAMPLES, *asked, *DAY)
        assert told(capsys, command, f"bigquery://{TABLE}", *asked, *DAY) == of_files
        assert of_files


@pytest.mark.integration
def test_only_the_partitions_around_the_time_are_read(bigquery: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The thief's quarter of an hour alone leads to the person: what ran on the instance lies in the warm-up."""
    logged(TABLE)
    quarter = ("--start", "2026-03-03T14:15Z", "--end", "2026-03-03T14:30Z")
    (session,) = told(capsys, "investigate", f"bigquery://{TABLE}", "--ip", "192.0.2.0/24", *quarter)
    assert session["actor"]["name"] == "jonas.weber"
    later = ("investigate", f"bigquery://{TABLE}", "--ip", "192.0.2.1", "--start", "2026-03-05", "--end", "2026-03-06")
    for warm_up, events in (("24h", 0), ("48h", 3038)):
        assert main([*later, "--warm-up", warm_up]) == 1
        assert f"these logs hold {events} events" in capsys.readouterr().err


@pytest.mark.integration
def test_a_drill_judges_a_table_s_day(bigquery: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    logged(TABLE)
    policy = ("--policy", str(ROOT / "docs" / "policy.yaml"), "--format", "json", "-q")
    found = []
    for path in (EXAMPLES, f"bigquery://{TABLE}"):
        assert main(["drill", path, *DAY, *policy]) == 2
        found.append(json.loads(re.sub(r'"examples": \[[^]]*\]', '"examples": []', capsys.readouterr().out)))
    assert found[0] == found[1]


@pytest.mark.parametrize("command", [["investigate", "--ip", "192.0.2.1"], ["actors"], ["drill"]])
def test_a_table_without_a_time_is_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, f"bigquery://{TABLE}", "--start", "2026-03-03"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"bigquery://{TABLE}: give --start and --end" in line


def test_a_drill_judges_the_time_that_is_asked_about(capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for time in ((), ("--start", "2026-03-03T14:00Z", "--end", "2026-03-03T15:00Z"), ("--start", "2026-03-05")):
        code = main(["drill", EXAMPLES, "--format", "json", "-q", *time])
        others = json.loads(capsys.readouterr().out)["others"]
        counts.append(sum(one["events"] for one in others))
        assert code == (2 if others else 0)
    assert counts[0] > counts[1] > counts[2] == 0
