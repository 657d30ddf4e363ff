"""Which chains and hops an organization's logs are blind to: the chains' own data, and docs/hops.md as a table.

A chain is blind at a provider when one of its stages needs what no log there shows; it is partly blind when only some
of the ways to reach a stage, or some of the shifts that would open it, can be seen.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from analytic.chains.chain import Chain, Where
from analytic.coverage.visibility import Visible

SEEN, PARTLY, BLIND, UNUSED = "seen", "partly", "blind", "unused"

PROVIDERS = ("aws", "gcp", "azure", "okta")

NEEDS = {
    "data": "its data events",
    "signin": "its sign-ins",
    "network": "its network activity events",
    "insight": "its Insights events",
    "system": "its System Event log",
    "policy": "its Policy Denied log",
    "management": "its management events",
    "source_addresses": "source addresses",
    "user_agents": "user agents",
    "credential_ids": "the ids of credentials",
    "issued_keys": "calls that hand out credentials",
}
"""What a chain can need, and how it is called."""

HELD = {
    "aws": {"management", "data", "signin", "network", "insight"},
    "gcp": {"management", "data", "system", "policy"},
    "azure": {"management", "data", "signin", "policy"},
    "okta": {"management", "signin"},
}
"""The log classes that a provider has."""

_BY_SHIFT = {
    "network": "source_addresses",
    "country": "source_addresses",
    "cloud": "source_addresses",
    "travel": "source_addresses",
    "home": "source_addresses",
    "issue": "issued_keys",
    "identity": "issued_keys",
    "interface": "user_agents",
    "client": "user_agents",
    "os": "user_agents",
}
_BY_FACET = {"credential": "credential_ids", "network": "source_addresses", "issued": "issued_keys"}
_BY_KEY = {
    "interface": "user_agents",
    "client": "user_agents",
    "country": "source_addresses",
    "cloud": "source_addresses",
    "private": "source_addresses",
    "issued": "issued_keys",
    "hop": "issued_keys",
}
_FIELDS = ("source_addresses", "user_agents", "credential_ids")
_COLLECTED = frozenset({"collection"})


class Sight(NamedTuple):
    """How far something can be seen at a provider: `state` is seen, partly, blind or unused; `why` names what lacks."""

    name: str
    provider: str
    state: str
    why: tuple[str, ...]


class Hop(NamedTuple):
    """A kind of hop of docs/hops.md: where it leads from, which counts of which log show its use and its evidence."""

    provider: str
    name: str
    used: Callable[[Visible], int]
    evidence: Callable[[Visible], int]
    log: str


def _sign_ins(provider: str) -> Callable[[Visible], int]:
    return lambda visible: int(visible.has(provider, "signin"))


def _counted(provider: str, name: str) -> Callable[[Visible], int]:
    return lambda visible: visible.count(provider, name)


HOPS = (
    Hop(
        "aws",
        "role session to whoever assumed it",
        _counted("aws", "short_lived"),
        _counted("aws", "issued_keys"),
        "AssumeRole in the CloudTrail management events of the role's account, and of the caller's",
    ),
    Hop(
        "aws",
        "console session to its sign-in",
        _counted("aws", "short_lived"),
        _sign_ins("aws"),
        "ConsoleLogin and SwitchRole in CloudTrail's management events, of us-east-1 and the sign-in's region",
    ),
    Hop(
        "gcp",
        "service account to whoever impersonated it",
        _counted("gcp", "short_lived"),
        lambda visible: visible.count("gcp", "issued_keys") + visible.count("gcp", "delegated"),
        "Data Access logs of IAM Service Account Credentials (GenerateAccessToken)",
    ),
    Hop(
        "azure",
        "Azure and Graph activity to the sign-in",
        _counted("azure", "short_lived"),
        _sign_ins("azure"),
        "Entra sign-in logs of all four kinds: interactive, non-interactive, service principal, managed identity",
    ),
    Hop(
        "okta",
        "AWS or Entra to the Okta user",
        _counted("okta", "events"),  # Whether Okta signs anybody in, other logs do not say.
        _counted("okta", "events"),
        "Okta's System Log, where Okta signs people in",
    ),
    *(
        Hop(
            provider,
            "credential off home to whoever touched its workload",
            _counted(provider, "workloads"),
            _counted(provider, "touches"),
            log,
        )
        for provider, log in (
            ("aws", "SendCommand, StartSession, ModifyInstanceAttribute, UpdateFunctionCode in CloudTrail"),
            ("gcp", "setMetadata, SSH keys and function code in Admin Activity logs"),
            ("azure", "Run Command and function code in the Activity Log"),
        )
    ),
)
"""The hops whose evidence is in a log of its own; the others stand in the record that they are about."""


def hops(visible: Visible) -> list[Sight]:
    """Say of each kind of hop whether its evidence is in the logs; `unused` where nothing that it could explain is."""
    found = []
    for hop in HOPS:
        shown = hop.evidence(visible) > 0
        state = SEEN if shown else BLIND if hop.used(visible) else UNUSED
        found.append(Sight(hop.name, hop.provider, state, () if shown else (hop.log,)))
    return found


def chains(known: Iterable[Chain], visible: Visible) -> list[Sight]:
    """Say of each chain, at each provider whose logs there are, whether it can be seen."""
    providers = [name for name in PROVIDERS if any(seen.provider == name for seen in visible.views)]
    return [
        sight
        for chain in known
        for provider in providers
        if (sight := _chain(chain, provider, lacking(visible, provider))) is not None
    ]


def lacking(visible: Visible, provider: str) -> set[str]:
    """Give what no account of a provider shows: log classes that it has, fields, calls that hand out credentials."""
    own = [seen for seen in visible.views if seen.provider == provider]
    shown = {log_class for seen in own for log_class in seen.classes}
    shown |= {field for field in _FIELDS if not all(seen.lacks(field) for seen in own)}
    if any(seen.totals["issued_keys"] for seen in own) or not any(seen.totals["short_lived"] for seen in own):
        shown.add("issued_keys")
    return (HELD[provider] | {*_FIELDS, "issued_keys"}) - shown


def _chain(chain: Chain, provider: str, lacks: set[str]) -> Sight | None:
    """Judge a chain at one provider; None where it is about others."""
    blind: set[str] = set()
    partly: set[str] = set()
    for stage in chain.stages:
        ways = [where for where in stage.where if not where.provider or provider in where.provider]
        if not ways:
            return None
        missing = [_needs(where) & lacks for where in ways]
        if all(missing):
            blind.update(*missing)
        partly.update(*missing, *(_collected(where) & lacks for where in ways))
    blind |= {_BY_FACET[facet] for facet in (*chain.same, *chain.apart) if facet in _BY_FACET} & lacks
    gate = {_BY_SHIFT[name] for name in chain.shift.dimensions or _BY_SHIFT if name in _BY_SHIFT}
    if chain.shift.least > 0:
        partly |= gate & lacks
        if gate <= lacks and chain.surprise.least == 0:
            blind |= gate
    state = BLIND if blind else PARTLY if partly else SEEN
    return Sight(chain.name, provider, state, tuple(NEEDS[need] for need in sorted(blind or partly)))


def _needs(where: Where) -> frozenset[str]:
    """Give what an event must show to be a stage in this way."""
    needs = {need for key, need in _BY_KEY.items() if getattr(where, key)}
    if len(where.log_class) == 1:
        needs |= set(where.log_class)
    shifts = {_BY_SHIFT.get(name, "") for name in where.shift}
    if len(shifts) == 1:
        needs |= shifts - {""}
    return frozenset(needs)


def _collected(where: Where) -> frozenset[str]:
    """Reads of what is kept (objects, rows) are data events, where a way does not say otherwise."""
    reads = bool(_COLLECTED & set(where.stage)) and not where.log_class
    return frozenset({"data"}) if reads else frozenset()
