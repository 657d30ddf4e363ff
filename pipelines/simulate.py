"""`tokentrail simulate`: writes a made-up organization's logs of some days, with ground truth beside them."""

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pipelines.outcome import OK, fail
from simulator.organization.world import World
from simulator.organization.writing import TABLE, Settings, Story, write

_ATTACKS = "simulator.attacks.library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.epilog = "example: tokentrail simulate --days 1 --identities 50 --attacks 5 --output made-up"
    parser.add_argument("--days", type=_count(1), default=7, metavar="N", help="from Monday on (default: %(default)s)")
    parser.add_argument(
        "--identities",
        type=_count(20),
        default=1000,
        metavar="N",
        help="people, machines and pipelines (default: %(default)s)",
    )
    parser.add_argument("--attacks", type=_count(0), default=0, metavar="N", help="hide so many attacks in it")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another organization (default: %(default)s)")
    parser.add_argument(
        "--activity",
        type=_activity,
        default=1.0,
        metavar="X",
        help="share of the usual calls, such as 0.1 for a tenth (default: %(default)s: some 220 an identity and day)",
    )
    parser.add_argument("--output", default="tokentrail-logs", metavar="DIR", help="where to (default: %(default)s)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def run(options: argparse.Namespace) -> int:
    """Write the logs; gives the exit code."""
    settings = Settings(options.seed, options.identities, options.days, round(100 * options.activity))
    world = World.new(settings.seed, settings.identities)
    folder = Path(options.output)
    try:
        stories = _attacks(settings, world, options.attacks)
        with _progress(quiet=options.quiet) as progress:
            written = write(folder, settings, world, stories, progress)
    except ValueError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{error.filename or folder}: {error.strerror or error}")
    if not options.quiet:
        Console(highlight=False, soft_wrap=True).print(
            f"{written.events:,} events ({len(stories)} attacks) in {written.files:,} files: {folder / 'logs'}\n"
            f"what is true: {folder / 'README.md'}, {folder / TABLE}\n"
            f"next: tokentrail scan {quote(str(folder / 'logs'))} --asn-db {quote(str(folder / 'asn.mmdb'))} "
            f"--country-db {quote(str(folder / 'city.mmdb'))}",
            markup=False,
        )
    return OK


def _attacks(settings: Settings, world: World, count: int) -> Sequence[Story]:
    """Plan the attacks. Raises ValueError where this installation has none."""
    if count == 0:
        return ()
    if importlib.util.find_spec("simulator.attacks") is None or importlib.util.find_spec(_ATTACKS) is None:
        raise ValueError(f"--attacks {count}: this installation has no {_ATTACKS}; leave --attacks out")
    from simulator.attacks import library

    return library.plan(settings.seed, world, settings.days, count)


def _count(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return count


def _activity(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.01 <= share <= 10:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.01 to 10")
    return share


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give what is told of the progress: on a terminal it shows a bar."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, in_all: None
        return
    columns = (TextColumn("simulating"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating")
        yield lambda done, in_all: bar.update(task, completed=done, total=in_all)
