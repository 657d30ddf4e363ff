"""Findings that repeat: the same chain, actor, calls and networks on several days, the most alike first. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas.records import Finding

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

HIGH_RANK = 4
"""From high on a finding is looked at each time, however often it comes."""


class Group(NamedTuple):
    """Findings that are alike, with how: "the same calls from the same networks"."""

    findings: tuple[Finding, ...]
    alike: str

    @property
    def first(self) -> Finding:
        """One of them: chain and actor are the same in all."""
        return self.findings[0]


def _by_calls_and_networks(finding: Finding) -> Hashable:
    return (finding.chain, finding.actor.id, calls_of(finding), networks_of(finding))


def _by_networks(finding: Finding) -> Hashable:
    return (finding.chain, finding.actor.id, networks_of(finding))


def _by_calls(finding: Finding) -> Hashable:
    return (finding.chain, finding.actor.id, calls_of(finding))


def _by_chain(finding: Finding) -> Hashable:
    return (finding.chain, finding.actor.id)


LEVELS: tuple[tuple[str, Callable[[Finding], Hashable]], ...] = (
    ("the same calls from the same networks", _by_calls_and_networks),
    ("several calls from the same networks", _by_networks),
    ("the same calls from several networks", _by_calls),
    ("several calls from several networks", _by_chain),
)
"""How findings can be alike, the narrowest first."""


def groups(findings: Iterable[Finding], alike: str, key: Callable[[Finding], Hashable], least: int) -> Iterator[Group]:
    """Give the groups of one key that come on at least `least` days, in the order of their first finding."""
    found: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        found.setdefault(key(finding), []).append(finding)
    for group in found.values():
        if len(days_of(group)) >= least:
            yield Group(tuple(group), alike)


def by_actor(findings: Iterable[Finding], least: int) -> Iterator[Group]:
    """Give what each actor repeats, whatever the chain: what an automation's envelope is about."""
    yield from groups(findings, "one identity", lambda finding: finding.actor.id, least)


def by_program(findings: Iterable[Finding], least: int) -> Iterator[Group]:
    """Give what several actors repeat with the same kind of program, and share nothing else that binds them."""
    for group in groups(findings, "one program", _by_program, least):
        actors = {finding.actor.id for finding in group.findings}
        shared = frozenset.intersection(*(networks_of(finding) for finding in group.findings))
        if len(actors) > 1 and not shared:
            yield group


def _by_program(finding: Finding) -> Hashable:
    return (finding.chain, calls_of(finding), frozenset(finding.session.interfaces))


def calls_of(finding: Finding) -> frozenset[str]:
    """Give the calls that the stages are."""
    return frozenset(f"{stage.service}:{stage.action}" for stage in finding.stages)


def networks_of(finding: Finding) -> frozenset[str]:
    """Give the networks that the session came from."""
    return frozenset(finding.session.networks)


def days_of(findings: Iterable[Finding]) -> list[str]:
    """Give the days (UTC) on which findings began, in order."""
    return sorted({day_of(finding.first_event_time) for finding in findings})


def day_of(time: int) -> str:
    """Give the day (UTC) of a time."""
    try:
        return f"{_EPOCH + timedelta(microseconds=time):%Y-%m-%d}"
    except OverflowError:
        return "no date"
