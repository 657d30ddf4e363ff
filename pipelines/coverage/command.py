"""`tokentrail coverage PATH...`: what the logs could have shown, and whether they are unchanged."""

import argparse
import json
import os

from analytic.chains import shipped
from analytic.coverage.digests import check, uncovered
from pipelines import scan
from pipelines.coverage import require, table
from pipelines.coverage.digests import find, hashes, verifier
from pipelines.coverage.report import Report, report, to_json
from pipelines.inputs import expand
from pipelines.outcome import ERROR, FOUND, OK, RESULTS, fail
from pipelines.views.console import safe
from schemas.coverage import Coverage
from transforms.databases import Databases


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail coverage examples/ --output out --require aws:management --fail-under 95"
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a glob; gs:// and s3:// too")
    parser.add_argument("--output", default="tokentrail-out", metavar="DIR", help="where to (default: %(default)s)")
    parser.add_argument(
        "--format",
        choices=("table", "json", "avro"),
        default="table",
        help="what is printed: a table, the whole report as JSON, or nothing but where coverage.avro is "
        "(default: %(default)s); the files are always written",
    )
    parser.add_argument("--require", action="append", default=[], type=require.requirement, help=require.HELP)
    parser.add_argument(
        "--fail-under",
        type=_percent,
        default=0.0,
        metavar="PERCENT",
        help="exit 2 when an account's hours are covered by less: hours that a gap takes away are not",
    )
    parser.add_argument(
        "--digest-keys",
        metavar="FILE",
        help="public keys to verify the signatures of CloudTrail's digests with: PEM, DER, or what "
        "`aws cloudtrail list-public-keys` prints",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors and what is required")


def run(options: argparse.Namespace) -> int:
    """Run the command; gives the exit code: 0, 2 when something required is not there, 1 on an error."""
    inputs = expand(options.paths, own=[os.path.join(options.output, name) for name in RESULTS])
    for error in inputs.errors:
        fail(error)
    if not inputs.uris:
        return ERROR
    try:
        verify = verifier(options.digest_keys) if options.digest_keys else None
    except ValueError as error:
        return fail(str(error))
    os.makedirs(options.output, exist_ok=True)
    scan.run(inputs, options.output, scan.coverage_to(options.output), Databases(), quiet=options.quiet)
    with open(os.path.join(options.output, "coverage.json"), encoding="utf-8") as file:
        rows = [Coverage(**row) for row in json.load(file)]
    digests = find(inputs.uris)
    # Only where there is something to hold them against is every file read again.
    files = hashes(inputs.uris, {held.path for held in digests}) if digests else {}
    found = report(rows, shipped.chains(), check(digests, files, verify), uncovered(digests, files))
    text = json.dumps(to_json(found), indent=2, ensure_ascii=False)
    with open(
        os.path.join(options.output, "visibility.json"), "w", encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(text + "\n")
    if not options.quiet:
        _show(options, found, text)
    missing = _missing(options, found)
    for line in missing:
        fail(line)
    return ERROR if inputs.errors else FOUND if missing else OK


def _show(options: argparse.Namespace, found: Report, text: str) -> None:
    if options.format == "table":
        table.show(found, options.output)
    elif options.format == "json":
        print(text)  # noqa: T201 - the report itself, for a program to read
    else:
        print(safe(os.path.join(options.output, "coverage.avro")))  # noqa: T201 - where it was asked for


def _missing(options: argparse.Namespace, found: Report) -> list[str]:
    told = [f"required {name}: {why}" for name, check_ in options.require if (why := check_(found)) is not None]
    return told + [f"--fail-under: {line}" for line in require.under(found, options.fail_under)]


def _percent(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return number
