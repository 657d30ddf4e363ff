"""Follow: the life of one credential, as a fold. Each event made with it comes out as a Step.

The key is a credential, or the workload whose credentials rotate (analytic/routing.py). The fold hears how the
credential came to be (links, resolved to their top before: analytic/resolve.py), where its home is, and what was done
to its workload; it says for each event who is behind it, over which hops, and what shifted.
"""

import msgspec

from analytic.caps import ENDED, FACETS, ISSUES, TOUCHES, Cuts, ended, felt_for, lose, lost, since
from analytic.choice import ambiguous, choose, keep
from analytic.fold import WITHDRAWN, Item, check_version
from analytic.home import Home, Touch, locate
from analytic.identity import PEOPLE, actor_of, named_hops, principal_label
from analytic.links import ISSUED, TOUCHED, USED, Heard, Link, credential_of
from analytic.policy import Policy
from analytic.routing import is_exact, rank, used_key
from analytic.shifts import ALL, MACHINE, Context, Facets, across_hop, by_service, context_of, identity, observe
from schemas.records import Actor, ApiEvent, Hop, Shift, Step

VERSION = 2
"""Of the state's bytes; the tests hold golden bytes of each version that was ever deployed."""

_PERSONS = frozenset({"user", "root"})
_MACHINE_HOPS = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleForPodIdentity"})


class Life(msgspec.Struct, array_like=True):
    """The state at one key of Follow. `used_from` are the networks that an issued credential was used from, by link."""

    version: int = VERSION
    facets: Facets = msgspec.field(default_factory=Facets)
    links: dict[str, list[Link]] = {}
    used_from: dict[str, list[str]] = {}
    home: Home = msgspec.field(default_factory=Home)
    touches: list[Touch] = []
    cuts: Cuts = {}


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
        """Hear one event or link. Only an event made with the credential gives a Step."""
        life = state if state is not None else Life()
        heard = self._decode_heard(item.body)
        if heard.role == USED and heard.event is not None:
            step = self._use(life, heard.event)
            step.late = item.late
            return life, [(heard.event.event_id, step)]
        link = heard.link
        if link is not None and heard.role == ISSUED:
            keep(life.links, link, self._policy, life.cuts)
        elif link is not None and heard.role == TOUCHED and link.actor is not None:
            touch = Touch(link.actor, link.how, link.time, link.event_id or "", link.context, link.hops)
            lose(life.cuts, TOUCHES, len(life.touches) + 1 - self._policy.max_touches, link.time)
            life.touches = [*life.touches, touch][-self._policy.max_touches :]
        return life, []

    def _use(self, life: Life, event: ApiEvent) -> Step:
        own = actor_of(event)
        link, actor, hops = self._behind(life, event, own)
        step = self._followed(life, event, own, link, actor, hops)
        step.cuts = self._cuts(life, event, link)
        return step

    def _followed(
        self, life: Life, event: ApiEvent, own: Actor, link: Link | None, actor: Actor, hops: list[Hop]
    ) -> Step:
        context = context_of(event)
        shifts = [] if link is None else self._first_use(life, link, event, context)
        if by_service(event):
            return Step(event, actor, hops, shifts)
        if event.issued_to is None or actor.id != own.id:
            # A person's credential; another actor at a workload's key: someone gave a session a workload's name.
            # Only a credential goes on from call to call: sign-ins of one principal are each a beginning.
            goes_on = event.issued_to is None and credential_of(event) is not None
            machine = link is not None and link.how in _MACHINE_HOPS
            compared = MACHINE if machine else ALL
            seen = observe(life.facets, event, context, self._policy, life.cuts, compared) if goes_on else []
            return Step(event, actor, hops, _joined(shifts, seen))
        away, hop, touch = locate(life.home, life.touches, event, context, self._policy, life.cuts)
        if touch is not None and hop is not None:
            return Step(event, touch.actor, [*touch.hops, hop], away)
        # At home or away was just decided, over networks that a workload may have several of: not compared again.
        inside = msgspec.structs.replace(context, network=None)
        return Step(event, actor, hops, away or observe(life.facets, event, inside, self._policy, life.cuts, MACHINE))

    def _behind(self, life: Life, event: ApiEvent, own: Actor) -> tuple[Link | None, Actor, list[Hop]]:
        """Give the link by which the credential came to be, who is behind it, and over which hops."""
        named = named_hops(event, own)
        if event.credential_type == "long_term" or not life.links:
            return None, own, named  # A user's own key is the user's, whoever made it.
        key = used_key(event) or ""
        exact = is_exact(key)
        known = life.links.get((credential_of(event) or "") if exact else "", [])
        link, several = choose(known, event.time, exact, last=True, policy=self._policy)
        if several:
            return None, own, [ambiguous(several, (named[0].from_ if named else principal_label(event))), *named]
        if link is None or link.event_id == event.event_id:
            return None, own, named
        if link.actor is None or (own.type in _PERSONS and link.actor.type not in PEOPLE):
            # The record itself names a person, and the way up ends before one.
            return link, own, [*(hop for hop in link.hops if hop.certainty == "ambiguous"), *named]
        hops = [*link.hops, *named] if link.kind == "name" else link.hops
        if link.lasting:
            hops = [*hops[:-1], msgspec.structs.replace(hops[-1], certainty="probable")]
        return link, link.actor, hops

    def _first_use(self, life: Life, link: Link, event: ApiEvent, context: Context) -> list[Shift]:
        """Compare with the issuing call, once for each network that the credential is used from."""
        where = context.network or ""
        networks = life.used_from.get(link.id, [])
        if where in networks or by_service(event) or not link.hops:
            return []
        life.used_from[link.id] = [*networks, where][-self._policy.max_facets :]
        lose(life.cuts, FACETS, len(networks) + 1 - self._policy.max_facets, event.time)
        if len(life.used_from) > self._policy.max_issues:
            lose(life.cuts, FACETS, len(life.used_from.pop(next(iter(life.used_from)))), event.time)
        last = link.hops[-1]
        shifts = [] if networks else [identity(last.from_, principal_label(event), last.how, event)]
        if not link.by_service:
            shifts += across_hop(link.context, context, last.how, event)
        return shifts

    def _cuts(self, life: Life, event: ApiEvent, link: Link | None) -> list[str]:
        """Give the caps that may have cost a step its link, the person behind it, or made an old place look new."""
        policy = self._policy
        found = [] if link is None else list(link.cuts)
        if not life.cuts:
            return found
        own = link is None and event.credential_type != "long_term"
        felt = {
            ISSUES: own and since(life.cuts, ISSUES, event.time - policy.time_to_live),
            TOUCHES: event.issued_to is not None and since(life.cuts, TOUCHES, event.time - policy.chain_window),
            FACETS: since(life.cuts, FACETS, event.time - policy.chain_window),
            ENDED: since(life.cuts, ENDED, event.time - felt_for(policy)),
        }
        return [*found, *(cap for cap, holds in felt.items() if holds and cap not in found)]

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

    def lost(self, state: Life) -> int:
        """Give how many things the caps have let go."""
        return lost(state.cuts)

    def begin_after(self, last: int) -> Life:
        """Give a life of which one thing is known: there was an earlier one."""
        return Life(cuts=ended(last))

    def load(self, data: bytes) -> Life:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version("Follow", data, VERSION)
        return self._decode_life(data)

    def dump(self, state: Life) -> bytes:
        """Encode a state."""
        return self._encode(state)


def _joined(shifts: list[Shift], more: list[Shift]) -> list[Shift]:
    """Join the shifts across a hop with those within the credential; the hop's own comparison of a facet stands."""
    seen = {shift.dimension for shift in shifts}
    return shifts + [shift for shift in more if shift.dimension not in seen]
