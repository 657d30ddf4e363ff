"""The commands of the how-to pages run as written, in order, and print what the pages show."""

import contextlib
import re
import shlex
import shutil
from pathlib import Path

import pytest

from pipelines.cli import main

ROOT = Path(__file__).resolve().parents[2]


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def commands(page: str) -> list[str]:
    return re.findall(r"^    tokentrail (?!error)(.+)$", text(page), re.MULTILINE)


def run(page: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Run all commands of a page in a folder with the examples; gives what each printed."""
    for name in ("examples", "docs"):
        shutil.copytree(ROOT / name, folder / name)
    printed = {}
    with contextlib.chdir(folder):
        for command in commands(page):
            assert main(shlex.split(command)) == 0, command
            printed[command] = capsys.readouterr().out
    return printed


def squeezed(lines: str) -> list[str]:
    return [" ".join(line.split()) for line in lines.splitlines() if line.strip(" ─")]


def shown(page: str, after: str) -> list[str]:
    """Give the indented lines that a page shows after some words, up to its next plain line."""
    block = re.search(r"(?:^(?:    .*|)\n)+", text(page).partition(after)[2].lstrip(":\n"), re.MULTILINE)
    assert block
    return squeezed(block[0])


def test_the_first_scan_runs_and_prints_what_its_page_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run("first-scan.md", tmp_path, capsys)
    assert len(printed) == 8
    assert shown("first-scan.md", "after a few seconds") == squeezed(next(iter(printed.values())))


def test_tuning_runs_and_prints_what_its_page_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run("tune.md", tmp_path, capsys)
    assert shown("tune.md", "The last prints a policy file") == squeezed(printed["tune found"])
    (tmp_path / "proposed.yaml").write_text(printed["tune found"])
    with contextlib.chdir(tmp_path):
        assert main(["scan", "examples", "--policy", "proposed.yaml"]) == 1
    refused = " ".join(shown("tune.md", "With the lines left empty the policy is refused"))
    assert " ".join(capsys.readouterr().err.split()) == refused


def test_what_the_first_scan_says_of_damaged_and_foreign_files_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = min((ROOT / "examples").rglob("*.json.gz")).read_bytes()
    (tmp_path / "cut.json.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "foreign.json").write_text('{"colour": "blue"}')
    assert main(["scan", str(tmp_path), "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "1 files could not be read to their end" in printed
    assert "`… files could not be read to their end`" in text("first-scan.md")
    letters = (tmp_path / "out" / "dead_letters.jsonl").read_text()
    assert "colour" in letters
