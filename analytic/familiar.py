"""What the open session has shown already: for an event that is in all that counts like one before it, nothing is new.

Most of what an actor does repeats. Of a repeat the session's lists, its facets and its kinds of calls hold every value
already, so noting them again changes nothing, and what the baseline makes of them is what it made before: Detect then
asks the chains at once. This is a memory of the fold beside its state, and no part of the state: it is dropped
whenever the session, what the baseline has learnt, or a weight of time changes, and a fold without it gives the same
bytes (tests/analytic/test_familiar.py).
"""

from collections.abc import Hashable
from operator import attrgetter
from typing import NamedTuple

from analytic.baseline import weight
from analytic.chains.rules import Calls
from analytic.context.action import Act
from analytic.novelty import PART
from analytic.peers import lent_of
from analytic.policy import Policy
from analytic.session import ActorState
from analytic.shifts import Context
from schemas.records import Session, Step

MAX_SEEN = 4_096
"""Distinct events of one session that are remembered, at some 1 KB each; what comes beyond is judged each time."""

_looks = attrgetter(
    "provider",
    "service",
    "action",
    "access",
    "stage",
    "action_basis",
    "outcome",
    "log_class",
    "account",
    "region",
    "credential_id",
    "credential_type",
    "principal_type",
    "issuer",
)
"""What Detect asks of an event besides its context and whether it issued, touched or reached out, and as whom."""


class Seen(NamedTuple):
    """What followed from an event: the call's act, its name, whether it matters, the stages that it may be, what the
    baseline made of it, and what is usual of the identity that the actor was lent.
    """

    act: Act
    name: str
    matters: bool
    calls: Calls
    bits: float
    new: frozenset[str]
    usual: frozenset[str]


class Familiar:
    """The events that one session has shown. One for a fold: it turns to another session by itself."""

    def __init__(self, policy: Policy) -> None:
        """Takes the policy: where it says who is expected at the console, each event is held against it."""
        self._policy = policy
        self._off = bool(policy.console_expected)
        self._session: Session | None = None
        self._stands: Hashable = None
        self._seen: dict[Hashable, Seen] = {}

    def forget(self) -> None:
        """Remember nothing."""
        self._session = None

    def looks(self, state: ActorState, step: Step, context: Context) -> Hashable:
        """Give what tells the event of a step apart from those that are alike to Detect."""
        event = step.event
        return (
            context,
            step.actor,
            state.last_act,
            event.issued_to is None,
            event.issued is None,
            not event.touched,
            event.target_account,
            lent_of(event),
            *_looks(event),
        )

    def find(self, state: ActorState, looks: Hashable, time: int) -> Seen | None:
        """Give what followed from an event like this one in the open session, if nothing changed since."""
        baseline = state.baseline
        learnt = weight(time, self._policy.baseline_half_life) if baseline.sessions else 0.0
        stands = (time // PART, len(state.lessons), learnt)
        if state.session is self._session and stands == self._stands:
            return self._seen.get(looks)
        self._session, self._stands = state.session, stands
        self._seen = {}
        return None

    def note(self, state: ActorState, looks: Hashable, seen: Seen) -> None:
        """Remember an event, after `find` of it, unless the session's facets are too many to hold it."""
        full = max(map(len, state.facets.values()), default=0) >= 2 * self._policy.max_facets
        if not (self._off or full or len(self._seen) >= MAX_SEEN):
            self._seen[looks] = seen
