"""The coders in a worker: a process of its own that has imported nothing but what Beam makes it import."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import transforms
from transforms import coders

ALONE = """
import sys
from transforms.coders import _TYPES, _from_runner_api
before = len(_TYPES)
coder = _from_runner_api(sys.argv[1].encode(), None, None)
print(f"{coder.type_.__module__}.{coder.type_.__qualname__}", before)
"""


def registered() -> list[str]:
    for path in Path(transforms.__path__[0]).glob("*.py"):
        if "register(" in path.read_text(encoding="utf-8"):
            import_module(f"transforms.{path.stem}")
    return sorted(name for name in coders._TYPES if name.startswith("transforms."))


def test_a_worker_finds_each_class_by_its_name_alone() -> None:
    names = registered()
    assert {"transforms.read.Block", "transforms.coverage.CoverageBatch"} <= set(names)
    for name in ("transforms.coverage.CoverageBatch", "transforms.read.Block"):
        done = subprocess.run([sys.executable, "-c", ALONE, name], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        found, before = done.stdout.split()
        assert found == name
        assert int(before) < len(coders._TYPES)


def test_a_name_of_elsewhere_is_imported_by_nobody() -> None:
    with pytest.raises(KeyError):
        coders._from_runner_api(b"antigravity.Flight", None, None)
    assert "antigravity" not in sys.modules
