"""What the image holds, installed as its Dockerfile does, without Docker: the launcher must work from there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.dataflow.launched import STREAM, WORKER

ROOT = Path(__file__).resolve().parents[3]
DATAFLOW = ROOT / "deploy" / "dataflow"
SCRIPTS = sorted(DATAFLOW.glob("*.sh"))
_SECONDS = 900


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_valid_bash(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)


def test_the_image_is_of_the_locked_beam_and_python() -> None:
    dockerfile = (DATAFLOW / "Dockerfile").read_text()
    (locked,) = re.findall(r'beam = \["apache-beam\[[\w,]+\]==([\d.]+)"\]', (ROOT / "pyproject.toml").read_text())
    assert f"ARG BEAM={locked}\n" in dockerfile
    assert "ARG PYTHON=3.11\n" in dockerfile
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE):
        for name in copied.split():
            made = name in ("deploy/dataflow/requirements.txt", "dist/tokentrail-*.whl")
            assert made or (ROOT / name).exists(), name


@pytest.mark.integration
def test_the_launcher_works_from_hashed_requirements_and_the_wheel(tmp_path: Path) -> None:
    uv = shutil.which("uv")
    assert uv is not None
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}

    def run(*arguments: str | Path, **more: str) -> None:
        subprocess.run(arguments, check=True, cwd=ROOT, env=environment | more, timeout=_SECONDS)

    run("bash", DATAFLOW / "requirements.sh")
    requirements = (DATAFLOW / "requirements.txt").read_text()
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", requirements, re.MULTILINE)
    assert len(pinned) > 50
    blocks = [block for block in re.split(r"\n(?=\S)", requirements) if re.match(r"[\w.-]+(\[|==)", block)]
    assert len(blocks) == len(pinned)
    assert all("--hash=sha256:" in block for block in blocks)
    run(uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    install = (uv, "pip", "install", "--quiet", "--python", python, "--no-deps")
    run(*install, "--require-hashes", "-r", DATAFLOW / "requirements.txt")
    (wheel,) = tmp_path.glob("tokentrail-*.whl")
    run(*install, wheel)
    main = shutil.copy(DATAFLOW / "main.py", tmp_path)
    options = [
        "--project=my-project",
        "--region=europe-west1",
        "--temp_location=gs://my-bucket/tmp",
        f"--staging_location={tmp_path}",
        f"--template_location={tmp_path}/job.json",
        "--dataflow_endpoint=http://localhost:1",
        "--no_auth",
    ]
    subprocess.run(
        [python, main, *STREAM, *options],
        check=True,
        cwd=tmp_path,
        env=environment | {"TOKENTRAIL_IMAGE": WORKER, "NO_GCE_CHECK": "true"},
        timeout=_SECONDS,
    )
    job = json.loads((tmp_path / "job.json").read_text())
    assert job["type"] == "JOB_TYPE_STREAMING"
