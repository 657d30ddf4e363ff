"""A finding as a story in plain words: pure, a finding in and lines out. Texts of logs are escaped in one place, _put.

The order is that of the questions an analyst asks: what, who, from where, what happened in order, why it weighs, why it
may be benign, what could not be seen, what to check, and what to do about it.
"""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from analytic.formats.attack_tactics import TACTICS, named, tactics_of
from pipelines.views.console import safe
from schemas.records import Evidence, Finding, Remedy, Shift, Stage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST_WIDTH = 40
_MAX_LISTED = 12
_MAX_TEXT = 600
"""Characters of one text of a log that are shown: the whole of it is in the finding."""

ACTOR_TYPES = {
    "user": "a person",
    "root": "an account's root user",
    "role": "a role: who took it on was not seen",
    "federated": "a federated identity",
    "account": "another account",
    "service": "a cloud service",
    "service_account": "a service account",
    "service_principal": "an application",
    "workload": "a workload",
}
"""What an actor's type is called."""


class Line(NamedTuple):
    """One line to print; a heading stands out on a terminal."""

    text: str
    heading: bool = False


class About(NamedTuple):
    """What a chain's author says of it: what to check, and its known benign twins."""

    check: Sequence[str] = ()
    benign: Sequence[str] = ()


class Happening(NamedTuple):
    """One thing of the timeline: a hop (order 0), a shift (1) or an event (2), with what to say below it."""

    time: int
    order: int
    event_id: str
    text: str
    notes: list[str]


def story(finding: Finding, about: About, width: int) -> list[Line]:
    """Tell a finding in lines of at most `width` columns, but for a name that is longer itself."""
    lines: list[Line] = []
    width = max(width, _LEAST_WIDTH)
    _put(lines, finding.title, width, heading=True)
    for text in _about_it(finding):
        _put(lines, text, width)
    sections: list[tuple[str, Iterable[str]]] = [
        ("Who", _who(finding)),
        ("From where and with what", _where(finding)),
    ]
    for heading, texts in sections:
        _section(lines, heading, texts, width)
    _timeline(lines, finding, width)
    _section(lines, f"Why it weighs {finding.score:.1f} bits", _reasons(finding), width)
    _section(lines, "Why it may be benign", _benign(finding, about), width)
    _section(lines, "What could not be seen, hence is not ruled out", finding.blind_spots, width)
    _section(lines, "Check", checks(finding, about), width)
    _section(lines, "Revoke, if this was not the person's own work", _remedies(finding.revoke), width)
    _section(lines, "Roll back", _remedies(finding.rollback), width)
    _section(lines, "Pull", finding.pull, width)
    _section(lines, "Raw records", _origins(finding.evidence), width)
    return lines


def _about_it(finding: Finding) -> Iterable[str]:
    yield (
        f"{finding.severity} · {finding.score:.1f} bits · {finding.status}, revision {finding.revision} · "
        f"chain {finding.chain} · {finding.analytic} · ATT&CK v{finding.attack.version}"
    )
    yield f"id {finding.finding_id}"
    yield f"{moment(finding.first_event_time)} to {moment(finding.last_event_time)} UTC"
    if finding.suppressed is not None:
        until = f", until {moment(finding.suppressed.expires)} UTC" if finding.suppressed.expires else ""
        yield f"suppressed by {finding.suppressed.by}{until}: {finding.suppressed.reason}"


def _who(finding: Finding) -> Iterable[str]:
    actor = finding.actor
    of = f" of account {actor.account}" if actor.account else ""
    yield f"{actor.name}{of} ({ACTOR_TYPES.get(actor.type, actor.type)} in {actor.provider}): {actor.id}"
    for hop in finding.hops:
        yield f"{hop.from_} became {hop.to} by {hop.how}, {moment(hop.time)} ({hop.certainty})"
    if not finding.hops:
        yield "used its own credential: no hop lies between"


def _where(finding: Finding) -> Iterable[str]:
    session = finding.session
    yield f"session {moment(session.started)} to {moment(session.ended)} UTC"
    for name, values in (
        ("networks", session.networks),
        ("interfaces", session.interfaces),
        ("credentials", session.credentials),
        ("accounts", session.accounts),
        ("services", session.services),
    ):
        if values:
            more = f" and {len(values) - _MAX_LISTED} more" if len(values) > _MAX_LISTED else ""
            yield f"{name}: {', '.join(values[:_MAX_LISTED])}{more}"


def _timeline(lines: list[Line], finding: Finding, width: int) -> None:
    _put(lines, "", width)
    _put(lines, "What happened, in order (UTC)", width, heading=True)
    for day, of_day in groupby(happenings(finding), key=lambda happening: moment(happening.time)[:10]):
        _put(lines, day, width, indent=2)
        for happening in of_day:
            _put(lines, f"{moment(happening.time)[11:]}  {happening.text}", width, indent=4, hang=14)
            for note in happening.notes:
                _put(lines, note, width, indent=14)
    if finding.evidence_total > len(finding.evidence):
        _put(lines, f"and {finding.evidence_total - len(finding.evidence)} more events of these kinds", width, indent=4)


def happenings(finding: Finding) -> list[Happening]:
    """Give hops, shifts and events in the order they happened; of one moment what led to the event comes first."""
    found = [
        *(
            Happening(hop.time, 0, hop.event_id or "", f"{hop.from_} became {hop.to} by {hop.how}", [])
            for hop in finding.hops
        ),
        *(_shifted(shift) for shift in finding.shifts),
        *_events(finding),
    ]
    return sorted(found, key=lambda happening: (happening.time, happening.order, happening.event_id, happening.text))


def _shifted(shift: Shift) -> Happening:
    change = f"{shift.before} -> {shift.after}" if shift.before else f"{shift.after}" if shift.after else ""
    text = f"shift of {shift.dimension}{f': {change}' if change else ''} (+{shift.bits:.1f} bits)"
    return Happening(shift.time, 1, shift.event_id, text, [shift.why])


def _events(finding: Finding) -> Iterable[Happening]:
    stages = {stage.event_id: stage for stage in finding.stages}
    for piece in finding.evidence:
        failed = "" if piece.outcome == "success" else f", {piece.outcome}"
        whence = f" from {piece.source_ip}" if piece.source_ip else ""
        with_ = f" with {piece.credential_id}" if piece.credential_id else ""
        stage = stages.pop(piece.event_id, None)
        notes = [staged(stage)] if stage is not None else []
        text = f"{piece.service}:{piece.action}{failed}, {piece.interface}{whence}{with_}"
        yield Happening(piece.time, 2, piece.event_id, text, notes)
    for stage in stages.values():  # Stages whose event the capped evidence no longer lists.
        yield Happening(stage.time, 2, stage.event_id, f"{stage.service}:{stage.action}", [staged(stage)])


def staged(stage: Stage) -> str:
    """Say a stage with its technique and tactics."""
    if stage.technique is None:
        return f"stage {stage.stage}"
    name = named(stage.technique)
    tactics = ", ".join(TACTICS[tactic] for tactic in tactics_of(stage.technique))
    return f"stage {stage.stage}: {stage.technique}{f' {name}' if name else ''}{f' ({tactics})' if tactics else ''}"


def _reasons(finding: Finding) -> Iterable[str]:
    for reason in finding.reasons:
        yield f"{reason.bits:+5.1f}  {reason.why} [{reason.signal}]"
    if finding.automation.envelope is not None:
        yield f"documented automation: {finding.automation.envelope}"
    for deviation in finding.automation.deviations:
        yield f"outside its envelope: {deviation}"


def _benign(finding: Finding, about: About) -> Iterable[str]:
    for reason in finding.counter_evidence:
        yield f"{reason.bits:+5.1f}  {reason.why} [{reason.signal}]"
    for twin in about.benign:
        yield f"known twin: {twin}"


def checks(finding: Finding, about: About) -> Iterable[str]:
    """Give the chain's own checks, then what this finding's shifts and hops leave open."""
    yield from about.check
    asked = {
        "network": "does {actor} know the network {after}? ask, over another channel than the account's own e-mail",
        "country": "is {actor} in {after}?",
        "travel": "where was {actor} at that time?",
        "home": "what ran on the workload before its credential was used from {after}?",
        "issue": "does anything carry credentials from {before} to {after} (a broker, a build system)?",
        "client": "did {actor} install {after}?",
        "os": "does {actor} have a device with {after}?",
        "history": "since when does {actor} exist, and who made it?",
    }
    told = set()
    for shift in finding.shifts:
        question = asked.get(shift.dimension)
        if question is not None and shift.dimension not in told:
            told.add(shift.dimension)
            yield question.format(actor=finding.actor.name, before=shift.before, after=shift.after or "it")
    if any(hop.certainty != "certain" for hop in finding.hops):
        yield "is it the right person? a hop above is not certain: look at the event that shows it"
    yield "was it asked for: a ticket, a change, an incident at that time?"


def _remedies(remedies: Iterable[Remedy]) -> Iterable[str]:
    return (remedy.do for remedy in remedies)


def _origins(evidence: Iterable[Evidence]) -> Iterable[str]:
    """Name the files of the raw records, each with the records in it."""
    files: dict[str, list[str]] = {}
    for piece in evidence:
        uri, _, number = piece.origin.rpartition("#")
        if uri or number:
            files.setdefault(uri or number, []).append(number)
    for uri, numbers in files.items():
        yield f"records {', '.join(sorted(set(numbers), key=lambda text: (len(text), text)))} of {uri}"


def _section(lines: list[Line], heading: str, texts: Iterable[str], width: int) -> None:
    listed = list(texts)
    if not listed:
        return
    _put(lines, "", width)
    _put(lines, heading, width, heading=True)
    for text in listed:
        _put(lines, f"- {text}", width, indent=2, hang=4)


def _put(
    lines: list[Line], text: str, width: int, *, indent: int = 0, hang: int | None = None, heading: bool = False
) -> None:
    """Add a text, escaped and wrapped: the only way into the story, so that nothing of a log is printed raw."""
    shown = safe(text)
    shown = shown if len(shown) <= _MAX_TEXT else f"{shown[: _MAX_TEXT - 1]}…"
    after = " " * (indent if hang is None else hang)
    wrapped = textwrap.wrap(
        shown,
        width,
        initial_indent=" " * indent,
        subsequent_indent=after,
        break_long_words=False,
        break_on_hyphens=False,
    )
    lines.extend(Line(line, heading) for line in wrapped or [""])


def moment(time: int) -> str:
    """Give a time in UTC, to the second; what no calendar has in microseconds."""
    try:
        return f"{_EPOCH + timedelta(microseconds=time):%Y-%m-%d %H:%M:%S}"
    except OverflowError:
        return f"{time} microseconds"
