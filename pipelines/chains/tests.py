"""Runs the examples of chains, each through the whole analytic with its chain alone: `tokentrail test`."""

import os
from collections.abc import Callable, Iterable

from analytic.chains import shipped
from analytic.chains.chain import Chain
from analytic.chains.examples import expand
from analytic.chains.rows import Example
from pipelines.chains.files import ChainError, load_folder
from schemas.records import ApiEvent, Finding

Analyse = Callable[[list[ApiEvent], tuple[Chain, ...]], Iterable[Finding]]
"""Gives the findings of events, by these chains and no others."""


def run(folder: str | os.PathLike[str] | None, analyse: Analyse) -> tuple[list[str], int]:
    """Run the shipped chains' examples, and those of a folder's chains.

    Gives a PASS or FAIL line for each, then a line that counts them; and the exit code, 1 when one failed or a chain
    file is wrong (then the one line says where).
    """
    chains = shipped.chains()
    try:
        if folder is not None:
            chains += load_folder(folder, [chain.name for chain in chains])
    except ChainError as error:
        return [f"FAIL {error}"], 1
    lines = [line for chain in chains for line in _lines(chain, analyse)]
    failed = sum(line.startswith("FAIL") for line in lines)
    lines.append(f"{len(chains)} chains, {len(lines)} examples: {len(lines) - failed} passed, {failed} failed")
    return lines, 1 if failed else 0


def _lines(chain: Chain, analyse: Analyse) -> Iterable[str]:
    for example in chain.examples.fires:
        found = _found(chain, example, analyse)
        wrong = "" if found else ": no finding, one was expected"
        yield f"{'PASS' if found else 'FAIL'} {chain.name} fires: {example.name}{wrong}"
    for example in chain.examples.silent:
        found = _found(chain, example, analyse)
        wrong = "".join(f": {finding.title}" for finding in found[:1])
        yield f"{'FAIL' if found else 'PASS'} {chain.name} is silent: {example.name}{wrong}"


def _found(chain: Chain, example: Example, analyse: Analyse) -> list[Finding]:
    return [finding for finding in analyse(expand(example), (chain,)) if finding.chain == chain.name]
