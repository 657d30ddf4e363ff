"""Reads a list of known activities, or says in one line what is wrong with it and where.

The classes are the form, pipelines/policy/check.py holds a file against it, as it does with a policy.
"""

import os
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from analytic.investigation.tracing import Activity
from analytic.policy_entries import Block, Call, Glob, Identity, Interface, Line
from pipelines.policy.check import Check, error_at
from pipelines.policy.yaml import PolicyError, content, fail, read, shown


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One known activity, as the file has it."""

    name: Line
    who: tuple[Glob, ...] = ()
    automation: Line = ""
    from_: Line = msgspec.field(name="from", default="")
    until: Line = ""
    interface: Annotated[tuple[Interface, ...], Meta(max_length=1)] = ()
    identity: tuple[Identity, ...] = ()
    actions: tuple[Call, ...] = ()
    account: Line = ""
    networks: tuple[Block, ...] = ()
    events: tuple[Line, ...] = ()


class Drill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of known activities."""

    version: Literal[1]
    activities: Annotated[tuple[Known, ...], Meta(min_length=1)]


_FORM = msgspec.inspect.type_info(Drill)


def load(path: str) -> tuple[Activity, ...]:
    """Read a list. Raises PolicyError, whose text is one line, for whatever is wrong with it."""
    return parse(content(path), os.fspath(path))


def parse(data: bytes, name: str) -> tuple[Activity, ...]:
    """Read a list's bytes; `name` is for messages. Raises PolicyError."""
    root = read(data, name)
    checked = Check(name).value(root, _FORM, ())
    try:
        file = msgspec.convert(checked, Drill)
    except msgspec.ValidationError as error:
        raise fail(name, root.line, f"{error}: see docs/drill.md") from None
    found: list[Activity] = []
    for number, known in enumerate(file.activities):

        def wrong(key: str, problem: str, number: int = number) -> PolicyError:
            return error_at(root, name, ("activities", number, key), problem)

        if not known.who and not known.automation:
            raise wrong("name", "says nobody: add who (names of the person) or automation (the envelope's name)")
        if known.who and known.automation:
            raise wrong("automation", "stands beside who: an envelope has its owner, so take one of both out")
        if not (known.identity or known.actions or known.events or (known.from_ and known.until)):
            raise wrong("name", "covers everything: add from and until, identity, actions or events")
        if known.name in (one.name for one in found):
            raise wrong("name", f"{shown(known.name)} is the name of another activity too: give each its own")
        start, end = (_time(text, wrong, key) for text, key in ((known.from_, "from"), (known.until, "until")))
        if start is not None and end is not None and start >= end:
            raise wrong("until", f"{shown(known.until)} is not after from: nothing lies between them")
        found.append(
            Activity(
                known.name,
                known.who,
                known.automation or None,
                start,
                end,
                known.interface[0] if known.interface else None,
                known.identity,
                known.actions,
                known.account or None,
                known.networks,
                frozenset(known.events),
            )
        )
    return tuple(found)


def _time(text: str, wrong: object, key: str) -> int | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(key, f"{shown(text)} is no time: write 2026-03-03T14:00Z") from None  # type: ignore[operator]  # a function
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) * 1_000_000
