"""The `.avsc` files as plain values, with every name put in place: what rows and tables are derived from."""

import json
from importlib.resources import files
from typing import Any

Schema = Any
"""An Avro schema as JSON gives it: a name, a list of branches, or a mapping."""


def load(name: str) -> Schema:
    """Read `schemas/NAME.avsc`, with each named record in place of its name. Raises ValueError on no such schema."""
    try:
        text = files("schemas").joinpath(f"{name}.avsc").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ValueError(f"no schema {name}: schemas/{name}.avsc does not exist") from error
    return resolve(json.loads(text))


def resolve(schema: Schema, named: dict[str, Schema] | None = None) -> Schema:
    """Put each record in place of its name; a record must be declared before its name is used, as Avro asks."""
    named = {} if named is None else named
    if isinstance(schema, list):
        return [resolve(branch, named) for branch in schema]
    if isinstance(schema, str):
        return named.get(schema, schema)
    if schema["type"] == "record":
        fields = [{**field, "type": resolve(field["type"], named)} for field in schema["fields"]]
        named[schema["name"]] = {**schema, "fields": fields}
        return named[schema["name"]]
    inner = {key: resolve(schema[key], named) for key in ("items", "values") if key in schema}
    return {**schema, **inner}


def branch(schema: Schema) -> tuple[Schema, bool]:
    """Give the one type that a value has beside null, and whether null is allowed."""
    if not isinstance(schema, list):
        return schema, False
    others = [inner for inner in schema if inner != "null"]
    if len(others) != 1:
        raise ValueError(f"a union of {len(others)} types beside null has no column: {schema!r:.80}")
    return others[0], "null" in schema


def _default(field: Schema) -> Any:
    if "default" not in field:
        raise KeyError(field["name"])
    return field["default"]


def positional(value: Any, schema: Schema) -> Any:
    """Give a value with each record as the list of its fields, as the classes of records.py are decoded from.

    A field that is missing has its default, so that what an older build wrote can be read. Raises KeyError on a
    missing field without one.
    """
    inner, _ = branch(schema)
    if value is None or isinstance(inner, str):
        return value
    if inner["type"] == "record":
        fields = inner["fields"]
        return [
            positional(value[field["name"]] if field["name"] in value else _default(field), field["type"])
            for field in fields
        ]
    return [positional(item, inner["items"]) for item in value] if inner["type"] == "array" else value
