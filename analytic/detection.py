"""Detect: an actor's session, as a fold. What completes a chain comes out as a finding, which grows as it goes on."""

import msgspec

from analytic.baseline import BEGINNING, Baseline, merged
from analytic.caps import ended, lost
from analytic.chains import engine, shipped
from analytic.chains.chain import Chain
from analytic.chains.moment import Moment
from analytic.context import action
from analytic.context.action_kinds import Act
from analytic.context.sharing import SHARES
from analytic.draft import evidence_of, grow
from analytic.familiar import Familiar, Seen
from analytic.finding import finding_of, key_of, retracted
from analytic.fold import Item, check_version
from analytic.novelty import novelty
from analytic.peers import Groups
from analytic.policy import Policy
from analytic.scoring import severity_of, weigh
from analytic.session import (
    VERSION,
    ActorState,
    Draft,
    arm,
    list_,
    live,
    reach,
)
from analytic.shifts import Context, by_service, context_of, remember
from analytic.surprise import Expectation
from analytic.weighed import MAX_PLACES, judged, news
from schemas.records import Step

MAX_KINDS = 12
"""Kinds of calls besides those that matter or tell, counted so far: with more, a session goes straight to nothing."""

TELLING = 0.4
"""Recon of so many bits is asked by few people, of the whole account mostly: no work that speaks for a session."""

_SERIOUS_RANK = 3
"""From medium on, a session teaches nothing: what it showed is not learnt."""


class Detect:
    """The fold of one actor's sessions. Its drafts are findings in the making, under their finding's id."""

    repeats = True

    def __init__(self, policy: Policy, groups: Groups | None = None, chains: tuple[Chain, ...] | None = None) -> None:
        """Takes the policy's windows and caps, and the baselines of the actors' peers."""
        self._policy = policy
        self._groups = groups or {}
        self._chains = chains
        self._rules = engine.Rules(shipped.chains() if chains is None else chains, policy)
        self._expect = Expectation(policy, self._groups)
        self._familiar = Familiar(policy)
        self._decode_baseline = msgspec.msgpack.Decoder(Baseline).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_step = msgspec.msgpack.Decoder(Step).decode
        self._decode_state = msgspec.msgpack.Decoder(ActorState).decode

    def __reduce__(self) -> tuple[type["Detect"], tuple[Policy, Groups, tuple[Chain, ...] | None]]:
        """Rebuild from the settings: decoders do not travel to workers."""
        return (Detect, (self._policy, self._groups, self._chains))

    def step(self, state: ActorState | None, item: Item) -> tuple[ActorState | None, list[tuple[str, Draft]]]:
        """Take one step of the actor; give the finding that it opens or adds to."""
        state = state if state is not None else ActorState()
        if item.time == BEGINNING:
            self._familiar.forget()
            state.baseline = merged(state.baseline, self._decode_baseline(item.body))
            return state, []
        step = self._decode_step(item.body)
        step.late = step.late or item.late
        event = step.event
        context = context_of(event)
        session = reach(state, event.time, self._policy)
        if by_service(event):
            list_(session, event, context)
            return state, []
        if context.country is not None:
            remember(state.places, context.country, event.time, MAX_PLACES)
        shifts = judged(state, step, context, self._policy, self._expect)
        looks = self._familiar.looks(state, step, context)
        seen = self._familiar.find(state, looks, event.time)
        if seen is None:
            list_(session, event, context)
            shifts += news(state, step, context, self._policy, self._expect)
            seen = self._regard(state, step, context)
            self._familiar.note(state, looks, seen)
        elif seen.matters:
            state.last_act = seen.name
        if not shifts and not seen.calls.all:
            return state, []
        evidence = evidence_of(event)
        if shifts:
            arm(state, shifts, step, evidence, self._policy)
        near = live(state, event, context, self._policy) if state.triggers else []
        moment = Moment(state, step, seen.act, context, evidence, near, self._policy, seen.bits, seen.new, seen.usual)
        found = engine.step(self._rules, seen.calls, state.marks, moment)
        if not found:
            return state, []
        match = found[0]
        draft = grow(state, session, moment, match, self._expect)
        rank = severity_of(weigh(draft).score, self._policy)[1]
        state.serious = state.serious or rank >= _SERIOUS_RANK
        return state, [(key_of(draft), draft)]

    def _regard(self, state: ActorState, step: Step, context: Context) -> Seen:
        """Note the act of a step in the session, and say what follows from it."""
        event = step.event
        act = self._act(state, step)
        name = f"{event.service}:{event.action}"
        matters = act.stage is not None and act.stage != "recon"
        bits, new = novelty(state, step, context, name, matters, self._policy, self._expect)
        telling = matters or (act.stage == "recon" and act.impact >= TELLING)
        if not telling and len(state.kinds) < MAX_KINDS and name not in state.kinds:
            state.kinds = [*state.kinds, name]
        usual = self._expect.usual(step, context)
        return Seen(act, name, matters, self._rules.possible(event, act), bits, new, usual)

    def _act(self, state: ActorState, step: Step) -> Act:
        """Classify a step's event: what is shared with an account of the organisation does not leave it."""
        event = step.event
        act = action.of_event(event)
        inside = (
            event.target_account is not None
            and (event.service, event.action) in SHARES
            and self._expect.is_own_account(state.baseline, step, event.target_account)
        )
        return action.routine(act) if inside else act

    def render(self, draft: Draft) -> tuple[str, Item]:
        """Give the finding; findings go nowhere else, so their key is empty."""
        finding = finding_of(draft, self._policy)
        return "", Item(finding.first_event_time, finding.finding_id, msgspec.Raw(self._encode(finding)))

    def retract(self, draft: Draft) -> tuple[str, Item]:
        """Give the finding again, marked retracted: an event came late and it no longer holds."""
        finding = retracted(finding_of(draft, self._policy))
        return "", Item(finding.first_event_time, finding.finding_id, msgspec.Raw(self._encode(finding)))

    def recall(self, state: ActorState, id_: str) -> Draft | None:
        """Give the open session's draft of this finding id."""
        return next((draft for draft in state.drafts.values() if key_of(draft) == id_), None)

    def lost(self, state: ActorState) -> int:
        """Give how many things the caps have let go."""
        return lost(state.cuts)

    def begin_after(self, last: int) -> ActorState:
        """Give a state of which one thing is known: there was an earlier one."""
        return ActorState(cuts=ended(last))

    def load(self, data: bytes) -> ActorState:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version("Detect", data, VERSION)
        return self._decode_state(data)

    def dump(self, state: ActorState) -> bytes:
        """Encode a state."""
        return self._encode(state)
