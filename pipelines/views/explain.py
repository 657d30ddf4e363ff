"""`tokentrail explain FINDING_ID DIR`: one finding as a story in plain words."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from analytic.chains.chain import Chain
from analytic.chains.shipped import chains
from pipelines.arguments import add_own_chains, add_results
from pipelines.chains.files import ChainError, load_folder
from pipelines.outcome import OK, fail
from pipelines.views.findings_file import FindingsError, read
from pipelines.views.story import About, Line, story
from schemas.records import Finding

_PLAIN_WIDTH = 100
"""Columns where the output is no terminal, so that it is the same everywhere."""

_MAX_NAMED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail explain d4e1 tokentrail-out"
    parser.add_argument("finding", metavar="FINDING_ID", help="a finding's id, or its beginning as far as it is unique")
    add_results(parser)
    add_own_chains(parser)


def run(options: argparse.Namespace) -> int:
    """Print the story of a finding; gives the exit code: 0, or 1 with one line on stderr."""
    try:
        finding = _chosen(read(options.folder), options.finding, options.folder)
        own = load_folder(options.chains) if options.chains else ()
    except (ChainError, FindingsError) as error:
        return fail(str(error))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PLAIN_WIDTH
    _print(story(finding, about(finding.chain, (*own, *chains())), width))
    return OK


def about(name: str, known: Iterable[Chain]) -> About:
    """Give what the author of a chain says of it; nothing for a chain that is not known."""
    chain = next((chain for chain in known if chain.name == name), None)
    return About() if chain is None else About(chain.check, chain.benign)


def _chosen(findings: list[Finding], wanted: str, folder: str) -> Finding:
    """Find a finding by its id or the beginning of it. Raises FindingsError."""
    wanted = wanted.strip().lower()
    if not wanted:
        raise FindingsError("an empty id fits every finding: give the beginning of one")
    exact = [finding for finding in findings if finding.finding_id.lower() == wanted]
    found = exact or [finding for finding in findings if finding.finding_id.lower().startswith(wanted)]
    if not found:
        where = folder if os.path.isfile(folder) else os.path.join(folder, "findings.jsonl")
        raise FindingsError(f"no finding of the {len(findings)} in {where} has an id that begins with {wanted[:64]}")
    if len(found) > 1:
        names = ", ".join(finding.finding_id for finding in found[:_MAX_NAMED])
        more = f" and {len(found) - _MAX_NAMED} more" if len(found) > _MAX_NAMED else ""
        raise FindingsError(f"{wanted[:64]} is the beginning of {len(found)} ids: {names}{more}; give more of it")
    return found[0]


def _print(lines: list[Line]) -> None:
    if sys.stdout.isatty():
        console = Console(highlight=False)
    else:
        console = Console(width=_PLAIN_WIDTH, color_system=None, force_terminal=False, highlight=False)
    for line in lines:
        console.print(Text(line.text, style="bold" if line.heading else ""), soft_wrap=True)
