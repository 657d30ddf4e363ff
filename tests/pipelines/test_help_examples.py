"""Each example of each command's `--help` runs as written. They are taken from the parsers: none is listed here."""

import argparse
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import cli, reference_docs
from tests.pipelines.place import ROOT, STREAMS, TABLES, logged, made_before, place, prepared, runs
from tests.servers.bigquery import Emulator
from tests.servers.prism import prism
from tests.servers.pubsub import pubsub_emulator

__all__ = ["place", "prepared", "prism", "pubsub_emulator"]

PATIENCE = 180


def commands(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for below, command in reference_docs._commands(parser).items():
        yield from commands(f"{name} {below}", command)


COMMANDS = dict(commands("tokentrail", cli.parser(reference_docs.names())))
EXAMPLES = {
    name: re.findall(r"^example: (tokentrail .+)$", parser.epilog or "", re.MULTILINE)
    for name, parser in COMMANDS.items()
}
ALL = sorted({example for examples in EXAMPLES.values() for example in examples})
HERE = [example for example in ALL if not STREAMS.match(example) and not TABLES.search(example)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_of_itself(name: str) -> None:
    assert EXAMPLES[name], f"{name} --help has no line `example: {name} …`"
    assert all(f"{example} ".startswith(f"{name} ") for example in EXAMPLES[name])
    for action in COMMANDS[name]._actions:
        if action.choices and not action.option_strings and not isinstance(action, argparse._SubParsersAction):
            told = {example.removeprefix(f"{name} ").split()[0] for example in EXAMPLES[name]}
            assert told == set(action.choices), f"{name} --help has no example of each {action.dest}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_its_examples_as_they_are_to_be_typed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        cli.main([*name.split()[1:], "--help"])
    assert {f"example: {example}" for example in EXAMPLES[name]} <= set(capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("example", HERE)
def test_an_example_runs(example: str, place: Path) -> None:
    runs(example)


@pytest.mark.integration
def test_the_examples_with_tables_run(bigquery: Emulator, place: Path) -> None:
    """In the order in which they build on another: tables are made before they are compared and asked."""
    logged("my-project.logs.cloudtrail")
    for example in sorted((example for example in ALL if TABLES.search(example)), key=made_before):
        runs(example)


@pytest.mark.integration
@pytest.mark.parametrize("example", [example for example in ALL if STREAMS.match(example)])
def test_a_stream_s_example_runs_until_it_is_stopped(
    example: str, place: Path, pubsub_emulator: str, prism: str
) -> None:
    from google.cloud import pubsub_v1

    words = shlex.split(example)[1:]
    project, name = words[words.index("--subscription") + 1].split("/")
    with pubsub_v1.PublisherClient() as publisher, pubsub_v1.SubscriberClient() as subscriber:
        topic = publisher.topic_path(project, name)
        publisher.create_topic(name=topic)
        subscriber.create_subscription(name=subscriber.subscription_path(project, name), topic=topic)
        for file in sorted((place / "examples").rglob("*.json.gz")):
            publisher.publish(topic, file.read_bytes()).result(60)
    log = place / "log"
    with log.open("wb") as said:
        stream = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "pipelines.cli", *words],
            env={**os.environ, "TOKENTRAIL_PRISM": prism, "PYTHONPATH": str(ROOT)},
            stderr=said,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + PATIENCE
        while not list((place / "out" / "findings").glob("*.jsonl")):
            assert stream.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < until, log.read_text()[-2000:]
            time.sleep(0.2)
        stream.send_signal(signal.SIGTERM)
        assert stream.wait(PATIENCE) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(stream.pid, signal.SIGKILL)
        stream.wait(PATIENCE)
