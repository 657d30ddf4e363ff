"""The ATT&CK Navigator's layer: of the documented form, and true to the chains and the catalogue."""

import json
from typing import Any

import jsonschema
import pytest

from analytic.chains.shipped import chains
from analytic.context.attack import TECHNIQUES
from analytic.context.tables import techniques
from analytic.formats.attack_layer import BOTH, LABELLED, NOTHING, TOLD, by_tactic, coverage, layer
from analytic.formats.attack_tactics import TACTICS

STRING, BOOLEAN, NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number"}
COLOUR = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}


def form(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def many(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


METADATA = many({"anyOf": [form(["name", "value"], name=STRING, value=STRING), form(["divider"], divider=BOOLEAN)]})
LINKS = many({"anyOf": [form(["label", "url"], label=STRING, url=STRING), form(["divider"], divider=BOOLEAN)]})
# The tables of the Navigator's layer file format, version 4.5 (attack-navigator, layers/spec/v4.5/layerformat.md). Its
# list of platforms is of an older ATT&CK, which had no "IaaS" beside the clouds' own names; hence any text.
SCHEMA = form(
    ["name", "domain", "versions"],
    versions=form(
        ["navigator", "layer"],
        attack=STRING,
        navigator={"pattern": r"^(4\.9|[5-9]\.\d+)\.\d+$"},
        layer={"const": "4.5"},
    ),
    name=STRING,
    description=STRING,
    domain={"enum": ["enterprise-attack", "mobile-attack", "ics-attack"]},
    customDataURL=STRING,
    filters=form([], platforms=many(STRING)),
    sorting={"enum": [0, 1, 2, 3]},
    layout=form(
        [],
        layout={"enum": ["side", "flat", "mini"]},
        showID=BOOLEAN,
        showName=BOOLEAN,
        showAggregateScores=BOOLEAN,
        countUnscored=BOOLEAN,
        aggregateFunction={"enum": ["average", "min", "max", "sum"]},
        expandedSubtechniques={"enum": ["none", "all", "annotated"]},
    ),
    hideDisabled=BOOLEAN,
    techniques=many(
        form(
            ["techniqueID"],
            techniqueID={"type": "string", "pattern": r"^T\d{4}(\.\d{3})?$"},
            tactic=STRING,
            comment=STRING,
            enabled=BOOLEAN,
            score=NUMBER,
            color=STRING,
            metadata=METADATA,
            links=LINKS,
            showSubtechniques=BOOLEAN,
        )
    ),
    gradient=form(
        ["colors", "minValue", "maxValue"], colors=many(COLOUR) | {"minItems": 2}, minValue=NUMBER, maxValue=NUMBER
    ),
    legendItems=many(form(["label", "color"], label=STRING, color=COLOUR)),
    showTacticRowBackground=BOOLEAN,
    tacticRowBackground=STRING,
    selectTechniquesAcrossTactics=BOOLEAN,
    selectSubtechniquesWithParent=BOOLEAN,
    selectVisibleTechniques=BOOLEAN,
    metadata=METADATA,
    links=LINKS,
)
VALID = jsonschema.Draft202012Validator(SCHEMA)


def made() -> dict[str, Any]:
    return layer(coverage(chains(), techniques()), "0.1.0")


def test_the_layer_has_the_documented_form() -> None:
    assert [error.message for error in VALID.iter_errors(json.loads(json.dumps(made())))] == []
    assert made()["versions"]["attack"] == "19"
    assert made()["domain"] == "enterprise-attack"
    assert made()["gradient"]["maxValue"] > made()["gradient"]["minValue"]


@pytest.mark.parametrize(
    "wrong",
    [{"domain": "enterprise"}, {"techniques": [{"techniqueID": "T1"}]}, {"more": 1}, {"versions": {"layer": "4.5"}}],
)
def test_the_form_refuses_what_is_wrong(wrong: dict[str, Any]) -> None:
    assert list(VALID.iter_errors(made() | wrong))


def test_every_technique_of_the_matrix_is_scored_by_what_covers_it() -> None:
    rows = {row["techniqueID"]: row for row in made()["techniques"]}
    assert rows.keys() >= TECHNIQUES.keys()
    assert len(rows) == len(made()["techniques"])
    named = {technique for chain in chains() for technique in chain.attack}
    for id_, row in rows.items():
        within = {one for one in named | techniques().keys() if one == id_ or one.startswith(f"{id_}.")}
        expected = (TOLD if within & named else NOTHING) + (LABELLED if within & techniques().keys() else NOTHING)
        assert row["score"] == expected, id_
    assert {row["score"] for row in rows.values()} == {NOTHING, LABELLED, TOLD, BOTH}


def test_a_comment_names_the_chains() -> None:
    (row,) = [row for row in made()["techniques"] if row["techniqueID"] == "T1538"]
    assert "console_pivot" in row["comment"]
    assert {"name": "chain", "value": "console_pivot"} in row["metadata"]


def test_what_covers_a_sub_technique_covers_a_part_of_the_one_above() -> None:
    covered = {one.id: one for one in coverage(chains(), {"T1078.004": 3})}
    assert covered["T1078"].operations == 3
    assert set(covered["T1078.004"].chains) <= set(covered["T1078"].chains)


def test_every_technique_stands_under_its_tactics() -> None:
    tactics = by_tactic(coverage(chains(), techniques()))
    assert [tactic.id for tactic in tactics] == list(TACTICS)
    assert {one.id for tactic in tactics for one in tactic.techniques} == TECHNIQUES.keys()


def test_the_catalogue_names_techniques_of_the_matrix_alone() -> None:
    assert techniques().keys() <= TECHNIQUES.keys()
    assert min(techniques().values()) > 0
