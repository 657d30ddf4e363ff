"""What an investigation asks for, and whether a step is meant. Exact or by clear rules (docs/investigate.md)."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from analytic.patterns import Globs, any_case, check_glob, networks_of, parse_block
from schemas.records import Step


class Query(msgspec.Struct, frozen=True):
    """What is asked for; what is given must all hold. `start` (included) and `end` (not) are UTC microseconds."""

    actor: str | None = None
    credential: str | None = None
    ip: str | None = None
    resource: str | None = None
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        """Refuse what can match nothing. Raises ValueError, in one line."""
        if self.actor is not None:
            _check(check_glob, "--actor", self.actor)
        if self.ip is not None:
            _check(parse_block, "--ip", self.ip)
        for name in ("credential", "resource"):
            if getattr(self, name) is not None and not getattr(self, name).strip():
                raise ValueError(f"--{name} is empty: give an id or a name")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("--start is not before --end: nothing lies between them")

    def within(self, time: int) -> bool:
        """Whether a time is asked about."""
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)

    def matches(self, step: Step) -> bool:
        """Whether a step is meant: it is by the actor, with the credential, from the address and of the resource."""
        event = step.event
        if self.actor is not None and not _named(self.actor, step):
            return False
        if self.credential is not None and self.credential not in credentials_of(step):
            return False
        if self.ip is not None and not networks_of((self.ip,)).holds(event.source_ip):
            return False
        wanted = (self.resource or "").lower()
        named = (*event.resources, *event.touched, event.target_account or "")
        return not wanted or any(wanted in name.lower() for name in named)


def names_of(step: Step) -> list[str]:
    """Give the names that an actor can be asked for by: its id and name, the principal's, and the role's of a session.

    Of an ARN its last part is a name too.
    """
    event, actor = step.event, step.actor
    found: dict[str, None] = {}
    for name in (
        actor.id,
        actor.name,
        event.principal_id,
        event.principal_name,
        event.principal_arn,
        event.issuer,
        event.session_name,
        event.source_identity,
        *event.delegation,
        *(name for hop in step.hops for name in (hop.from_, hop.to)),
    ):
        if name:
            found[name] = None
            if name.startswith("arn:"):
                found[name.rpartition("/")[2]] = None
    return list(found)


def credentials_of(step: Step) -> list[str]:
    """Give the ids of the credential that a step was made with, of its workload, and of what the step issued."""
    event = step.event
    issued = event.issued
    found = [event.credential_id, event.session_id, event.issued_to]
    if event.issued_to is not None:
        found.append(event.issued_to.rpartition("/")[2])
    if issued is not None:
        found += [issued.credential_id, issued.session_id]
    return [one for one in found if one]


def _named(wanted: str, step: Step) -> bool:
    match = _compiled(wanted).match
    return any(match(name) for name in names_of(step))


@lru_cache(64)
def _compiled(wanted: str) -> Globs:
    return any_case((wanted,))


def _check(check: Callable[[str], object], flag: str, text: str) -> None:
    try:
        check(text)
    except ValueError as error:
        raise ValueError(f"{flag} {text[:80]!r} {error}") from None
