"""The command line. Beam is imported once the arguments are known good."""

import argparse
import importlib
import io
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any, NoReturn

from analytic.scoring import SEVERITIES
from pipelines.outcome import ERROR, INTERRUPTED, OK, fail

_OTHERS = {
    "backfill": ("pipelines.backfill", "findings of a window of the past, the same however it is cut"),
    "stream": ("pipelines.streaming.command", "messages of a Pub/Sub subscription to findings, as they come"),
    "report": ("pipelines.report.command", "write what a scan found as one HTML file that needs nothing else"),
    "export": ("pipelines.views.export", "write findings as OCSF, ECS, CSV or Markdown"),
    "explain": ("pipelines.views.explain", "tell the story of a finding, in order and in plain words"),
    "chains": ("pipelines.chains.shelf", "list and show the chains, and what of ATT&CK they cover"),
    "test": ("pipelines.chains.command", "run the examples of all chains, the shipped ones and your own"),
    "tune": ("pipelines.tuning.command", "propose envelopes and suppressions from findings that repeat"),
    "investigate": ("pipelines.investigating.investigate", "tell what an actor, credential, address or resource saw"),
    "actors": ("pipelines.investigating.actors", "list who the logs show: when, from where, and what they did"),
    "drill": ("pipelines.drill.command", "verify that scripted actions lead to their person or documented automation"),
    "coverage": ("pipelines.coverage.command", "say what the logs could have shown, and what they are blind to"),
    "doctor": ("pipelines.doctor.command", "check this installation and what a run needs, with what to do next"),
    "redrive": ("pipelines.redrive", "send dead letters through the front door again"),
    "tables": (
        "pipelines.tables.command",
        "make the tables of BigQuery, compare them with their schemas, or print DDL",
    ),
    "simulate": ("pipelines.simulate", "write the logs of a made-up organization, with the truth beside them"),
}
"""The commands that have a module of their own, with `add_arguments` and `run`: what most runs need is not in them."""

_PASSING = frozenset({"stream"})
"""The commands that pass on to Beam what they do not know; those over files do once a runner is named."""


_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)$")
_UNKNOWN = re.compile(r"unrecognized arguments: (--[^ =]+)")


class _Parser(argparse.ArgumentParser):
    """A parser whose epilog is kept as it is: each of its lines `example: tokentrail …` is a command that runs."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter, **given})

    def error(self, message: str) -> NoReturn:
        # argparse would exit with 2, which is what --fail-on means.
        meant = self._meant(message)
        perhaps = f"; did you mean {meant[0]}?" if meant else ""
        self.exit(ERROR, f"tokentrail: error: {message}{perhaps} (see {self.prog} --help)\n")

    def _meant(self, message: str) -> list[str]:
        """Give what is written nearly like a wrong choice or option, if anything is."""
        if choice := _CHOICE.search(message):
            return get_close_matches(choice[1], [name.strip("' ") for name in choice[2].split(",")], 1)
        if option := _UNKNOWN.match(message):
            return get_close_matches(option[1], list(self._option_string_actions), 1)
        return []


def parser(command_line: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Give the parser of the command line; only the named command's module is imported for its arguments."""
    top = _Parser(
        prog="tokentrail",
        description="Follow every cloud credential to the person behind it (MITRE ATT&CK analytic AN0215).",
        epilog="example: tokentrail scan examples/ --output out --report",
    )
    top.add_argument("--version", action="version", version=f"tokentrail {version('tokentrail')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    scan = commands.add_parser(
        "scan",
        help="audit logs to findings",
        description="Read audit logs, follow each credential, and write the findings.",
        epilog=(
            "example: tokentrail scan examples/ --output out --report\n"
            "example: tokentrail scan 'examples/**/*.gz' --policy docs/policy.yaml --min-severity medium --fail-on high"
        ),
    )
    shared(scan)
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
        action="append",
        choices=("ocsf", "ecs", "csv", "markdown"),
        help="write the findings also as OCSF 1.8, ECS 8, CSV or Markdown; may be given several times",
    )
    scan.add_argument("--report", action="store_true", help="write report.html too: all of it on one page")
    scan.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones (docs/chains.md)")
    scan.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` learnt from history")
    events = commands.add_parser(
        "events",
        help="audit logs to normalised events",
        description="Read audit logs and write the normalised events alone.",
        epilog="example: tokentrail events examples/ --output out",
    )
    shared(events)
    baseline = commands.add_parser(
        "baseline",
        help="audit logs to what each actor usually does",
        description="Learn from a history of audit logs what each actor, and its peers, usually do.",
        epilog="example: tokentrail baseline examples/ --output baseline.avro",
    )
    shared(baseline, output="baseline.avro", metavar="FILE")
    for name, (module, help_) in _OTHERS.items():
        command = commands.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        if name in command_line:
            importlib.import_module(module).add_arguments(command)
    for command in commands.choices.values():
        command.set_defaults(of=command)
    return top


def shared(command: argparse.ArgumentParser, output: str = "tokentrail-out", metavar: str = "DIR") -> None:
    """Add the arguments of all commands that run the flow over files."""
    command.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a glob; gs:// and s3:// too")
    command.add_argument("--output", default=output, metavar=metavar, help="where to write (default: %(default)s)")
    command.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    command.add_argument(
        "--asn-db", metavar="FILE", help="a database of networks (.mmdb: GeoLite2-ASN, IPinfo, DB-IP …)"
    )
    command.add_argument(
        "--country-db", metavar="FILE", help="a database of countries; of cities, for impossible travel"
    )
    command.add_argument(
        "--runner",
        metavar="NAME",
        help="run on another of Beam's runners; options not named here are its own (docs/flink.md: FlinkRunner)",
    )
    command.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # Names in logs hold what an output's encoding may lack.
    line = sys.argv[1:] if argv is None else argv
    top = parser(line)
    options, passed = top.parse_known_args(line)
    if passed and options.command not in _PASSING and not getattr(options, "runner", None):
        options.of.error(f"unrecognized arguments: {' '.join(passed)}")
    options.passed = passed
    try:
        module, _ = _OTHERS.get(options.command, ("pipelines.runs", ""))
        return int(importlib.import_module(module).run(options))
    except KeyboardInterrupt:
        return INTERRUPTED
    except RuntimeError as error:
        if str(error).startswith("KeyboardInterrupt"):
            return INTERRUPTED  # Beam makes an error of its own out of what stops a step.
        raise
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            return OK  # Rich ends the process so, with 1.
        raise
    except BrokenPipeError:
        # Whoever read the output has enough of it (`| head`): that is no error, nor is what is still in the buffer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except (FileExistsError, NotADirectoryError) as error:
        return fail(f"{error.filename}: is a file where --output needs a folder: give another")
    except OSError as error:
        return fail(
            f"{error.filename or getattr(options, 'output', options.command)}: {error.strerror or error}"
            if error.errno
            else str(error)
        )


if __name__ == "__main__":
    sys.exit(main())
