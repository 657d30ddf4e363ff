"""Publishes the form of `policy.yaml`: its JSON Schema and the tables of docs/policy.md, both out of the classes.

`python -m pipelines.policy.schema` writes both again; a test fails where they are not current.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from pipelines.policy.keys import PolicyFile

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schemas" / "policy.schema.json"
DOCS = ROOT / "docs" / "policy.md"
BEGIN, END = "<!-- keys: begin (python -m pipelines.policy.schema) -->", "<!-- keys: end -->"

KIND_NAMES = {
    "block": "address or CIDR block",
    "call": "service:Action",
    "client": "program",
    "day": "date (2027-01-31)",
    "day_or_never": "date (2027-01-31) or never",
    "days": "day or range of days",
    "duration": "duration above 0",
    "glob": "text with wildcards",
    "hours": "hours (08:00-18:00)",
    "identity": "identity",
    "line": "one line of text",
    "network": "network",
    "own_network": "own network",
    "path": "path",
    "pause": "duration",
    "service": "service",
    "zone": "IANA time zone",
}
"""What the tables call each kind of text (pipelines/policy/kinds.py)."""


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12)."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Tokentrail policy.yaml"}
    made: dict[str, Any] = json.loads(json.dumps(head | msgspec.json.schema(PolicyFile)))
    return made  # Written and read: the defaults' tuples became lists.


def schema_text() -> str:
    """Give the schema as its file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def tables() -> str:
    """Give one Markdown table for the top of the file and for each section, with a row for each key."""
    form = inspect.type_info(PolicyFile)
    if not isinstance(form, inspect.StructType):
        raise TypeError(f"{form} is no struct")
    return "\n".join(_table(form, ""))


def _table(form: inspect.StructType, path: str) -> list[str]:
    lines = ["", f"### `{path}`" if path else "### The file", "", "| key | value | default | what it says |"]
    lines.append("|---|---|---|---|")
    below: list[str] = []
    for field in form.fields:
        said, inner, kind = "", field.type, None
        if isinstance(inner, inspect.Metadata):
            said, kind, inner = (inner.extra_json_schema or {}).get("description", ""), inner.extra, inner.type
        where = f"{path}.{field.encode_name}".removeprefix(".")
        default = "required" if field.required else _default(inner, field.default)
        lines.append(f"| `{where}` | {_value(inner, kind)} | {default} | {said} |")
        if isinstance(inner, inspect.VarTupleType):
            inner, where = inner.item_type, f"{where}[]"
        if isinstance(inner, inspect.StructType):
            below += _table(inner, where)
    return lines + below


def _default(form: inspect.Type, default: Any) -> str:
    if isinstance(form, inspect.StructType):
        return "as below"
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default) or "none"
    return f"`{default}`" if default != "" else "none"


def _value(form: inspect.Type, extra: dict[str, Any] | None) -> str:
    """Name a value's type as a person would."""
    if isinstance(form, inspect.Metadata):
        return _value(form.type, form.extra)
    match form:
        case inspect.VarTupleType():
            return f"list: {_value(form.item_type, None)}"
        case inspect.StructType():
            return "keys"
        case inspect.LiteralType():
            return " ".join(f"`{value}`" for value in form.values)
        case inspect.IntType():
            return f"whole number, {form.ge} to {form.le}"
        case inspect.FloatType():
            return f"number above {form.gt:g}, to {form.le:.15g}"
        case _:
            return KIND_NAMES[(extra or {}).get("kind", "line")]


def documented(text: str) -> str:
    """Give the text of docs/policy.md with the tables in their place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n\n{END}{after}"


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    DOCS.write_text(documented(DOCS.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
