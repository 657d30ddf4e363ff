"""`tokentrail backfill`: the findings of a window of the past. Any cut into windows tells the same (docs/adr/0005)."""

import argparse
import os
import tempfile
import time

from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines.arguments import checked
from pipelines.backfills import show
from pipelines.backfills.asked import Asked, duration, moment
from pipelines.backfills.plan import Plan, plan
from pipelines.cli import shared
from pipelines.outcome import ERROR, FOUND, OK, RESULTS, fail
from pipelines.runs import beam_options, chains_of, policy_of, write_formats
from transforms.baseline import before
from transforms.databases import Databases

DIFF = "diff.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    shared(parser)
    parser.epilog = (
        "example: tokentrail backfill examples/ --start 2026-03-03T14:00Z --end 2026-03-03T15:00Z --output out\n"
        "example: tokentrail backfill 'examples/AWSLogs/*/CloudTrail/*/%Y/%m/%d/*' --start 2026-03-03 --end 2026-03-04 "
        "--dry-run"
    )
    parser.add_argument(
        "--start",
        required=True,
        type=checked(moment),
        metavar="TIME",
        help="the first moment told; UTC, such as 2026-03-03",
    )
    parser.add_argument(
        "--end", required=True, type=checked(moment), metavar="TIME", help="the first moment no longer told"
    )
    parser.add_argument(
        "--warm-up",
        type=checked(duration),
        default="24h",
        metavar="TIME",
        help="what is read before the start's UTC day; it builds state and gives no findings (default: %(default)s)",
    )
    parser.add_argument(
        "--lateness",
        type=checked(duration),
        default="1h",
        metavar="TIME",
        help="how late after its event a record may land in its file (default: %(default)s)",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be read and written, and do neither")
    parser.add_argument("--compare-to", metavar="POLICY", help="tell how the findings differ from this policy's")
    parser.add_argument("--fail-on-diff", action="store_true", help="exit 2 when they differ")
    parser.add_argument("--fail-on", choices=SEVERITIES, metavar="SEVERITY", help="exit 2 when a finding reaches it")
    parser.add_argument(
        "--min-severity", choices=SEVERITIES, default="info", metavar="SEVERITY", help="show from here on"
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=("ocsf", "ecs", "csv", "markdown"),
        metavar="FORMAT",
        help="write the findings also as ocsf, ecs, csv or markdown; may be given more than once",
    )
    parser.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones (docs/chains.md)")
    parser.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")


def run(options: argparse.Namespace) -> int:
    """Run the backfill, or say what it would do; gives the exit code."""
    if options.fail_on_diff and not options.compare_to:
        return fail("--fail-on-diff needs --compare-to POLICY: there is nothing to differ from")
    try:
        asked = Asked(options.start, options.end, options.warm_up, options.lateness)
        policy = policy_of(options.policy)
        other = policy_of(options.compare_to) if options.compare_to else None
    except ValueError as error:
        return fail(str(error))
    own = [os.path.join(options.output, name) for name in (*RESULTS, DIFF)]
    planned = plan(options.paths, own, asked, policy)
    for line in planned.inputs.errors:
        fail(line)
    if not planned.inputs.uris:
        return ERROR
    if options.dry_run:
        show.dry_run(planned, asked, policy, options.output)
        return ERROR if planned.inputs.errors else OK
    return _run(options, asked, policy, other, planned)


def _run(options: argparse.Namespace, asked: Asked, policy: Policy, other: Policy | None, planned: Plan) -> int:
    from pipelines.backfills import compare  # Beam and what runs on it: a dry run needs none of it.
    from pipelines.backfills import run as runs

    os.makedirs(options.output, exist_ok=True)
    with tempfile.TemporaryFile(dir=options.output):
        pass  # (os.access says yes to root on a read-only file system.)
    try:
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
        baseline = before(options.baseline, policy) if options.baseline else None
        if options.baseline and other is not None:
            before(options.baseline, other)
        chains = chains_of(options.chains)
    except ValueError as error:
        return fail(str(error))
    databases.close()
    now = time.time_ns() // 1_000
    settings = runs.Settings(asked, policy, baseline, chains, databases, now, beam_options(options))
    outcome = runs.run(planned, options.output, settings, quiet=options.quiet)
    write_formats(options.output, options.format, outcome.findings)
    if not options.quiet:
        show.findings(outcome, options.output, options.min_severity)
    differ = False
    if other is not None:
        differ = compare.against(other, outcome.findings, options, planned, settings)
    if planned.inputs.errors:
        return ERROR
    ranks = [finding["severity_rank"] for finding in outcome.findings]
    reached = options.fail_on and max(ranks, default=0) > SEVERITIES.index(options.fail_on)
    return FOUND if reached or (differ and options.fail_on_diff) else OK
