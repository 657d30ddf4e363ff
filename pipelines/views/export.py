"""`tokentrail export DIR --format …`: findings that a scan wrote, in the formats that other tools read."""

import argparse
import os

from analytic.scoring import SEVERITIES
from pipelines.arguments import add_quiet, add_results
from pipelines.outcome import OK, fail
from pipelines.views.console import safe
from pipelines.views.findings_file import FindingsError, beside, read
from pipelines.views.formats import FORMATS, write
from schemas.records import to_dict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail export tokentrail-out --format csv --format markdown --min-severity medium"
    add_results(parser)
    parser.add_argument(
        "--format",
        action="append",
        required=True,
        choices=tuple(FORMATS),
        help=f"one of {', '.join(FORMATS)}; may be given several times",
    )
    parser.add_argument("--output", metavar="DIR", help="where to write (default: beside the findings)")
    parser.add_argument(
        "--min-severity", choices=SEVERITIES, default="info", metavar="SEVERITY", help="write from here on"
    )
    add_quiet(parser)


def run(options: argparse.Namespace) -> int:
    """Write the files and print their names; gives the exit code: 0, or 1 with one line. Raises OSError."""
    try:
        findings = read(options.folder)
    except FindingsError as error:
        return fail(str(error))
    least = SEVERITIES.index(options.min_severity) + 1
    rows = [to_dict(finding) for finding in findings if finding.severity_rank >= least]
    folder = options.output or beside(options.folder)
    os.makedirs(folder, exist_ok=True)
    for name in dict.fromkeys(options.format):
        path = write(folder, name, rows)
        if not options.quiet:
            print(f"{len(rows)} findings: {safe(path)}")  # noqa: T201 - the command's output
    return OK
