"""The command line. Beam is imported once the arguments are known good."""

import argparse
import importlib
import io
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from analytic.scoring import SEVERITIES
from pipelines.outcome import ERROR, INTERRUPTED, fail

_OTHERS = {
    "explain": ("pipelines.views.explain", "tell the story of a finding, in order and in plain words"),
    "test": ("pipelines.chains.command", "run the examples of all chains, the shipped ones and your own"),
    "tune": ("pipelines.tuning.command", "propose envelopes and suppressions from findings that repeat"),
    "simulate": ("pipelines.simulate", "write the logs of a made-up organization, with the truth beside them"),
}
"""The commands that have a module of their own, with `add_arguments` and `run`: they run no pipeline."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # argparse would exit with 2, which is what --fail-on means.
        self.exit(ERROR, f"tokentrail: error: {message} (see {self.prog} --help)\n")


def parser(command_line: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Give the parser of the command line; only the named command's module is imported for its arguments."""
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
    scan.add_argument(
        "--format",
        choices=("ocsf",),
        metavar="FORMAT",
        help="write the findings also as findings.ocsf.jsonl (OCSF 1.8 Detection Findings)",
    )
    scan.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones (docs/chains.md)")
    scan.add_argument(
        "--workers", type=_count, metavar="N", help="processes that parse and follow (default: a core each for much)"
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
    for name, (module, help_) in _OTHERS.items():
        command = commands.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        if name in command_line:
            importlib.import_module(module).add_arguments(command)
    return top


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a number of processes: {text!r} (1 or more)")
    return int(text)


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
    options = parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
    try:
        module, _ = _OTHERS.get(options.command, ("pipelines.runs", ""))
        return int(importlib.import_module(module).run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return fail(
            f"{error.filename or getattr(options, 'output', options.command)}: {error.strerror or error}"
            if error.errno
            else str(error)
        )


if __name__ == "__main__":
    sys.exit(main())
