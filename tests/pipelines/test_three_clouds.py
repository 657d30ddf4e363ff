"""Three clouds in one run: mixed logs, one stream of events, databases and a policy from the command line."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.cli import main
from simulator.hops import chains
from tests.sources import gcp_records
from tests.transforms.test_databases import database


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a few chains' records as files of JSON lines, gzip, as their sinks would; nothing in a name says what."""
    folder = tmp_path_factory.mktemp("logs")
    files: dict[str, list[dict]] = defaultdict(list)
    for written in chains(7, 60).records:
        files[written.file].append(written.record)
    for number, records in enumerate(files.values()):
        text = "\n".join(json.dumps(record) for record in records)
        (folder / f"part-{number}.json.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_mixed_logs_are_one_stream_of_events(logs: Path, tmp_path: Path) -> None:
    assert main(["events", str(logs), "--output", str(tmp_path), "-q"]) == 0
    events = lines(tmp_path / "events.jsonl")
    assert {event["provider"] for event in events} == {"aws", "gcp", "azure", "okta"}
    assert all(event["access"] != "unknown" and event["action_basis"] for event in events)
    assert all(event["network"] and event["private"] is not None for event in events if event["source_ip"])
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["dead_letters"]["total"] == 0
    assert summary["records"] == summary["parsed"] + summary["ignored"]


def test_mixed_logs_are_scanned(logs: Path, tmp_path: Path) -> None:
    assert main(["scan", str(logs), "--output", str(tmp_path), "-q"]) == 0
    findings = lines(tmp_path / "findings.jsonl")
    for finding in findings:
        assert {hop["certainty"] for hop in finding["hops"]} <= {"certain", "probable", "ambiguous"}
        for hop in finding["hops"]:
            assert (hop["certainty"] == "ambiguous") == bool(hop["candidates"])


def test_the_halves_of_a_long_running_operation_count_once(tmp_path: Path) -> None:
    half = gcp_records.entry()
    first = half | {"insertId": "first", "operation": {"id": "operation-1", "producer": "compute", "first": True}}
    last = half | {"insertId": "last", "operation": {"id": "operation-1", "producer": "compute", "last": True}}
    (tmp_path / "log.json").write_text(json.dumps([last, first]))
    assert main(["scan", str(tmp_path / "log.json"), "--output", str(tmp_path / "out"), "-q"]) == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["duplicates"] == 1


def test_databases_locate_each_call(logs: Path, tmp_path: Path) -> None:
    rows = {
        "198.51.100.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Net"},
        "203.0.113.0/24": {"autonomous_system_number": 16509, "autonomous_system_organization": "AMAZON-02"},
    }
    asn = database(tmp_path / "asn.mmdb", rows, kind="GeoLite2-ASN")
    places = {"198.51.100.0/24": {"country": {"iso_code": "PT"}, "location": {"latitude": 38.7, "longitude": -9.1}}}
    city = database(tmp_path / "city.mmdb", places, kind="GeoLite2-City")
    arguments = ["--asn-db", asn, "--country-db", city, "--output", str(tmp_path / "out"), "-q"]
    assert main(["events", str(logs), *arguments]) == 0
    located = [event for event in lines(tmp_path / "out" / "events.jsonl") if event["network"] == "198.51.100.0/24"]
    assert located
    assert {(event["asn"], event["as_org"], event["latitude"]) for event in located} == {(64500, "Example Net", 38.7)}
    (tmp_path / "policy.yaml").write_text("version: 1\ndatabases:\n  asn: asn.mmdb\n")
    named = ["--policy", str(tmp_path / "policy.yaml"), "--output", str(tmp_path / "again"), "-q"]
    assert main(["events", str(logs), *named]) == 0
    assert {event["asn"] for event in lines(tmp_path / "again" / "events.jsonl") if event["source_ip"]} >= {
        64500,
        16509,
    }


def test_a_wrong_database_or_policy_is_told_in_one_line_before_the_work(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.mmdb").write_bytes(b"not a database")
    assert main(["scan", str(logs), "--asn-db", str(tmp_path / "no.mmdb"), "--output", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no.mmdb: not a MaxMind database" in line
    (tmp_path / "policy.yaml").write_text("version: 1\ntime_window:\n  session_gap: soon\n")
    assert main(["scan", str(logs), "--policy", str(tmp_path / "policy.yaml"), "--output", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "policy.yaml:3" in line
    assert "soon" in line


def test_the_policys_thresholds_name_the_severities(tmp_path: Path) -> None:
    examples = Path(__file__).resolve().parents[2] / "examples"
    text = "version: 1\nseverity: {low: 1, medium: 2, high: 3, critical: 100}\n"
    (tmp_path / "policy.yaml").write_text(text)
    assert (
        main(["scan", str(examples), "--policy", str(tmp_path / "policy.yaml"), "--output", str(tmp_path), "-q"]) == 0
    )
    assert {finding["severity"] for finding in lines(tmp_path / "findings.jsonl")} <= {"medium", "high"}
