"""What schedulers send: Airflow's DAG, parsed in Airflow's own environment, and Cloud Scheduler's fixed body."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.cloud.dataflow_v1beta3 import LaunchFlexTemplateRequest
from google.protobuf import json_format

from pipelines.backfills.asked import moment

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = ROOT / "deploy" / "airflow"
ENVIRONMENT = ROOT / ".venv-airflow"
_SECONDS = 1_200


def check(body: dict[str, Any]) -> dict[str, str]:
    """Hold a body against Google's own message and the template's metadata; give its parameters."""
    request = json_format.ParseDict(body, LaunchFlexTemplateRequest.pb(LaunchFlexTemplateRequest()))
    launch = request.launch_parameter
    assert re.fullmatch(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", launch.job_name)
    assert launch.container_spec_gcs_path.endswith("/backfill.json")
    metadata = json.loads((ROOT / "deploy/dataflow/backfill.json").read_text())
    listed = {one["name"]: one for one in metadata["parameters"]}
    parameters: dict[str, str] = body["launchParameter"]["parameters"]
    for name, value in parameters.items():
        assert re.search(listed[name]["regexes"][0], value), (name, value)
    assert {name for name, one in listed.items() if not one.get("isOptional")} <= parameters.keys()
    return parameters


def test_cloud_schedulers_body_is_a_launch_of_the_template() -> None:
    parameters = check(json.loads((ROOT / "deploy/scheduler/launch.json").read_text()))
    assert moment(parameters["end"]) - moment(parameters["start"]) == 24 * 3600 * 1_000_000


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAG as Airflow parses it, in `.venv-airflow/` (made once; Airflow's pins must not enter our lock)."""
    uv = shutil.which("uv")
    python = ENVIRONMENT / "bin" / "python"
    try:
        if uv is None:
            raise OSError("there is no uv")
        if not (ENVIRONMENT / "ready").exists():
            make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(ENVIRONMENT)]
            install = [
                uv,
                "pip",
                "install",
                "--quiet",
                "--python",
                str(python),
                "-r",
                str(AIRFLOW / "requirements.txt"),
            ]
            for command in (make, install):
                subprocess.run(command, check=True, timeout=_SECONDS)
            (ENVIRONMENT / "ready").touch()
    except (OSError, subprocess.SubprocessError) as error:
        if os.environ.get("TOKENTRAIL_REQUIRE_SERVERS"):
            pytest.fail(f"TOKENTRAIL_REQUIRE_SERVERS is set, but Airflow can't be installed: {error}")
        pytest.skip(f"needs Airflow from PyPI: {error}")
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")},
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    script = Path(__file__).with_name("airflow_parse.py")
    done = subprocess.run(
        [python, "-W", "ignore", script, AIRFLOW],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.integration
def test_airflow_parses_the_dag(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert parsed["operator"] == "DataflowStartFlexTemplateOperator"
    assert parsed["appends"] is False
    assert parsed["interval"] == ["2026-03-03T08:00:00+00:00", "2026-03-03T09:00:00+00:00"]


@pytest.mark.integration
def test_each_hour_is_told_once_under_its_own_name(parsed: dict[str, Any]) -> None:
    windows = []
    for body in parsed["bodies"]:
        parameters = check(body)
        start, end = moment(parameters["start"]), moment(parameters["end"])
        assert end - start == 3600 * 1_000_000
        windows.append((body["launchParameter"]["jobName"], parameters["start"]))
    assert windows == [
        ("tokentrail-backfill-20260302t2000-20260302t2100", "2026-03-02T20:00Z"),
        ("tokentrail-backfill-20260302t2300-20260303t0000", "2026-03-02T23:00Z"),
        ("tokentrail-backfill-20260303t0000-20260303t0100", "2026-03-03T00:00Z"),
        ("tokentrail-backfill-20260303t1900-20260303t2000", "2026-03-03T19:00Z"),
    ]
