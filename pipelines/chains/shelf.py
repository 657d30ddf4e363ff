"""`tokentrail chains list|show|coverage`: what the chains look for, and what of ATT&CK they cover."""

import argparse
import json
import os
import textwrap
from collections.abc import Iterable
from importlib.metadata import version

from analytic.chains import shipped
from analytic.chains.chain import Chain, Stage, Where
from analytic.chains.rows import Example
from analytic.context.tables import techniques
from analytic.formats.attack_layer import BOTH, LABELLED, NOTHING, TOLD, Tactic, by_tactic, coverage, layer
from analytic.formats.attack_tactics import TACTICS, named, tactics_of
from pipelines.chains.files import ChainError, load_folder
from pipelines.outcome import OK, fail
from pipelines.views.console import safe

LAYER = "attack-layer.json"

_WIDTH = 100
_MAX_IDS = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail chains show console_pivot"
    commands = parser.add_subparsers(dest="chains_command", required=True, metavar="list|show|coverage")
    list_ = commands.add_parser("list", help="all chains, with their stages and techniques")
    list_.epilog = "example: tokentrail chains list\nexample: tokentrail chains list --chains my-chains/"
    show = commands.add_parser("show", help="one chain: stages, gates, what to check, benign twins, examples")
    show.epilog = "example: tokentrail chains show shift_to_privileged"
    show.add_argument("name", metavar="NAME", help="a chain's name, or its beginning as far as it is unique")
    covers = commands.add_parser("coverage", help="what of ATT&CK they cover, by tactic and as a Navigator layer")
    covers.epilog = f"example: tokentrail chains coverage --output {LAYER}"
    covers.add_argument(
        "--output", default=LAYER, metavar="FILE", help="where to write the Navigator's layer (default: %(default)s)"
    )
    for command in (list_, show, covers):
        command.add_argument("--chains", metavar="DIR", help="your own chains beside the shipped ones")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for; gives the exit code: 0, or 1 with one line on stderr. Raises OSError."""
    try:
        chains = _all(options.chains)
        if options.chains_command == "list":
            lines = listed(chains)
        elif options.chains_command == "show":
            lines = shown(_chosen(chains, options.name))
        else:
            lines = _covered(chains, options.output)
    except (ChainError, LookupError) as error:
        return fail(str(error.args[0] if isinstance(error, LookupError) else error))
    for line in lines:
        print(safe(line))  # noqa: T201 - the command's output
    return OK


def _all(folder: str | None) -> tuple[Chain, ...]:
    own = shipped.chains()
    chains = own + load_folder(folder, [chain.name for chain in own]) if folder else own
    return tuple(sorted(chains, key=lambda chain: chain.name))


def _chosen(chains: Iterable[Chain], name: str) -> Chain:
    """Find a chain by its name or the beginning of it. Raises LookupError with one line."""
    known = {chain.name: chain for chain in chains}
    found = [name] if name in known else [one for one in known if one.startswith(name)]
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise LookupError(f"{name} is the beginning of {', '.join(found[:_MAX_IDS])}: give more of it")
    raise LookupError(f"{name[:64]} is no chain: see tokentrail chains list")


def listed(chains: Iterable[Chain]) -> list[str]:
    """Give a line for each chain and one for its techniques."""
    lines = []
    for chain in chains:
        stages = " -> ".join(stage.name for stage in chain.stages)
        lines += [f"{chain.name:<36}  {stages}", f"{'':<36}  {', '.join(chain.attack)}"]
    return lines


def shown(chain: Chain) -> list[str]:
    """Tell a chain in full."""
    lines = [chain.name, *_wrapped(f"title: ACTOR {chain.title}"), *_wrapped(_measure(chain))]
    lines += ["", "Stages"]
    for number, stage in enumerate(chain.stages, 1):
        lines += _stage(number, stage)
    sections = [
        ("ATT&CK v19", [_technique(technique) for technique in chain.attack]),
        ("Check", chain.check),
        ("Known benign twins", chain.benign),
        ("Its findings cannot see", chain.blind_spots),
        ("Fires on", [_example(example) for example in chain.examples.fires]),
        ("Stays silent on", [_example(example) for example in chain.examples.silent]),
    ]
    for heading, texts in sections:
        if texts:
            lines += ["", heading, *(line for text in texts for line in _wrapped(f"- {text}"))]
    return lines


def _measure(chain: Chain) -> str:
    of = f" ({', '.join(chain.shift.dimensions)})" if chain.shift.dimensions else ""
    gates = [f"a shift of {chain.shift.least:g} bits{of}"] if chain.shift.least else []
    gates += [f"a surprise of {chain.surprise.least:g} bits"] if chain.surprise.least else []
    gate = f"; opened by {' or '.join(gates)}" if gates else ""
    same = f"; all stages with the same {', '.join(chain.same)}" if chain.same else ""
    apart = f"; the last with another {', '.join(chain.apart)}" if chain.apart else ""
    return f"{chain.bits:g} bits for the shape, within {chain.window}{same}{apart}{gate}"


def _stage(number: int, stage: Stage) -> list[str]:
    least = f", {stage.least} different {stage.count}" if stage.least > 1 else ""
    lines = [f"  {number}. {stage.name}{least}"]
    for word, wheres in (("where", stage.where), ("not", stage.not_)):
        for place, where in enumerate(wheres):
            lines += _wrapped(f"{word if place == 0 else 'or'} {_where(where)}", 5)
    return lines


def _where(where: Where) -> str:
    said = []
    for name in where.__struct_fields__:
        value = getattr(where, name)
        if isinstance(value, tuple) and value:
            said.append(f"{name}: {', '.join(value)}")
        elif isinstance(value, float) and value:
            said.append(f"{name} of {value:g} bits")
    return "; ".join(said)


def _technique(technique: str) -> str:
    tactics = ", ".join(TACTICS[tactic] for tactic in tactics_of(technique))
    return f"{technique} {named(technique) or ''}{f' ({tactics})' if tactics else ''}"


def _example(example: Example) -> str:
    calls = " -> ".join(f"{row.call}" for row in example.events if row.call)
    return f"{example.name}: {calls}" if calls else example.name


def _wrapped(text: str, indent: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _covered(chains: Iterable[Chain], output: str) -> list[str]:
    """Write the layer and give the table by tactic."""
    covered = coverage(chains, techniques())
    draft = f"{output}.draft"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(layer(covered, version("tokentrail")), file, indent=2)
            file.write("\n")
        os.replace(draft, output)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    told = sum(one.score >= TOLD for one in covered)
    any_ = sum(one.score > NOTHING for one in covered)
    return [
        f"{'tactic':<22} {'techniques':>10} {'by chains':>10} {'catalogue':>10} {'neither':>8}",
        *(_row(tactic) for tactic in by_tactic(covered)),
        "",
        f"{len(covered)} techniques: {told} that a chain is about, {any_ - told} more by operations of the catalogue,",
        f"{len(covered) - any_} by neither. A technique counts under each of its tactics.",
        f"layer for the ATT&CK Navigator: {output}",
    ]


def _row(tactic: Tactic) -> str:
    scores = [one.score for one in tactic.techniques]
    missing = [one.id for one in tactic.techniques if one.score == NOTHING]
    listed_ = ", ".join(missing[:_MAX_IDS]) + (" …" if len(missing) > _MAX_IDS else "")
    by_chains = sum(score >= TOLD for score in scores)
    by_operations = sum(score in (LABELLED, BOTH) for score in scores)
    counts = f"{len(scores):>10} {by_chains:>10} {by_operations:>10} {len(missing):>8}"
    return f"{tactic.name:<22} {counts}{f'  {listed_}' if missing else ''}"
