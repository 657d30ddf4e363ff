"""Delivery files and the examples: named and filled as CloudTrail does it, repeatable, one record twice."""

import gzip
import re
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from simulator.day import account_day
from simulator.delivery import write_delivery_files
from simulator.examples import FOLDER, write_examples
from simulator.identities import Json

NAME = re.compile(
    r"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/0[34]/"
    r"111122223333_CloudTrail_us-east-1_2026030[34]T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz"
)


@pytest.fixture(scope="module")
def records() -> list[Json]:
    return account_day(3).records


def read(path: Path) -> list[Json]:
    """Give the records of a delivery file."""
    return msgspec.json.decode(gzip.decompress(path.read_bytes()), type=dict[str, list[Json]])["Records"]


def test_files_are_named_and_placed_as_cloudtrail_does_it(records: list[Json], tmp_path: Path) -> None:
    paths = write_delivery_files(records, tmp_path)
    assert 10 <= len(paths) <= 30
    assert all(NAME.fullmatch(path.relative_to(tmp_path).as_posix()) for path in paths)


def test_every_record_is_delivered_and_one_of_them_twice(records: list[Json], tmp_path: Path) -> None:
    delivered = [record for path in write_delivery_files(records, tmp_path) for record in read(path)]
    copies = Counter(record["eventID"] for record in delivered)
    assert copies.keys() == {record["eventID"] for record in records}
    assert sorted(copies.values())[-2:] == [1, 2]


def test_a_file_is_unordered_and_holds_nothing_from_after_it_was_written(records: list[Json], tmp_path: Path) -> None:
    paths = write_delivery_files(records, tmp_path)
    times = [[record["eventTime"] for record in read(path)] for path in paths]
    assert any(file != sorted(file) for file in times)
    for path, file in zip(paths, times, strict=True):
        written = re.findall(r"_(\d{8}T\d{4})Z_", path.name)[0]
        assert max(file).replace("-", "").replace(":", "")[:13] < written


def test_the_same_records_give_the_same_bytes(records: list[Json], tmp_path: Path) -> None:
    one, other = (write_delivery_files(records, tmp_path / name, seed=5) for name in ("one", "other"))
    assert [path.name for path in one] == [path.name for path in other]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_no_records_give_no_files(tmp_path: Path) -> None:
    assert write_delivery_files([], tmp_path) == []


def content(path: Path) -> bytes:
    """Give a file's bytes, unpacked: zlib and its replacements pack the same text into different bytes."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def test_the_examples_are_what_the_script_writes(tmp_path: Path) -> None:
    written = {path.relative_to(tmp_path): content(path) for path in write_examples(tmp_path)}
    there = {path.relative_to(FOLDER): content(path) for path in FOLDER.rglob("*") if path.is_file()}
    assert there.keys() == written.keys()
    assert there == written, "examples/ is not what the script writes: run `python -m simulator.examples`"


def test_the_examples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 400_000
