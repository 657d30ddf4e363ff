"""The golden graphs: what a running job is updated by. A step that is gone or changed stops an update."""

from pathlib import Path

import pytest

from pipelines.dataflow.graph import broken, described
from tests.pipelines.dataflow.launched import STREAM, backfill, launch

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.mark.parametrize("name", ["stream", "backfill"])
def test_the_graph_is_the_golden_one(name: str, tmp_path: Path) -> None:
    parameters = STREAM if name == "stream" else backfill(ROOT / "examples")
    graph = described(launch(tmp_path, parameters).graph)
    golden = (GOLDEN / f"{name}.txt").read_text().splitlines()
    stops = broken(golden, graph)
    assert not stops, (
        "a running job can't be updated to this graph (docs/dataflow.md): keep the labels and coders, or write what "
        "changed under a State heading in CHANGELOG.md and run `uv run python tools/build_graphs.py`:\n"
        + "\n".join(stops)
    )
    assert graph == golden, "steps are new: run `uv run python tools/build_graphs.py`; a running job takes them"


def test_a_renamed_step_and_another_coder_stop_an_update() -> None:
    old = ["A/B: gives bytes", "C: gives bytes; keeps log bytes"]
    assert broken(old, old) == []
    assert broken(old, [*old, "D: gives bytes"]) == []
    assert broken(old, ["A/X: gives bytes", old[1]]) == ["A/B: gone"]
    (changed,) = broken(old, [old[0], "C: gives bytes; keeps log varint"])
    assert changed == "C: was gives bytes; keeps log bytes; is gives bytes; keeps log varint"


def test_each_keyed_state_is_bytes_and_nothing_of_ours_is_pickled() -> None:
    """What Beam's own Reshuffle and Pub/Sub source pickle inside is Beam's; a State of ours is bytes."""
    for name in ("stream", "backfill"):
        for line in (GOLDEN / f"{name}.txt").read_text().splitlines():
            label, _, what = line.partition(": ")
            for part in what.split("; "):
                if part.startswith("keeps "):
                    assert part.endswith(" bytes"), line
            beams = ("Baseline/", "ReadMessages/Read/", "Uris/")
            if "pickled" in what:
                assert label.startswith(beams) or "Reshuffle" in label or "/Insert/" in label, line
