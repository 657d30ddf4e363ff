"""Holds the tree of a policy file against its form: types, keys, ranges and texts, with the line of what is wrong."""

from collections.abc import Iterable
from difflib import get_close_matches
from math import isfinite
from typing import Any

from msgspec import inspect

from pipelines.policy.kinds import KINDS
from pipelines.policy.yaml import Mapping, Node, PolicyError, Scalar, Sequence, fail, shown

Path = tuple[str | int, ...]
"""The keys and places in lists that lead to a value."""


def written(path: Path) -> str:
    """Write a path as messages do: automation[0].networks[1]."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def error_at(root: Node, name: str, path: Path, problem: str) -> PolicyError:
    """Make the error for a key, with the line of the key or of the nearest thing around it that the file has."""
    node, line = root, root.line
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            line = node.lines[step]
            node = node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
            line = node.line
        else:
            break
    return fail(name, line, f"{written(path)}: {problem}")


class Check:
    """Holds a tree against the form, in the order of the file; gives it as plain data."""

    def __init__(self, name: str) -> None:
        """Takes the file's name."""
        self._name = name

    def value(self, node: Node, form: inspect.Type, path: Path) -> Any:
        """Check one value; gives dicts, lists and scalars."""
        kind = None
        if isinstance(form, inspect.Metadata):
            kind, form = (form.extra or {}).get("kind"), form.type
        if isinstance(node, Scalar) and node.kind == "null":
            what = "is empty: write `version: 1`" if not path else "is empty: give it a value, or take the key out"
            raise self._fail(node, path, what)
        if isinstance(form, inspect.StructType):
            return self._struct(node, form, path)
        if isinstance(form, inspect.VarTupleType):
            return self._list(node, form, path)
        if not isinstance(node, Scalar):
            what = "a list" if isinstance(node, Sequence) else "a mapping"
            raise self._fail(node, path, f"is {what}: write one value")
        if isinstance(form, inspect.LiteralType):
            return self._choice(node, form, path)
        if isinstance(form, (inspect.IntType, inspect.FloatType)):
            return self._number(node, form, path)
        return self._text(node, form, kind, path)

    def _fail(self, node: Node, path: Path, problem: str) -> PolicyError:
        return self._fail_at(node.line, path, problem)

    def _fail_at(self, line: int, path: Path, problem: str) -> PolicyError:
        where = written(path)
        return fail(self._name, line, f"{where}: {problem}" if where else problem)

    def _struct(self, node: Node, form: inspect.StructType, path: Path) -> dict[str, Any]:
        if not isinstance(node, Mapping):
            example = next((field.encode_name for field in form.fields if field.required), form.fields[0].encode_name)
            raise self._fail(node, path, f"has no keys: write them below it, such as `{example}: …`")
        fields = {field.encode_name: field for field in form.fields}
        found = {}
        for key, inner in node.entries.items():
            if key not in fields:
                raise self._fail_at(node.lines[key], path, f"{shown(key)} is no key here: {_meant(key, fields)}")
            found[key] = self.value(inner, fields[key].type, (*path, key))
        for field in form.fields:
            if field.required and field.encode_name not in found:
                raise self._fail(node, path, f"lacks the key {field.encode_name}: add `{field.encode_name}: …`")
        return found

    def _list(self, node: Node, form: inspect.VarTupleType, path: Path) -> list[Any]:
        if not isinstance(node, Sequence):
            value = f" of {shown(node.text)}" if isinstance(node, Scalar) else ""
            raise self._fail(node, path, f"is no list: make it one{value}, with [ ] around it or a - before each item")
        if len(node.items) < (form.min_length or 0):
            raise self._fail(node, path, "is an empty list: name at least one")
        return [self.value(item, form.item_type, (*path, place)) for place, item in enumerate(node.items)]

    def _choice(self, node: Scalar, form: inspect.LiteralType, path: Path) -> str | int:
        for value in form.values:
            if isinstance(value, str) and node.kind == "text" and node.text == value:
                return value
            if isinstance(value, int) and node.kind == "whole number" and node.text == str(value):
                return value
        what = f"{shown(node.text)} is none of its values: {_meant(node.text, map(str, form.values))}"
        raise self._fail(node, path, what)

    def _number(self, node: Scalar, form: inspect.IntType | inspect.FloatType, path: Path) -> int | float:
        whole = isinstance(form, inspect.IntType)
        wanted = "a whole number" if whole else "a number"
        try:
            if node.kind not in (("whole number",) if whole else ("whole number", "number")):
                raise ValueError
            number = int(node.text) if whole else float(node.text)
            if not isfinite(number):
                raise ValueError
        except ValueError:
            raise self._fail(node, path, f"{shown(node.text)} is not {wanted}: write digits without quotes") from None
        low, high = (form.ge if form.ge is not None else form.gt), form.le
        if low is not None and (number <= low if form.ge is None else number < low):
            bound = "at least" if form.ge is not None else "more than"
            raise self._fail(node, path, f"is {number:.15g}: write {wanted} of {bound} {low:.15g}")
        if high is not None and not number <= high:
            raise self._fail(node, path, f"is {number:.15g}: write {wanted} of at most {high:.15g}")
        return number

    def _text(self, node: Scalar, form: inspect.Type, kind: str | None, path: Path) -> str:
        text = node.text.strip()
        longest = form.max_length if isinstance(form, inspect.StrType) else None
        if longest is not None and len(text) > longest:
            raise self._fail(node, path, f"is {len(text)} characters long: write at most {longest}")
        try:
            KINDS[kind or "line"](text)
        except ValueError as error:
            raise self._fail(node, path, f"{shown(text)} {error}") from None
        if node.kind != "text":
            raise self._fail(node, path, f"{shown(text)[1:-1]} is a {node.kind} to YAML: put it in quotes")
        return text


def _meant(given: str, known: Iterable[str]) -> str:
    """Say what was probably meant, else what there is."""
    names = list(known)
    close = get_close_matches(given[:64], names, 1)
    return f"did you mean {close[0]}?" if close else f"write one of {', '.join(names)}"
