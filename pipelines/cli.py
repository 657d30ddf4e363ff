"""The command line: `tokentrail scan` and `tokentrail events`. Beam is imported once the arguments are known good."""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from analytic.scoring import SEVERITIES

RESULTS = ("findings.jsonl", "findings.avro", "dead_letters.jsonl", "summary.json", "events.jsonl", "events.avro")
"""The files that runs write."""

OK, ERROR, FOUND, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: FOUND when --fail-on was reached; INTERRUPTED as shells count SIGINT."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse would exit with 2, which is what --fail-on means.
        self.exit(ERROR, f"tokentrail: error: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Give the parser of the command line."""
    top = _Parser(
        prog="tokentrail",
        description="Follow every cloud credential to the person behind it (MITRE ATT&CK analytic AN0215).",
        epilog="example: tokentrail scan examples/ --output out --fail-on high",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"tokentrail {version('tokentrail')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    scan = commands.add_parser(
        "scan",
        help="audit logs to findings",
        description="Read audit logs, follow each credential, and write the findings.",
        epilog="example: tokentrail scan logs/ 'more/*.json.gz' --output out --min-severity medium --fail-on high",
    )
    _shared(scan)
    scan.add_argument("--fail-on", choices=SEVERITIES, metavar="SEVERITY", help="exit 2 when a finding reaches it")
    scan.add_argument(
        "--min-severity",
        choices=SEVERITIES,
        default="info",
        metavar="SEVERITY",
        help="show from here on; all are written",
    )
    events = commands.add_parser(
        "events",
        help="audit logs to normalised events",
        description="Read audit logs and write the normalised events alone.",
        epilog="example: tokentrail events logs/ --output out",
    )
    _shared(events)
    return top


def _shared(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a glob; gs:// and s3:// too")
    command.add_argument(
        "--output", default="tokentrail-out", metavar="DIR", help="where to write (default: %(default)s)"
    )
    command.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    command.add_argument(
        "--asn-db", metavar="FILE", help="a database of networks (.mmdb: GeoLite2-ASN, IPinfo, DB-IP …)"
    )
    command.add_argument(
        "--country-db", metavar="FILE", help="a database of countries; of cities, for impossible travel"
    )
    command.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # Names in logs hold what an output's encoding may lack.
    options = parser().parse_args(argv)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return _fail(f"{error.filename or options.output}: {error.strerror or error}" if error.errno else str(error))


def _run(options: argparse.Namespace) -> int:
    from pipelines.inputs import expand

    inputs = expand(options.paths, own=[os.path.join(options.output, name) for name in RESULTS])
    for error in inputs.errors:
        _fail(error)
    if not inputs.uris:
        return ERROR
    os.makedirs(options.output, exist_ok=True)
    with tempfile.TemporaryFile(dir=options.output):
        pass  # Told before the work, not after it. (os.access says yes to root on a read-only file system.)
    from analytic.policy import Policy
    from pipelines import scan
    from pipelines.policy_file import load
    from transforms.databases import Databases

    try:
        # What is wrong with a file is told before the work.
        policy = load(options.policy) if options.policy else Policy()
        databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
        databases.open()
    except ValueError as error:
        return _fail(str(error))
    databases.close()
    if options.command == "events":
        write = scan.events_to(options.output)
    else:
        write = scan.findings_to(options.output, time.time_ns() // 1_000, policy)
    outcome = scan.run(inputs, options.output, write, databases, quiet=options.quiet)
    if not options.quiet:
        _show(options, outcome.findings, outcome.summary)
    if inputs.errors:
        return ERROR
    ranks = [finding["severity_rank"] for finding in outcome.findings]
    reached = (
        options.command == "scan" and options.fail_on and max(ranks, default=0) > SEVERITIES.index(options.fail_on)
    )
    return FOUND if reached else OK


def _show(options: argparse.Namespace, findings: list[dict[str, object]], summary: dict[str, object]) -> None:
    from pipelines import console

    if options.command == "events":
        console.show_events(summary, options.output)
    else:
        console.show(findings, summary, options.output, SEVERITIES.index(options.min_severity) + 1)


def _fail(message: str) -> int:
    from pipelines.console import safe

    print(f"tokentrail: error: {safe(message)}", file=sys.stderr)  # noqa: T201 - the one line that errors are
    return ERROR


if __name__ == "__main__":
    sys.exit(main())
