"""What is written as OCSF is valid against the schema of OCSF 1.8.0, as the package ocsf-json-schema carries it.

That package is MIT, the schemas in it Apache-2.0; its JSON schema refuses attributes that the class has not.
"""

from functools import cache
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from analytic.formats.ocsf import VERSION, to_ocsf
from schemas.records import Actor, Attack, Finding, Suppressed, to_dict
from tests import findings


@cache
def validator() -> Any:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION)).get_class_schema(
        "detection_finding", ["cloud", "host"]
    )
    return jsonschema.Draft202012Validator(schema)


def problems(finding: Finding) -> list[str]:
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in validator().iter_errors(to_ocsf(to_dict(finding), "0.1.0"))
    ]


@pytest.mark.parametrize(
    "finding",
    [
        findings.stolen(),
        findings.finding("plain"),
        findings.finding("service", source_ip="cloudformation.amazonaws.com"),
        findings.finding("nowhere", source_ip=None),
        findings.finding("six", source_ip="2001:db8:c100::5"),
        findings.finding("mapped", source_ip="::ffff:198.51.100.7"),
        findings.finding("azure", actor=Actor("azure:oid", "user", "bob@example.com", None, "azure")),
        findings.finding("empty", attack=Attack("19", []), reasons=[], stages=[], title=""),
        findings.finding("unknown", attack=Attack("20", ["T9999", "T9999.001"]), severity_rank=0),
        findings.finding("closed", status="retracted", revision=3),
        findings.finding("hidden", suppressed=Suppressed("o", "r", 1)),
    ],
    ids=lambda finding: finding.finding_id,
)
def test_findings_are_valid(finding: Finding) -> None:
    assert problems(finding) == []


def test_the_schema_refuses_what_is_wrong() -> None:
    event = to_ocsf(to_dict(findings.stolen()))
    for wrong in ({"severity_id": 7}, {"hops": []}, {"finding_info": {}}, {"time": "now"}):
        assert list(validator().iter_errors(event | wrong)), wrong


@given(text=st.text(max_size=60), address=st.ip_addresses().map(str))
def test_hostile_texts_and_any_address_stay_valid(text: str, address: str) -> None:
    made = findings.stolen(text)
    made.evidence = [msgspec.structs.replace(piece, source_ip=address) for piece in made.evidence]
    assert problems(made) == []
