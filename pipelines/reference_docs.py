"""Writes docs/reference.md out of the command line and the schemas: `python -m pipelines.reference_docs`.

A test fails where the page is not current. Nothing in it depends on the terminal's width or on the machine.
"""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pipelines import cli
from schemas import avro

DOCS = Path(__file__).resolve().parents[1] / "docs" / "reference.md"

_SCHEMAS = ("finding", "api_event", "dead_letter", "coverage", "baseline")

_EXAMPLE = "example: "

_PAGE = """# Reference

Written by `python -m pipelines.reference_docs` out of the code: change that, not this page. Made the same way:

- the keys of a policy: [policy.md](policy.md), and [schemas/policy.schema.json](../schemas/policy.schema.json)
- the metrics: [metrics.md](metrics.md)
- the chains, and the keys of a chain file: [chains.md](chains.md)

What each field of a finding means to its reader: [findings.md](findings.md). The PyFlink job's options:
[flink.md](flink.md).

Exit codes of all commands: 0; 1 on an error, with one line on standard error; 2 when a condition that was asked for is
met (`scan --fail-on` and its like, named at each flag); 130 after Ctrl-C.

# Commands

{commands}
# Schemas

Avro, one record a row; `?` marks a field that may be null. Fields are only appended, with defaults.

{schemas}"""


def documented() -> str:
    """Give the page."""
    top = cli.parser(names())
    commands = [part for name, command in _commands(top).items() for part in _command(f"tokentrail {name}", command)]
    schemas = [part for name in _SCHEMAS for part in _schema(name)]
    return _PAGE.format(commands="\n".join(commands), schemas="\n".join(schemas))


def names() -> list[str]:
    """Give the names of all commands, in the order of the help."""
    return list(_commands(cli.parser()))


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    # argparse has no public way to ask a parser for its arguments; its own help is laid out for a terminal's width.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## `{name}`\n"
    if parser.description:
        yield f"{_text(parser.description)}\n"
    inner = _commands(parser)
    actions = [
        action
        for action in parser._actions
        if not isinstance(action, (argparse._SubParsersAction, argparse._HelpAction))
        and action.help != argparse.SUPPRESS
    ]
    if actions:
        yield "| argument | |\n|---|---|"
        yield from (f"| {_spelt(action)} | {_said(action)} |" for action in actions)
        yield ""
    if parser.epilog:
        lines = parser.epilog.splitlines()
        commands = [line.removeprefix(_EXAMPLE) for line in lines if line.startswith(_EXAMPLE)]
        yield "\n".join(map(_pasted, commands)) + "\n"
        if prose := [line for line in lines if not line.startswith(_EXAMPLE)]:
            yield "\n".join(textwrap.wrap(_text(" ".join(prose)), 120, break_on_hyphens=False)) + "\n"
    for below, command in inner.items():
        yield from _command(f"{name} {below}", command)


def _pasted(command: str) -> str:
    """Give a command as it can be pasted, in several lines where it is long."""
    wrapped = textwrap.wrap(command, 112, break_on_hyphens=False, initial_indent="    ", subsequent_indent="        ")
    return " \\\n".join(wrapped)


def _spelt(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else _value(action)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{option} {value}`" if value else f"`{option}`" for option in action.option_strings)


def _value(action: argparse.Action) -> str:
    choices = [str(choice) for choice in action.choices or ()]
    fallback = "VALUE" if not choices else "CHOICE"
    name = action.metavar if isinstance(action.metavar, str) else None
    if name is None:
        name = action.dest.upper() if not action.option_strings else fallback
    if action.nargs in ("+", "*"):
        return f"{name}..." if action.nargs == "+" else f"[{name}...]"
    return f"[{name}]" if action.nargs == "?" else name


def _said(action: argparse.Action) -> str:
    said = (action.help or "") % {**vars(action), "prog": "tokentrail"}
    marks = []
    if action.choices:
        marks.append("one of " + ", ".join(f"`{choice}`" for choice in action.choices))
    if action.required and action.option_strings:
        marks.append("required")
    plain = isinstance(action.default, (str, int, float)) and not isinstance(action.default, bool)
    if plain and action.default not in ("", argparse.SUPPRESS) and "%(default)" not in (action.help or ""):
        marks.append(f"default: `{action.default}`")
    return "; ".join([*([_text(said)] if said else []), *marks])


def _text(said: str) -> str:
    return " ".join(said.split()).replace("<", "&lt;").replace("|", "\\|")


def _schema(name: str) -> Iterator[str]:
    record = avro.load(name)
    yield f"## `{record['name']}`, schemas/{name}.avsc\n"
    yield from _fields(record, set())


def _fields(record: avro.Schema, done: set[str]) -> Iterator[str]:
    done.add(record["name"])
    if record.get("doc"):
        yield f"{_text(record['doc'])}\n"
    yield "| field | type | |\n|---|---|---|"
    below = []
    for field in record["fields"]:
        kind, inner = _kind(field["type"])
        yield f"| `{field['name']}` | {kind} | {_text(field.get('doc', ''))} |"
        if inner is not None and inner["name"] not in done:
            done.add(inner["name"])
            below.append(inner)
    yield ""
    for inner in below:
        yield f"### `{inner['name']}`\n"
        yield from _fields(inner, done)


def _kind(schema: avro.Schema) -> tuple[str, avro.Schema | None]:
    """Give a type in words, and the record that it holds, if any."""
    inner, nullable = avro.branch(schema)
    mark = "?" if nullable else ""
    if isinstance(inner, str):
        return f"{inner}{mark}", None
    if inner["type"] == "record":
        return f"`{inner['name']}`{mark}", inner
    if inner["type"] in ("array", "map"):
        kind, record = _kind(inner["items"] if inner["type"] == "array" else inner["values"])
        return f"{inner['type']} of {kind}{mark}", record
    return f"{inner.get('logicalType', inner['type'])}{mark}", None


def main() -> None:
    """Write the page anew."""
    DOCS.write_text(documented(), encoding="utf-8")


if __name__ == "__main__":
    main()
