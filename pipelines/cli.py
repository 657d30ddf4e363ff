"""The command line. Beam is imported once the arguments are known good."""

import argparse
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from analytic.scoring import SEVERITIES
from pipelines.outcome import ERROR, INTERRUPTED, fail


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
    scan.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")
    events = commands.add_parser(
        "events",
        help="audit logs to normalised events",
        description="Read audit logs and write the normalised events alone.",
        epilog="example: tokentrail events logs/ --output out",
    )
    _shared(events)
    baseline = commands.add_parser(
        "baseline",
        help="audit logs to what each actor usually does",
        description="Learn from a history of audit logs what each actor, and its peers, usually do.",
        epilog="example: tokentrail baseline history/ --output baseline.avro",
    )
    _shared(baseline, output="baseline.avro", metavar="FILE")
    return top


def _shared(command: argparse.ArgumentParser, output: str = "tokentrail-out", metavar: str = "DIR") -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a glob; gs:// and s3:// too")
    command.add_argument("--output", default=output, metavar=metavar, help="where to write (default: %(default)s)")
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
        from pipelines import runs

        return runs.run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return fail(f"{error.filename or options.output}: {error.strerror or error}" if error.errno else str(error))


if __name__ == "__main__":
    sys.exit(main())
