"""`tokentrail baseline` and `scan --baseline`: history learnt once judges the days after it."""

import json
from io import BytesIO
from pathlib import Path

import fastavro
import pytest

from pipelines.cli import main


def record(number: int, day: int, hour: int, name: str, source: str, address: str = "198.51.100.7") -> dict:
    return {
        "eventVersion": "1.09",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventTime": f"2026-03-{1 + day:02}T{hour:02}:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "aws-cli/2.15.0",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEALICE000001",
            "userName": "alice",
            "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLEALICE0001",
            "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
        },
    }


def delivery(path: Path, records: list[dict]) -> Path:
    path.write_text(json.dumps({"Records": records}))
    return path


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    days = [record(100 * day + hour, day, hour, "ListBuckets", "s3") for day in range(20) for hour in (9, 14)]
    return delivery(folder / "history.json", days)


def findings(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]


def test_what_history_shows_as_usual_is_learnt_and_what_it_does_not_surprises(history: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.avro"
    assert main(["baseline", str(history), "--output", str(baseline), "-q"]) == 0
    rows = list(fastavro.reader(BytesIO(baseline.read_bytes())))
    assert [row["key"] for row in rows] == [
        "aws:AIDAEXAMPLEALICE000001",
        "peers|aws|user",
        "peers|aws|user|111122223333",
    ]
    elsewhere = record(9_001, 25, 10, "CreateAccessKey", "iam", "203.0.113.9")
    today = delivery(tmp_path / "today.json", [elsewhere])
    assert main(["scan", str(today), "--output", str(tmp_path / "alone"), "-q"]) == 0
    assert findings(tmp_path / "alone") == []
    arguments = ["--baseline", str(baseline), "--output", str(tmp_path / "judged"), "-q"]
    assert main(["scan", str(today), *arguments]) == 0
    (finding,) = findings(tmp_path / "judged")
    assert finding["actor"]["name"] == "alice"
    assert {shift["dimension"] for shift in finding["shifts"]} == {"network"}
    assert "earlier sessions of alice" in finding["shifts"][0]["why"]


def test_a_baseline_is_the_same_bytes_each_time(history: Path, tmp_path: Path) -> None:
    for name in ("a.avro", "b.avro"):
        assert main(["baseline", str(history), "--output", str(tmp_path / name), "-q"]) == 0
    assert (tmp_path / "a.avro").read_bytes() == (tmp_path / "b.avro").read_bytes()


def test_what_is_no_baseline_or_of_another_half_life_is_told_in_one_line(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = ["scan", str(history), "--output", str(tmp_path / "out"), "--baseline"]
    assert main([*scan, str(history)]) == 1
    assert main([*scan, str(tmp_path / "missing.avro")]) == 1
    assert main(["baseline", str(history), "--output", str(tmp_path / "b.avro"), "-q"]) == 0
    (tmp_path / "policy.yaml").write_text("version: 1\nbaseline: {half_life: 10d}\n")
    assert main([*scan, str(tmp_path / "b.avro"), "--policy", str(tmp_path / "policy.yaml")]) == 1
    first, second, third = capsys.readouterr().err.splitlines()
    assert "history.json: no baseline" in first
    assert "missing.avro: cannot be read" in second
    assert "half-life" in third
