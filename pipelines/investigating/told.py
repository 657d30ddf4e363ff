"""Sessions in plain words, and as rows: what the table, the JSON lines and the page of an investigation are made of."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from analytic.investigation.reconstruct import Deed, Told
from schemas.records import to_dict

_MAX_SHOWN = 6


def when(micros: int) -> str:
    """Give a time in UTC, to the second; what a calendar does not reach as it is."""
    try:
        return datetime.fromtimestamp(micros / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(micros)


def lines(session: Told) -> Iterator[str]:
    """Tell a session, line by line; text of logs is not escaped here."""
    actor = session.actor
    where = f" of {actor.account}" if actor.account else ""
    yield f"{when(session.started)} to {when(session.ended)}  {actor.name} ({actor.type}{where}; {actor.id})"
    for label, text in facts(session):
        yield f"    {label:<12}{text}"
    for hop in session.hops:
        yield f"    hop         {hop.from_} -> {hop.to} by {hop.how}, {when(hop.time)}, {hop.certainty}" + (
            f" ({', '.join(hop.candidates)})" if hop.candidates else ""
        )
    for shift in session.shifts:
        yield f"    shift       {when(shift.time)} {shift.why}"
    for deed in session.acts:
        yield f"    {'>' if deed.meant else ' '} {when(deed.time)}  {told(deed)}"
    if session.acts_total > len(session.acts):
        yield f"      and {session.acts_total - len(session.acts)} more: ask for less time"


def facts(session: Told) -> list[tuple[str, str]]:
    """Give what a session shows, each with its label."""
    events = f"{session.events}, of which {session.meant} are asked for; "
    events += f"{session.privileged_ok} privileged acts succeeded, {session.privileged_denied} did not"
    values = (
        ("acted as", session.principals),
        ("credentials", session.credentials),
        ("interfaces", session.interfaces),
        ("networks", session.networks),
        ("countries", session.countries),
        ("accounts", session.accounts),
        ("regions", session.regions),
        ("services", session.services),
    )
    return [("events", events), *((label, _values(counted)) for label, counted in values if counted)]


def _values(counted: Mapping[str, int]) -> str:
    ranked = sorted(counted.items(), key=lambda pair: -pair[1])
    text = ", ".join(f"{value} ({times})" for value, times in ranked[:_MAX_SHOWN])
    return f"{text} and {len(ranked) - _MAX_SHOWN} more" if len(ranked) > _MAX_SHOWN else text


def told(deed: Deed) -> str:
    """Tell one act."""
    technique = f" {deed.technique}" if deed.technique else ""
    on = f" on {', '.join(deed.resources)}" if deed.resources else ""
    place = f"from {deed.source or 'nowhere shown'} by {deed.interface}"
    return f"{deed.service}:{deed.action} {deed.outcome}{on} {place} [{deed.stage or 'other'}{technique}]"


def row(session: Told) -> dict[str, Any]:
    """Give a session as a JSON line has it. Times are UTC microseconds."""
    return to_dict(session)
