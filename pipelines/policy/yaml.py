"""YAML as a tree that knows its lines: text in, no objects made, nothing resolved but mappings, lists and scalars.

PyYAML's safe loaders parse it (the one in C where it is built); the tree is built from their events, one by one, so
that nothing deep, aliased or tagged is ever composed. Plain scalars mean what YAML 1.2's core schema says, not 1.1's:
`no` is a word and `12:30` no number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 1 << 20
"""A policy is written by people; a megabyte of it is a mistake."""

MAX_DEPTH = 12
"""The keys of a policy lie four deep."""

MAX_NODES = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_OTHER_NUMBER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII)
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUTHS = ("true", "True", "TRUE", "false", "False", "FALSE")
_MAX_SHOWN = 60


class PolicyError(ValueError):
    """What is wrong with a policy file, in one line: file, line, key, value, and what to do."""


@dataclass(slots=True)
class Scalar:
    """A single value as it is written; `plain` is without quotes."""

    line: int
    text: str
    plain: bool

    @property
    def kind(self) -> str:
        """What YAML takes it for: text, null, boolean, whole number or number."""
        if not self.plain:
            return "text"
        if self.text in _NULLS:
            return "null"
        if self.text in _TRUTHS:
            return "boolean"
        if _INTEGER.fullmatch(self.text):
            return "whole number"
        number = _NUMBER.fullmatch(self.text) or _OTHER_NUMBER.fullmatch(self.text)
        return "number" if number else "text"


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys with their values; `lines` has the line of each key."""

    line: int
    entries: dict[str, "Node"] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def shown(text: str) -> str:
    """Give a text of the file as messages quote it: on one line, short."""
    return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…")


def content(name: str) -> bytes:
    """Give a file's bytes, and one more than MAX_BYTES at most. Raises PolicyError when it cannot be read."""
    try:
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise fail(name, None, f"cannot be read: {why}: give the path of a file") from None


def fail(name: str, line: int | None, problem: str) -> PolicyError:
    """Make the error for a line of a file, or for all of it."""
    where = name if name.isprintable() else ascii(name)
    return PolicyError(f"{where}: {problem}" if line is None else f"{where}:{line}: {problem}")


def read(data: bytes, name: str) -> Node:
    """Read one YAML document; `name` is the file's, for messages. Raises PolicyError."""
    if len(data) > MAX_BYTES:
        raise fail(name, 1, f"is larger than {MAX_BYTES >> 20} MiB: is it a policy file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise fail(name, line, f"byte {error.start} is not UTF-8: save the file as UTF-8") from None
    try:
        return _tree(yaml.parse(text, Loader=_LOADER), name)
    except yaml.YAMLError as error:
        raise fail(name, _line_of(error, text), f"is no YAML: {_problem_of(error)}") from None


def _line_of(error: yaml.YAMLError, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) and position > 0 else 1


def _problem_of(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return f"{shown(' '.join(str(problem).split()))[1:-1]}: check the indentation, colons and quotes up to here"


def _tree(events: Iterator[Any], name: str) -> Node:
    """Build the tree. A mapping's key waits in `keys` until its value comes."""
    root: Node | None = None
    open_nodes: list[Sequence | Mapping] = []
    keys: list[Scalar | None] = []
    count = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise fail(name, line, "begins a second document: keep one, without ---")
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            open_nodes.pop()
            keys.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        _check_node(event, name, line)
        count += 1
        if count > MAX_NODES or len(open_nodes) >= MAX_DEPTH:
            raise fail(name, line, "is nested too deep or too long for a policy: is it one?")
        node = _node(event, line)
        if not open_nodes:
            root = node
        elif _takes_key(open_nodes[-1], keys[-1]):
            if not isinstance(node, Scalar):
                raise fail(name, line, "has a list or mapping for a key: write a word and a colon")
            keys[-1] = node
            continue
        else:
            _put(open_nodes[-1], keys, node, name)
        if not isinstance(node, Scalar):
            open_nodes.append(node)
            keys.append(None)
    return root if root is not None else Mapping(1)


def _check_node(event: Any, name: str, line: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise fail(name, line, f"uses an anchor or alias, {shown(event.anchor or '*')}: write the value out")
    if event.tag is not None:
        raise fail(name, line, f"uses a tag, {shown(event.tag)}: write the value without it")


def _node(event: Any, line: int) -> Node:
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(line, event.value, plain=not event.style)
    return Sequence(line) if isinstance(event, yaml.SequenceStartEvent) else Mapping(line)


def _takes_key(parent: Sequence | Mapping, key: Scalar | None) -> bool:
    return isinstance(parent, Mapping) and key is None


def _put(parent: Sequence | Mapping, keys: list[Scalar | None], node: Node, name: str) -> None:
    key = keys[-1]
    if isinstance(parent, Sequence) or key is None:
        if isinstance(parent, Sequence):
            parent.items.append(node)
        return
    if key.text in parent.entries:
        raise fail(name, key.line, f"the key {shown(key.text)} stands in line {parent.lines[key.text]} too: keep one")
    parent.entries[key.text] = node
    parent.lines[key.text] = key.line
    keys[-1] = None
