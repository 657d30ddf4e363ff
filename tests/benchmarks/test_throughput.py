"""The throughput benchmark: its load is what it says, its processes are measured, its ratios are right."""

from pathlib import Path

import pytest

from benchmarks.folds import read_events
from benchmarks.throughput import (
    Cost,
    Load,
    Run,
    bare_folds,
    command_line,
    measure,
    median,
    table,
    write_load,
    write_mix,
)


def test_the_load_has_the_records_asked_for_in_files_of_two_thousand(tmp_path: Path) -> None:
    load = write_load(tmp_path / "load", 4_500)
    assert (load.records, load.files) == (4_500, 3)
    assert sum(path.stat().st_size for path in load.folder.iterdir()) == load.gzip_bytes < load.json_bytes


def test_a_mix_has_a_folder_of_files_for_each_cloud(tmp_path: Path) -> None:
    load = write_mix(tmp_path / "mix", 5_000)
    files = [path.relative_to(load.folder).as_posix() for path in sorted(load.folder.rglob("*.gz"))]
    assert files == ["aws/00000.json.gz", "aws/00001.json.gz", "azure/00000.json.gz", "gcp/00000.json.gz"]
    assert (load.records, load.files) == (5_000, 4)
    assert sum(path.stat().st_size for path in load.folder.rglob("*.gz")) == load.gzip_bytes < load.json_bytes


def test_the_folds_read_every_record_of_a_mix(tmp_path: Path) -> None:
    counts = {"events": 0, "unparsed": 0}
    assert len(list(read_events(write_mix(tmp_path / "mix", 500).folder, counts))) == 500
    assert counts == {"events": 500, "unparsed": 0}


def test_a_run_of_the_bare_folds_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    run = measure(bare_folds, write_load(tmp_path / "load", 20))
    assert run.findings == 0
    assert run.cpu > 0
    assert run.peak > 10_000_000


def test_a_command_that_fails_ends_the_measurement_with_what_it_said(tmp_path: Path) -> None:
    load = Load(tmp_path, 1, 1, 1, 1)
    with pytest.raises(SystemExit, match="no such thing"):
        measure(lambda folder, output: ["sh", "-c", "echo no such thing >&2; exit 3"], load)


def test_the_ratio_is_given_with_start_up_and_without() -> None:
    load = Load(Path("load"), 1_000_000, 500, 1_400_000_000, 150_000_000)
    start_up = Cost(0.3, 0.5, 4e7, 0), Cost(2.0, 3.0, 2e8, 0)
    costs = Cost(10.0, 10.5, 9e8, 20), Cost(20.0, 18.0, 1e9, 20)
    text = table(load, start_up, costs)
    assert "CPU b/a: 1.71 with start-up, 1.50 without" in text
    assert "100,000" in text.splitlines()[2]


def test_the_median_is_of_each_figure() -> None:
    runs = [(3.0, 1.0, 5), (1.0, 2.0, 6), (2.0, 9.0, 7)]
    cost = median([Run(wall, cpu, peak, 4) for wall, cpu, peak in runs])
    assert cost == Cost(2.0, 2.0, 6, 4)


@pytest.mark.parametrize("wrong", [["--events", "0"], ["--repeat", "no"], ["--sizes", "10,-1"]])
def test_wrong_numbers_are_refused(wrong: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["throughput.py", *wrong])
    with pytest.raises(SystemExit, match="2"):
        command_line()
