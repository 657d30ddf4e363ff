"""What of ATT&CK the chains and the catalogue of actions cover, and that as a layer of the ATT&CK Navigator.

The layer's form is version 4.5 of the Navigator's layer file format (attack-navigator, layers/spec/v4.5; Apache-2.0).
The techniques are those of the IaaS platform of v19 (analytic/context/attack.py, which has the notice that ATT&CK's
terms of use ask for); what nothing covers is in the layer too, with the score 0.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from analytic.chains.chain import Chain
from analytic.context.attack import TECHNIQUES, VERSION
from analytic.formats.attack_tactics import TACTICS, named, tactics_of

LAYER_VERSION: Final = "4.5"
NAVIGATOR_VERSION: Final = "5.2.0"
"""The Navigator that the layer's form was written for; the form asks for 4.9.0 at least."""

NOTHING, LABELLED, TOLD, BOTH = 0, 1, 2, 3
_LEGEND: Final = {
    NOTHING: ("#ffffff", "neither"),
    LABELLED: ("#cfe2f3", "operations of the catalogue alone: they carry weight and label, no chain is about them"),
    TOLD: ("#74a9d2", "a chain is about it, by the shape of what happens and not by single operations"),
    BOTH: ("#11497c", "a chain is about it, and the catalogue has its operations"),
}


class Covered(NamedTuple):
    """A technique with the chains that are about it and the number of operations that the catalogue has of it."""

    id: str
    chains: list[str]
    operations: int

    @property
    def score(self) -> int:
        """How it is covered: 0 not at all, 1 by operations, 2 by chains, 3 by both."""
        return (TOLD if self.chains else NOTHING) + (LABELLED if self.operations else NOTHING)


class Tactic(NamedTuple):
    """A tactic with its techniques, sub-techniques counted as such."""

    id: str
    name: str
    techniques: list[Covered]


def coverage(chains: Iterable[Chain], operations: Mapping[str, int]) -> list[Covered]:
    """Give every technique of the matrix, and any other that a chain names; `operations` counts the catalogue's.

    What covers a sub-technique covers a part of the technique above it, and counts there too.
    """
    by: dict[str, set[str]] = {technique: set() for technique in TECHNIQUES}
    for chain in chains:
        for technique in chain.attack:
            by.setdefault(technique, set()).add(chain.name)
    for sub in [technique for technique in by if "." in technique]:
        if (parent := sub.partition(".")[0]) in by:
            by[parent] |= by[sub]
    return [Covered(id_, sorted(names), _operations(id_, operations)) for id_, names in sorted(by.items())]


def _operations(technique: str, operations: Mapping[str, int]) -> int:
    return sum(number for id_, number in operations.items() if id_ == technique or id_.startswith(f"{technique}."))


def by_tactic(covered: Iterable[Covered]) -> list[Tactic]:
    """Give the tactics in the matrix's order. A technique stands under each of its tactics."""
    found = list(covered)
    return [Tactic(id_, name, [one for one in found if id_ in tactics_of(one.id)]) for id_, name in TACTICS.items()]


def layer(covered: Iterable[Covered], product_version: str) -> dict[str, Any]:
    """Give the Navigator's layer."""
    colours = [colour for colour, _ in _LEGEND.values()]
    return {
        "name": "Tokentrail",
        "versions": {"attack": VERSION, "navigator": NAVIGATOR_VERSION, "layer": LAYER_VERSION},
        "domain": "enterprise-attack",
        "description": f"What the chains and the catalogue of actions of Tokentrail {product_version} cover (AN0215).",
        "filters": {"platforms": ["IaaS"]},
        "sorting": 0,
        "layout": {"layout": "side", "showName": True, "showID": True, "expandedSubtechniques": "annotated"},
        "hideDisabled": False,
        "techniques": [_technique(one) for one in covered],
        "gradient": {"colors": colours, "minValue": NOTHING, "maxValue": BOTH},
        "legendItems": [{"label": f"{score}: {label}", "color": colour} for score, (colour, label) in _LEGEND.items()],
        "showTacticRowBackground": False,
        "selectTechniquesAcrossTactics": True,
        "selectSubtechniquesWithParent": False,
        "selectVisibleTechniques": False,
    }


def _technique(covered: Covered) -> dict[str, Any]:
    metadata = [{"name": "chain", "value": name} for name in covered.chains]
    if covered.operations:
        metadata.append({"name": "operations in the catalogue", "value": str(covered.operations)})
    return {
        "techniqueID": covered.id,
        "score": covered.score,
        "comment": _comment(covered),
        "enabled": True,
        "metadata": metadata,
        "showSubtechniques": True,
    }


def _comment(covered: Covered) -> str:
    name = named(covered.id) or covered.id
    chains = f"chains: {', '.join(covered.chains)}" if covered.chains else "no chain is about it"
    return f"{name}. {chains}; {covered.operations} operations in the catalogue"
