"""The built package carries what the report is made of."""

import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.integration
def test_the_wheel_holds_templates_style_and_script(tmp_path: Path) -> None:
    subprocess.run(["uv", "build", "--wheel", "--quiet", "--out-dir", str(tmp_path)], check=True, cwd=ROOT, timeout=600)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "pipelines" / "report" / "templates").iterdir():
        assert f"pipelines/report/templates/{path.name}" in held
