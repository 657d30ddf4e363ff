"""docs/reference.md says what the code says."""

import argparse
import os
import re
from pathlib import Path

import pytest

from pipelines import cli, reference_docs
from schemas import avro

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    page = reference_docs.DOCS.read_text(encoding="utf-8")
    assert page == reference_docs.documented(), "run python -m pipelines.reference_docs"


def test_the_page_is_the_same_on_any_terminal_and_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = reference_docs.documented()
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "C")
    monkeypatch.chdir(tmp_path)
    assert reference_docs.documented() == before
    assert str(ROOT) not in before
    assert os.path.expanduser("~") not in before


def test_every_command_and_flag_has_a_row() -> None:
    page = reference_docs.documented()
    for name in ("scan", "events", "baseline", *cli._OTHERS):
        assert f"\n## `tokentrail {name}`\n" in page
    for flag in ("--fail-on SEVERITY", "--subscription", "--true-positives FILE"):
        assert f"`{flag}" in page


def test_a_new_flag_makes_the_page_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cli.parser

    def with_one_more(line: list[str] = []) -> argparse.ArgumentParser:  # noqa: B006 (as the parser's own default)
        top = made(line)
        reference_docs._commands(top)["scan"].add_argument("--one-more", help="a flag | of the test")
        return top

    monkeypatch.setattr(cli, "parser", with_one_more)
    page = reference_docs.documented()
    assert "| `--one-more VALUE` | a flag \\| of the test |" in page
    assert page != reference_docs.DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", reference_docs._SCHEMAS)
def test_every_field_of_a_schema_has_a_row(name: str) -> None:
    page = reference_docs.documented()
    for field in avro.load(name)["fields"]:
        assert re.search(rf"^\| `{field['name']}` \| [^|]+ \|", page, re.MULTILINE)


def test_every_schema_is_on_the_page() -> None:
    assert sorted(reference_docs._SCHEMAS) == sorted(path.stem for path in (ROOT / "schemas").glob("*.avsc"))
