"""The shuffle on disk: what goes in comes out, a part of it in memory, and nothing is left behind."""

import random
import resource
import subprocess
import sys
import tracemalloc
from collections import defaultdict
from pathlib import Path

import pytest
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytic.analysis import analyse
from analytic.items import Keyed
from analytic.policy import Policy
from pipelines.scan import baseline_to, build, findings_to
from pipelines.stream import bounded, findings_from
from schemas.records import ApiEvent, Finding
from tests import make
from tests.analytic.test_event_time import days
from tests.pipelines.test_cli import EXAMPLES
from tests.transforms.pipeline import create, pipeline
from tests.transforms.test_pipeline import three_day_parts
from transforms.baseline import before
from transforms.coders import EventBatch
from transforms.databases import Databases
from transforms.order import Order
from transforms.spill import PARTS, Spill, take_part
from transforms.spilled_fold import spilled
from transforms.write import WriteError

SECRET = b"of all spills of one shuffle"


def filled(folder: Path, batches: list[Keyed]) -> dict[int, str]:
    spill = Spill(str(folder), SECRET)
    for key, batch in batches:
        spill.add(key, batch)
    return spill.close()


def test_each_key_comes_once_with_all_its_batches_and_no_file_stays(tmp_path: Path) -> None:
    """From two spills, of batches that are less than a block, many blocks, and more than one."""
    rng = random.Random(1)
    batches = [(f"key-{rng.randrange(900)}", rng.randbytes(rng.choice([0, 40, 5_000, 200_000]))) for _ in range(3_000)]
    expected: dict[str, list[bytes]] = defaultdict(list)
    for key, batch in batches:
        expected[key].append(batch)
    halves = [filled(tmp_path, half) for half in (batches[:1_700], batches[1_700:])]
    found: dict[str, list[bytes]] = {}
    for part in range(PARTS):
        for key, taken in take_part([half[part] for half in halves if part in half]):
            assert key not in found
            found[key] = taken
    assert {key: sorted(taken) for key, taken in found.items()} == {key: sorted(all_) for key, all_ in expected.items()}
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_memory_does_not_grow_with_what_is_spilled(tmp_path: Path) -> None:
    """Some 80 MB through less than 30: what is held before it is written, and then one part."""
    tracemalloc.start()
    try:
        spill = Spill(str(tmp_path), SECRET)
        for number in range(80_000):
            spill.add(f"key-{number % 5_000}", bytes(1_000))
        paths = spill.close()
        taken = sum(len(batch) for path in paths.values() for _, batches in take_part([path]) for batch in batches)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken == 80_000_000
    assert peak < 30_000_000


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"cannot write .*gone: No such file"):
        Spill(str(tmp_path / "gone"), SECRET)


def found_by(order: Order, events: list[ApiEvent], expected: list[Finding]) -> None:
    """Fold events, the last two of them twice and in two batches, and check what is found."""
    with pipeline() as p:
        batches = create(p, "Events", [EventBatch(events[::2]), EventBatch(events[1::2] + events[:2])], EventBatch)
        assert_that(findings_from(batches, order, Policy()), equal_to(expected))


def test_the_findings_are_those_of_the_bare_folds(tmp_path: Path) -> None:
    events = three_day_parts()
    found_by(spilled(str(tmp_path)), events, analyse(events))


@pytest.mark.integration
@given(days(), st.randoms(use_true_random=False))
@settings(max_examples=15, phases=[Phase.generate])
def test_drawn_days_in_any_order_give_what_the_bare_folds_give(
    tmp_path_factory: pytest.TempPathFactory, events: list[ApiEvent], rng: random.Random
) -> None:
    arriving = rng.sample(events, len(events))
    found_by(spilled(str(tmp_path_factory.mktemp("spill"))), arriving, analyse(events))


def test_a_baseline_joins_the_spilled_steps(tmp_path: Path) -> None:
    """What was learnt comes to Detect from a second collection: the files are those of the runner's own shuffle."""
    uris = [f"file://{path}" for path in sorted(EXAMPLES.rglob("*.gz"))]
    written = []
    for name, order in (("own", bounded()), ("spilled", spilled(str(tmp_path)))):
        folder = tmp_path / f"to-{name}"
        folder.mkdir()
        learnt = str(folder / "b.avro")
        policy = Policy(quarantine=make.HOUR)
        for write in (baseline_to(learnt, policy), None):
            with pipeline() as p:
                to = write or findings_to(str(folder), 0, policy, before(learnt, policy))
                build(p, uris, str(folder), to, Databases(), order)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert written[0]["findings.jsonl"].count(b"\n") == 2


def scanned(output: Path, most: int) -> subprocess.CompletedProcess[str]:
    """Scan the examples in a process whose files may not grow beyond so many bytes: a disk that is full."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    command = [sys.executable, "-m", "pipelines.cli", "scan", str(EXAMPLES), "--output", str(output), "-q"]
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)


def test_a_full_disk_is_told_in_one_line_and_nothing_of_the_shuffle_stays(tmp_path: Path) -> None:
    full = scanned(tmp_path, 100)
    assert full.returncode == 1
    (line,) = full.stderr.splitlines()
    assert line.startswith(f"tokentrail: error: cannot write {tmp_path}/.shuffle-")
    assert line.endswith(": File too large")
    assert scanned(tmp_path, resource.RLIM_INFINITY).returncode == 0
    assert not list(tmp_path.glob(".*"))
