"""`python -m pipelines.stream` as a user runs it: another process, which is stopped, killed and started again."""

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 180
"""Seconds that anything may take: machines are loaded."""

COMMANDS = {"stream": ["pipelines.stream"], "emulated": ["tests.pipelines.streaming.emulated", "stream"]}
"""The second for clients of BigQuery that must be pointed at an emulator."""

POLICY = "version: 1\ntime_window: {idle_after: 3s}\n"


class Stream:
    """A running stream. As a context it is gone at the end, with all that it started."""

    def __init__(self, subscription: str, output: Path, *options: str, prism: str, command: str = "stream") -> None:
        output.mkdir(parents=True, exist_ok=True)
        policy = output / "policy.yaml"
        policy.write_text(POLICY)
        line = ["--subscription", subscription, "--file-seconds", "1", "--policy", str(policy), *options]
        if not any(option.startswith("--findings-table") for option in options):
            line += ["--output", str(output)]
        self.log = output / f"log-{time.time_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *COMMANDS[command], *line],
                cwd=ROOT,
                env={**os.environ, "TOKENTRAIL_PRISM": prism},
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.kill()

    def stop(self) -> int:
        """Ask it to end, and wait until it has told what it held; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it at once, and the runner that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def counted(self) -> dict[str, int]:
        """Give the counts of the last line that it printed: those of its end, where it was stopped."""
        last = self.log.read_text().strip().splitlines()[-1].partition(" ")[2]
        return {name: int(number) for number, _, name in (part.partition(" ") for part in last.split(", "))}

    def wait_for(self, done: Callable[[], bool], what: str) -> None:
        """Wait until something is so; fails when it does not become so, or when the stream ends before."""
        until = time.monotonic() + PATIENCE
        while not done():
            assert self.process.poll() is None, f"ended waiting for {what}: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < until, f"no {what} after {PATIENCE} s: {self.log.read_text()[-2000:]}"
            time.sleep(0.2)


def rows(output: Path, name: str = "findings") -> list[dict[str, Any]]:
    """Give the rows that were written as files so far."""
    return [
        json.loads(line) for path in sorted((output / name).glob("*.jsonl")) for line in path.read_text().splitlines()
    ]


def view(found: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Give what stands: of each id the latest revision, without what was retracted."""
    latest: dict[str, dict[str, Any]] = {}
    for row in sorted(found, key=lambda row: row["revision"]):
        latest[row["finding_id"]] = row
    return {id_: content(row) for id_, row in latest.items() if row["status"] != "retracted"}


def content(row: dict[str, Any]) -> tuple[Any, ...]:
    evidence = tuple(piece["event_id"] for piece in row["evidence"])
    return row["severity"], row["title"], row["chain"], row["first_event_time"], row["last_event_time"], evidence


def scanned(lines: list[bytes], folder: Path) -> dict[str, tuple[Any, ...]]:
    """Give what `tokentrail scan` finds in the same lines."""
    folder.mkdir()
    (folder / "day.jsonl").write_bytes(b"\n".join(lines))
    command = [sys.executable, "-m", "pipelines.cli", "scan", str(folder / "day.jsonl"), "--output", str(folder), "-q"]
    subprocess.run(command, check=True, cwd=ROOT)
    found = [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]
    return {row["finding_id"]: content(row) for row in found}


def raw(letters: list[dict[str, Any]]) -> set[bytes]:
    """Give the original bytes of dead letters."""
    return {base64.b64decode(letter["raw"]) for letter in letters}


def cells(found: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, int]]:
    """Give the counts that stand of each cell of coverage: the largest. Copies are left out: scan's input has none."""
    names = ("provider", "account", "region", "service", "log_class", "hour")
    standing: dict[tuple[Any, ...], dict[str, int]] = {}
    for row in found:
        counts = standing.setdefault(tuple(row[name] for name in names), {})
        for name in row.keys() - {*names, "copies"}:
            counts[name] = max(counts.get(name, 0), row[name])
    return standing


def scanned_cells(folder: Path) -> list[dict[str, Any]]:
    """Give the coverage of the scan in a folder."""
    return json.loads((folder / "coverage.json").read_text())
