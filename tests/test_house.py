"""The house's rules, as tests: which way imports point, and what the pure core may touch."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["schemas", "analytic", "transforms", "pipelines"]
PURE = {"schemas", "analytic"}
IMPURE = {"apache_beam", "pyflink", "time", "random", "os", "pathlib", "io", "socket", "subprocess", "logging"}
MODULES = sorted(path for package in [*ORDER, "simulator"] for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Give the dotted names that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    tops = {name.partition(".")[0] for name in imports(path)}
    if package in ORDER:
        above = ORDER[ORDER.index(package) + 1 :]
        # The command that writes a simulated organization's logs is the one door to the simulator.
        assert not tops & {*above, *(() if path.name == "simulate.py" else ("simulator",))}
    if package in PURE:
        assert not tops & IMPURE
        assert not re.search(r"\.(now|utcnow|today)\(|\bopen\(", path.read_text())
    if package != "pipelines":
        assert not any(name.endswith("PipelineOptions") for name in imports(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 330


@pytest.mark.parametrize("path", [path for path in MODULES if path.relative_to(ROOT).parts[0] in ORDER], ids=str)
def test_raw_json_is_touched_in_sources_alone(path: Path) -> None:
    parts = path.relative_to(ROOT).parts
    assert "msgspec.json.Decoder" not in path.read_text() or parts[:2] == ("analytic", "sources")


def test_the_core_imports_without_an_engine() -> None:
    """Blocked from Beam and PyFlink, `analytic` and `schemas` still import: the Flink job shares them."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in PURE
    ]
    code = "import sys\nsys.modules['apache_beam'] = sys.modules['pyflink'] = None\n" + "\n".join(
        f"import {name}" for name in names
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.integration
def test_the_core_imports_in_the_flink_environment() -> None:
    """The one lock file's other environment: PyFlink, with the older Beam that it asks for."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": ".venv-flink"}
    code = "import pyflink, analytic.analysis, analytic.sources.source, schemas.records"
    subprocess.run(
        ["uv", "run", "--no-group", "beam", "--extra", "flink", "python", "-W", "ignore", "-c", code],
        check=True,
        cwd=ROOT,
        env=environment,
    )
