"""A fold that remembers what the session has shown gives what one gives that remembers nothing, to the byte."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.baseline import BEGINNING, Baseline, learn
from analytic.detection import Detect
from analytic.familiar import Familiar
from analytic.fold import Item, to_body
from analytic.identity import actor_of
from analytic.peers import Groups
from analytic.policy import DAY, HOUR, MINUTE, Policy
from schemas.records import ApiEvent, Issued, Shift, Step
from tests.make import CAFE, OFFICE, by_user

CALLS = ("iam:CreateUser", "iam:ListRoles", "s3:GetObject", "secretsmanager:GetSecretValue", "ec2:RunInstances", "x:A")
GAPS = (1, MINUTE, 20 * MINUTE, 5 * HOUR, 3 * DAY, 400 * DAY)
LEARNT = Baseline()
for number in range(6):
    learn(
        LEARNT, [("network", "198.51.100.0/24"), ("service", "s3"), ("action", "s3:GetObject")], number * DAY, 30 * DAY
    )


def step_of(event: ApiEvent, shifts: list[Shift]) -> Item:
    step = Step(event, actor_of(event), [], shifts)
    return Item(event.time, event.event_id, to_body(step))


@st.composite
def histories(draw: st.DrawFn) -> list[Item]:
    """An actor's events of few kinds with gaps of all lengths, so that most are like one before; some shifted."""
    time, items = 1_700_000_000_000_000, []
    if draw(st.booleans()):
        items.append(Item(BEGINNING, "baseline", to_body(LEARNT)))
    for number in range(draw(st.integers(1, 40))):
        time += draw(st.sampled_from(GAPS[:4] * 3 + GAPS))
        event = by_user(f"e{number}", 0, draw(st.sampled_from(CALLS)))
        event.time = time
        event.source_ip = draw(st.sampled_from((OFFICE, CAFE, None)))
        event.credential_type = draw(st.sampled_from(("long_term", "session")))
        event.account = draw(st.sampled_from((None, "1", "2")))
        event.outcome = draw(st.sampled_from(("success", "denied")))
        event.mfa = draw(st.sampled_from((None, True)))
        event.issued = draw(st.sampled_from((None, Issued("ASIA1"))))
        event.issuer = draw(st.sampled_from((None, "arn:aws:iam::1:role/a")))
        event.invoked_by = draw(st.sampled_from((None, None, None, "ec2.amazonaws.com")))
        moved = Shift("network", "a", "b", time, event.event_id, 3.0, "it moved")
        items.append(step_of(event, [moved] if draw(st.integers(0, 9)) == 0 else []))
    return items


POLICIES = (
    Policy(),
    Policy(max_facets=1),
    Policy(console_expected=("nobody",), console_interfaces=("cli", "sdk")),
)
GROUPS: tuple[Groups, ...] = ({}, {"peers|aws|user": LEARNT})


def told(fold: Detect, items: list[Item], *, remembers: bool) -> list[bytes]:
    """Give all states and drafts on the way."""
    state, seen = None, []
    for item in items:
        if not remembers:
            fold._familiar.forget()
            fold._expect._own = None
        state, drafts = fold.step(state, item)
        assert state is not None
        seen.append(fold.dump(state) + msgspec.msgpack.encode(drafts))
    return seen


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("groups", GROUPS)
@settings(max_examples=60, deadline=None)
@given(histories())
def test_remembering_changes_no_byte(policy: Policy, groups: Groups, items: list[Item]) -> None:
    assert told(Detect(policy, groups), items, remembers=True) == told(Detect(policy, groups), items, remembers=False)


@settings(max_examples=60, deadline=None)
@given(histories(), histories())
def test_actors_that_take_turns_do_not_see_each_others_events(mine: list[Item], theirs: list[Item]) -> None:
    both, ones, others = Detect(Policy()), Detect(Policy()), Detect(Policy())
    states: list = [None, None, None, None]
    for one, other in zip(mine, theirs, strict=False):
        for at, fold, item in ((0, both, one), (1, both, other), (2, ones, one), (3, others, other)):
            states[at], _ = fold.step(states[at], item)
    assert [both.dump(state) for state in states[:2]] == [ones.dump(states[2]), others.dump(states[3])]


def test_repeats_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the tests above would show nothing."""
    found, find = [], Familiar.find
    monkeypatch.setattr(Familiar, "find", lambda *given: found.append(find(*given)) or found[-1])
    told(
        Detect(Policy()), [step_of(by_user(f"e{n}", n * MINUTE, "s3:GetObject"), []) for n in range(5)], remembers=True
    )
    assert [seen is not None for seen in found] == [False, False, True, True, True]  # The second follows an act.
