"""Learn: the baselines of a history, as a fold. What a session with a finding showed is not learnt from it."""

from collections.abc import Iterable, Mapping

import msgspec

from analytic.baseline import BEGINNING, MAX_GROUP_VALUES, Baseline, from_row, merged, to_row
from analytic.detection import Detect
from analytic.fold import WITHDRAWN, Item, fold_sorted
from analytic.peers import IDENTITY, PEERS, Groups, groups_of
from analytic.policy import Policy
from analytic.session import ActorState, learnt
from schemas.records import Actor, BaselineRow, Step

KEEP = "baseline"
"""The one draft of each key."""


class Learnt(msgspec.Struct, array_like=True):
    """An actor with its baseline: what Learn gives, and what Detect takes at the beginning of a key."""

    actor: Actor
    baseline: Baseline


class Learn:
    """The fold of one actor's history. Its one draft is the actor's baseline as it is at the end."""

    repeats = True

    def __init__(self, policy: Policy) -> None:
        """Takes the policy with half-life, quarantine and windows."""
        self._policy = policy
        self._detect = Detect(policy)
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_step = msgspec.msgpack.Decoder(Step).decode

    def __reduce__(self) -> tuple[type["Learn"], tuple[Policy]]:
        """Rebuild from the policy: decoders do not travel to workers."""
        return (Learn, (self._policy,))

    def step(self, state: ActorState | None, item: Item) -> tuple[ActorState | None, list[tuple[str, "Lesson"]]]:
        """Take one step of the actor, as Detect does."""
        stepped, _ = self._detect.step(state, item)
        if stepped is None:
            return None, []
        return stepped, [(KEEP, (self._decode_step(item.body).actor, stepped, item.time))]

    def render(self, draft: "Lesson") -> tuple[str, Item]:
        """Give the actor's baseline: of what is older than the quarantine, for the end of history decides nothing."""
        actor, state, at = draft
        body = self._encode(Learnt(actor, learnt(state, at, self._policy)))
        return "", Item(BEGINNING, actor.id, msgspec.Raw(body))

    def retract(self, draft: "Lesson") -> tuple[str, Item]:
        """Withdraw a baseline."""
        return "", Item(BEGINNING, draft[0].id, WITHDRAWN)

    def recall(self, state: ActorState, id_: str) -> None:
        """Nothing: the baseline is said anew with each step."""

    def lost(self, state: ActorState) -> int:
        """Give how many things the caps have let go."""
        return self._detect.lost(state)

    def begin_after(self, last: int) -> ActorState:
        """As Detect does."""
        return self._detect.begin_after(last)

    def load(self, data: bytes) -> ActorState:
        """Decode a state; raises ValueError on a version that this build does not know."""
        return self._detect.load(data)

    def dump(self, state: ActorState) -> bytes:
        """Encode a state."""
        return self._detect.dump(state)


Lesson = tuple[Actor, ActorState, int]
"""An actor with its state, and the time of its last event."""


def opening(row: BaselineRow) -> tuple[str, Item]:
    """Give the key and the item by which Detect begins with an actor's baseline."""
    return row.key, Item(BEGINNING, "", msgspec.Raw(msgspec.msgpack.encode(from_row(row))))


def rows(learnt_ones: Iterable[Learnt], policy: Policy) -> list[BaselineRow]:
    """Give the rows of a file: each actor's baseline, and the sums of the groups that they belong to, by key."""
    found: dict[str, Baseline] = {}
    for one in sorted(learnt_ones, key=lambda one: one.actor.id):
        found[one.actor.id] = merged(found.get(one.actor.id, Baseline()), one.baseline)
        groups = {key for role in _roles(one.baseline) for key in groups_of(one.actor, role)}
        groups |= {IDENTITY + lent for lent in one.baseline.values.get("identity", {})}
        for key in sorted(groups):
            found[key] = merged(found.get(key, Baseline()), one.baseline, MAX_GROUP_VALUES)
    return [
        to_row(key, baseline, policy.baseline_half_life)
        for key, baseline in sorted(found.items())
        if baseline.sessions > 0
    ]


def groups_before(keyed: Mapping[str, Iterable[Item]], until: int, policy: Policy) -> Groups:
    """Learn the peers from the steps before a time (UTC microseconds), as `tokentrail baseline` does from a history.

    `keyed` are the items of Detect by actor.
    """
    learn, decode = Learn(policy), msgspec.msgpack.Decoder(Learnt).decode
    found = []
    for items in keyed.values():
        outputs, _ = fold_sorted(learn, (item for item in items if item.time < until))
        found += [decode(output.item.body) for output in outputs]
    return {row.key: from_row(row) for row in rows(found, policy) if row.key.startswith(PEERS)}


def _roles(baseline: Baseline) -> list[str | None]:
    """Give the roles that an actor has worked with, and None for what it did without one."""
    return [None, *baseline.values.get("role", {})]
