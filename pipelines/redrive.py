"""`tokentrail redrive`: dead letters through the front door again, by the transforms that scan is built of."""

import argparse
import glob
import logging
import os
import re
from collections.abc import Callable

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from analytic.policy import Policy
from analytic.redriving import BYTES, MAX_ATTEMPTS, NOTICE
from pipelines.inputs import uri_of
from pipelines.outcome import OK, fail, said
from pipelines.stream import bounded, findings_from
from pipelines.streaming import sinks as to
from pipelines.streaming.source import check_topic
from transforms.baseline import Before, before
from transforms.databases import Databases
from transforms.dead_letter import TAG
from transforms.letters import LetterError, RaiseAttempts, ReadLetterFiles, ReadLetterTable, SendLetters
from transforms.metrics import DEAD_LETTERS, FINDINGS, KEPT_ASIDE, PARSED, REDRIVEN, STEPS, counters
from transforms.parse import ParseAuditLogs
from transforms.read import ReadFiles
from transforms.resend import PublishLetters
from transforms.sinks import Sinks, WriteResults
from transforms.write import WriteError, WriteKeptAside

_MESSAGES = frozenset({BYTES, NOTICE})
"""The ways of letters that were a message, or a part of one."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Letters = Callable[[beam.Pipeline], beam.PCollection]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = (
        "example: tokentrail redrive tokentrail-out/dead_letters.jsonl --output redriven\n"
        "example: tokentrail redrive --table my-project:security.dead_letters --since 2026-03-03 "
        "--findings-table my-project:security.findings --dead-letter-table my-project:security.dead_letters "
        "--output kept"
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files of dead letters, or folders of them")
    parser.add_argument("--table", metavar="PROJECT:DATASET.TABLE", help="a table of dead letters")
    parser.add_argument("--since", metavar="DAY", help="of a table: from this UTC day on, YYYY-MM-DD")
    parser.add_argument("--until", metavar="DAY", help="of a table: before this UTC day")
    parser.add_argument(
        "--max-attempts",
        type=int,
        default=MAX_ATTEMPTS,
        metavar="N",
        help="keep aside what was sent again so often (default: %(default)s)",
    )
    parser.add_argument(
        "--topic",
        metavar="projects/P/topics/T",
        help="publish records and messages there, for the stream that reads it; the rest is written as ever",
    )
    to.add_places(parser)
    parser.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    parser.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")
    parser.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb)")
    parser.add_argument("--country-db", metavar="FILE", help="a database of countries or cities (.mmdb)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def run(options: argparse.Namespace) -> int:
    """Run the command; gives the exit code. Raises OSError where the output can't be written."""
    try:
        letters = _letters(options)
        sinks = to.sinks(options)
        policy = _policy(options.policy)
        learnt = before(options.baseline, policy) if options.baseline else None
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        databases.close()
    except ValueError as error:
        return fail(str(error))
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)  # What it logs it also raises: it is told once.
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    build(pipeline, letters, sinks, options.output, options.max_attempts, policy, databases, learnt, options.topic)
    try:
        result = pipeline.run()
        result.wait_until_finish()
    except LetterError as error:
        return fail(said(error))
    except WriteError as error:
        raise OSError(said(error)) from error
    if not options.quiet:
        _tell(counters(result), options.output)
    return OK


def build(
    pipeline: beam.Pipeline,
    letters: Letters,
    sinks: Sinks,
    aside: str,
    max_attempts: int,
    policy: Policy,
    databases: Databases,
    learnt: Before | None = None,
    topic: str | None = None,
) -> None:
    """Build the flow: read the letters, send each its way, then scan's own steps; what fails again counts one more.

    With a topic, records and messages go there instead.
    """
    sent = letters(pipeline) | "SendLetters" >> SendLetters(max_attempts, _MESSAGES if topic else frozenset())
    if topic:
        _ = sent.published | "PublishLetters" >> PublishLetters(topic)
    _ = sent.aside | "KeepAside" >> WriteKeptAside(aside)
    read = sent.files | "ReadFiles" >> ReadFiles()
    blocks = (sent.bytes, read.blocks) | "Blocks" >> beam.Flatten()
    parsed = blocks | "ParseAuditLogs" >> ParseAuditLogs(databases)
    found = findings_from(parsed.events, bounded(), policy, learnt)
    results = {
        "findings": (found, sent.findings) | "Findings" >> beam.Flatten(),
        "dead_letters": (sent[TAG], read[TAG], parsed[TAG]) | "DeadLetters" >> beam.Flatten(),
    }
    again = sinks._replace(dead_letters=_Again(sent.sent, sinks.dead_letters))
    _ = results | "WriteResults" >> WriteResults(again)


class _Again(beam.PTransform):
    """A sink of dead letters with their attempts raised before it."""

    def __init__(self, sent: beam.PCollection, sink: beam.PTransform) -> None:
        super().__init__()
        self._sent = sent
        self._sink = sink

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        return letters | "RaiseAttempts" >> RaiseAttempts(self._sent) | "Write" >> self._sink


def _letters(options: argparse.Namespace) -> Letters:
    """Give what reads the letters. Raises ValueError where it is not said which, or where what is kept aside goes."""
    if bool(options.paths) == bool(options.table):
        raise ValueError("no dead letters are named: give files or folders of them, or --table, and not both")
    if not options.output:
        raise ValueError("give --output DIR: what is kept aside is written there")
    if options.max_attempts < 1:
        raise ValueError(f"--max-attempts is {options.max_attempts}: give 1 or more")
    if options.topic:
        check_topic(options.topic, "--topic")
    if options.table:
        return from_table(_query(options))
    return from_files([uri for path in options.paths for uri in _uris(path, options.output)])


def from_files(uris: list[str]) -> Letters:
    """Give what reads letters from files."""
    return lambda pipeline: (
        pipeline | "Uris" >> beam.Create(uris).with_output_types(str) | "ReadLetters" >> ReadLetterFiles()
    )


def from_table(query: str) -> Letters:
    """Give what reads letters by a query."""
    return lambda pipeline: (
        pipeline | "Queries" >> beam.Create([query]).with_output_types(str) | "ReadLetters" >> ReadLetterTable()
    )


def _uris(path: str, output: str) -> list[str]:
    """Give the files of letters at a path. Raises ValueError where there are none, or where the output is."""
    if "://" in path:
        return [path]
    if os.path.isfile(path):
        return [uri_of(path)]
    if os.path.isdir(path) and os.path.realpath(path) == os.path.realpath(output):
        raise ValueError(f"{path} is also --output: give another folder, or the letters would be read again")
    found = sorted(glob.glob(os.path.join(glob.escape(path), "**", "dead_letters*.*"), recursive=True))
    if not found:
        raise ValueError(f"{path}: no dead letters there (looked for dead_letters*.jsonl and .avro)")
    return [uri_of(name) for name in found]


def _query(options: argparse.Namespace) -> str:
    to.check_table(options.table, "--table")
    if not options.since:
        raise ValueError("--table needs --since YYYY-MM-DD: the table is asked by the day")
    for name in ("since", "until"):
        day = getattr(options, name)
        if day and not _DAY.fullmatch(day):
            raise ValueError(f"--{name} {day}: give a UTC day, YYYY-MM-DD")
    until = f" AND time < TIMESTAMP '{options.until}'" if options.until else ""
    table = options.table.replace(":", ".")
    # Both are checked against their patterns above; a table's name can't be a parameter of a query.
    return f"SELECT * FROM `{table}` WHERE time >= TIMESTAMP '{options.since}'{until}"  # noqa: S608 - both were checked


def _policy(path: str | None) -> Policy:
    if path is None:
        return Policy()
    from pipelines.policy.file import load

    return load(path)


def _tell(counted: dict[str, int], output: str) -> None:
    again = sum(counted[f"{DEAD_LETTERS}_{step}"] for step in STEPS)
    lines = [
        f"sent again: {counted[REDRIVEN]}; parsed: {counted[PARSED]} records; findings written: {counted[FINDINGS]}",
        f"dead letters again: {again}",
    ]
    if counted[KEPT_ASIDE]:
        where = os.path.join(output, "kept_aside.jsonl")
        lines.append(f"kept aside: {counted[KEPT_ASIDE]}; each says why in {where}, attributes.aside")
    print(*lines, sep="\n")  # noqa: T201 - the command's output
