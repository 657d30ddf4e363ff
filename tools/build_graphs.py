"""Writes the golden graphs of the Dataflow jobs, which say what a running job is updated by.

    uv run python tools/build_graphs.py           write tests/pipelines/golden/stream.txt and backfill.txt
    uv run python tools/build_graphs.py --check   fail where they are not up to date

Where a step is gone or changed, a running job can't be updated: say so under State in CHANGELOG.md.
"""

import sys
import tempfile
from pathlib import Path

from pipelines.dataflow.graph import broken, described
from tests.pipelines.dataflow.launched import STREAM, backfill, launch

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "pipelines" / "golden"


def graphs() -> dict[str, list[str]]:
    """Give both graphs as lines."""
    with tempfile.TemporaryDirectory() as folder:
        made = {"stream": STREAM, "backfill": backfill(ROOT / "examples")}
        return {name: described(launch(Path(folder) / name, options).graph) for name, options in made.items()}


def main() -> int:
    """Write the graphs, or check them."""
    code = 0
    for name, lines in graphs().items():
        path = GOLDEN / f"{name}.txt"
        old = path.read_text().splitlines() if path.exists() else []
        for line in broken(old, lines):
            sys.stdout.write(f"{name}: a running job can't be updated: {line}\n")
        if old != lines:
            code = 1
            if "--check" not in sys.argv:
                path.write_text("".join(f"{line}\n" for line in lines))
    return code if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
