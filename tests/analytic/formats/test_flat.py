"""Findings as rows: every column, and no cell that a spreadsheet runs."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.formats.flat import COLUMNS, MAX_CELL, disarmed, to_row
from schemas.records import Suppressed, to_dict
from tests import findings

ARMED = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "a\n=cmd|' /C calc'!A0",
    "\u00a0=1",
    "\u3000@x",
    "\0=1",
]


def runs(cell: str) -> bool:
    """Whether a program might take a line of a cell for a formula, blanks or not."""
    return any(line.lstrip().startswith(("=", "+", "-", "@")) or line[:1] in ("\t", "\r") for line in cell.split("\n"))


@pytest.mark.parametrize("text", ARMED)
def test_a_formula_is_disarmed_wherever_a_log_can_put_one(text: str) -> None:
    assert runs(text) or text.startswith("\0")
    made = msgspec.structs.replace(findings.stolen(text), title=text, suppressed=Suppressed(text, text))
    for column, cell in zip(COLUMNS, to_row(to_dict(made)), strict=True):
        assert not runs(cell), column
        assert "\0" not in cell


@given(st.text(max_size=50))
def test_no_text_makes_a_formula(text: str) -> None:
    assert not runs(disarmed(text))


@given(st.text(st.characters(categories=["L", "N"]), max_size=50))
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


def test_a_row_holds_what_a_table_is_sorted_by() -> None:
    row = dict(zip(COLUMNS, to_row(to_dict(findings.stolen())), strict=True))
    assert row["finding_id"] == "fu11d"
    assert row["severity"] == "critical"
    assert row["score"] == "5.00"
    assert row["first_event"] == "2026-03-03T08:00:00Z"
    assert row["hops"] == "alice > i-0abc by SendCommand (probable)"
    assert row["revoke"] == "deactivate the access key of i-0abc"
    assert row["event_ids"] == "fu11d-0\nfu11d-1"


def test_a_cell_is_no_longer_than_a_spreadsheet_takes() -> None:
    assert len(disarmed("x" * 100_000)) == MAX_CELL
