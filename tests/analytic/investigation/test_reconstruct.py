"""Reconstruct and Roster as folds: any order of arrival gives what sorted input gives."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.event_time import EventTime
from analytic.fold import fold_sorted
from analytic.investigation.query import Query
from analytic.investigation.reconstruct import MAX_ACTS, Reconstruct, Told
from analytic.investigation.roster import Line, Roster
from analytic.lineage import Follow
from analytic.policy import Policy
from schemas.records import ApiEvent, Step
from tests import make
from tests.analytic.test_event_time import days

POLICY = Policy()


def items(events: list[ApiEvent]) -> list:
    """Give the items of one actor's key: each event as its own step."""
    follow = Follow(POLICY)
    actor = make_actor()
    return [follow.render(Step(event, actor, [], []))[1] for event in events]


def make_actor() -> object:
    from analytic.identity import actor_of

    return actor_of(make.by_user("x", 0, "iam:ListUsers"))


@pytest.mark.parametrize(
    ("fold", "type_"), [(Reconstruct(POLICY, Query(actor="*")), Told), (Roster(POLICY, Query()), Line)]
)
@given(events=days(), random=st.randoms(use_true_random=False))
def test_a_stream_in_any_order_ends_with_what_sorted_input_gives(
    fold: object, type_: type, events: list[ApiEvent], random: object
) -> None:
    given_items = items(events)
    expected = {output.item.id: output.item.body for output in fold_sorted(fold, list(given_items))[0]}
    shuffled = list(given_items)
    random.shuffle(shuffled)
    stepped = EventTime(fold, POLICY)
    state, latest = None, {}
    watermark = min((item.time for item in shuffled), default=0)
    for item in shuffled:
        copy = msgspec.msgpack.decode(msgspec.msgpack.encode(item), type=type(item))
        watermark += make.MINUTE
        turn = stepped.receive(state, [copy], watermark)
        state = turn.state
        latest |= {output.item.id: output.item.body for output in turn.outputs}
    last = max((item.time for item in shuffled), default=0) + make.HOUR
    turn = stepped.receive(state, [], last)
    latest |= {output.item.id: output.item.body for output in turn.outputs}
    standing = {id_: bytes(body) for id_, body in latest.items() if id_ in expected}
    assert standing == {id_: bytes(body) for id_, body in expected.items()}


def told(events: list[ApiEvent], **asked: object) -> list[Told]:
    outputs, _ = fold_sorted(Reconstruct(POLICY, Query(**asked)), items(events))
    return [msgspec.msgpack.decode(output.item.body, type=Told) for output in outputs]


def test_a_silence_ends_a_session_and_one_without_a_match_is_not_told() -> None:
    events = [
        make.by_user("a", 0, "iam:ListUsers"),
        make.by_user("b", make.MINUTE, "iam:CreateUser", resources=["svc"]),
        make.by_user("c", 3 * make.HOUR, "iam:DeleteUser"),
    ]
    (session,) = told(events, resource="SVC")
    assert (session.events, session.meant, len(session.acts)) == (2, 1, 1)
    assert len(told(events, actor="alice")) == 2


def test_a_read_is_told_where_its_resource_is_asked_for() -> None:
    events = [make.by_user("a", 0, "s3:ListBuckets"), make.by_user("b", 1, "s3:GetBucketAcl", resources=["the-bucket"])]
    (session,) = told(events, resource="bucket")
    assert [deed.action for deed in session.acts] == ["GetBucketAcl"]
    assert told(events, actor="alice")[0].acts == []


def test_what_a_session_lists_is_bounded_and_the_rest_is_counted() -> None:
    events = [
        make.by_user(f"e{number}", number * 1_000, "iam:CreateUser", source_ip=f"10.{number % 200}.1.1")
        for number in range(MAX_ACTS + 50)
    ]
    (session,) = told(events, actor="alice")
    assert (len(session.acts), session.acts_total) == (MAX_ACTS, MAX_ACTS + 50)
    assert len(session.networks) == 64


def test_a_state_of_another_version_is_refused() -> None:
    for fold in (Reconstruct(POLICY, Query(actor="a")), Roster(POLICY, Query())):
        with pytest.raises(ValueError, match="version"):
            fold.load(msgspec.msgpack.encode([99]))
