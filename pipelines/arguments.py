"""Arguments that several commands have."""

import argparse
from collections.abc import Callable


def checked(read: Callable[[str], int]) -> Callable[[str], int]:
    """Give a reader of an argument out of one that raises ValueError: argparse tells what it says."""

    def value(text: str) -> int:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return value


def add_results(parser: argparse.ArgumentParser) -> None:
    """Add the folder of a scan's results, which is read here."""
    parser.add_argument(
        "folder",
        nargs="?",
        default="tokentrail-out",
        metavar="DIR",
        help="what a scan wrote: its --output folder, or a findings.jsonl (default: %(default)s)",
    )


def add_own_chains(parser: argparse.ArgumentParser) -> None:
    """Add the folder of the user's own chains, for what they say of a finding."""
    parser.add_argument("--chains", metavar="DIR", help="your own chains, for what they say to check")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add -q."""
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
