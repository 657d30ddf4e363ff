"""The `--help` example of each command runs as written."""

import contextlib
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from pipelines.cli import main

ROOT = Path(__file__).resolve().parents[2]
DONE = ("investigate", "actors", "coverage", "doctor", "drill")


@pytest.mark.parametrize("command", DONE)
def test_the_example_of_the_help_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.suppress(SystemExit):
        main([command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    (example,) = re.findall(r"example: tokentrail (.*)$", text)
    for name in ("examples", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delitem(os.environ, "GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    assert main(shlex.split(example)) == 0
