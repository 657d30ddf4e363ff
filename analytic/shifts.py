"""Context shifts: facets that change within one credential, or across a hop.

The weights are bits, set by judgement until the surprise model replaces them: rarer in the life of one credential, more
bits. A person's laptop changes network daily (2 to 3 bits); an instance's credential never leaves its network.
"""

import msgspec

from analytic.caps import FACETS, Cuts, lose
from analytic.context import network
from analytic.context.network import Sighting
from analytic.policy import MINUTE, Policy
from schemas.records import ApiEvent, Shift

BITS = {
    "network": 3.0,
    "country": 2.5,
    "travel": 5.0,
    "cloud": 2.0,
    "interface": 2.0,
    "client": 1.5,
    "os": 2.0,
    "mfa": 2.0,
    "identity": 0.5,
    "issue": 4.0,
    "home": 8.0,
}
"""Weight of a shift by its dimension."""

KEY = "long-term key"
"""What alone vouches for a caller without history, where the shift names nothing else."""

CONSOLE_PAIR_BITS = 1.0
"""Cloud Shell and the console belong together: the one opens from the other (AWS CloudShell User Guide)."""

NEAR_BITS = 1.0
"""Another network of the provider that served the credential before: a phone, a café in the same town."""

FASTEST_KM_H = 1_000.0
"""Airliners cruise at some 900 km/h; what is faster nobody travelled."""

LEAST_KM = 300.0
"""City databases err by tens of kilometres, and by more for mobile networks: nearer than this nothing is said."""

_WORDS = {
    "network": "network",
    "country": "country",
    "cloud": "kind of network",
    "interface": "interface",
    "client": "client program",
    "os": "operating system",
}


class Context(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The facets of one event that a credential's life is compared on.

    `provider` is the network's ("AS64500"), `cloud` the cloud or hosting that it belongs to, "access" for none.
    """

    network: str | None
    interface: str
    client: str | None
    os: str | None
    mfa: bool | None
    country: str | None = None
    provider: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    cloud: str | None = None


class Facets(msgspec.Struct, array_like=True):
    """The values that each facet has had, with when each was last seen (UTC microseconds)."""

    network: dict[str, int] = {}
    interface: dict[str, int] = {}
    client: dict[str, int] = {}
    os: dict[str, int] = {}
    country: dict[str, int] = {}
    provider: dict[str, int] = {}
    position: Sighting | None = None


def context_of(event: ApiEvent) -> Context:
    """Give an event's context. A private endpoint stands for a network.

    The console's back end and Cloud Shell call with clients of their own, on the cloud's hosts: only a browser's user
    agent says something of the person's device. A program that contradicts the console is somebody's, and is compared.
    """
    if event.interface == "cloud_shell" and event.interface_conflict is None:
        return Context(None, event.interface, None, None, event.mfa)  # Its address is the cloud's, and changes.
    where = event.vpc_endpoint or event.network or network.prefix(event.source_ip)
    client, system = event.client, event.os
    if (
        event.interface in ("console", "cloud_shell")
        and event.interface_conflict is None
        and not (event.user_agent or "").startswith("Mozilla/")
    ):
        client = system = None
    if event.asn is None and event.country is None:
        return Context(where, event.interface, client, system, event.mfa)
    # A cloud rents its networks to anybody: only an access network's provider says that two prefixes belong together.
    provider = f"AS{event.asn}" if event.asn is not None and event.cloud is None else None
    cloud = event.cloud or ("access" if event.asn is not None else None)
    place = (event.country, provider, event.latitude, event.longitude, cloud)
    return Context(where, event.interface, client, system, event.mfa, *place)


def by_service(event: ApiEvent) -> bool:
    """Whether a cloud service made the call for the principal: its context is the service's, not the caller's.

    A user agent alone says nothing here: anybody can call from an address and name a service.
    """
    if event.source_service is not None or event.invoked_by is not None:
        return True
    return event.interface == "service" and event.source_ip is None


ALL = ("network", "country", "interface", "client", "os")
MACHINE = ("network", "country", "os")
"""What is compared for a workload or a CI job: one machine runs several programs, and a person rarely does."""


def observe(
    facets: Facets, event: ApiEvent, context: Context, policy: Policy, cuts: Cuts, dimensions: tuple[str, ...] = ALL
) -> list[Shift]:
    """Compare an event with what its credential has shown, remember it, and give the shifts.

    The first value of a facet is where it is at home; each further one shifts once. `cuts` notes what the cap costs.
    """
    found = []
    for dimension in dimensions:
        value = getattr(context, dimension)
        if value is None or value == "unknown":
            continue
        seen: dict[str, int] = getattr(facets, dimension)
        if seen and value not in seen:
            near = dimension == "network" and context.provider is not None and context.provider in facets.provider
            found.append(_changed(dimension, _latest(seen), value, event, NEAR_BITS if near else BITS[dimension]))
        if remember(seen, value, event.time, policy.max_facets):
            lose(cuts, FACETS, 1, event.time)
    if context.provider is not None:
        remember(facets.provider, context.provider, event.time, policy.max_facets)
    # A database places a cloud's addresses somewhere or other: machines do not travel, and are not said to.
    travelled = _travel(facets, context, event) if dimensions is ALL and context.cloud in (None, "access") else None
    return found if travelled is None else [*found, travelled]


def _travel(facets: Facets, context: Context, event: ApiEvent) -> Shift | None:
    """Compare with where the credential was last used: too far for the time between is one shift."""
    if context.latitude is None or context.longitude is None:
        return None
    before, here = facets.position, Sighting(context.latitude, context.longitude, event.time)
    facets.position = here
    if before is None:
        return None
    way = network.distance_km((before.latitude, before.longitude), (here.latitude, here.longitude))
    if way < LEAST_KM or network.travel_speed(before, here) < FASTEST_KM_H:
        return None
    minutes = abs(here.time - before.time) / MINUTE
    why = f"{way:.0f} km from the last use in {minutes:.0f} minutes: nobody travels so fast"
    old, new = (f"{at.latitude:.1f},{at.longitude:.1f}" for at in (before, here))
    return _shift("travel", old, new, event, BITS["travel"], why)


SIGN_INS = frozenset(
    {
        "AssumeRoleWithWebIdentity",
        "AssumeRoleWithSAML",
        "AssumeRoleForPodIdentity",
        "ConsoleLogin",
        "ExchangeToken",
        "GetSigninToken",
        "Sign-in activity",
        "SwitchRole",
        "UserLoggedIn",
        "sso",
    }
)
"""Calls that a helper or a browser makes for the program that then uses the credential: their clients always differ."""


def across_hop(before: Context, context: Context, how: str, event: ApiEvent) -> list[Shift]:
    """Compare the first use of an issued credential with the call that issued it."""
    found = []
    if before.network and context.network and before.network != context.network:
        why = f"the credential was issued to {before.network} and is used from {context.network}"
        near = before.provider is not None and before.provider == context.provider
        bits = NEAR_BITS if near else BITS["issue"]
        found.append(_shift("issue", before.network, context.network, event, bits, why))
    for dimension in () if how.rpartition(".")[2] in SIGN_INS else ("client", "os"):
        old, new = getattr(before, dimension), getattr(context, dimension)
        if old and new and old != new:
            why = f"issued to the {_WORDS[dimension]} {old}, used by {new}"
            found.append(_shift(dimension, old, new, event, BITS[dimension], why))
    if before.mfa is True and context.mfa is False:
        why = "the credential was issued in a session with a second factor and is used without one"
        found.append(_shift("mfa", "true", "false", event, BITS["mfa"], why))
    return found


def identity(before: str, after: str, how: str, event: ApiEvent) -> Shift:
    """The principal became another by a call that the log shows."""
    return _shift("identity", before, after, event, BITS["identity"], f"{before} became {after} by {how}")


def away(before: str | None, after: str, event: ApiEvent, bits: float, why: str) -> Shift:
    """A workload's credential was used where the workload does not live."""
    return _shift("home", before, after, event, bits, why)


def remember(seen: dict[str, int], value: str, time: int, cap: int) -> bool:
    """Note that a facet had a value; beyond the cap the least recently seen value goes. Says whether one went."""
    if len(seen) == 1 and value in seen:
        seen[value] = time  # Nearly always: one network, one client.
        return False
    seen.pop(value, None)
    seen[value] = time
    if len(seen) <= cap:
        return False
    del seen[min(seen, key=lambda key: (seen[key], key))]
    return True


def _latest(seen: dict[str, int]) -> str:
    return max(seen, key=lambda key: (seen[key], key))


def _changed(dimension: str, before: str, after: str, event: ApiEvent, bits: float) -> Shift:
    if {before, after} <= {"console", "cloud_shell", "browser"}:
        bits = CONSOLE_PAIR_BITS
    return _shift(dimension, before, after, event, bits, f"{_WORDS[dimension]} changed from {before} to {after}")


def _shift(dimension: str, before: str | None, after: str | None, event: ApiEvent, bits: float, why: str) -> Shift:
    return Shift(dimension, before, after, event.time, event.event_id, bits, why)
