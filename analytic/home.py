"""Where a workload lives, and who may have carried its credential away.

An instance's or function's credentials are used on that instance or function. Used from elsewhere they were taken; and
whoever ran code there shortly before is the probable person behind that use (ATT&CK T1552.005, cloud instance metadata
API, followed by T1078.004, cloud accounts).
"""

import msgspec

from analytic.caps import FACETS, Cuts, lose
from analytic.context.network import is_private
from analytic.policy import Policy
from analytic.shifts import BITS, Context, away, remember
from schemas.records import Actor, ApiEvent, Hop, Shift


class Touch(msgspec.Struct, array_like=True, frozen=True):
    """An act upon a workload: who did what to it, when, from where, and over which hops they came."""

    actor: Actor
    action: str
    time: int
    event_id: str
    context: Context
    hops: list[Hop] = []


class Home(msgspec.Struct, array_like=True):
    """The networks that a workload has lived in, and those it was seen in otherwise, with when each was first seen."""

    networks: dict[str, int] = {}
    clients: dict[str, int] = {}
    elsewhere: dict[str, int] = {}
    shown: list[str] = []


def locate(
    home: Home, touches: list[Touch], event: ApiEvent, context: Context, policy: Policy, cuts: Cuts
) -> tuple[list[Shift], Hop | None, Touch | None]:
    """Say whether a use of a workload's credential is at home; learn the home when it is.

    Gives the shifts, the probable hop and the touch that it starts from; nothing when at home. Off home is: from a
    network that is not one of the workload's; or, while no home is known, from the very network of whoever touched the
    workload before. Networks seen off home are not learnt while anybody touched the workload, so that a thief can't
    move in. `cuts` notes what the caps cost.
    """
    recent = [touch for touch in touches if 0 <= event.time - touch.time <= policy.chain_window]
    off = _off_home(home, recent, event, context)
    if off is None:
        gone = context.network is not None and remember(home.networks, context.network, event.time, policy.max_facets)
        if ":function/" not in (event.issued_to or ""):  # Whose networks say nothing: below.
            lose(cuts, FACETS, gone, event.time)
        if context.client is not None:
            lose(cuts, FACETS, remember(home.clients, context.client, event.time, policy.max_facets), event.time)
        return [], None, None
    where = context.network or context.client or "unknown"
    since = home.elsewhere.setdefault(where, event.time)
    if len(home.elsewhere) > policy.max_facets:
        del home.elsewhere[next(iter(home.elsewhere))]
        lose(cuts, FACETS, 1, event.time)
    if not recent and event.time - since > policy.home_settles:
        lose(cuts, FACETS, remember(home.networks, where, event.time, policy.max_facets), event.time)
        return [], None, None
    by_whom = _toucher(recent, context)
    mark = f"{event.credential_id}@{where}"
    shifts: list[Shift] = []
    if mark not in home.shown:
        home.shown = [*home.shown, mark][-policy.max_facets :]
        before = max(home.networks, key=lambda key: (home.networks[key], key), default=None)
        shifts.append(away(before, where, event, *off))
    if by_whom is None:
        return shifts, None, None
    source = by_whom.hops[-1].to if by_whom.hops else by_whom.actor.name
    return shifts, Hop(source, _label(event), by_whom.action, by_whom.time, by_whom.event_id, "probable"), by_whom


def _off_home(home: Home, recent: list[Touch], event: ApiEvent, context: Context) -> tuple[float, str] | None:
    """Give the weight (bits) and the reason for which a use is off home, or None."""
    where = context.network
    workload = _label(event)
    if where is None or is_private(event.source_ip) or event.vpc_endpoint is not None or where in home.networks:
        return None
    if ":function/" in (event.issued_to or ""):
        # A function calls from changing addresses of its cloud: its network says nothing, the runtime's client does.
        if home.clients and context.client is not None and context.client not in home.clients and recent:
            return BITS["home"], f"{workload} calls with {context.client}, which it never did before"
        return None
    same = next((touch for touch in reversed(recent) if touch.context.network == where), None)
    if same is not None:
        why = (
            f"the credential of {workload} is used from {where}, the network of {same.actor.name} who ran {same.action}"
        )
        # Whoever runs commands from inside the workload's own network shares its address, but hardly its client.
        alike = bool(home.networks) or same.context.client == context.client
        return BITS["home"] if alike else BITS["home"] / 2, why
    # A workload seen only behind private endpoints has a public side too, which is not yet known.
    if any(_is_public(network) for network in home.networks):
        # Within the cloud that it runs in, a workload gets new addresses by itself: a gateway, another subnet.
        inside = event.cloud is not None and event.cloud == event.provider and not recent
        bits = BITS["home"] / 2 if inside else BITS["home"]
        return bits, f"{workload}'s credential is used from {where}, where it was never seen"
    return None


def _is_public(network: str) -> bool:
    return not network.startswith("vpce-") and not is_private(network.partition("/")[0])


def _toucher(recent: list[Touch], context: Context) -> Touch | None:
    """The touch that best explains the use: from the same network if there is one, else the latest."""
    same = [touch for touch in recent if touch.context.network == context.network]
    explains = same or recent
    return explains[-1] if explains else None


def _label(event: ApiEvent) -> str:
    return event.issued_to.rpartition("/")[2] if event.issued_to else "unknown"
