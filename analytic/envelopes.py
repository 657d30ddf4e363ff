"""Automation envelopes: is a call by a documented automation what its owner wrote down, and if not, in what not.

An identity leads to its envelope; what the caller cannot choose (network, kind of credential, who issued the identity)
decides whether a call is inside. Interface and user agent are the caller's own words: they can show a deviation, and
never make a call expected. All times are the event's own: there is no clock here.
"""

from functools import lru_cache
from typing import NamedTuple

from analytic.context import network
from analytic.patterns import (
    Calls,
    Globs,
    Networks,
    Times,
    any_case,
    calls_of,
    end_of,
    literal_prefix,
    networks_of,
    times_of,
)
from analytic.policy import Policy
from analytic.policy_entries import NEVER, Envelope
from schemas.records import Actor, ApiEvent

_CACHED = 4_096
_MAX_SHOWN = 100
"""A role's or an action's name is the caller's text: a deviation shows so much of it."""

# What an identity provider signed stands in the actor's id with the provider's own name: nobody else can issue it.
_ISSUERS = ("oidc-provider/", "saml-provider/", "principal://", "principalSet://")


class Names(NamedTuple):
    """The names by which an identity can be known, and the ARN apart: `free` is its end that the caller chose."""

    plain: tuple[str | None, ...]
    arn: str | None
    free: str


class Identities(NamedTuple):
    """Compiled identities: all as one expression, and each with what stands before its first wildcard."""

    globs: Globs
    each: tuple[tuple[str, Globs], ...]

    def match(self, names: Names) -> bool:
        """Whether an identity is meant. A wildcard does not reach into a session name: its caller chose that."""
        if any(self.globs.match(name) for name in names.plain):
            return True
        arn, free = names.arn, names.free
        if not arn or not free:
            return self.globs.match(arn)
        role = arn[: -len(free)]
        if self.globs.match(role + "\0" * len(free)):
            return True
        return any(prefix.startswith(role) and globs.match(arn) for prefix, globs in self.each)


class _Bounds(NamedTuple):
    """A compiled envelope."""

    identities: Identities
    networks: Networks
    clients: Globs
    calls: Calls
    times: Times
    ends: int | None
    anchored: bool


def names_of(actor: Actor, event: ApiEvent) -> Names:
    """Give the names of who made an event: the actor behind it, and the principal that it acted as."""
    free = (event.session_name or "") if event.provider == "aws" else ""
    chosen = free if event.principal_type == "FederatedUser" else None  # GetFederationToken: its caller names the user.
    principal_id = event.principal_id
    if principal_id is not None and free:
        principal_id = principal_id.removesuffix(f":{free}")
    plain = (actor.id, actor.name, principal_id, event.principal_name, event.issuer)
    arn = event.principal_arn
    if arn is not None and not arn.endswith(f"/{free}"):
        free = ""
    return Names(tuple(name for name in plain if name is not None and name != chosen), arn, free)


@lru_cache(_CACHED)
def identities_of(texts: tuple[str, ...]) -> Identities:
    """Compile identities."""
    return Identities(Globs(texts), tuple((literal_prefix(text), Globs((text,))) for text in texts))


def issuer_bound(identity: str) -> bool:
    """Whether an identity, before any wildcard, names the provider that signed it (OIDC, SAML, workload federation)."""
    prefix = literal_prefix(identity)
    return any(issuer in prefix and not prefix.endswith(issuer) for issuer in _ISSUERS)


def anchored(envelope: Envelope) -> bool:
    """Whether an envelope asks for anything that a caller cannot simply claim."""
    return bool(envelope.networks or envelope.credential_type) or all(map(issuer_bound, envelope.identities))


def matches(envelope: Envelope, actor: Actor, event: ApiEvent) -> bool:
    """Whether an event was made by one of an envelope's identities."""
    return _bounds(envelope).identities.match(names_of(actor, event))


def judge(envelope: Envelope, actor: Actor, event: ApiEvent) -> list[str]:
    """Say how an event leaves an envelope, one line each; an empty list is inside.

    A call that a cloud service made for the automation shows neither its network nor its program: those were judged at
    the call that set the service to work. The rest is judged as ever.
    """
    found = [] if matches(envelope, actor, event) else [f"{_shown(actor.name)} is none of the envelope's identities"]
    return found + _deviations(envelope, event)


def find(policy: Policy, actor: Actor, event: ApiEvent) -> tuple[Envelope, list[str]] | None:
    """Give the envelope that an event's identity leads to, with the deviations: of several the one with the fewest.

    None where no automation is documented for the identity, and for break-glass identities: nothing lowers their use.
    """
    if not policy.automation:
        return None
    names = names_of(actor, event)
    known = _known(policy.automation, names)
    if not known or identities_of(policy.break_glass).match(names):
        return None
    judged = [(envelope, _deviations(envelope, event)) for envelope in known]
    return min(judged, key=lambda pair: len(pair[1]))


def is_break_glass(policy: Policy, actor: Actor, event: ApiEvent) -> bool:
    """Whether an event was made by an identity that is kept for emergencies."""
    return bool(policy.break_glass) and identities_of(policy.break_glass).match(names_of(actor, event))


def is_trusted(policy: Policy, event: ApiEvent) -> bool:
    """Whether an event came from one of the organisation's own networks."""
    return bool(policy.trusted_networks) and _within(networks_of(policy.trusted_networks), event)


def expects_console(policy: Policy, actor: Actor, event: ApiEvent) -> bool:
    """Whether an event was made by an identity that is expected to use the console or Cloud Shell."""
    return bool(policy.console_expected) and identities_of(policy.console_expected).match(names_of(actor, event))


@lru_cache(_CACHED)
def _known(envelopes: tuple[Envelope, ...], names: Names) -> tuple[Envelope, ...]:
    return tuple(envelope for envelope in envelopes if _bounds(envelope).identities.match(names))


@lru_cache(_CACHED)
def _bounds(envelope: Envelope) -> _Bounds:
    schedule = envelope.schedule
    clients = [glob for name in envelope.user_agent for glob in ((name,) if "/" in name else (name, f"{name}/*"))]
    return _Bounds(
        identities_of(envelope.identities),
        networks_of(envelope.networks),
        any_case(clients),
        calls_of(envelope.services, envelope.actions),
        times_of(schedule.days, schedule.hours, schedule.timezone),
        None if envelope.expires == NEVER else end_of(envelope.expires),
        anchored(envelope),
    )


def _deviations(envelope: Envelope, event: ApiEvent) -> list[str]:
    bounds = _bounds(envelope)
    by_service = event.source_ip is None and bool(event.source_service or event.invoked_by)
    found = []
    if bounds.ends is not None and event.time >= bounds.ends:
        found.append(f"the envelope expired on {envelope.expires}")
    if not bounds.anchored:
        found.append("the envelope names nothing but what a caller can claim: it needs networks or credential_type")
    if envelope.networks and not by_service and not _within(bounds.networks, event):
        found.append(f"{_whence(event)} is none of the envelope's")
    if envelope.credential_type and event.credential_type not in envelope.credential_type:
        found.append(f"credential {event.credential_type} is none of the envelope's")
    if not by_service:
        found += _program(envelope, bounds.clients, event)
    if not bounds.calls.match(event.service, event.action):
        narrowed = bounds.calls.narrowed.match(event.service)
        call = f"action {event.service}:{event.action}" if narrowed else f"service {event.service}"
        found.append(f"{_shown(call)} is none of the envelope's")
    outside = bounds.times.deviation(event.time)
    if outside is not None:
        found.append(f"outside its schedule: {outside}")
    return found


def _program(envelope: Envelope, clients: Globs, event: ApiEvent) -> list[str]:
    """Compare the caller's own words; and where the record's evidence disputes them, say so."""
    found = []
    if envelope.interfaces and event.interface not in envelope.interfaces:
        found.append(f"interface {event.interface} is none of the envelope's")
    if envelope.user_agent and not clients.match(event.client):
        found.append(f"client {_shown(event.client or 'unknown')} is none of the envelope's")
    if event.interface_conflict is not None and (envelope.interfaces or envelope.user_agent):
        found.append(f"what it claims to be is disputed: {_shown(event.interface_conflict)}")
    return found


def _within(networks: Networks, event: ApiEvent) -> bool:
    if event.vpc_endpoint is not None:
        # The address is one that anybody's private network may have, the endpoint is one of a kind.
        return event.vpc_endpoint in networks.endpoints
    return event.asn in networks.systems or event.cloud in networks.clouds or networks.holds(event.source_ip)


def _whence(event: ApiEvent) -> str:
    if event.vpc_endpoint is not None:
        return f"endpoint {_shown(event.vpc_endpoint)}"
    where = event.network or network.prefix(event.source_ip)
    if where is None:
        return "network unknown"
    return f"network {where}" if event.asn is None else f"network {where} (AS{event.asn})"


def _shown(text: str) -> str:
    """Give a log's text on one line, without anything that a terminal obeys."""
    text = text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
