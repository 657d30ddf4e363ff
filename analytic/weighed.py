"""The shifts of a step as they weigh in its actor: what changed by Follow, and what the actor's sessions never showed.

The baseline has its say on each, and so has the policy: from the organisation's own networks a change of place says
little; where it is known who uses the console, anybody else there says something.
"""

import msgspec

from analytic.baseline import sessions
from analytic.envelopes import expects_console, is_trusted
from analytic.policy import HOUR, Policy
from analytic.session import ActorState, show
from analytic.shifts import BITS, KEY, NEAR_BITS, Context
from analytic.surprise import Expectation
from schemas.records import Shift, Step

HISTORY_BITS = 3.0
"""An actor without history, on a static key or a password without a second factor: both leak, from laptops,
repositories and mails."""

_FACETS = ("network", "country", "cloud", "interface", "client", "os")
_JUMPS = frozenset({"network", "country", "cloud", "os"})
"""Facets that one person seldom has two of within a session; programs and interfaces go side by side."""

_ELSEWHERE = ("shifted", "issue")
"""The facet of a session in which a credential was used elsewhere than where it was issued."""

_REACHED = frozenset({"network", "country"})
"""Shifts that a journey explains."""

_ROUTES = frozenset({"issue", "travel"})
"""Shifts that are told of a place by the way there: what is judged is the network at its end."""

_PERSONS = frozenset({"user", "root"})
_LEAST_BITS = 0.5
"""A surprise below this is none."""

TRUSTED_BITS = 0.5
"""What a change of place still says that ends in one of the organisation's own networks (policy: trusted_networks)."""

_PLACES = frozenset({"network", "country", "cloud", "travel", "issue"})

JOURNEY = 4 * HOUR
"""A silence as long as a journey to another country takes, from door to door. A thief who has a credential of somebody
at work uses it while they work, or within the hour; whoever waits for their night is told by what else is new."""

JOURNEY_BITS = 1.5
"""What another place says to which the person can have gone since they were last seen: it opens no gate alone."""

MAX_PLACES = 8
"""Countries of an actor that are remembered with when it was last there; the least recent goes first."""

CONSOLE_BITS = 2.0
"""The console or Cloud Shell used by somebody whom the policy does not expect there (DET0078: ConsoleContext)."""


def judged(state: ActorState, step: Step, context: Context, policy: Policy, expect: Expectation) -> list[Shift]:
    """Give a step's shifts, each weighed by what the actor's baseline makes of the new value.

    Where a credential was issued in one place and is used in another, the value is the shift itself: brokers and build
    systems do so every day.
    """
    if not step.shifts:
        return []
    if any(shift.dimension == "issue" for shift in step.shifts):
        show(state, _ELSEWHERE, step.event.time, policy)
    trusted = is_trusted(policy, step.event)
    return [_weighed(state, step, context, shift, expect, trusted) for shift in step.shifts]


def _weighed(
    state: ActorState, step: Step, context: Context, shift: Shift, expect: Expectation, trusted: bool
) -> Shift:
    bits = shift.bits
    if state.baseline.sessions > 0:
        if shift.dimension == "issue":
            bits = min(bits, expect.habit_bits(state.baseline, _ELSEWHERE, bits, step.event.time))
            where = None if context.network is None else ("network", context.network)
            if where is not None and expect.is_shared(step, where, step.event.time):
                # From home to the office: where colleagues work, a credential may come to without a thief.
                bits = min(bits, expect.facet_bits(state.baseline, step, where, step.event.time))
        elif shift.dimension in _FACETS and shift.after is not None:
            bits = expect.facet_bits(state.baseline, step, (shift.dimension, shift.after), step.event.time)
    if shift.dimension in _ROUTES:
        bits = _as_lent(step, "network", context.network, bits, expect)
    elif shift.dimension in _FACETS:
        bits = _as_lent(step, shift.dimension, shift.after, bits, expect)
    if shift.dimension in _REACHED and _journeyed(state, step, context):
        bits = min(bits, JOURNEY_BITS)
    if trusted and shift.dimension in _PLACES:
        bits = min(bits, TRUSTED_BITS)
    return shift if bits == shift.bits else msgspec.structs.replace(shift, bits=bits)


def news(state: ActorState, step: Step, context: Context, policy: Policy, expect: Expectation) -> list[Shift]:
    """Give what surprises in this actor, once a session: a facet's value by the baseline, or the actor itself."""
    event = step.event
    found = []
    proven = state.baseline.sessions > 0
    alone = None if proven else _vouched(step)
    if alone is not None and show(state, ("history", ""), event.time, policy):
        why = f"{step.actor.name} was never seen before in these logs, and used a {alone} without a second factor"
        after = None if alone == KEY else alone  # A key's shift has never named it, and states hold those.
        found.append(Shift("history", None, after, event.time, event.event_id, HISTORY_BITS, why))
    shifted = {shift.dimension for shift in step.shifts}
    trusted = is_trusted(policy, event)
    if _is_unexpected_console(step, policy) and show(state, ("console", context.interface), event.time, policy):
        why = f"{step.actor.name} is none of those whom the policy's console_context expects at the console"
        found.append(Shift("interface", None, context.interface, event.time, event.event_id, CONSOLE_BITS, why))
        shifted.add("interface")
    for name in _FACETS:
        value = getattr(context, name)
        if value is None or value == "unknown" or not show(state, (name, value), event.time, policy):
            continue
        if name in shifted:
            continue
        bits = expect.facet_bits(state.baseline, step, (name, value), event.time)
        bits = _as_lent(step, name, value, bits, expect)
        jumped = before = None
        known = value in state.baseline.values.get(name, {})
        if name in _JUMPS and not known and _is_personal(step):
            before = _other(state, name, value)
            near = (
                name == "network"
                and context.provider is not None
                and context.provider in state.facets.get("provider", {})
            )
            jump = NEAR_BITS if near else BITS[name]
            if before is not None and jump > bits and _as_lent(step, name, value, jump, expect) == jump:
                bits, jumped = jump, f"{name} {value} came beside {before} within one session of {step.actor.name}"
            elif bits > 0:
                before = None
        if name in _REACHED and _journeyed(state, step, context):
            bits = min(bits, JOURNEY_BITS)
        if trusted and name in _PLACES:
            bits = min(bits, TRUSTED_BITS)
        if bits >= _LEAST_BITS and (proven or before is not None):
            why = jumped or _why(state, step, name, value, policy)
            found.append(Shift(name, before, value, event.time, event.event_id, bits, why))
    if context.provider is not None:
        show(state, ("provider", context.provider), event.time, policy)
    return found


def _as_lent(step: Step, name: str, value: str | None, bits: float, expect: Expectation) -> float:
    """Give the bits that are left where the identity that the actor was lent is known to show a facet's value."""
    lent = expect.lent_bits(step, name, value)
    return bits if lent is None else min(bits, lent)


def _is_unexpected_console(step: Step, policy: Policy) -> bool:
    """Whether the policy names who uses the console, and this is somebody else there."""
    if not policy.console_expected or step.event.interface not in policy.console_interfaces:
        return False
    return not expects_console(policy, step.actor, step.event)


def _journeyed(state: ActorState, step: Step, context: Context) -> bool:
    """Whether a person calls from another country than before, after a silence in which they can have gone there.

    Not where the network is a cloud's or a host's: nobody travels into one.
    """
    if context.country is None or context.cloud not in (None, "access") or not _is_personal(step):
        return False
    elsewhere = [at for country, at in state.places.items() if country != context.country]
    return bool(elsewhere) and step.event.time - max(elsewhere) >= JOURNEY


def _is_personal(step: Step) -> bool:
    """Whether a person's own program made the call, and no machine with a credential that the person once made."""
    event = step.event
    machine = event.principal_type in ("ServicePrincipal", "ManagedIdentity") or event.issued_to is not None
    lent = event.principal_type == "ServiceAccount" and not event.delegation
    return step.actor.type in _PERSONS and not machine and not lent


def _other(state: ActorState, name: str, value: str) -> str | None:
    """Give another value that the session showed of a facet, the latest to begin."""
    others = [(time, other) for other, time in state.facets.get(name, {}).items() if other != value]
    return max(others)[1] if others else None


def _why(state: ActorState, step: Step, name: str, value: str, policy: Policy) -> str:
    many = round(sessions(state.baseline, step.event.time, policy.baseline_half_life, name))
    known = state.baseline.values.get(name, {})
    seen = "was rarely seen" if value in known else "was never seen"
    return f"{name} {value} {seen} in some {max(many, 1)} earlier sessions of {step.actor.name}"


def _vouched(step: Step) -> str | None:
    """Give what alone vouches for the caller, a long-term key or a password: both leak, and need nothing else.

    A password alone is what AWS's console takes of its users and of root; elsewhere an identity provider stands before.
    """
    event = step.event
    if step.actor.type not in ("user", "root"):
        return None
    if event.credential_type == "long_term":
        return None if event.mfa is True else KEY
    password = event.credential_type == "console_session" and event.principal_type in ("IAMUser", "Root")
    return "password" if password and event.mfa is False else None
