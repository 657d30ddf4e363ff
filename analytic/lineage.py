"""Follow: the life of one credential, as a fold. Each event made with it comes out as a Step.

The key is a credential, or the workload whose credentials rotate (analytic/routing.py). The fold learns who the
credential was issued to and by which call, where its home is, and what was done to its workload; it says for each event
who is behind it, over which hops, and what shifted. One hop is followed at a time: the issuing call names its own
caller, and resolving the callers among themselves (a few events) will lengthen `Issue.hops` without a second shuffle.
"""

import msgspec

from analytic.fold import WITHDRAWN, Item
from analytic.home import Home, Touch, locate, touch_of
from analytic.identity import actor_of, principal_label
from analytic.policy import Policy
from analytic.routing import ISSUED, TOUCHED, USED, Heard, rank
from analytic.shifts import ALL, MACHINE, Context, Facets, across_hop, by_service, context_of, identity, observe
from schemas.records import Actor, ApiEvent, Hop, Shift, Step

VERSION = 1
"""Of the state's bytes; the tests hold golden bytes of each version that was ever deployed."""


class Issue(msgspec.Struct, array_like=True):
    """How one credential came to be: the hops up to it, who stands at their start, and the issuing call's context."""

    actor: Actor
    hops: list[Hop]
    context: Context
    by_service: bool
    networks: list[str] = []


class Life(msgspec.Struct, array_like=True):
    """The state at one key of Follow."""

    version: int = VERSION
    facets: Facets = msgspec.field(default_factory=Facets)
    issues: dict[str, Issue] = {}
    home: Home = msgspec.field(default_factory=Home)
    touches: list[Touch] = []


class Follow:
    """The fold of one credential's life. Its drafts are Steps, under the id of their event."""

    repeats = False

    def __init__(self, policy: Policy) -> None:
        """Takes the policy's windows and caps."""
        self._policy = policy
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_heard = msgspec.msgpack.Decoder(Heard).decode
        self._decode_life = msgspec.msgpack.Decoder(Life).decode

    def __reduce__(self) -> tuple[type["Follow"], tuple[Policy]]:
        """Rebuild from the policy: decoders do not travel to workers."""
        return (Follow, (self._policy,))

    def step(self, state: Life | None, item: Item) -> tuple[Life | None, list[tuple[str, Step]]]:
        """Hear one event. Only an event made with the credential gives a Step."""
        life = state if state is not None else Life()
        heard = self._decode_heard(item.body)
        event = heard.event
        emitted: list[tuple[str, Step]] = []
        # A call that uses the workload it is done to was decided before what it did took hold.
        if heard.roles & USED:
            step = self._use(life, event)
            step.late = item.late
            emitted.append((event.event_id, step))
        if heard.roles & ISSUED:
            self._issue(life, event)
        if heard.roles & TOUCHED:
            life.touches.append(touch_of(event))
            del life.touches[: -self._policy.max_touches]
        return life, emitted

    def _issue(self, life: Life, event: ApiEvent) -> None:
        issued = event.issued
        if issued is None:
            return
        service = event.principal_type == "AWSService"
        actor = actor_of(event)
        hops = [] if service else [_hop(actor.name, _issued_label(event), event)]
        life.issues[issued.credential_id] = Issue(actor, hops, context_of(event), service or by_service(event))
        if len(life.issues) > self._policy.max_issues:
            del life.issues[next(iter(life.issues))]

    def _use(self, life: Life, event: ApiEvent) -> Step:
        context = context_of(event)
        own = actor_of(event)
        hops, shifts = _named_hops(event, own), list[Shift]()
        issue = life.issues.get(event.credential_id or "")
        if issue is None or not issue.hops or event.credential_type == "long_term":
            actor = own  # Nobody known obtained it; a user's own key is the user's, whoever made it.
        else:
            actor, hops = issue.actor, issue.hops
            shifts = self._first_use(issue, event, context)
        if by_service(event):
            return Step(event, actor, hops, shifts)
        if event.issued_to is None or actor is not own:
            # A person's credential; `actor is not own` at a workload's key: someone gave a session a workload's name.
            # Only a credential goes on from call to call: sign-ins of one principal are each a beginning.
            goes_on = event.issued_to is None and event.credential_id is not None
            machine = issue is not None and bool(issue.hops) and issue.hops[-1].how == "AssumeRoleWithWebIdentity"
            compared = MACHINE if machine else ALL
            seen = observe(life.facets, event, context, self._policy, compared) if goes_on else []
            return Step(event, actor, hops, _joined(shifts, seen))
        away, hop, toucher = locate(life.home, life.touches, event, context, self._policy)
        if toucher is not None and hop is not None:
            return Step(event, toucher, [hop], away)
        # At home or away was just decided, over networks that a workload may have several of: not compared again.
        inside = msgspec.structs.replace(context, network=None)
        return Step(event, actor, hops, away or observe(life.facets, event, inside, self._policy, MACHINE))

    def _first_use(self, issue: Issue, event: ApiEvent, context: Context) -> list[Shift]:
        """Compare with the issuing call, once for each network that the credential is used from."""
        where = context.network or ""
        if where in issue.networks or by_service(event):
            return []
        first = not issue.networks
        issue.networks = [*issue.networks, where][-self._policy.max_facets :]
        shifts = []
        if first:
            shifts.append(identity(issue.hops[-1].from_, principal_label(event), issue.hops[-1].how, event))
        if not issue.by_service:
            shifts += across_hop(issue.context, context, issue.hops[-1].how, event)
        return shifts

    def render(self, draft: Step) -> tuple[str, Item]:
        """Give the actor's key, and the step as the item that Detect takes."""
        event = draft.event
        body = msgspec.Raw(self._encode(draft))
        return draft.actor.id, Item(event.time, event.event_id, body, event.shared_event_id, rank(event))

    def retract(self, draft: Step) -> tuple[str, Item]:
        """Withdraw a step from an actor that turned out not to be behind it."""
        event = draft.event
        return draft.actor.id, Item(event.time, event.event_id, WITHDRAWN, event.shared_event_id, rank(event))

    def recall(self, state: Life, id_: str) -> None:
        """Nothing: a step is said once."""

    def load(self, data: bytes) -> Life:
        """Decode a state; raises ValueError on a version that this build does not know."""
        life = self._decode_life(data)
        if life.version != VERSION:
            raise ValueError(f"Follow's state is of version {life.version}, this build reads {VERSION}")
        return life

    def dump(self, state: Life) -> bytes:
        """Encode a state."""
        return self._encode(state)


def _joined(shifts: list[Shift], more: list[Shift]) -> list[Shift]:
    """Join the shifts across a hop with those within the credential; the hop's own comparison of a facet stands."""
    seen = {shift.dimension for shift in shifts}
    return shifts + [shift for shift in more if shift.dimension not in seen]


def _hop(source: str, target: str, event: ApiEvent, certainty: str = "certain") -> Hop:
    return Hop(source, target, event.action, event.time, event.event_id, certainty)


def _issued_label(event: ApiEvent) -> str:
    issued = event.issued
    if issued is None or issued.principal_id is None:
        return principal_label(event)
    role = next((name.rpartition("/")[2] for name in event.resources if ":role/" in name), None)
    session = issued.principal_id.partition(":")[2]
    return f"{role or issued.principal_id.partition(':')[0]}/{session}" if session else role or issued.principal_id


def _named_hops(event: ApiEvent, actor: Actor) -> list[Hop]:
    """Give the hop that the event's own identity shows, without the call that made it: a federation, a named person."""
    kind = event.principal_type
    if kind == "FederatedUser" and actor.type == "user":
        how = "GetFederationToken"
    elif kind in ("AssumedRole", "Role") and actor.type == "user":
        how = "sourceIdentity" if event.source_identity is not None else "IAM Identity Center"
    else:
        return []
    return [Hop(actor.name, principal_label(event), how, event.session_created or event.time, None, "certain")]
