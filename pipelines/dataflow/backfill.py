"""A backfill as a Dataflow job: files of one UTC day's window to tables."""

import argparse
from collections.abc import Callable

import apache_beam as beam

from pipelines.backfills.asked import Asked, duration, job_name, moment
from pipelines.backfills.plan import plan
from pipelines.runs import policy_of
from pipelines.stream import bounded, findings_from, within
from pipelines.streaming import sinks
from transforms.baseline import NO_BEFORE, before
from transforms.databases import Databases
from transforms.dead_letter import TAG
from transforms.fetched import fetched
from transforms.parse import ParseAuditLogs
from transforms.read import ReadFiles
from transforms.sinks import WriteResults
from transforms.uris import Uris
from transforms.within import KeepWithin, NumberFindings

PARAMETERS = (
    "input",
    "start",
    "end",
    "warm_up",
    "lateness",
    "findings_table",
    "dead_letter_table",
    "policy",
    "baseline",
    "asn_db",
    "country_db",
)
"""The template's parameters (deploy/dataflow/backfill.json)."""


class Backfill:
    """How the launcher makes a backfill."""

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Add the template's parameters."""
        parser.add_argument("--input", required=True, type=_paths, help="paths, separated by commas")
        parser.add_argument("--start", required=True)
        parser.add_argument("--end", required=True)
        parser.add_argument("--warm-up", default="24h")
        parser.add_argument("--lateness", default="1h")
        parser.add_argument("--findings-table", required=True)
        parser.add_argument("--dead-letter-table", required=True)
        for name in ("--policy", "--baseline", "--asn-db", "--country-db"):
            parser.add_argument(name)
        parser.set_defaults(output=None, file_seconds=1.0)

    @staticmethod
    def defaults(options: argparse.Namespace) -> dict[str, object]:
        """Give what Beam's options are where nothing else is said: the job's name is that of its window."""
        return {"job_name": job_name(_asked(options), policy_of(_fetched(options.policy)))}

    @staticmethod
    def build(pipeline: beam.Pipeline, options: argparse.Namespace) -> None:
        """Build the graph. Raises ValueError or OSError, in one line, for what is wrong with a parameter."""
        asked = _asked(options)
        policy = policy_of(_fetched(options.policy))
        writing = sinks.sinks(options)
        planned = plan(options.input, (), asked, policy)
        if planned.inputs.errors:
            raise ValueError(planned.inputs.errors[0])
        if len(planned.parts) != 1:
            raise ValueError(
                f"start {options.start} to end {options.end} touches {len(planned.parts)} UTC days: "
                "a job tells one day or a part of it, launch one for each (docs/dataflow.md)"
            )
        window, uris = planned.parts[0]
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        databases.close()
        learnt = before(options.baseline, policy) if options.baseline else NO_BEFORE
        read = pipeline | "Uris" >> Uris(list(uris)) | "ReadFiles" >> ReadFiles()
        parsed = read.blocks | "ParseAuditLogs" >> ParseAuditLogs(databases)
        kept = parsed.events | "KeepWithin" >> KeepWithin(window, asked.lateness)
        found = findings_from(kept, bounded(), policy, learnt, None, within(window, bounded()))
        findings = found | "NumberFindings" >> NumberFindings(window, policy)
        dead_letters = (read[TAG], parsed[TAG]) | "DeadLetters" >> beam.Flatten()
        results = {"findings": findings, "dead_letters": dead_letters}
        _ = results | "WriteResults" >> WriteResults(writing)


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        _read("start", moment, options.start),
        _read("end", moment, options.end),
        _read("warm_up", duration, options.warm_up),
        _read("lateness", duration, options.lateness),
    )


def _read(name: str, read: Callable[[str], int], text: str) -> int:
    try:
        return read(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _paths(text: str) -> list[str]:
    return [path.strip() for path in text.split(",") if path.strip()]


def _fetched(path: str | None) -> str | None:
    return fetched(path) if path else None
