"""`tokentrail test`: runs the examples of all chains, the shipped ones and a folder's, through the whole analytic."""

import argparse

from analytic.analysis import analyse
from analytic.chains.examples import START
from pipelines.chains import tests as chain_tests
from pipelines.views.console import safe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail test --quiet\nexample: tokentrail test --chains my-chains/"
    parser.add_argument("--chains", metavar="DIR", help="your own chains, one YAML file each (docs/chains.md)")
    parser.add_argument("-q", "--quiet", action="store_true", help="print what failed and the count alone")


def run(options: argparse.Namespace) -> int:
    """Print a PASS or FAIL line for each example, then the count; gives the exit code: 0, or 1 when one failed."""
    lines, code = chain_tests.run(
        options.chains, lambda events, chains: analyse(events, chains=chains, history_until=START)
    )
    for line in lines:
        if not (options.quiet and line.startswith("PASS")):
            print(safe(line))  # noqa: T201 - the command's output
    return code
