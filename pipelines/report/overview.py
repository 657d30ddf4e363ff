"""The first screen and the overview: what whoever must decide has to know, out of all findings, in plain words."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from pipelines.report.drawing import bars
from pipelines.report.folder import Folder
from pipelines.report.text import counted, day_of
from pipelines.views.story import ACTOR_TYPES, moment
from schemas.records import Finding, Remedy

GRAVE_RANK = 3
"""From medium on: what the first screen speaks of."""

MAX_LISTED = 6
MAX_ACCOUNTS = 12
MAX_OPEN = 400
"""Things to do that the first screen lists, most of them folded away."""


class Incident(NamedTuple):
    """What one actor did: the gravest of its findings speaks for them."""

    worst: Finding
    findings: int
    identity: str
    certainty: str


class Task(NamedTuple):
    """One thing that is still to be done, with the finding that shows it."""

    do: str
    finding_id: str
    key: str


class First(NamedTuple):
    """The first screen."""

    verdict: str
    incidents: list[Incident]
    more_incidents: int
    changes: list[str]
    more_changes: int
    revoke: list[Task]
    rollback: list[Task]
    until: str
    unseen: list[str]


class Account(NamedTuple):
    """A row of the overview by account."""

    name: str
    total: int
    bar: Markup


class Overview(NamedTuple):
    """The overview: counts by severity, account and day."""

    by_severity: list[tuple[str, int, Markup]]
    by_account: list[Account]
    more_accounts: int
    days: Markup | None
    aside: str


def counts(finding: Finding) -> bool:
    """Whether a finding stands: neither retracted nor suppressed."""
    return finding.status != "retracted" and finding.suppressed is None


def first(folder: Folder) -> First:
    """Give the first screen of a folder."""
    standing = [finding for finding in folder.findings if counts(finding)]
    grave = sorted((finding for finding in standing if finding.severity_rank >= GRAVE_RANK), key=gravity)
    incidents = _incidents(grave)
    changes = list(dict.fromkeys(_change(remedy) for finding in grave for remedy in finding.rollback))
    ends = max((finding.last_event_time for finding in folder.findings), default=None)
    return First(
        _verdict(grave, standing, incidents),
        incidents[:MAX_LISTED],
        max(0, len(incidents) - MAX_LISTED),
        changes[:MAX_LISTED],
        max(0, len(changes) - MAX_LISTED),
        _tasks("revoke", ((remedy, finding) for finding in grave for remedy in finding.revoke)),
        _tasks("rollback", ((remedy, finding) for finding in grave for remedy in finding.rollback)),
        "" if ends is None else moment(ends),
        [*_unread(folder), *_blind(grave or standing)],
    )


def gravity(finding: Finding) -> tuple[Any, ...]:
    """Give the key that sorts findings with the gravest first; what is set aside comes last."""
    return (
        not counts(finding),
        -finding.severity_rank,
        -finding.score,
        finding.first_event_time,
        finding.finding_id,
    )


def _verdict(grave: Sequence[Finding], standing: Sequence[Finding], incidents: Sequence[Incident]) -> str:
    if not standing:
        return "Nothing was found. Below stands what these logs could not show."
    if not grave:
        return f"Nothing of medium severity or more was found; {counted(len(standing), 'weaker finding')} below."
    urgent = sum(finding.severity_rank > GRAVE_RANK for finding in grave)
    who = counted(len(incidents), "identity needs", "identities need")
    of_them = f", {urgent:,} of them high or critical" if urgent else ""
    return f"{who} a decision: {counted(len(grave), 'finding')} of medium severity or more{of_them}."


def _incidents(grave: Sequence[Finding]) -> list[Incident]:
    by_actor: dict[str, list[Finding]] = {}
    for finding in grave:
        by_actor.setdefault(finding.actor.id, []).append(finding)
    return [Incident(found[0], len(found), _identity(found[0]), _certainty(found)) for found in by_actor.values()]


def _identity(finding: Finding) -> str:
    actor = finding.actor
    of = f", account {actor.account}" if actor.account else ""
    return f"{ACTOR_TYPES.get(actor.type, actor.type)} in {actor.provider}{of}"


def _certainty(findings: Iterable[Finding]) -> str:
    hops = {(hop.from_, hop.to, hop.how, hop.certainty) for finding in findings for hop in finding.hops}
    unsure = {kind: sum(hop[3] == kind for hop in hops) for kind in ("probable", "ambiguous")}
    said = " and ".join(f"{number} {kind}" for kind, number in unsure.items() if number)
    if said:
        return f"{said} of {counted(len(hops), 'hop')}: look twice at the name"
    return f"{counted(len(hops), 'hop')}, certain" if hops else "used its own credential"


def _change(remedy: Remedy) -> str:
    names = ", ".join(filter(None, remedy.names)) or "what the raw record names"
    where = f", in {remedy.account}" if remedy.account else ""
    return f"{remedy.service}:{remedy.action} on {names}{where}, {moment(remedy.time)} UTC"


def _tasks(kind: str, remedies: Iterable[tuple[Remedy, Finding]]) -> list[Task]:
    """Give each thing to do once; its key is that of the same line in every finding, so that a tick holds for all."""
    found: dict[str, Task] = {}
    for remedy, finding in remedies:
        found.setdefault(remedy.do, Task(remedy.do, finding.finding_id, f"{kind} {remedy.do}"))
    return list(found.values())


def _unread(folder: Folder) -> Iterable[str]:
    """Say what of the input was not read."""
    for error in _texts(folder.summary.get("errors")):
        yield f"an input could not be read: {error}"
    letters = sum(folder.letters.counts.values())
    if letters:
        yield f"{counted(letters, 'record or file', 'records or files')} could not be read: see the dead letters below"
    if folder.visibility is not None:
        lines = [str(one) for one in [*folder.visibility.gaps, *folder.visibility.blind()]]
        yield from lines[:MAX_LISTED]
        if len(lines) > MAX_LISTED:
            yield f"and {len(lines) - MAX_LISTED} more under Coverage"
    if folder.coverage is None:
        yield "coverage was not measured: an hour without events and an hour without logs look alike here"


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)][:MAX_LISTED] if isinstance(value, list) else []


def _blind(findings: Iterable[Finding]) -> Iterable[str]:
    """Say the blind spots, those of most findings first."""
    told: dict[str, int] = {}
    for finding in findings:
        for spot in dict.fromkeys(finding.blind_spots):
            told[spot] = told.get(spot, 0) + 1
    ranked = sorted(told.items(), key=lambda spot: (-spot[1], spot[0]))
    for spot, number in ranked[:MAX_LISTED]:
        yield spot if number == 1 else f"{spot} ({number:,} findings)"
    if len(ranked) > MAX_LISTED:
        yield f"and {counted(len(ranked) - MAX_LISTED, 'more blind spot')}, told with each finding"


def overview(findings: Sequence[Finding]) -> Overview:
    """Give the overview of the findings that stand."""
    standing = [finding for finding in findings if counts(finding)]
    severities = _tally((finding.severity, finding.severity) for finding in standing)
    most = max((sum(tally.values()) for tally in severities.values()), default=0)
    accounts = _tally((account, finding.severity) for finding in standing for account in accounts_of(finding))
    ranked = sorted(accounts.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    largest = max((sum(tally.values()) for tally in accounts.values()), default=0)
    by_day = dict(sorted(_tally((day_of(one.first_event_time), one.severity) for one in standing).items()))
    aside = len(findings) - len(standing)
    return Overview(
        [
            (name, sum(severities.get(name, {}).values()), bars.stacked(severities.get(name, {}), most))
            for name in bars.GRAVEST_FIRST
        ],
        [Account(name, sum(tally.values()), bars.stacked(tally, largest)) for name, tally in ranked[:MAX_ACCOUNTS]],
        max(0, len(ranked) - MAX_ACCOUNTS),
        bars.days(by_day) if by_day else None,
        f"{counted(aside, 'finding')} suppressed or retracted not counted here" if aside else "",
    )


def accounts_of(finding: Finding) -> list[str]:
    """Give the accounts that a finding reached, the actor's own where the session shows none."""
    return finding.session.accounts or [finding.actor.account or "unknown"]


def _tally(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, severity in pairs:
        tally = found.setdefault(name, {})
        tally[severity] = tally.get(severity, 0) + 1
    return found
