"""Runs in this process over files: `scan` gives findings, `events` the normalised events alone."""

import gc
import json
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from analytic.chains.chain import Chain
from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines.inputs import Inputs
from pipelines.progress import watching
from pipelines.stream import baseline_from, bounded, detected, findings_from
from transforms.abreast import LINKS, ParseAndRoute, abreast, use
from transforms.baseline import Before, WriteBaseline
from transforms.databases import Databases
from transforms.dead_letter import TAG
from transforms.follow import follow_routed
from transforms.metrics import FINDINGS, IGNORED_KINDS, counters, tally
from transforms.metrics import ignored as ignored_kind
from transforms.parse import ParseAuditLogs
from transforms.read import ReadFiles
from transforms.workers import GC_THRESHOLDS, Workers
from transforms.write import WriteDeadLetters, WriteError, WriteEvents, WriteFindings

Build = Callable[[beam.PCollection], object]


@dataclass(frozen=True)
class Outcome:
    """What a run gives back: the findings as they were written, and the summary as it was written."""

    findings: list[dict[str, Any]]
    summary: dict[str, Any]


def build(pipeline: beam.Pipeline, uris: list[str], output: str, write: Build, databases: Databases) -> None:
    """Build the flow over files: read, parse, then what `write` adds; the dead letters of both steps meet."""
    read = pipeline | "Uris" >> beam.Create(uris).with_output_types(str) | "ReadFiles" >> ReadFiles()
    parsed = read.blocks | "ParseAuditLogs" >> ParseAuditLogs(databases)
    write(parsed.events)
    dead_letters = (read[TAG], parsed[TAG]) | "DeadLetters" >> beam.Flatten()
    _ = dead_letters | "WriteDeadLetters" >> WriteDeadLetters(output)


def build_abreast(
    pipeline: beam.Pipeline, uris: list[str], output: str, write: Build, policy: Policy, workers: Workers
) -> None:
    """Build the same flow with the parsing and the folding in several processes; `write` takes the steps by actor."""
    read = pipeline | "Uris" >> beam.Create(uris).with_output_types(str) | "ReadFiles" >> ReadFiles()
    parsed = read.blocks | "ParseAndRoute" >> ParseAndRoute()
    write(follow_routed(parsed.events, parsed[LINKS], abreast(workers), policy))
    dead_letters = (read[TAG], parsed[TAG]) | "DeadLetters" >> beam.Flatten()
    _ = dead_letters | "WriteDeadLetters" >> WriteDeadLetters(output)


def findings_of_steps_to(
    output: str,
    detected_at: int,
    policy: Policy,
    baseline: Before | None,
    chains: tuple[Chain, ...] | None,
    workers: Workers,
) -> Build:
    """Give what writes the findings of steps."""
    return lambda steps: (
        detected(steps, abreast(workers), policy, baseline, chains)
        | "WriteFindings" >> WriteFindings(output, detected_at)
    )


def findings_to(
    output: str,
    detected_at: int,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> Build:
    """Give what writes the findings of events."""
    return lambda events: (
        findings_from(events, bounded(), policy, baseline, chains)
        | "WriteFindings" >> WriteFindings(output, detected_at)
    )


def baseline_to(path: str, policy: Policy) -> Build:
    """Give what writes the baseline of events to a file."""
    folder, name = os.path.split(path)
    return lambda events: (
        baseline_from(events, bounded(), policy) | "WriteBaseline" >> WriteBaseline(folder, name, policy)
    )


def events_to(output: str) -> Build:
    """Give what writes the events themselves."""
    return lambda events: events | "WriteEvents" >> WriteEvents(output)


def run(
    inputs: Inputs,
    output: str,
    write: Build,
    databases: Databases,
    *,
    quiet: bool,
    policy: Policy | None = None,
    workers: Workers | None = None,
) -> Outcome:
    """Run the flow over the inputs and write `summary.json`; with workers by `build_abreast`, and the policy.

    Raises OSError when the output can't be written, or a worker ends before its work.
    """
    # Beam logs with its stack what it then raises: it is told once.
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    gc.set_threshold(*GC_THRESHOLDS)
    started = time.monotonic()
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    if workers is None:
        build(pipeline, list(inputs.uris), output, write, databases)
    else:
        use(workers)
        build_abreast(pipeline, list(inputs.uris), output, write, policy or Policy(), workers)
    try:
        with watching(sum(inputs.uris.values()), lambda: tally.bytes_read, quiet=quiet):
            result = pipeline.run()
            result.wait_until_finish()
    except WriteError as error:
        raise OSError(str(error)) from error
    except BrokenProcessPool as error:
        raise OSError("a worker process ended before its work: is there enough memory? Try --workers 1") from error
    finally:
        if workers is not None:
            workers.close()
    counted = counters(result)
    # A run that wrote none leaves an earlier run's findings where they lie.
    findings = _read_lines(output, "findings.jsonl") if counted[FINDINGS] else []
    summary = summarise(counted, findings, inputs, time.monotonic() - started)
    with open(os.path.join(output, "summary.json"), "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")
    return Outcome(findings, summary)


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
