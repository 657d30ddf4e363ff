"""The commands of all pages run as written, in the order of their page."""

import re
from pathlib import Path

import pytest

from tests.pipelines.place import ROOT, STREAMS, TABLES, logged, made_before, place, prepared, runs
from tests.servers.bigquery import Emulator

__all__ = ["place", "prepared"]

ELSEWHERE = {"reference.md", "first-scan.md", "tune.md"}
"""The first is made of the help, whose examples run too; what the others show is compared by test_howto_pages.py."""

WITH_MORE = re.compile(r" --runner | --digest-keys ")
"""What needs an engine or keys of the user's: tests/flink and tests/pipelines/test_coverage.py run these."""


def written(page: Path) -> list[str]:
    """Give the commands of a page's blocks: lines that end with a backslash go on, what follows # is a comment."""
    text = re.sub(r"\\\n\s*", "", page.read_text(encoding="utf-8"))
    found = re.findall(r"^(?:    )?(tokentrail [a-z][^#\n…]+)", text, re.MULTILINE)
    return [command.strip() for command in found if not WITH_MORE.search(command) and not STREAMS.match(command)]


PAGES = {page.name: written(page) for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in ELSEWHERE}
HERE = {name: [one for one in commands if not TABLES.search(one)] for name, commands in PAGES.items()}


@pytest.mark.parametrize("page", [name for name, commands in HERE.items() if commands])
def test_the_commands_of_the_page_run(page: str, place: Path) -> None:
    for command in HERE[page]:
        runs(command)


@pytest.mark.integration
def test_the_commands_with_tables_run(bigquery: Emulator, place: Path) -> None:
    commands = [command for commands in PAGES.values() for command in commands if TABLES.search(command)]
    assert commands
    logged("my-project.logs.cloudtrail")
    for command in sorted(commands, key=made_before):
        runs(command)


def test_the_pages_have_commands() -> None:
    assert sum(map(len, HERE.values())) > 20
