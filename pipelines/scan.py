"""Runs in this process over files: `scan` gives findings, `events` the normalised events alone."""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from analytic.chains.chain import Chain
from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines.inputs import Inputs
from pipelines.outcome import said
from pipelines.progress import watching
from pipelines.stream import (
    baseline_from,
    bounded,
    coverage_from,
    findings_from,
    with_blind_spots,
)
from transforms.baseline import Before, WriteBaseline
from transforms.collecting import collect_less
from transforms.coverage import WriteCoverage
from transforms.databases import Databases
from transforms.dead_letter import TAG
from transforms.metrics import FINDINGS, IGNORED_KINDS, counters, tally
from transforms.metrics import ignored as ignored_kind
from transforms.order import Order
from transforms.parse import ParseAuditLogs
from transforms.read import ReadFiles
from transforms.spilled_fold import spilled
from transforms.write import WriteDeadLetters, WriteError, WriteEvents, WriteFindings

_HERE = "--runner=FnApiRunner"
"""In this process. A later --runner takes its place; without any, Beam would download another."""

_ERROR_CHARACTERS = 500

Build = Callable[[beam.PCollection, Order], object]
"""Builds what is written of events (in blocks), with its folds in the order that the runner asks for."""


@dataclass(frozen=True)
class Outcome:
    """What a run gives back: the findings and the summary as they were written, and all counters."""

    findings: list[dict[str, Any]]
    summary: dict[str, Any]
    counted: dict[str, int]


def build(
    pipeline: beam.Pipeline, uris: list[str], output: str, write: Build, databases: Databases, order: Order
) -> None:
    """Build the flow over files: read, parse, then what `write` adds; the dead letters of both steps meet."""
    read = pipeline | "Uris" >> beam.Create(uris).with_output_types(str) | "ReadFiles" >> ReadFiles()
    parsed = read.blocks | "ParseAuditLogs" >> ParseAuditLogs(databases)
    write(parsed.events, order)
    dead_letters = (read[TAG], parsed[TAG]) | "DeadLetters" >> beam.Flatten()
    _ = dead_letters | "WriteDeadLetters" >> WriteDeadLetters(output)


def findings_to(
    output: str,
    detected_at: int,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> Build:
    """Give what writes the findings of events, with what their logs show: a finding names what it could not see."""

    def write(events: beam.PCollection, order: Order) -> None:
        coverage = coverage_from(events)
        _ = coverage | "WriteCoverage" >> WriteCoverage(output)
        findings = findings_from(events, order, policy, baseline, chains)
        named = with_blind_spots(findings, coverage, policy)
        _ = named | "WriteFindings" >> WriteFindings(output, detected_at)

    return write


def coverage_to(output: str) -> Build:
    """Give what writes what the logs of events show."""
    return lambda events, _: coverage_from(events) | "WriteCoverage" >> WriteCoverage(output)


def baseline_to(path: str, policy: Policy) -> Build:
    """Give what writes the baseline of events to a file."""
    folder, name = os.path.split(path)
    return lambda events, order: (
        baseline_from(events, order, policy) | "WriteBaseline" >> WriteBaseline(folder, name, policy)
    )


def events_to(output: str) -> Build:
    """Give what writes the events themselves."""
    return lambda events, _: events | "WriteEvents" >> WriteEvents(output)


def run(
    inputs: Inputs,
    output: str,
    write: Build,
    databases: Databases,
    *,
    quiet: bool,
    beam_options: Sequence[str] = (),
) -> Outcome:
    """Run the flow over the inputs and write `summary.json`; in this process, or where Beam's options say.

    Raises OSError when the output can't be written, or when another runner failed.
    """
    # Beam logs with its stack what it then raises: it is told once.
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    collect_less()
    started, before = time.monotonic(), tally.bytes_read
    pipeline = _pipeline(beam_options)
    try:
        with (
            _order(output, beam_options) as order,
            watching(sum(inputs.uris.values()), lambda: tally.bytes_read - before, quiet=quiet),
        ):
            build(pipeline, list(inputs.uris), output, write, databases, order)
            result = pipeline.run()
            result.wait_until_finish()
    except WriteError as error:
        raise OSError(said(error)) from error
    except RuntimeError as error:
        if not beam_options:
            raise
        raise OSError(f"the runner could not do it: {' '.join(str(error).split())[:_ERROR_CHARACTERS]}") from error
    counted = counters(result)
    # A run that wrote none leaves an earlier run's findings where they lie.
    findings = _read_lines(output, "findings.jsonl") if counted[FINDINGS] else []
    summary = summarise(counted, findings, inputs, time.monotonic() - started)
    write_summary(output, summary)
    return Outcome(findings, summary, counted)


@contextmanager
def _order(output: str, beam_options: Sequence[str]) -> Iterator[Order]:
    """Give the order of the folds: in this process with its shuffles on disk, while another runner has its own."""
    if beam_options:
        yield bounded()
        return
    with tempfile.TemporaryDirectory(prefix=".shuffle-", dir=output) as folder:
        yield spilled(folder)


def write_summary(output: str, summary: dict[str, Any]) -> None:
    """Write `summary.json`."""
    with open(os.path.join(output, "summary.json"), "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")


def _pipeline(beam_options: Sequence[str]) -> beam.Pipeline:
    try:
        return beam.Pipeline(options=PipelineOptions([_HERE, *beam_options]))
    except ValueError as error:
        # Beam's own word on a runner that it does not know, or on an option that the runner refuses.
        raise OSError(" ".join(str(error).split())[:_ERROR_CHARACTERS]) from error


def summarise(
    counted: dict[str, int], findings: list[dict[str, Any]], inputs: Inputs, elapsed: float
) -> dict[str, Any]:
    """Give the summary. records == parsed + ignored + dead_letters.parse; dead letters of `read` are inputs."""
    by_severity = dict.fromkeys(reversed(SEVERITIES), 0)
    by_chain: dict[str, int] = {}
    for finding in findings:
        by_severity[finding["severity"]] += 1
        by_chain[finding["chain"]] = by_chain.get(finding["chain"], 0) + 1
    read, parse = counted["dead_letters_read"], counted["dead_letters_parse"]
    ignored = {kind: number for kind in IGNORED_KINDS if (number := counted[ignored_kind(kind)])}
    return {
        "tokentrail": version("tokentrail"),
        "files": counted["files"],
        "skipped_files": inputs.skipped,
        "bytes": counted["bytes_read"],
        "records": counted["records"],
        "parsed": counted["parsed"],
        "ignored": sum(ignored.values()),
        "ignored_by_kind": ignored,
        "duplicates": counted["duplicates"],
        "dead_letters": {"total": read + parse, "read": read, "parse": parse},
        "findings": {"total": len(findings), "by_severity": by_severity, "by_chain": dict(sorted(by_chain.items()))},
        "errors": inputs.errors,
        "elapsed_seconds": round(elapsed, 3),
        "events_per_second": round(counted["parsed"] / elapsed) if elapsed else 0,
    }


def _read_lines(output: str, name: str) -> list[dict[str, Any]]:
    with open(os.path.join(output, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file]
