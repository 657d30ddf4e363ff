"""Who is woken for a finding: a fold over the findings of one actor and chain, in the order in which they are written.

Every finding reaches its table; an alert is sent for the first of a grave enough severity, and then not again within
the cooldown, unless a later one is graver. A finding that was told of and is retracted is told of as well.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from analytic.fold import check_version
from analytic.policy import HOUR
from analytic.scoring import SEVERITIES
from schemas.records import Finding

_VERSION = 1
_MOST_IDS = 32
"""Findings told of that a state remembers, for their retraction; the oldest go first."""
_ATTRIBUTE_CHARACTERS = 256
"""Pub/Sub takes attributes of up to 1,024 bytes ("Quotas and limits"); a character may have four."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Alerting(msgspec.Struct, frozen=True):
    """From which severity on an alert is sent, and how long the same actor and chain then stay quiet (microseconds)."""

    severity: str = "high"
    cooldown: int = HOUR

    def __post_init__(self) -> None:
        """Refuse a severity that there is not."""
        if self.severity not in SEVERITIES:
            raise ValueError(f"alerts begin at {self.severity!r}: give one of {', '.join(SEVERITIES)}")
        if self.cooldown <= 0:
            raise ValueError(f"the cooldown of alerts is {self.cooldown}: give more than 0")

    @property
    def rank(self) -> int:
        """The severity as findings rank it, 1 to 5."""
        return SEVERITIES.index(self.severity) + 1


class Cooling(msgspec.Struct, array_like=True):
    """What was told of an actor and chain: until when it cools, the gravest rank told, and the findings told of."""

    version: int = _VERSION
    until: int = 0
    rank: int = 0
    ids: list[str] = []


class Alert(msgspec.Struct, frozen=True):
    """A message: compact JSON, with attributes that a subscription can filter by."""

    data: bytes
    attributes: dict[str, str]


class Decision(msgspec.Struct, frozen=True):
    """What to do with a finding: the state after it, the alert, or that the cooldown swallowed one."""

    state: Cooling
    alert: Alert | None = None
    cooled: bool = False


def key_of(finding: Finding) -> str:
    """Give the key that cools: the actor and the chain."""
    return f"{finding.actor.id}\x1f{finding.chain}"


def decide(state: Cooling | None, finding: Finding, now: int, alerting: Alerting) -> Decision:
    """Take a finding that is written at `now` (UTC microseconds)."""
    state = state or Cooling()
    told = finding.finding_id in state.ids
    if finding.status == "retracted":
        if not told:
            return Decision(state)
        ids = [id_ for id_ in state.ids if id_ != finding.finding_id]
        return Decision(Cooling(_VERSION, state.until, state.rank, ids), alert_of(finding))
    if finding.severity_rank < alerting.rank or finding.suppressed is not None:
        return Decision(state)
    if now < state.until and finding.severity_rank <= state.rank:
        return Decision(state, cooled=True)
    rank = max(finding.severity_rank, state.rank) if now < state.until else finding.severity_rank
    ids = [*(id_ for id_ in state.ids if id_ != finding.finding_id), finding.finding_id][-_MOST_IDS:]
    return Decision(Cooling(_VERSION, now + alerting.cooldown, rank, ids), alert_of(finding))


def alert_of(finding: Finding) -> Alert:
    """Give the message of a finding. The whole finding is in the table, under its id and revision."""
    actor = finding.actor
    body: dict[str, Any] = {
        "finding_id": finding.finding_id,
        "revision": finding.revision,
        "status": finding.status,
        "severity": finding.severity,
        "score": round(finding.score, 1),
        "chain": finding.chain,
        "title": finding.title,
        "actor": {"id": actor.id, "name": actor.name, "account": actor.account, "provider": actor.provider},
        "first_event_time": _when(finding.first_event_time),
        "last_event_time": _when(finding.last_event_time),
        "techniques": finding.attack.techniques,
    }
    attributes = {
        "finding_id": finding.finding_id,
        "revision": str(finding.revision),
        "status": finding.status,
        "severity": finding.severity,
        "chain": finding.chain,
        "provider": actor.provider,
        "account": actor.account or "",
        "actor": actor.id,
    }
    cut = {name: value[:_ATTRIBUTE_CHARACTERS] for name, value in attributes.items()}
    return Alert(msgspec.json.encode(body), cut)


def _when(time: int) -> str:
    return (_EPOCH + timedelta(microseconds=time)).isoformat().replace("+00:00", "Z")


def load(data: bytes) -> Cooling:
    """Decode a state; raises ValueError on a version that this build does not know."""
    check_version("Alerting", data, _VERSION)
    return msgspec.msgpack.decode(data, type=Cooling)
