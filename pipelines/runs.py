"""The commands that run the flow over files: scan, events, baseline. What is wrong is told before the work."""

import argparse
import os
import tempfile
import time
from typing import Any

from analytic.chains import shipped
from analytic.chains.chain import Chain
from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines import scan
from pipelines.inputs import expand
from pipelines.outcome import ERROR, FOUND, OK, REPORT, RESULTS, fail
from pipelines.views import console
from pipelines.views.findings_file import FindingsError
from transforms.baseline import before
from transforms.databases import Databases


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
        policy = policy_of(options.policy)
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        write = _writer(options, policy)
    except ValueError as error:
        return fail(str(error))
    databases.close()
    former = _former_views(folder, options)
    outcome = scan.run(inputs, folder, write, databases, quiet=options.quiet, beam_options=beam_options(options))
    if options.command == "scan":
        try:
            _write_views(folder, options, outcome.findings)
        except FindingsError as error:
            return fail(str(error))
    if not options.quiet:
        _show(options, outcome)
        if former:
            console.say([f"of an earlier scan, and not written anew: {', '.join(former)}"])
    if inputs.errors:
        return ERROR
    ranks = [finding["severity_rank"] for finding in outcome.findings]
    wanted = options.fail_on if options.command == "scan" else None
    return FOUND if wanted and max(ranks, default=0) > SEVERITIES.index(wanted) else OK


def beam_options(options: argparse.Namespace) -> tuple[str, ...]:
    """Give the options of the runner that was named, and what else was passed to it; none for this process."""
    return (f"--runner={options.runner}", *options.passed) if options.runner else ()


def policy_of(path: str | None) -> Policy:
    """Read a policy file, or give the defaults. Raises ValueError, in one line."""
    if path is None:
        return Policy()
    from pipelines.policy.file import load  # Here and below: what most runs do not need is not loaded at their start.

    return load(path)


def chains_of(folder: str | None) -> tuple[Chain, ...] | None:
    """Read a folder of chains beside the shipped ones; None for these alone. Raises ValueError, in one line."""
    return shipped.chains() + _own_chains(folder) if folder is not None else None


def _own_chains(folder: str | None) -> tuple[Chain, ...]:
    if folder is None:
        return ()
    from pipelines.chains.files import load_folder

    return load_folder(folder, [chain.name for chain in shipped.chains()])


def _writer(options: argparse.Namespace, policy: Policy) -> scan.Build:
    if options.command == "events":
        return scan.events_to(options.output)
    if options.command == "baseline":
        return scan.baseline_to(options.output, policy)
    baseline = before(options.baseline, policy) if options.baseline else None
    now = time.time_ns() // 1_000
    return scan.findings_to(options.output, now, policy, baseline, chains_of(options.chains))


def write_formats(folder: str, names: list[str] | None, findings: list[dict[str, Any]]) -> None:
    """Write findings in the other formats that were asked for, each once."""
    if names:
        from pipelines.views import formats

        for name in dict.fromkeys(names):
            formats.write(folder, name, findings)


def _write_views(folder: str, options: argparse.Namespace, findings: list[dict[str, Any]]) -> None:
    """Write the findings in the other formats that were asked for, and the report last: it reads what lies there."""
    write_formats(folder, options.format, findings)
    if options.report:
        from pipelines.report.command import write

        write(folder, None, _own_chains(options.chains))


def _former_views(folder: str, options: argparse.Namespace) -> list[str]:
    """Give the views of findings that lie in a folder from before and that this scan does not replace."""
    if options.command != "scan":
        return []
    from pipelines.views.formats import FORMATS

    former = [file for name, file in FORMATS.items() if name not in (options.format or ())]
    former += [] if options.report else [REPORT]
    return [name for name in former if os.path.exists(os.path.join(folder, name))]


def _show(options: argparse.Namespace, outcome: scan.Outcome) -> None:
    if options.command == "scan":
        console.show(outcome.findings, outcome.summary, options.output, SEVERITIES.index(options.min_severity) + 1)
    else:
        console.show_events(outcome.summary, options.output)
