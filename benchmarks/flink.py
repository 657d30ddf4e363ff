"""Runs on Flink for benchmarks/engines.py: Beam's FlinkRunner, and the PyFlink job, each run on a cluster of its own.

The clusters are those of the integration tests: a JobManager and a TaskManager as processes on this machine, Flink 1.19
out of Beam's job server and Flink 2.3 out of `.venv-flink`. CPU is that of all processes, the cluster's too, while the
job runs; memory is theirs together.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.processes import Peak, below
from benchmarks.throughput import Load, Run, beam_pipeline, measure
from tests.servers import flink, job_server

_WAIT_SECONDS = 1_800
_DAY = ("--start", "2026-03-03", "--end", "2026-03-04")
"""The day of the synthetic load (simulator/load.py)."""


def in_all(run: Callable[[], Run]) -> Run:
    """Do a run, and give it the CPU and the memory of all processes below this one."""
    with Peak() as peak:
        before = below(os.getpid()).cpu
        done = run()
        cpu = below(os.getpid()).cpu - before
    return replace(done, cpu=cpu, peak=peak.memory)


def backfill(load: Load) -> Run:
    """Measure `tokentrail backfill` of the load's day on Beam's FlinkRunner; the Python workers are in its process."""
    with tempfile.TemporaryDirectory() as folder, job_server.cluster(Path(folder)) as address:
        runner = ["--runner", "FlinkRunner", "--flink_master", address, "--environment_type", "LOOPBACK"]
        runner += ["--flink_job_server_jar", str(job_server.jar()), "--parallelism", "1"]

        def command(logs: Path, output: Path) -> list[str]:
            line = beam_pipeline(logs, output)
            line[line.index("scan")] = "backfill"
            return [*line, *_DAY, *runner]

        return in_all(lambda: measure(command, load))


def pyflink_job(load: Load) -> Run:
    """Measure the PyFlink job over the load's files, from submitting it to its end."""
    with tempfile.TemporaryDirectory() as folder, flink.cluster(Path(folder)) as cluster:
        output = Path(folder, "out")

        def job() -> Run:
            began = time.perf_counter()
            cluster.wait(cluster.submit([str(load.folder), "--output", output.as_uri()]), "FINISHED", _WAIT_SECONDS)
            wall = time.perf_counter() - began
            found = sum(1 for path in output.glob("findings/*/findings-*.jsonl") for _ in path.open("rb"))
            return Run(wall, 0.0, 0, found)

        return in_all(job)
