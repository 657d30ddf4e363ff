"""What a chain's finding says: titles and blind spots, filled in from a closed list of fields."""

from collections.abc import Callable
from string import Formatter
from typing import NamedTuple

from analytic.chains.facets import own_triggers
from analytic.chains.marks import Mark
from analytic.chains.moment import Moment
from analytic.session import Trigger
from analytic.shifts import KEY

MAX_VALUE_CHARS = 200
"""A name of the log in a title; what is longer is cut."""


class Telling(NamedTuple):
    """What a title can speak of: the event that completed the chain, and what was noted before it."""

    moment: Moment
    first: Mark | None
    different: int


def _last_name(text: str | None) -> str:
    return (text or "a workload").rpartition("/")[2]


def _workload(telling: Telling) -> str:
    event = telling.moment.step.event
    return _last_name(event.issued_to or next(iter(event.touched), None))


def _first(telling: Telling) -> str:
    if telling.first is None:
        return _call(telling)
    return f"{telling.first.evidence.service}:{telling.first.evidence.action}"


def _call(telling: Telling) -> str:
    event = telling.moment.step.event
    return f"{event.service}:{event.action}"


def _how(telling: Telling) -> str:
    hops = telling.moment.step.hops
    return hops[-1].how if hops else "an unseen call"


FIELDS: dict[str, Callable[[Telling], str]] = {
    "service": lambda telling: telling.moment.step.event.service,
    "action": lambda telling: telling.moment.step.event.action,
    "call": _call,
    "first": _first,
    "count": lambda telling: str(telling.different),
    "cause": lambda telling: cause(telling.moment),
    "network": lambda telling: telling.moment.context.network or "elsewhere",
    "interface": lambda telling: telling.moment.context.interface,
    "workload": _workload,
    "how": _how,
    "resource": lambda telling: _last_name(next(iter(telling.moment.step.event.resources), "a resource")),
    "account": lambda telling: telling.moment.step.event.target_account or "another account",
}
"""The fields of titles and blind spots."""

FIELD_MEANINGS = {
    "service": "the service of the last stage's call",
    "action": "its operation",
    "call": "both, service:Action",
    "first": "the first stage's call, service:Action",
    "count": "how many different ones made the first stage",
    "cause": "the heaviest of the live shifts; else how surprising the event is",
    "network": "the network of the last stage",
    "interface": "the interface of the last stage",
    "workload": "the workload whose credential was used, or that was touched",
    "how": "the last hop's call",
    "resource": "the first resource of the last stage's call",
    "account": "the other account that the call reached into",
}
"""What docs/chains.md says of them."""


def check_template(text: str) -> None:
    """Refuse a text whose fields are not of the list. Raises ValueError."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"has a brace without its twin ({error}): write {{{{ or }}}} for the character") from None
    for _, field, spec, conversion in parts:
        if field is not None and (field not in FIELDS or spec or conversion):
            raise ValueError(f"has the field {{{field}}}: write one of {', '.join(FIELDS)}")


def told(text: str, telling: Telling) -> str:
    """Fill in a title or blind spot."""
    parts = []
    for literal, field, _, _ in Formatter().parse(text):
        parts.append(literal)
        if field is not None:
            parts.append(FIELDS[field](telling)[:MAX_VALUE_CHARS])
    return "".join(parts)


def cause(moment: Moment) -> str:
    """Say the heaviest of the live shifts in a few words; without any, how surprising the event is."""
    live = own_triggers(moment)
    if not live:
        return f"which surprises in this actor ({moment.surprise:.1f} bits)"
    shift = max((trigger.shift for trigger in live), key=lambda shift: (shift.bits, shift.dimension))
    if shift.dimension == "history":
        return f"with a {shift.after or KEY}, without a second factor and without any history in these logs"
    if shift.dimension == "issue":
        return f"from {shift.after} with a credential issued to {shift.before}"
    if shift.before is None:
        return f"with a {shift.dimension} never seen before: {shift.after}"
    return f"after the {shift.dimension} changed from {shift.before} to {shift.after}"


def unseen(triggers: list[Trigger], moment: Moment) -> list[str]:
    """Give what the shifts themselves could not see."""
    if any(trigger.shift.dimension == "home" and trigger.shift.before is None for trigger in triggers):
        where = _last_name(moment.step.event.issued_to)
        return [f"no use of the credential on {where} itself was seen: its home network is not known"]
    return []
