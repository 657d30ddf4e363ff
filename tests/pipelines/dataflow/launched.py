"""A launch without the cloud: the whole of Dataflow's translation, its job and graph written to a folder."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from apache_beam.portability.api import beam_runner_api_pb2

from pipelines.dataflow.launch import IMAGE, main

PROJECT, REGION = "my-project", "europe-west1"
WORKER = "europe-west1-docker.pkg.dev/my-project/tokentrail/tokentrail:1"
TABLES = ["--findings_table=my-project:audit.findings", "--dead_letter_table=my-project:audit.dead_letters"]
COVERAGE = "--coverage_table=my-project:audit.coverage"
STREAM = ["--subscription=projects/my-project/subscriptions/audit-logs", *TABLES, COVERAGE]


class Launched(NamedTuple):
    """What would have been sent: the job as JSON, and the graph that it stages."""

    job: dict[str, Any]
    graph: Any


def backfill(logs: Path, *more: str) -> list[str]:
    """Give the parameters of a backfill of an hour of the examples' day."""
    return [f"--input={logs}", "--start=2026-03-03T14:00Z", "--end=2026-03-03T15:00Z", *TABLES, *more]


def launch(folder: Path, parameters: list[str], *beam_options: str) -> Launched:
    """Launch with Beam's own option to write a job to a file in place of submitting it; nothing leaves this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    options = [
        f"--project={PROJECT}",
        f"--region={REGION}",
        "--temp_location=gs://my-bucket/tmp",
        f"--staging_location={folder}",
        f"--template_location={folder}/job.json",
        "--dataflow_endpoint=http://localhost:1",
        "--no_auth",
        *beam_options,
    ]
    with mock.patch.dict(os.environ, {IMAGE: WORKER, "NO_GCE_CHECK": "true"}):
        assert main([*parameters, *options]) == 0
    graph = beam_runner_api_pb2.Pipeline.FromString((folder / "pipeline.pb").read_bytes())
    return Launched(json.loads((folder / "job.json").read_text()), graph)
