"""What investigate, actors and drill share: arguments, and the run from files to what a fold says of each actor."""

import argparse
import os
import tempfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import apache_beam as beam

from analytic.fold import Fold
from analytic.policy import HOUR, Policy
from analytic.window import foresight
from pipelines import scan
from pipelines.arguments import checked
from pipelines.backfills.asked import duration, instant
from pipelines.inputs import Inputs, expand
from pipelines.outcome import fail
from pipelines.policy.file import load
from pipelines.rows import divided, with_tables
from transforms.databases import Databases
from transforms.follow import FollowCredentials
from transforms.gather import GatherRows, rows_of
from transforms.order import Order

_LATENESS = HOUR
"""How late after its event a record may land in its partition, as `backfill --lateness` has it."""

Folds = Mapping[str, tuple[Fold[Any, Any], type[Any]]]
"""Folds over an actor's steps by a name of their own, with the type of what comes out of each."""


class Sources(NamedTuple):
    """What to read, and with what."""

    inputs: Inputs
    policy: Policy
    databases: Databases


class Gathered(NamedTuple):
    """What the folds said, by their names, and the summary of the run."""

    rows: dict[str, list[Any]]
    summary: dict[str, Any]


def add_inputs(parser: argparse.ArgumentParser, *, several: str = "+") -> None:
    """Add the arguments that name what to read."""
    parser.add_argument(
        "paths",
        nargs=several,
        metavar="PATH",
        help="a file, a folder or a glob; gs:// and s3:// too; or bigquery://PROJECT.DATASET.TABLE, of raw records",
    )
    parser.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    parser.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb)")
    parser.add_argument("--country-db", metavar="FILE", help="a database of countries or cities (.mmdb)")
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")


def add_time(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add --start and --end, which a table needs: what lies outside still leads to who is behind a credential."""
    parser.add_argument(
        "--start",
        type=checked(instant),
        metavar="TIME",
        help="from here on, UTC: 2026-03-03, 2026-03-03T14:00Z, yesterday",
    )
    parser.add_argument("--end", type=checked(instant), metavar="TIME", help="until here, not included")
    parser.add_argument(
        "--warm-up",
        type=checked(duration),
        default="24h",
        metavar="TIME",
        help="of a table: what is read before --start, for who is behind a credential (default: %(default)s)",
    )


def _read(options: argparse.Namespace, own: list[str], policy: Policy) -> Inputs:
    """Find files, and the partitions of tables that can hold what is asked about. Raises ValueError."""
    files, tables = divided(options.paths)
    if not tables:
        return expand(files, own=own)
    if options.start is None or options.end is None:
        raise ValueError(f"{tables[0]}: give --start and --end: of a table only what they need is read and paid for")
    since, until = options.start - options.warm_up, options.end + foresight(policy) + _LATENESS
    return with_tables(expand(files, own=own), tables, since, until)


def sources(options: argparse.Namespace, own: list[str]) -> Sources:
    """Find the inputs and check policy and databases. Raises ValueError with one line; a bad path is told beside it."""
    policy = load(options.policy) if options.policy else Policy()
    inputs = _read(options, own, policy)
    for error in inputs.errors:
        fail(error)
    if not inputs.uris:
        raise ValueError("there is nothing to read: give files, folders or globs of audit logs")
    databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
    databases.open()
    databases.close()
    return Sources(inputs, policy, databases)


def gather(given: Sources, folds: Folds, *, quiet: bool) -> Gathered:
    """Read, parse and follow, then run the folds over each actor's steps. Nothing is left on disk."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, f"{name}.rows") for name in folds}

        def write(events: beam.PCollection, order: Order) -> None:
            steps = events | "FollowCredentials" >> FollowCredentials(order, given.policy)
            for name, (fold, _) in folds.items():
                _ = steps | name >> GatherRows(order, fold, paths[name])

        outcome = scan.run(given.inputs, folder, write, given.databases, quiet=quiet)
        rows = {name: rows_of(paths[name], type_) for name, (_, type_) in folds.items()}
    return Gathered(rows, outcome.summary)


def unread(summary: Mapping[str, Any]) -> str | None:
    """Say how many records could not be read, in one line; None where all could."""
    total = summary["dead_letters"]["total"]
    return (
        f"{total} records or files could not be read: `tokentrail scan` writes them with the reason" if total else None
    )
