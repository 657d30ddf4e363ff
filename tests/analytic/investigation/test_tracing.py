"""Trace as a fold: where a step leads, and what an activity covers."""

import msgspec

from analytic.fold import fold_sorted
from analytic.identity import actor_of
from analytic.investigation.tracing import Activity, Trace, Traced, covers
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.policy_entries import Envelope
from schemas.records import ApiEvent, Hop, Step
from tests import make


def traced(events: list[ApiEvent], *activities: Activity, hops: list[Hop] | None = None, **policy: object) -> list:
    settings = Policy(**policy)
    follow = Follow(settings)
    items = [follow.render(Step(event, actor_of(event), hops or [], []))[1] for event in events]
    outputs, _ = fold_sorted(Trace(settings, activities), items)
    found = [msgspec.msgpack.decode(output.item.body, type=Traced) for output in outputs]
    return [verdict for one in found for verdict in one.verdicts]


def test_a_person_is_accountable_and_a_role_that_nobody_is_known_behind_is_not() -> None:
    (person,) = traced([make.by_user("a", 0, "s3:ListBuckets"), make.by_user("b", 1, "s3:ListBuckets")])
    assert (person.state, person.events, person.why, person.examples) == ("person", 2, "", [])
    (role,) = traced([make.by_role("a", 0, "s3:ListBuckets", "admin", "s", "ASIA1")])
    assert role.state == "untraced"
    assert "nobody is known behind admin (role)" in role.why
    assert role.examples == ["file:///day.json#a"]


def test_the_root_user_is_nobody_in_person() -> None:
    (root,) = traced([make.by_user("a", 0, "s3:ListBuckets", principal_type="Root")])
    assert root.why == "the root user is nobody in person"


def test_a_console_is_not_judged_unless_it_is_known() -> None:
    event = make.by_user("a", 0, "s3:ListBuckets", interface="console")
    assert traced([event]) == []
    (verdict,) = traced([event], Activity("it", who=("ALICE",), actions=("s3:*",)))
    assert (verdict.activity, verdict.state) == (0, "person")


def test_an_ambiguous_hop_names_the_candidates() -> None:
    hop = Hop("n", "t", "AssumeRole", make.T0, None, "ambiguous", ["alice", "bob"])
    event = make.by_role("a", 0, "s3:ListBuckets", "admin", "s", "ASIA1")
    (verdict,) = traced([event], Activity("it", who=("alice",), actions=("s3:*",)), hops=[hop])
    assert verdict.why == "it may be any of alice, bob"


def test_an_envelope_covers_what_is_inside_it_alone() -> None:
    inside = Envelope("deploy", "ops", ("*:role/deploy",), credential_type=("temporary",), services=("s3",))
    events = [make.by_role(id_, 0, call, "deploy", "s", "ASIA1") for id_, call in (("a", "s3:List"), ("b", "iam:List"))]
    good, bad = traced(events, automation=(inside,))
    assert good.state == "automation"
    assert bad.why == "outside its envelope deploy: service iam is none of the envelope's"


def test_an_activity_covers_by_what_was_done_as_whom_and_never_by_who_it_leads_to() -> None:
    event = make.by_role("a", make.HOUR, "s3:ListBuckets", "admin", "s", "ASIA1")
    step = Step(event, actor_of(make.by_user("x", 0, "s3:ListBuckets")), [], [])
    assert covers(Activity("it", identity=("*:role/admin",)), step)
    assert not covers(Activity("it", identity=("alice",)), step)
    assert covers(Activity("it", start=event.time, end=event.time + 1, interface="cli", account=make.ACCOUNT), step)
    assert not covers(Activity("it", end=event.time), step)
    assert not covers(Activity("it", start=event.time + 1), step)
    assert not covers(Activity("it", interface="sdk"), step)
    assert not covers(Activity("it", account="2"), step)
    assert not covers(Activity("it", actions=("iam:*",)), step)
    assert covers(Activity("it", networks=("198.51.100.0/24",)), step)
    assert not covers(Activity("it", networks=("10.0.0.0/8",)), step)


def test_a_call_that_a_service_made_is_judged_where_it_was_set_to_work() -> None:
    event = make.by_user("a", 0, "s3:ListBuckets", source_ip=None, source_service="cloudformation.amazonaws.com")
    assert traced([event]) == []
