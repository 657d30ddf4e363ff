"""Every message that the pages name is said: each has a case here that really produces it.

A page writes an error as `tokentrail: error: …`, or as `ValueError: …` where a worker's log has it, in a span or a block
of its own; `…` stands for what differs. What looks like a text of the code without that beginning is found too.
"""

import ast
import contextlib
import gzip
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from analytic.event_time import EventTime
from analytic.lineage import Follow
from analytic.policy import Policy
from pipelines.cli import main
from tests.analytic.test_codecs import FORMER
from tests.servers.denying import denying_pubsub
from tests.servers.pubsub import pubsub_emulator

__all__ = ["denying_pubsub", "pubsub_emulator"]

ROOT = Path(__file__).resolve().parents[1]
PAGES = [page for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if page.name != "CHANGELOG.md"]
BEGINNINGS = ("tokentrail: error: ", "ValueError: ")
SAYS = ("fail", "say", "append", "_fail", "_fail_at", "wrong", "error_at")
"""The functions that are given what is told to the user, beside exceptions."""
RUN = 4
"""So many words in a row are no chance."""


def squeezed(text: str) -> str:
    return " ".join(text.split())


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[\w'./-]+", text)
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def told_by(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) in SAYS
    return isinstance(node, ast.Raise)


def texts_of_the_code() -> set[tuple[str, ...]]:
    """Give the runs of words of all that the code raises or says."""
    found: set[tuple[str, ...]] = set()
    for folder in ("analytic", "pipelines", "transforms", "schemas", "simulator"):
        for module in (ROOT / folder).rglob("*.py"):
            for node in filter(told_by, ast.walk(ast.parse(module.read_text(encoding="utf-8")))):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        found |= runs_of_words(part.value)
    return found


def spans(page: Path) -> set[str]:
    """Give the code spans of a page, and its blocks of at most three lines."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"(?<=\n\n)((?:    .*\n){1,3})(?=\n|$)", text)
    return {squeezed(one) for one in (*re.findall(r"`([^`\n]+)`", re.sub(r"(?m)^    .*\n", "", text)), *blocks)}


CODE = texts_of_the_code()
NAMED = {span for page in PAGES for span in spans(page)}
MESSAGES = sorted(span for span in NAMED if span.startswith(BEGINNINGS) or runs_of_words(span) & CODE)

Case = Callable[[Path, pytest.FixtureRequest], str]


def command(line: str) -> Case:
    """Give the case of a command, run in a folder with the examples and what a scan of them wrote."""

    def case(folder: Path, request: pytest.FixtureRequest) -> str:
        assert main(shlex.split(line)) == 1
        return str(request.getfixturevalue("capsys").readouterr().err)

    return case


def a_policy(text: str, name: str) -> Case:
    """Give the case of a scan with a policy."""

    def case(folder: Path, request: pytest.FixtureRequest) -> str:
        (folder / name).write_text(text)
        return command(f"scan examples --policy {name}")(folder, request)

    return case


def no_logs(folder: Path, request: pytest.FixtureRequest) -> str:
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("nothing")
    return command("scan empty")(folder, request)


def cut_file(folder: Path, request: pytest.FixtureRequest) -> str:
    (folder / "cut.json.gz").write_bytes(gzip.compress(b'{"Records": []}')[:-9])
    assert main(["scan", "cut.json.gz", "--output", "cut"]) == 0
    return str(request.getfixturevalue("capsys").readouterr().out)


def no_place(folder: Path, request: pytest.FixtureRequest) -> str:
    """The sinks of a stream, as redrive has them, where a file lies in their way."""
    (folder / "foreign.json").write_text('{"colour": "blue"}')
    assert main(["scan", "foreign.json", "--output", "foreign"]) == 0
    (folder / "again").mkdir()
    (folder / "again" / "dead_letters").write_text("")
    return command("redrive foreign --output again")(folder, request)


def a_start_without_rights(folder: Path, request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("denying_pubsub")
    request.getfixturevalue("monkeypatch").setenv("TOKENTRAIL_PRISM", "/bin/true")  # It fails before that runs.
    return command("stream --subscription my-project/audit-logs --output streamed")(folder, request)


def rights_withdrawn(folder: Path, request: pytest.FixtureRequest) -> str:
    """What the stream does each minute, against a Pub/Sub that refuses it."""
    from pipelines.streaming.replay import Replay
    from pipelines.streaming.running import _keep

    request.getfixturevalue("denying_pubsub")
    said: list[str] = []
    replay = Replay("projects/my-project/subscriptions/audit-logs", 60)
    with contextlib.closing(replay):
        _keep(replay, said.append)
    return said[0]


def no_subscription(folder: Path, request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("pubsub_emulator")
    request.getfixturevalue("monkeypatch").setenv("TOKENTRAIL_PRISM", "/bin/true")
    return command("stream --subscription my-project/nothing --output streamed")(folder, request)


def raised(by: Callable[[], object]) -> Case:
    """Give the case of a fold, as the log of a worker shows it."""

    def case(folder: Path, request: pytest.FixtureRequest) -> str:
        with pytest.raises(ValueError, match="version") as error:
            by()
        return f"{type(error.value).__name__}: {error.value}"

    return case


NOT_FILLED_IN = """version: 1
suppressions:
  # as tune writes it






  - owner: ""
    name: "x"
    reason: "x"
    expires: "2027-01-31"
    actor: "x"
"""
NO_NETWORK = """version: 1
severity:
  medium: 9
automation:
  - name: pipeline
    owner: platform@example.com
    identities: ["aws:arn:aws:iam::111122223333:user/ci"]
    networks: ["203.0.113.0/33"]
"""


def full_disk(folder: Path, _: pytest.FixtureRequest) -> str:
    """Scan in a process whose files may not grow: on a disk that is full."""
    command = [sys.executable, "-m", "pipelines.cli", "scan", "examples", "--output", str(folder), "-q"]
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100, 100))
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False).stderr


CASES: dict[str, Case] = {
    "tokentrail: error: no such file or folder: …": command("scan nowhere"),
    "tokentrail: error: no logs in the folder: …": no_logs,
    "tokentrail: error: no finding of the … in … has an id that begins with …": command("explain zzzz"),
    "… files could not be read to their end": cut_file,
    "tokentrail: error: nothing of the … actors in these logs is meant; did you mean …?: `tokentrail actors` lists them": (
        command("investigate examples --actor jonas.webr -q")
    ),
    "tokentrail: error: proposed.yaml:10: suppressions[0].owner: '' is empty, or has line breaks or control characters in "
    "it: write one line of text": a_policy(NOT_FILLED_IN, "proposed.yaml"),
    "tokentrail: error: policy.yaml:8: automation[0].networks[0]: '203.0.113.0/33' is no network: write an address, a "
    "block such as …": a_policy(NO_NETWORK, "policy.yaml"),
    "tokentrail: error: … can't be read: 404 …": no_subscription,
    "tokentrail: error: …: its snapshots can't be used …": a_start_without_rights,
    "no snapshot was taken, a start will read back further: …": rights_withdrawn,
    "tokentrail: error: cannot write …": no_place,
    "tokentrail: error: cannot write …/.shuffle-…": full_disk,
    "ValueError: Follow's state is of version 1, this build reads 2: see CHANGELOG, State": raised(
        lambda: Follow(Policy()).load(bytes.fromhex(FORMER["follow 1"]))
    ),
    "ValueError: state of version 1: this build reads version 2": raised(
        lambda: EventTime(Follow(Policy()), Policy()).receive(bytes.fromhex(FORMER["log 1"]), [])
    ),
}
SERVERS = {"tokentrail: error: … can't be read: 404 …"}
"""The messages that only a server gives."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "examples").symlink_to(ROOT / "examples")
    with contextlib.chdir(folder):
        assert main(["scan", "examples", "-q"]) == 0
    return folder


@pytest.mark.parametrize(
    "message",
    [pytest.param(one, marks=[pytest.mark.integration] if one in SERVERS else []) for one in MESSAGES],
)
def test_a_message_that_a_page_names_is_said(
    message: str,
    scanned: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    assert message in CASES, f"no case here produces what a page names: {message}"
    monkeypatch.chdir(scanned)
    capsys.readouterr()  # From here on all that is said is the case's.
    said = squeezed(CASES[message](scanned, request))
    wanted = re.compile(".+".join(map(re.escape, message.removesuffix("…").strip().split("…"))))
    assert wanted.search(said), said


def test_each_case_is_for_a_message_of_a_page() -> None:
    assert CASES.keys() <= set(MESSAGES), CASES.keys() - set(MESSAGES)


def test_errors_are_written_as_they_are_said() -> None:
    loose = [one for one in MESSAGES if not one.startswith(BEGINNINGS)]
    assert loose == [
        "no snapshot was taken, a start will read back further: …",
        "… files could not be read to their end",
    ]
