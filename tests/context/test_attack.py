from pathlib import Path

import pytest

from analytic.context.attack import TECHNIQUES, crosswalk_v18, crosswalk_v19


@pytest.mark.parametrize(
    ("v18", "v19"),
    [
        ("T1562", "T1685"),
        ("T1562.001", "T1685"),
        ("T1562.006", "T1685"),
        ("T1562.007", "T1686.001"),
        ("T1562.008", "T1685.002"),
        ("T1098.003", "T1098.003"),
        ("T1211", "T1211"),
    ],
)
def test_ids_of_v18_are_read(v18: str, v19: str) -> None:
    assert crosswalk_v19(v18) == v19


@pytest.mark.parametrize(
    ("v19", "v18"),
    [
        ("T1685", "T1562.001"),
        ("T1685.002", "T1562.008"),
        ("T1686.001", "T1562.007"),
        ("T1687", "T1211"),
        ("T1098.003", "T1098.003"),
    ],
)
def test_ids_of_v18_are_written(v19: str, v18: str) -> None:
    assert crosswalk_v18(v19) == v18


def test_what_the_platform_does_not_have_has_no_other_id() -> None:
    for unknown in ("T1562.002", "T1003", "T9999", "", "t1685", "T1562.008 "):
        assert crosswalk_v19(unknown) is None
    assert crosswalk_v18("T1562.008") is None


def test_there_and_back_again() -> None:
    for technique in TECHNIQUES:
        older = crosswalk_v18(technique)
        assert older is not None
        # T1687 was cut from T1211, which goes on under another name.
        assert crosswalk_v19(older) == ("T1211" if technique == "T1687" else technique)


def test_ids_and_names_are_those_of_the_matrix(shared_data: Path) -> None:
    lines = (shared_data / "facts" / "attack_iaas_v19.txt").read_text().splitlines()
    assert dict(line.split("|")[:2] for line in lines if line) == TECHNIQUES
