"""The PyFlink job over folders, with everything that can be handed to it: a baseline, own chains, databases, a policy."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.flink.day import ROOT, Row, read
from tests.servers.flink import Cluster

pytestmark = pytest.mark.integration

OWN = """\
name: own_buckets_listed
title: "listed buckets {cause}"
bits: 9.0
window: 1h
attack: [T1580]
stages:
  - name: listed
    where: {service: s3, action: ListBuckets, outcome: success}
check: ask
benign: [work]
examples:
  fires:
    - name: once
      events: [{at: 0, by: alice, call: "s3:ListBuckets"}]
  silent:
    - name: another call
      events: [{at: 0, by: alice, call: "s3:GetObject"}]
"""

POLICY = """\
version: 1
severity:
  low: 1
  medium: 2
"""


def tokentrail(*arguments: str) -> None:
    command = [sys.executable, "-m", "pipelines.cli", *arguments, "-q"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]


def rows(paths: Iterable[Path]) -> list[Row]:
    """Give the findings, by id, but for when they were found and what only a whole scan says of the logs."""
    findings = read(paths, []).findings
    for finding in findings:
        del finding["detected_at"], finding["blind_spots"]
    return sorted(findings, key=lambda finding: str(finding["finding_id"]))


def test_the_job_gives_what_scan_gives_with_a_baseline_chains_databases_and_a_policy(
    cluster: Cluster, tmp_path: Path
) -> None:
    """And each of them has its say: without one of them scan itself tells something else."""
    made, logs = tmp_path / "made", str(tmp_path / "made" / "logs")
    size = ["--days", "3", "--identities", "40", "--attacks", "20", "--activity", "0.15", "--seed", "5"]
    tokentrail("simulate", *size, "--output", str(made))
    tokentrail("baseline", logs, "--output", str(tmp_path / "baseline.avro"))
    (tmp_path / "chains").mkdir()
    (tmp_path / "chains" / "own_buckets_listed.yaml").write_text(OWN)
    (tmp_path / "policy.yaml").write_text(POLICY)
    given = {
        "--baseline": tmp_path / "baseline.avro",
        "--chains": tmp_path / "chains",
        "--asn-db": made / "asn.mmdb",
        "--country-db": made / "city.mmdb",
        "--policy": tmp_path / "policy.yaml",
    }
    whole = [part for name, path in given.items() for part in (name, str(path))]
    tokentrail("scan", logs, "--output", str(tmp_path / "scan"), *whole)
    expected = rows([tmp_path / "scan" / "findings.jsonl"])
    assert any(finding["chain"] == "own_buckets_listed" for finding in expected)
    for left_out in given:
        others = [part for name, path in given.items() if name != left_out for part in (name, str(path))]
        folder = tmp_path / f"without{left_out}"
        tokentrail("scan", logs, "--output", str(folder), *others)
        assert rows([folder / "findings.jsonl"]) != expected, left_out

    out = tmp_path / "flink"
    cluster.wait(cluster.submit([logs, "--output", out.as_uri(), *whole]), "FINISHED", 400)
    assert rows(sorted(out.glob("findings/*/findings-*.jsonl"))) == expected
