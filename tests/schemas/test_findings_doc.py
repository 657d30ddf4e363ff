"""docs/findings.md says what every field of a finding is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def records(type_: Any) -> list[dict[str, Any]]:
    """Give every record in a type, the type itself first."""
    if isinstance(type_, list):
        return [record for inner in type_ for record in records(inner)]
    if not isinstance(type_, dict):
        return []
    if type_["type"] == "record":
        return [type_, *(record for field in type_["fields"] for record in records(field["type"]))]
    return records(type_.get("items"))


RECORDS = records(json.loads((ROOT / "schemas" / "finding.avsc").read_text()))
SECTIONS = {
    "Finding": "The fields",
    "Actor": "`actor`",
    "Hop": "`hops[]`",
    "Session": "`session`",
    "Shift": "`shifts[]`",
    "Stage": "`stages[]`",
    "Reason": "`reasons[]`, `counter_evidence[]`",
    "Evidence": "`evidence[]`",
    "Remedy": "`rollback[]`, `revoke[]`",
}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["name"])
def test_every_field_is_documented(record: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "findings.md").read_text()
    heading = SECTIONS.get(record["name"], "The fields")
    section = re.split(rf"^###? {re.escape(heading)}$", page, flags=re.MULTILINE)[1]
    section = re.split(r"^##", section, flags=re.MULTILINE)[0]
    assert {field["name"] for field in record["fields"]} <= set(re.findall(r"`([a-z_]+)`", section))
