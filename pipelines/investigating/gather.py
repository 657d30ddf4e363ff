"""What investigate, actors and drill share: arguments, and the run from files to what a fold says of each actor."""

import argparse
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import apache_beam as beam

from analytic.fold import Fold
from analytic.policy import Policy
from pipelines import scan
from pipelines.inputs import Inputs, expand
from pipelines.outcome import fail
from pipelines.policy.file import load
from pipelines.stream import bounded
from transforms.databases import Databases
from transforms.follow import FollowCredentials
from transforms.gather import GatherRows, rows_of

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
    parser.add_argument("paths", nargs=several, metavar="PATH", help="a file, a folder or a glob; gs:// and s3:// too")
    parser.add_argument("--policy", metavar="FILE", help="a policy.yaml (docs/policy.md)")
    parser.add_argument("--asn-db", metavar="FILE", help="a database of networks (.mmdb)")
    parser.add_argument("--country-db", metavar="FILE", help="a database of countries or cities (.mmdb)")
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")


def add_time(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add --start and --end: events before and after still lead to who is behind a credential."""
    parser.add_argument(
        "--start", type=moment, metavar="TIME", help="from here on: 2026-03-03, 2026-03-03T14:00Z (UTC)"
    )
    parser.add_argument("--end", type=moment, metavar="TIME", help="until here, not included")


def moment(text: str) -> int:
    """Read a time: ISO 8601, UTC where no zone is given. Raises ArgumentTypeError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 2026-03-03 or 2026-03-03T14:00Z") from None
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()) * 1_000_000


def sources(options: argparse.Namespace, own: list[str]) -> Sources:
    """Find the inputs and check policy and databases. Raises ValueError with one line; a bad path is told beside it."""
    inputs = expand(options.paths, own=own)
    for error in inputs.errors:
        fail(error)
    if not inputs.uris:
        raise ValueError("there is nothing to read: give files, folders or globs of audit logs")
    policy = load(options.policy) if options.policy else Policy()
    databases = Databases(options.asn_db or policy.asn_database, options.country_db or policy.country_database)
    databases.open()
    databases.close()
    return Sources(inputs, policy, databases)


def gather(given: Sources, folds: Folds, *, quiet: bool) -> Gathered:
    """Read, parse and follow, then run the folds over each actor's steps. Nothing is left on disk."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, f"{name}.rows") for name in folds}

        def write(events: beam.PCollection) -> None:
            steps = events | "FollowCredentials" >> FollowCredentials(bounded(), given.policy)
            for name, (fold, _) in folds.items():
                _ = steps | name >> GatherRows(bounded(), fold, paths[name])

        outcome = scan.run(given.inputs, folder, write, given.databases, quiet=quiet)
        rows = {name: rows_of(paths[name], type_) for name, (_, type_) in folds.items()}
    return Gathered(rows, outcome.summary)


def unread(summary: Mapping[str, Any]) -> str | None:
    """Say how many records could not be read, in one line; None where all could."""
    total = summary["dead_letters"]["total"]
    return (
        f"{total} records or files could not be read: `tokentrail scan` writes them with the reason" if total else None
    )
