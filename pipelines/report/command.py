"""`tokentrail report DIR`: what a scan found as one HTML file."""

import argparse
import os

from analytic.chains.chain import Chain
from analytic.chains.shipped import chains
from pipelines.arguments import add_own_chains, add_quiet, add_results, checked
from pipelines.chains.files import ChainError, load_folder
from pipelines.outcome import OK, REPORT, fail
from pipelines.report.folder import load
from pipelines.report.page import MAX_WHOLE, render
from pipelines.views.console import safe
from pipelines.views.findings_file import FindingsError, beside


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail report tokentrail-out"
    add_results(parser)
    parser.add_argument("--output", metavar="FILE", help=f"where to write (default: {REPORT} beside the findings)")
    add_own_chains(parser)
    parser.add_argument(
        "--max-findings",
        type=checked(_number),
        default=MAX_WHOLE,
        metavar="N",
        help="tell so many findings in full, the gravest first; the others in a line each (default: %(default)s)",
    )
    add_quiet(parser)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise ValueError(f"{text[:40]} is no number of findings: give one from 1 to 10000")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Write the report; gives the exit code: 0, or 1 with one line on stderr. Raises OSError."""
    try:
        own = load_folder(options.chains) if options.chains else ()
        path = write(options.folder, options.output, own, options.max_findings)
    except (ChainError, FindingsError) as error:
        return fail(str(error))
    if not options.quiet:
        print(f"report: {safe(path)}")  # noqa: T201 - the command's output
    return OK


def write(folder: str, output: str | None, own: tuple[Chain, ...] = (), max_whole: int = MAX_WHOLE) -> str:
    """Write the report of a folder and give its path. Raises FindingsError, and OSError where it can't be written."""
    path = output or os.path.join(beside(folder), REPORT)
    pieces = render(load(folder), (*own, *chains()), max_whole)
    draft = f"{path}.draft"
    try:
        with open(draft, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    return path
