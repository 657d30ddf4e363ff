"""What lies in deploy/flink: settings that Flink knows, a manifest whose job's arguments the job takes, a script."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.cli import main
from tests.flink.day import ROOT, Row, read
from tests.servers import flink
from tests.servers.java import free_port, until

DEPLOY = ROOT / "deploy" / "flink"


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "flinkdeployment.yaml").read_text())
    return found


def test_the_manifest_has_what_the_operator_asks_for() -> None:
    """FlinkDeployment, v1beta1: configuration is text, the job is resumed from its savepoint and its state is lasting."""
    found = manifest()
    assert (found["apiVersion"], found["kind"]) == ("flink.apache.org/v1beta1", "FlinkDeployment")
    spec = found["spec"]
    assert spec.keys() <= {"image", "flinkVersion", "serviceAccount", "flinkConfiguration", "podTemplate"} | {
        "jobManager",
        "taskManager",
        "job",
    }
    assert all(isinstance(value, str) for value in spec["flinkConfiguration"].values())
    assert spec["job"]["upgradeMode"] == "savepoint"
    assert spec["job"]["entryClass"] == "org.apache.flink.client.python.PythonDriver"
    assert spec["flinkConfiguration"]["high-availability.type"] == "kubernetes"
    (container,) = spec["podTemplate"]["spec"]["containers"]
    assert container["name"] == "flink-main-container"  # The operator merges its own into the one of this name.


def test_both_deployments_keep_the_same_promises() -> None:
    local = yaml.safe_load((DEPLOY / "config.yaml").read_text())
    remote = manifest()["spec"]["flinkConfiguration"]
    same = {"state.backend.type", "pipeline.max-parallelism", "restart-strategy.type", "python.execution-mode"}
    # One interpreter is all that a TaskManager has, and its memory is none that Flink counts by itself.
    same |= {"taskmanager.numberOfTaskSlots", "taskmanager.memory.task.off-heap.size"}
    same |= {"classloader.parent-first-patterns.additional", "pipeline.auto-watermark-interval"}
    assert {name: str(local[name]) for name in same} == {name: remote[name] for name in same}


_PARSES = """
import sys
from pipelines.flink_job import main, parser
parser().parse_args(sys.argv[1:])
for wrong in (["--brokers", "a:1"], ["--topics", "a", "--output", "b"], [*sys.argv[1:], "--nonsense"]):
    try:
        main(wrong)
    except SystemExit as ended:
        assert ended.code == 1, wrong
"""


@pytest.mark.integration
def test_the_job_takes_the_manifests_arguments() -> None:
    """Options that the job does not know, or lacks, are one line and exit code 1."""
    arguments = manifest()["spec"]["job"]["args"]
    assert arguments[arguments.index("-pym") + 1] == "pipelines.flink_job"
    options = arguments[arguments.index("-pym") + 2 :]
    python = str(flink.environment() / "bin" / "python")
    command = [python, "-W", "ignore", "-c", _PARSES, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert [line[: len("flink_job: error: ")] for line in done.stderr.splitlines()] == ["flink_job: error: "] * 3


@pytest.mark.integration
def test_the_script_runs_the_job_on_a_cluster_of_its_own(tmp_path: Path) -> None:
    """Folders in, files out: the findings of `scan` over the same files, with the origins of their evidence."""
    flink.environment()
    variables = {
        **os.environ,
        "FLINK_DATA": str(tmp_path / "data"),
        "FLINK_PORT": str(free_port()),
        "FLINK_RPC_PORT": str(free_port()),
    }
    script = str(DEPLOY / "run.sh")
    out = tmp_path / "out"
    assert main(["scan", str(ROOT / "examples"), "--output", str(tmp_path / "scan"), "-q"]) == 0
    expected = rows((tmp_path / "scan").glob("findings.jsonl"))
    try:
        # From elsewhere: what is relative is so to where the user stands.
        command = [script, str(ROOT / "examples"), "--output", "out"]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stderr[-4000:]
        assert f"http://localhost:{variables['FLINK_PORT']}" in done.stdout
        until(lambda: len(rows(out.glob("findings/*/findings-*.jsonl"))) >= len(expected), "the findings", 240)
    finally:
        subprocess.run([script, "down"], env=variables, capture_output=True, timeout=120)
    found = rows(out.glob("findings/*/findings-*.jsonl"))
    # A scan adds what the logs of the whole input lack (docs/coverage.md): the job tells what the finding itself shows.
    for one, whole in zip(found, expected, strict=True):
        assert set(one.pop("blind_spots")) <= set(whole.pop("blind_spots"))
    assert found == expected
    assert len(expected) > 5


def rows(paths: Iterable[Path]) -> list[Row]:
    """Give the findings of files but for when they were found, by id."""
    findings = read(paths, []).findings
    for finding in findings:
        del finding["detected_at"]
    return sorted(findings, key=lambda finding: str(finding["finding_id"]))
