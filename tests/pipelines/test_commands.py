"""The commands beside scan and events, through the command line: what they print and exit with."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    assert main(["scan", str(EXAMPLES), "--output", str(folder), "--format", "ocsf", "-q"]) == 0
    return folder


def test_each_finding_is_written_in_ocsf_too(scanned: Path) -> None:
    findings = [json.loads(line) for line in (scanned / "findings.jsonl").read_text().splitlines()]
    ocsf = [json.loads(line) for line in (scanned / "findings.ocsf.jsonl").read_text().splitlines()]
    assert [one["finding_info"]["uid"] for one in ocsf] == [finding["finding_id"] for finding in findings]
    assert {one["class_uid"] for one in ocsf} == {2004}


def test_scan_runs_on_a_named_runner_and_hands_it_its_options(scanned: Path, tmp_path: Path) -> None:
    runner = ["--runner", "FnApiRunner", "--direct_num_workers", "1"]
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path), "-q", *runner]) == 0
    assert (tmp_path / "findings.jsonl").stat().st_size == (scanned / "findings.jsonl").stat().st_size


def test_workers_in_processes_of_their_own_find_the_same(scanned: Path, tmp_path: Path) -> None:
    runner = ["--runner", "FnApiRunner", "--direct_num_workers", "2", "--direct_running_mode", "multi_processing"]
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path), "-q", *runner]) == 0
    assert undetected(tmp_path) == undetected(scanned)
    assert len(undetected(scanned)) > 5


def undetected(folder: Path) -> list[dict]:
    rows = [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]
    return [row | {"detected_at": None} for row in rows]


def test_an_option_that_is_nobodys_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["scan", str(EXAMPLES), "--output", str(tmp_path), "--direct_num_workers", "1"])
    assert ended.value.code == 1
    assert "--direct_num_workers" in capsys.readouterr().err


def test_a_runner_that_beam_does_not_know_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path), "-q", "--runner", "Nonsense"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Nonsense" in line


def test_explain_tells_the_story_of_a_finding(scanned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worst = max(
        (json.loads(line) for line in (scanned / "findings.jsonl").read_text().splitlines()),
        key=lambda one: one["score"],
    )
    assert main(["explain", worst["finding_id"][:12], str(scanned)]) == 0
    told = capsys.readouterr().out
    assert "jonas.weber" in told
    assert "Revoke" in told
    assert main(["explain", "nothing", str(scanned)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_all_shipped_chains_pass_their_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--quiet"]) == 0
    assert capsys.readouterr().out.endswith(" 0 failed\n")


OWN = """
name: own_chain
title: "listed the buckets"
bits: 1.0
attack: [T1619]
stages:
  - name: listed
    where: {service: s3, action: ListBuckets}
check: ["Why?"]
benign: ["Anybody."]
examples:
  fires:
    - name: "it is listed"
      events:
        - {at: 0, by: alice, call: "s3:ListBuckets"}
  silent:
    - name: "another call"
      events:
        - {at: 0, by: alice, call: "s3:GetObject"}
"""


def test_a_users_own_chain_is_tested_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "chains"
    own.mkdir()
    (own / "own_chain.yaml").write_text(OWN)
    code = main(["test", "--chains", str(own)])
    out = capsys.readouterr().out
    assert code == 0, out
    assert "PASS own_chain fires: it is listed" in out
    assert main(["scan", str(EXAMPLES), "--chains", str(own), "--output", str(tmp_path / "out"), "-q"]) == 0
    chains = {json.loads(line)["chain"] for line in (tmp_path / "out" / "findings.jsonl").read_text().splitlines()}
    assert "own_chain" in chains
    (own / "own_chain.yaml").write_text(OWN.replace("bits: 1.0", "bits: heavy"))
    assert main(["scan", str(EXAMPLES), "--chains", str(own), "--output", str(tmp_path / "out"), "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "own_chain.yaml:4" in line


def test_a_simulated_organization_is_scanned_without_a_dead_letter(tmp_path: Path) -> None:
    logs = tmp_path / "organization"
    arguments = ["--days", "1", "--identities", "20", "--activity", "0.2", "--seed", "3", "--output", str(logs), "-q"]
    assert main(["simulate", *arguments]) == 0
    scan = ["scan", str(logs / "logs"), "--output", str(tmp_path / "out"), "-q"]
    databases = ["--asn-db", str(logs / "asn.mmdb"), "--country-db", str(logs / "city.mmdb")]
    assert main([*scan, *databases]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["dead_letters"]["total"] == 0
    assert summary["parsed"] > 100


def test_tune_proposes_nothing_from_one_day(scanned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tune", str(scanned / "findings.jsonl")]) == 0
    assert capsys.readouterr().out


def test_views_of_an_earlier_scan_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = ["scan", str(EXAMPLES), "--output", str(tmp_path)]
    assert main([*scan, "--report", "--format", "csv"]) == 0
    assert "earlier scan" not in capsys.readouterr().out
    assert main([*scan, "--format", "csv"]) == 0
    assert capsys.readouterr().out.endswith("of an earlier scan, and not written anew: report.html\n")
