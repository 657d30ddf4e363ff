"""The commands that run the flow over files: scan, events, baseline. What is wrong is told before the work."""

import argparse
import json
import os
import tempfile
import time
from importlib.metadata import version
from typing import Any

from analytic.chains import shipped
from analytic.chains.chain import Chain
from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines import scan
from pipelines.inputs import expand
from pipelines.outcome import ERROR, FOUND, OK, RESULTS, fail
from pipelines.views import console
from transforms.baseline import before
from transforms.databases import Databases
from transforms.workers import Workers

MUCH_BYTES = 16 * 1024 * 1024
"""From so much input on, as it lies there, a scan's work is shared: below it the processes cost more than they save."""

MOST_WORKERS = 8
"""More processes than these wait for the one that groups."""


def run(options: argparse.Namespace) -> int:
    """Run a command; gives the exit code. Raises OSError where the output can't be written."""
    folder = os.path.dirname(options.output) or "." if options.command == "baseline" else options.output
    inputs = expand(options.paths, own=[os.path.join(folder, name) for name in RESULTS])
    for error in inputs.errors:
        fail(error)
    if not inputs.uris:
        return ERROR
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass  # (os.access says yes to root on a read-only file system.)
    try:
        policy = _policy(options.policy)
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        workers = _workers(options, policy, databases, sum(inputs.uris.values()))
        write = _writer(options, policy, workers)
    except ValueError as error:
        return fail(str(error))
    databases.close()
    outcome = scan.run(inputs, folder, write, databases, quiet=options.quiet, policy=policy, workers=workers)
    if options.command == "scan" and options.format == "ocsf":
        _write_ocsf(folder, outcome.findings)
    if not options.quiet:
        _show(options, outcome)
    if inputs.errors:
        return ERROR
    ranks = [finding["severity_rank"] for finding in outcome.findings]
    wanted = options.fail_on if options.command == "scan" else None
    return FOUND if wanted and max(ranks, default=0) > SEVERITIES.index(wanted) else OK


def _policy(path: str | None) -> Policy:
    if path is None:
        return Policy()
    from pipelines.policy.file import load  # Here and below: what most runs do not need is not loaded at their start.

    return load(path)


def _chains(folder: str | None) -> tuple[Chain, ...] | None:
    if folder is None:
        return None
    from pipelines.chains.files import load_folder

    own = shipped.chains()
    return own + load_folder(folder, [chain.name for chain in own])


def _workers(options: argparse.Namespace, policy: Policy, databases: Databases, size: int) -> Workers | None:
    """Give the processes of a scan: as many as were asked for, else one for each core when there is much to read."""
    number = options.workers if options.command == "scan" else 1
    if number is None:
        number = min(_cores(), MOST_WORKERS) if size >= MUCH_BYTES else 1
    return Workers(number, policy, databases) if number > 1 else None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _writer(options: argparse.Namespace, policy: Policy, workers: Workers | None) -> scan.Build:
    if options.command == "events":
        return scan.events_to(options.output)
    if options.command == "baseline":
        return scan.baseline_to(options.output, policy)
    baseline = before(options.baseline, policy) if options.baseline else None
    now = time.time_ns() // 1_000
    chains = _chains(options.chains)
    if workers is None:
        return scan.findings_to(options.output, now, policy, baseline, chains)
    return scan.findings_of_steps_to(options.output, now, policy, baseline, chains, workers)


def _write_ocsf(folder: str, findings: list[dict[str, Any]]) -> None:
    from analytic.ocsf import to_ocsf

    with open(os.path.join(folder, "findings.ocsf.jsonl"), "w", encoding="utf-8") as file:
        for finding in findings:
            file.write(json.dumps(to_ocsf(finding, version("tokentrail")), ensure_ascii=False) + "\n")


def _show(options: argparse.Namespace, outcome: scan.Outcome) -> None:
    if options.command == "scan":
        console.show(outcome.findings, outcome.summary, options.output, SEVERITIES.index(options.min_severity) + 1)
    else:
        console.show_events(outcome.summary, options.output)
