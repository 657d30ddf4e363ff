"""The sinks of a stream, out of its options: tables, files, and the topic of alerts."""

import argparse
import re

from schemas.records import Finding
from transforms.bigquery import WriteDeadLetterRows, WriteRows
from transforms.file_sink import SECONDS, WriteBatches, WriteDeadLetterBatches
from transforms.sinks import Sinks

_TABLE = re.compile(r"[a-z0-9.:-]+[:.][A-Za-z0-9_]+\.[A-Za-z0-9_-]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where results go. `--findings-table` or `--output` must be given; dead letters follow where findings go."""
    table = "PROJECT:DATASET.TABLE"
    parser.add_argument("--findings-table", metavar=table, help="findings go here (`tokentrail tables create`)")
    parser.add_argument("--dead-letter-table", metavar=table, help="what could not be read, parsed or written")
    parser.add_argument("--coverage-table", metavar=table, help="which logs were seen, by hour")
    parser.add_argument(
        "--output", metavar="DIR", help="write what has no table as files (JSON lines and Avro); gs:// and s3:// too"
    )
    parser.add_argument(
        "--file-seconds",
        type=float,
        default=SECONDS,
        metavar="N",
        help="how long results gather before their file is written (default: %(default)s)",
    )


def sinks(options: argparse.Namespace) -> Sinks:
    """Make the sinks. Raises ValueError, in one line, where an option is wrong or something has nowhere to go."""
    for name in ("findings_table", "dead_letter_table", "coverage_table"):
        check_table(getattr(options, name), "--" + name.replace("_", "-"))
    if not options.findings_table and not options.output:
        raise ValueError("findings have nowhere to go: give --findings-table PROJECT:DATASET.TABLE or --output DIR")
    if not options.dead_letter_table and not options.output:
        raise ValueError("dead letters have nowhere to go: give --dead-letter-table or --output DIR")
    if options.file_seconds <= 0:
        raise ValueError(f"--file-seconds is {options.file_seconds}: give a number above 0")
    return Sinks(findings=_findings(options), dead_letters=_dead_letters(options))


def check_table(table: str | None, option: str) -> None:
    """Raise ValueError where a table's name is none."""
    if table is not None and not _TABLE.fullmatch(table):
        raise ValueError(f"{option} {table}: no table; give PROJECT:DATASET.TABLE")


def _findings(options: argparse.Namespace) -> WriteRows | WriteBatches:
    if options.findings_table:
        return WriteRows(options.findings_table, Finding, "finding")
    return WriteBatches(options.output, "findings", Finding, "finding", options.file_seconds)


def _dead_letters(options: argparse.Namespace) -> WriteDeadLetterRows | WriteDeadLetterBatches:
    if options.dead_letter_table:
        return WriteDeadLetterRows(options.dead_letter_table)
    return WriteDeadLetterBatches(options.output, options.file_seconds)
