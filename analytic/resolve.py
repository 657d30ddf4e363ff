"""Resolve: links joined to the links above them, a round at a time; each round doubles how far up they reach.

The fold of one key in one round. It hears the links whose child it is (how its credential came to be) and those whose
parent it is (what was obtained with it), and gives the second lengthened by the first. After n rounds a link spans up
to 2^n hops, whatever the order, and the events themselves were not moved once (pointer doubling: Wyllie, 1979).
"""

import msgspec

from analytic.caps import ENDED, ISSUES, TOUCHES, Cuts, ended, felt_for, lose, lost, since
from analytic.choice import ambiguous, choose, keep
from analytic.fold import WITHDRAWN, Item, check_version
from analytic.links import DOWN, ISSUED, TOUCHED, UP, Heard, Link, heard
from analytic.policy import Policy
from analytic.routing import is_exact
from analytic.trust import WAY
from schemas.records import Hop

ROUNDS = 4
"""Sixteen hops: AWS ends a role chain's session after an hour, and nobody was seen to need more than a few."""

VERSION = 1
"""Of the state's bytes; the tests hold golden bytes of each version that was ever deployed."""

Draft = tuple[str, int, Link, str]
"""A link on its way: the key it goes to, the role it is heard in there, the link, and the key it comes from."""


class Above(msgspec.Struct, array_like=True):
    """The state at one key of a round: the links whose child it is, by credential; and what was done to a workload.

    `entered` is when a way in (analytic/trust.py) was first used, UTC microseconds.
    """

    version: int = VERSION
    links: dict[str, list[Link]] = {}
    touches: list[Link] = []
    cuts: Cuts = {}
    entered: int | None = None


class Resolve:
    """The fold of one round. Its drafts are links, under the link's id and where it goes."""

    repeats = False

    def __init__(self, policy: Policy, last: bool) -> None:
        """Takes the policy's windows and caps, and whether this is the last round."""
        self._policy = policy
        self._last = last
        self._decode_heard = msgspec.msgpack.Decoder(Heard).decode
        self._decode_state = msgspec.msgpack.Decoder(Above).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def __reduce__(self) -> tuple[type["Resolve"], tuple[Policy, bool]]:
        """Rebuild from the settings: decoders do not travel to workers."""
        return (Resolve, (self._policy, self._last))

    def step(self, state: Above | None, item: Item) -> tuple[Above | None, list[tuple[str, Draft]]]:
        """Hear one link; give on what it has become."""
        above = state if state is not None else Above()
        told = self._decode_heard(item.body)
        link = told.link
        if link is None:
            return above, []
        if told.role == UP:
            if link.kind == "touch":
                lose(above.cuts, TOUCHES, len(above.touches) + 1 - self._policy.max_touches, link.time)
                above.touches = [*above.touches, link][-self._policy.max_touches :]
            elif above.entered is None:  # Whoever came in by a way before was not let in by what opens it now.
                keep(above.links, link, self._policy, above.cuts)
            # A link that goes on up is lengthened where its parent is; one that is whole goes on from here.
            return above, self._on(link, link.child) if link.parent is None else []
        if above.entered is None and (link.parent or "").startswith(WAY):
            above.entered = link.at
        return above, self._on(self._lengthen(above, link), link.parent or "")

    def _lengthen(self, above: Above, link: Link) -> Link:
        key = link.parent or ""
        exact = is_exact(key)
        known = above.links.get((link.parent_credential or "") if exact else "", [])
        found, several = choose(known, link.at, exact, self._last, self._policy)
        if found is not None and found.id != link.id and (found.hops or found.actor is not None):
            return _joined(link, found, key)
        if several and self._last:
            hop = ambiguous(several, link.hops[0].from_ if link.hops else link.child.rpartition("|")[2])
            return msgspec.structs.replace(link, parent=None, hops=[hop, *link.hops], named=0)
        touch = self._taken(above, link) if key.startswith("w|") else None
        return self._cut(above, link) if touch is None else _joined(link, touch, key)

    def _cut(self, above: Above, link: Link) -> Link:
        """Give a link that nothing above was found for: where a cap may have let that go, it says so."""
        policy = self._policy
        reach = {ISSUES: policy.time_to_live, TOUCHES: policy.chain_window, ENDED: felt_for(policy)}
        found = [cap for cap in reach if cap not in link.cuts and since(above.cuts, cap, link.at - reach[cap])]
        return msgspec.structs.replace(link, cuts=[*link.cuts, *found]) if found else link

    def _taken(self, above: Above, link: Link) -> Link | None:
        """The touch by whoever seems to have taken the workload's credential: same network, same program, shortly."""
        context = link.context
        if context.network is None or context.client is None or link.by_service:
            return None
        for touch in reversed(above.touches):
            alike = touch.context.network == context.network and touch.context.client == context.client
            if alike and 0 <= link.at - touch.time <= self._policy.chain_window and touch.id != link.id:
                return touch
        return None

    def _on(self, link: Link, source: str) -> list[tuple[str, Draft]]:
        if not self._last:
            sides = [(UP, link.child)] if link.parent is None else [(UP, link.child), (DOWN, link.parent)]
        elif link.child.startswith("n|") or not (link.hops or link.kind == "touch"):
            return []
        else:
            sides = [(TOUCHED if link.kind == "touch" else ISSUED, link.child)]
        return [(f"{role}|{link.id}", (key, role, link, source)) for role, key in sides]

    def render(self, draft: Draft) -> tuple[str, Item]:
        """Give the key that a link goes to, and its item for the next round or for Follow."""
        key, role, link, source = draft
        return key, heard(link, role, source, self._policy)

    def retract(self, draft: Draft) -> tuple[str, Item]:
        """Withdraw a link from where it went."""
        key, item = self.render(draft)
        return key, Item(item.time, item.id, WITHDRAWN, item.shared, item.rank)

    def recall(self, state: Above, id_: str) -> None:
        """Nothing: a link is said once."""

    def lost(self, state: Above) -> int:
        """Give how many things the caps have let go."""
        return lost(state.cuts)

    def begin_after(self, last: int) -> Above:
        """Give a state of which one thing is known: there was an earlier one."""
        return Above(cuts=ended(last))

    def load(self, data: bytes) -> Above:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version("Resolve", data, VERSION)
        return self._decode_state(data)

    def dump(self, state: Above) -> bytes:
        """Encode a state."""
        return self._encode(state)


def _joined(link: Link, above: Link, key: str) -> Link:
    """Put a link on top of another: its hops, its actor, and where it leads further up."""
    hops = list(above.hops)
    if above.kind == "touch":
        label = link.hops[link.named].from_ if len(link.hops) > link.named else key.rpartition("/")[2]
        source = above.actor.name if above.actor is not None else ""
        hops.append(Hop(source, label, above.how, above.time, above.event_id, "probable"))
    elif hops and (above.lasting or (key.startswith("n|") and not key.startswith("n|shared:"))):
        hops[-1] = msgspec.structs.replace(hops[-1], certainty="probable")
    return msgspec.structs.replace(
        link,
        parent=above.parent,
        parent_credential=above.parent_credential,
        at=above.at,
        actor=above.actor or link.actor,
        # What the record names of its own way up, the links above say better; a mere name says nothing of that way.
        hops=[*hops, *(link.hops if above.kind == "name" else link.hops[link.named :])],
        named=above.named,
        cuts=[*link.cuts, *(cap for cap in above.cuts if cap not in link.cuts)],
    )
