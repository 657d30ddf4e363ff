"""`tokentrail doctor`: each thing that a run needs is OK, missing or wrong, with what to do next."""

import argparse
from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.doctor import local, remote
from pipelines.doctor.check import MISSING, OK, WRONG, Checked
from pipelines.outcome import ERROR
from pipelines.outcome import OK as DONE
from pipelines.policy.file import load
from pipelines.views.console import console, safe

_COLOURS = {OK: "green", MISSING: "yellow", WRONG: "bold red"}

_TABLES = {
    "findings_table": ("findings table", "finding"),
    "coverage_table": ("coverage table", "coverage"),
    "dead_letters_table": ("dead letters table", "dead_letter"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail doctor --policy docs/policy.yaml"
    parser.add_argument("--policy", metavar="FILE", help="a policy.yaml; the databases that it names are checked too")
    parser.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb)")
    parser.add_argument("--country-db", metavar="FILE", help="a database of countries or cities (.mmdb)")
    parser.add_argument("--baseline", metavar="FILE", help="what `tokentrail baseline` wrote")
    parser.add_argument("--chains", metavar="DIR", help="your own chains")
    parser.add_argument("--output", metavar="DIR", help="a folder that a run would write to")
    away = parser.add_argument_group(f"asked for over the network, {remote.SECONDS:g} seconds at most each")
    for option, (what, _) in _TABLES.items():
        away.add_argument(f"--{option.replace('_', '-')}", metavar="TABLE", help=f"{what}: PROJECT:DATASET.TABLE")
    away.add_argument("--subscription", metavar="NAME", help="projects/PROJECT/subscriptions/NAME")


def run(options: argparse.Namespace) -> int:
    """Print the checks; gives the exit code: 1 when something is wrong."""
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("", "", "found", "next"):
        table.add_column(name, overflow="fold")
    checks = [*local.machine(), *_asked(options)]
    for one in checks:
        style = _COLOURS[one.state]
        table.add_row(one.name, Text(one.state, style=style), Text(safe(one.found)), Text(safe(one.todo)))
    out.print(table)
    wrong = sum(one.state == WRONG for one in checks)
    out.print(f"{wrong} wrong, {sum(one.state == MISSING for one in checks)} missing that nothing asked for")
    return ERROR if wrong else DONE


def _asked(options: argparse.Namespace) -> Iterator[Checked]:
    """Check what options name, and the databases of a policy that they name."""
    asn, country = options.asn_db, options.country_db
    if options.policy:
        checked = local.policy(options.policy)
        yield checked
        if checked.state == OK:
            read = load(options.policy)
            asn, country = asn or read.asn_database, country or read.country_database
    if asn:
        yield local.database("networks", asn, "")
    if country:
        yield local.database("countries", "", country)
    if options.baseline:
        yield local.baseline(options.baseline, options.policy)
    if options.chains:
        yield local.chains(options.chains)
    if options.output:
        yield local.output(options.output)
    for option, (what, schema) in _TABLES.items():
        name = getattr(options, option)
        if name:
            yield remote.table(what, name, schema)
    if options.subscription:
        yield remote.subscription(options.subscription)
