"""`tokentrail backfill` over files as providers deliver them: what it reads, tells, prints and exits with."""

import json
from itertools import pairwise
from pathlib import Path

import fastavro
import pytest

from analytic.policy import HOUR, Policy
from analytic.window import standing
from pipelines.backfills.asked import Asked, job_name, moment
from pipelines.backfills.compare import differences
from pipelines.cli import main
from schemas.records import to_dict
from tests.findings import finding

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def backfill(output: Path, start: str, end: str, *arguments: str, logs: Path = EXAMPLES) -> int:
    return main(["backfill", str(logs), "--start", start, "--end", end, "--output", str(output), *arguments])


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def undetected(rows: list[dict]) -> list[dict]:
    return [row | {"detected_at": None} for row in rows]


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("organization")
    arguments = ["--days", "3", "--identities", "50", "--attacks", "40", "--activity", "0.15", "--seed", "2"]
    assert main(["simulate", *arguments, "--output", str(folder), "-q"]) == 0
    return folder / "logs"


def midnights(organization: Path) -> list[str]:
    """Give the dates of the simulated days, by CloudTrail's folders."""
    found = {"-".join(path.parts[-3:]) for path in organization.glob("aws/AWSLogs/*/CloudTrail/*/*/*/*")}
    return sorted(found)


def test_windows_of_hours_tell_what_one_window_tells(organization: Path, tmp_path: Path) -> None:
    """Over midnight, with files that hold late records and records twice: the same rows, byte for byte."""
    _, day, following, *_ = midnights(organization)
    edges = [f"{day}T12:00Z", f"{day}T20:00Z", f"{day}T22:30Z", f"{following}T00:00Z", f"{following}T08:00Z"]
    assert backfill(tmp_path / "all", edges[0], edges[-1], "-q", logs=organization) == 0
    parts = []
    for number, (start, end) in enumerate(pairwise(edges)):
        assert backfill(tmp_path / str(number), start, end, "-q", logs=organization) == 0
        parts += lines(tmp_path / str(number) / "findings.jsonl")
    whole = lines(tmp_path / "all" / "findings.jsonl")
    assert len(whole) > 3
    encoded = [json.dumps(row) for row in undetected(standing(parts))]
    assert encoded == [json.dumps(row) for row in undetected(whole)]
    with (tmp_path / "all" / "findings.avro").open("rb") as file:
        assert [row["finding_id"] for row in fastavro.reader(file)] == [row["finding_id"] for row in whole]
    summary = json.loads((tmp_path / "all" / "summary.json").read_text())
    assert summary["findings"]["total"] == len(whole)
    assert summary["window"]["days"] == 2


def test_each_window_runs_on_the_runner_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    window = ("2026-03-03T12:00Z", "2026-03-03T20:00Z")
    workers = ["--direct_num_workers", "2", "--direct_running_mode", "multi_processing"]
    assert backfill(tmp_path / "here", *window, "-q") == 0
    assert backfill(tmp_path / "there", *window, "-q", "--runner", "FnApiRunner", *workers) == 0
    found = [undetected(lines(tmp_path / name / "findings.jsonl")) for name in ("here", "there")]
    assert found[0] == found[1]
    assert found[0]
    capsys.readouterr()
    assert backfill(tmp_path / "nowhere", *window, "-q", "--runner", "Nonsense") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Nonsense" in line


def test_a_window_run_twice_adds_nothing(tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        assert backfill(tmp_path, "2026-03-03T14:00Z", "2026-03-03T15:00Z", "-q") == 0
        written.append(
            (undetected(lines(tmp_path / "findings.jsonl")), sorted(path.name for path in tmp_path.iterdir()))
        )
    assert written[0] == written[1]
    assert written[0][1] == ["dead_letters.jsonl", "findings.avro", "findings.jsonl", "summary.json"]


def test_warm_up_builds_state_and_tells_nothing(tmp_path: Path) -> None:
    """The theft at 14:12 began with a command: told at two, not at three, and with no shift where nothing was before."""
    assert backfill(tmp_path, "2026-03-03T20:00Z", "2026-03-03T21:00Z", "-q") == 0
    chains = {row["chain"] for row in lines(tmp_path / "findings.jsonl")}
    assert "command_execution_credential_used" not in chains
    assert backfill(tmp_path, "2026-03-03T14:00Z", "2026-03-03T15:00Z", "-q") == 0
    (theft,) = [row for row in lines(tmp_path / "findings.jsonl") if row["severity"] == "critical"]
    assert theft["chain"] == "command_execution_credential_used"


def test_a_dry_run_says_what_it_would_read_and_opens_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "AWSLogs/1/CloudTrail/us-east-1/2026/03"
    for day in ("01", "02", "03", "04", "05"):
        (folder / day).mkdir(parents=True)
        (folder / day / "a.json.gz").write_bytes(b"no gzip at all")
    output = tmp_path / "out"
    assert backfill(output, "2026-03-03T21:00Z", "2026-03-03T22:00Z", "--dry-run", logs=tmp_path) == 0
    said = capsys.readouterr().out
    assert "would read events of [2026-03-02T00:00Z, 2026-03-04T00:05Z) in 3 files, 42 bytes" in said
    assert "2026-03-02: 1 files" in said
    assert "2026-03-04: 1 files" in said
    assert "would pass over 2 files" in said
    assert not output.exists()


def test_files_of_other_days_are_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "AWSLogs/1/CloudTrail/us-east-1/2026/03"
    for day in ("01", "03", "05"):
        (folder / day).mkdir(parents=True)
        (folder / day / "a.json").write_bytes(b"broken")
    (tmp_path / "undated.json").write_bytes(b"broken too")
    assert backfill(tmp_path / "out", "2026-03-03", "2026-03-04", "-q", "--warm-up", "0s", logs=tmp_path) == 0
    opened = {
        row["origin"].partition("#")[0].rpartition("/logs/")[2] for row in lines(tmp_path / "out/dead_letters.jsonl")
    }
    assert {name.rpartition("2026/03/")[2].rpartition("/")[0] or name for name in opened} >= {"03"}
    assert not any("/01/" in name or "/05/" in name for name in opened)
    assert any("undated" in name for name in opened)


def test_a_pattern_of_dates_names_the_dates_that_are_read(organization: Path, tmp_path: Path) -> None:
    _, day, *_ = midnights(organization)
    pattern = organization / "aws/AWSLogs/*/CloudTrail/*/%Y/%m/%d/*"
    options = ["-q", "--warm-up", "0s", "--output", str(tmp_path)]
    window = ["--start", f"{day}T10:00", "--end", f"{day}T11:00"]
    assert main(["backfill", str(pattern), *window, *options]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["files"] > 0
    assert summary["window"]["files_passed_over"] == 0
    assert main(["backfill", str(tmp_path / "%Y/none-%m-%d"), *window, *options]) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--start", "2026-03-03", "--end", "2026-03-03"], "is not before"),
        (["--start", "tomorrow", "--end", "2026-03-03"], "'tomorrow' is no time"),
        (["--start", "2026-03-03T09:00:30", "--end", "2026-03-04"], "whole minutes"),
        (["--start", "2026-03-03", "--end", "2026-03-04", "--warm-up", "24"], "duration"),
        (["--start", "2026-03-03", "--end", "2026-03-04", "--fail-on-diff"], "--compare-to"),
        (["--start", "2026-03-03", "--end", "2026-03-04", "--policy", "none.yaml"], "none.yaml"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["backfill", str(EXAMPLES), "--output", str(tmp_path), *arguments])
    except SystemExit as error:
        code = error.code
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 1
    assert says in line


def test_a_jobs_name_is_of_its_window_and_policy_alone() -> None:
    asked = Asked(moment("2026-03-03T09:00Z"), moment("2026-03-03T11:00+01:00"), 24 * HOUR, HOUR)
    name = job_name(asked, Policy())
    assert name.startswith("tokentrail-backfill-20260303t0900-20260303t1000-")
    assert len(name) <= 63
    assert job_name(asked, Policy()) == name
    assert job_name(asked, Policy(session_gap=2 * HOUR)) != name


def test_yesterday_is_the_utc_day_before() -> None:
    assert moment("today") - moment("yesterday") == 24 * HOUR
    assert moment("today") % (24 * HOUR) == 0


def test_two_policies_differ_by_what_is_new_gone_or_of_another_severity() -> None:
    same, gone, new, risen = (to_dict(finding(id_)) for id_ in ("a", "b", "c", "d"))
    higher = to_dict(finding("d", severity="high"))
    changes = differences([same, gone, risen], [same, new, higher])
    assert [(row["change"], row["finding_id"], row["before"], row["after"]) for row in changes] == [
        ("severity", "d", "low", "high"),
        ("gone", "b", "low", None),
        ("new", "c", None, "low"),
    ]


def test_compare_to_tells_and_fails_on_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.yaml"
    old.write_text("version: 1\nseverity:\n  low: 4\n  medium: 8\n  high: 12\n  critical: 30\n")
    window = ("2026-03-03T14:00Z", "2026-03-03T15:00Z")
    code = backfill(tmp_path / "out", *window, "--compare-to", str(old), "--fail-on-diff")
    said = capsys.readouterr()
    assert code == 2, said.err
    assert "high" in said.out
    (change,) = lines(tmp_path / "out/diff.jsonl")
    assert (change["change"], change["before"], change["after"]) == ("severity", "high", "critical")
    assert backfill(tmp_path / "out", *window, "--compare-to", str(old), "--policy", str(old), "--fail-on-diff") == 0
    assert (tmp_path / "out/diff.jsonl").read_text() == ""


def test_fail_on_and_ocsf_are_as_in_a_scan(tmp_path: Path) -> None:
    window = ("2026-03-03T14:00Z", "2026-03-03T15:00Z")
    assert backfill(tmp_path, *window, "-q", "--fail-on", "critical", "--format", "ocsf") == 2
    assert len(lines(tmp_path / "findings.ocsf.jsonl")) == len(lines(tmp_path / "findings.jsonl"))
