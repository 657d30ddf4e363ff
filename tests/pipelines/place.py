"""What somebody has who tried the first scan in a clone, for commands that help and pages give to be run in."""

import contextlib
import gzip
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from google.cloud.bigquery import Client, SchemaField, Table, TimePartitioning

from pipelines import cli
from tests.pipelines.test_commands import OWN

ROOT = Path(__file__).resolve().parents[2]
POLICY = "version: 1\ntime_window: {idle_after: 3s}\n"
"""What stands for the user's policy.yaml: with it a stream tells soon after its messages end."""

STREAMS = re.compile(r"tokentrail stream ")
TABLES = re.compile(r"tokentrail tables (?!ddl)| --table |bigquery://")
"""What a command that needs a server looks like; all others need none."""

_CONDITIONS = re.compile(r" --fail-| --require |tokentrail drill ")
"""What asks for an exit code of 2."""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples and docs of a clone, chains and a policy of the user's own, and what a scan wrote."""
    folder = tmp_path_factory.mktemp("prepared")
    for name in ("examples", "docs"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "my-chains").mkdir()
    (folder / "my-chains" / "own_chain.yaml").write_text(OWN)
    (folder / "policy.yaml").write_text(POLICY)
    with contextlib.chdir(folder):
        assert cli.main(["scan", "examples", "-q"]) == 0
    return folder


@pytest.fixture
def place(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to work in, with a home of its own and no credentials."""
    folder = tmp_path / "place"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delitem(os.environ, "GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    return folder


def runs(command: str) -> None:
    """Run a command as it is written: it exits with 0, or with 2 where it asks for that."""
    code = cli.main(shlex.split(command)[1:])
    assert code in ((0, 2) if _CONDITIONS.search(command) else (0,)), command


def logged(table: str) -> None:
    """Make a table of raw records, of the examples' day: one in a row, partitioned by their time."""
    client = Client(project=table.split(".")[0])
    client.create_dataset(table.rpartition(".")[0], exists_ok=True)
    client.delete_table(table, not_found_ok=True)
    made = Table(table, [SchemaField("event_time", "TIMESTAMP"), SchemaField("raw", "STRING")])
    made.time_partitioning = TimePartitioning(field="event_time")
    client.create_table(made)
    files = sorted((ROOT / "examples").rglob("*.json.gz"))
    records = [record for file in files for record in json.loads(gzip.decompress(file.read_bytes()))["Records"]]
    rows = [{"event_time": record["eventTime"], "raw": json.dumps(record)} for record in records]
    for at in range(0, len(rows), 500):
        assert client.insert_rows_json(table, rows[at : at + 500]) == []


def made_before(command: str) -> bool:
    """Sort commands with tables: they are made before they are compared and asked."""
    return " tables create" not in command
