"""Launches without the cloud: translated whole by Beam's Dataflow runner, written to a file in place of being sent."""

import gzip
import os
from pathlib import Path
from typing import Any
from unittest import mock

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipelines import cli
from pipelines.dataflow import launch as launcher
from pipelines.dataflow.graph import described
from tests.pipelines.dataflow.launched import PROJECT, STREAM, WORKER, backfill, launch
from transforms.uris import Uris

CLOUD = ["--project=my-project", "--region=europe-west1", "--temp_location=gs://my-bucket/tmp"]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


def options_of(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["environment"]["sdkPipelineOptions"]["options"]
    return found


def environments(graph: Any) -> set[str]:
    return {environment.payload.decode("latin-1") for environment in graph.components.environments.values()}


def test_the_stream_translates_to_a_streaming_job(tmp_path: Path) -> None:
    job, graph = launch(tmp_path, STREAM, "--service_account_email=worker@my-project.iam.gserviceaccount.com")
    assert (job["type"], job["name"]) == ("JOB_TYPE_STREAMING", "tokentrail-stream")
    assert job["environment"]["serviceAccountEmail"] == "worker@my-project.iam.gserviceaccount.com"
    assert any("pubsub_read" in transform.spec.urn for transform in graph.components.transforms.values())
    assert all(WORKER in environment for environment in environments(graph))


def test_a_backfill_translates_to_a_batch_job_named_by_its_window(tmp_path: Path) -> None:
    job, graph = launch(tmp_path, backfill(EXAMPLES))
    assert job["type"] == "JOB_TYPE_BATCH"
    assert job["name"].startswith("tokentrail-backfill-20260303t1400-20260303t1500-")
    assert all(WORKER in environment for environment in environments(graph))
    again, _ = launch(tmp_path / "again", backfill(EXAMPLES))
    assert again["name"] == job["name"]
    named, _ = launch(tmp_path / "named", backfill(EXAMPLES), "--job_name=by-the-scheduler")
    assert named["name"] == "by-the-scheduler"


def test_beams_options_go_round(tmp_path: Path) -> None:
    job, _ = launch(
        tmp_path, STREAM, "--max_num_workers=7", "--dataflow_service_options=enable_prime", "--num_workers=2"
    )
    options = options_of(job)
    assert options["project"] == PROJECT
    assert options["max_num_workers"] == 7
    assert options["num_workers"] == 2
    assert "enable_prime" in options["dataflow_service_options"]
    assert options["streaming"] is True
    assert options["sdk_location"] == "container"
    assert options["sdk_container_image"] == WORKER
    # What our own commands take is in the graph, and not among the runner's options.
    assert not {"findings_table", "subscription", "policy"} & options.keys()


@pytest.fixture(scope="module")
def optional(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """All optional parameters of both templates: a policy, a baseline built with it, and both databases."""
    folder = tmp_path_factory.mktemp("optional")
    (folder / "policy.yaml").write_text("version: 1\ntime_window:\n  session_gap: 30m\n")
    policy = ["--policy", str(folder / "policy.yaml")]
    assert cli.main(["baseline", str(EXAMPLES), *policy, "--output", str(folder / "b.avro"), "-q"]) == 0
    simulate = ["simulate", "--days", "1", "--identities", "20", "--activity", "0.05", "-q"]
    assert cli.main([*simulate, "--output", str(folder / "s")]) == 0
    return [
        f"--policy={folder}/policy.yaml",
        f"--baseline={folder}/b.avro",
        f"--asn_db={folder}/s/asn.mmdb",
        f"--country_db={folder}/s/city.mmdb",
    ]


def test_the_graph_does_not_depend_on_options(optional: list[str], tmp_path: Path) -> None:
    """With every optional parameter, one file or many, another window, an update: the same labels and coders."""
    plain = described(launch(tmp_path / "1", STREAM).graph)
    other = [argument.replace("audit", "other") for argument in STREAM]
    assert described(launch(tmp_path / "2", [*other, *optional], "--max_num_workers=3").graph) == plain
    window = described(launch(tmp_path / "3", backfill(EXAMPLES)).graph)
    one = tmp_path / "2026/03/03"
    one.mkdir(parents=True)
    (one / "one.json.gz").write_bytes(gzip.compress(b"{}"))
    more = [*optional, "--warm_up=1h", "--lateness=3h"]
    assert described(launch(tmp_path / "4", backfill(one, *more)).graph) == window


def test_unset_parameters_of_a_scheduler_are_none(tmp_path: Path) -> None:
    empty = ["--policy=", "--baseline=", "--asn_db=", "--country_db=", "--coverage_table="]
    assert described(launch(tmp_path / "1", [*STREAM, *empty]).graph) == described(launch(tmp_path / "2", STREAM).graph)


def test_the_graph_tells_its_files_in_few_bytes(tmp_path: Path) -> None:
    uris = [
        f"s3://logs/AWSLogs/1/CloudTrail/eu-west-1/2026/03/03/file-{number:07}.json.gz" for number in range(100_000)
    ]
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        found = pipeline | "Uris" >> Uris(uris)
        assert len(pipeline.to_runner_api().SerializeToString()) < 2_000_000
        assert_that(found, equal_to(uris))
    with mock.patch("transforms.uris.MAX_BYTES", 1_000), pytest.raises(ValueError, match="narrow the window"):
        Uris(uris)


class _Unwaited:
    """What a run gives: whoever waits for it, or asks how it is, fails."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the launcher asked the job for {name}")


def test_the_launcher_exits_after_submitting() -> None:
    with (
        mock.patch.dict(os.environ, {launcher.IMAGE: WORKER}),
        mock.patch.object(beam.Pipeline, "run", return_value=_Unwaited()) as run,
    ):
        assert launcher.main([*STREAM, *CLOUD, "--dry_run=True"]) == 0
    assert run.call_count == 1


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ([], "give either subscription"),
        ([*STREAM, "--start=2026-03-03"], "give either subscription"),
        ([*STREAM, "--policy=none.yaml"], "none.yaml"),
        ([*STREAM, "--findings_table=findings"], "--findings-table findings: no table"),
        ([*STREAM, "--asn_db=none.mmdb"], "none.mmdb: no such file"),
        (backfill(EXAMPLES, "--end=2026-03-05"), "touches 2 UTC days"),
        (backfill(EXAMPLES, "--end=2026-03-03"), "is not before"),
        (backfill(EXAMPLES, "--warm_up=1"), "warm_up: '1' is no duration"),
        (backfill(Path("nowhere")), "no such file or folder: nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    parameters: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock.patch.dict(os.environ, {launcher.IMAGE: WORKER}):
        code = launcher.main([*parameters, *CLOUD, "--dry_run=True"])
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 1
    assert says in line


def test_what_googles_launcher_adds_does_not_stop_a_job(tmp_path: Path) -> None:
    job, _ = launch(tmp_path, STREAM, "--an_option_of_tomorrow=1")
    assert job["name"] == "tokentrail-stream"


def test_workers_without_an_image_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.dict(os.environ):
        os.environ.pop(launcher.IMAGE, None)
        assert launcher.main(STREAM) == 1
    assert "TOKENTRAIL_IMAGE" in capsys.readouterr().err
