"""The commands that the help of report, export and chains gives, and those of their pages, run as written."""

import contextlib
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli import main

ROOT = Path(__file__).resolve().parents[2]
HELP = (["report"], ["export"], ["chains"], ["chains", "list"], ["chains", "show"], ["chains", "coverage"])
PAGES = ("report.md", "chains.md")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the examples, what a scan of them wrote, and a folder of the user's own chains."""
    from tests.pipelines.test_commands import OWN

    folder = tmp_path_factory.mktemp("place")
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "my-chains").mkdir()
    (folder / "my-chains" / "own_chain.yaml").write_text(OWN)
    with contextlib.chdir(folder):
        assert main(["scan", "examples", "-q"]) == 0
        yield folder


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_the_example_of_the_help_runs(command: list[str], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        main([*command, "--help"])
    (example,) = re.findall(r"example: tokentrail (.*)$", " ".join(capsys.readouterr().out.split()))
    assert main(shlex.split(example)) == 0


def written(page: str) -> list[str]:
    return re.findall(r"^(?:    )?tokentrail ([^#\n…]+)", (ROOT / "docs" / page).read_text(), re.MULTILINE)


@pytest.mark.parametrize(("page", "command"), [(page, command.strip()) for page in PAGES for command in written(page)])
def test_the_commands_of_the_page_run(page: str, command: str, place: Path) -> None:
    assert main(shlex.split(command)) == 0


def test_the_pages_have_commands() -> None:
    assert [len(written(page)) >= 3 for page in PAGES] == [True, True]
