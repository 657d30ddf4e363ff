"""Beam's FlinkRunner on a real cluster: `tokentrail scan` and `backfill` find and count what they do in this process."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.flink.day import ROOT
from tests.servers import job_server

pytestmark = pytest.mark.integration


WINDOW = ["--start", "2026-03-03T12:00Z", "--end", "2026-03-03T20:00Z"]


def run(name: str, output: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pipelines.cli", name, str(ROOT / "examples"), "--output", str(output), "-q"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-4000:]


def test_scan_and_backfill_on_flink_give_what_they_give_here(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    run("scan", tmp_path / "here")
    run("backfill", tmp_path / "window", *WINDOW)
    with job_server.cluster(tmp_path / "cluster") as address:
        runner = ["--runner", "FlinkRunner", "--flink_master", address, "--environment_type", "LOOPBACK"]
        runner += ["--flink_job_server_jar", str(job_server.jar()), "--parallelism", "1"]
        run("scan", tmp_path / "flink", *runner)
        run("backfill", tmp_path / "flink-window", *WINDOW, *runner)
        with urllib.request.urlopen(f"http://{address}/jobs/overview", timeout=30) as answer:
            assert [job["state"] for job in json.load(answer)["jobs"]] == ["FINISHED", "FINISHED"]
    findings, here = rows(tmp_path / "flink"), rows(tmp_path / "here")
    assert findings == here
    assert len(findings) > 5
    assert summary(tmp_path / "flink") == summary(tmp_path / "here")
    told = rows(tmp_path / "flink-window")
    assert told == rows(tmp_path / "window")
    assert told
    assert summary(tmp_path / "flink-window") == summary(tmp_path / "window")


def rows(folder: Path) -> list[dict[str, object]]:
    found = [json.loads(line) for line in (folder / "findings.jsonl").open()]
    return [{name: value for name, value in finding.items() if name != "detected_at"} for finding in found]


def summary(folder: Path) -> dict[str, object]:
    told = json.loads((folder / "summary.json").read_text())
    return {name: value for name, value in told.items() if name not in ("elapsed_seconds", "events_per_second")}
