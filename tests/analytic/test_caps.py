"""What a cap let go is said in the finding that may lack it, and counted; below the cap nothing is said."""

import msgspec
import pytest

from analytic.analysis import analyse, follow
from analytic.caps import ENDED, FACETS, ISSUES, LESSONS, MARKS, SHIFTS, TAINTS, TOUCHES, spot
from analytic.chains.chain import MAX_MARKS
from analytic.choice import MAX_CANDIDATES, ambiguous
from analytic.detection import Detect
from analytic.event_time import EventTime
from analytic.fold import Item, fold_sorted
from analytic.lineage import Follow
from analytic.links import DOWN, MAX_TOUCHED, Link, inputs, used
from analytic.policy import Policy
from analytic.resolve import Resolve
from analytic.session import MAX_LISTED
from schemas.records import Actor, ApiEvent, Issued, Step
from tests import make
from tests.make import CAFE, DATACENTRE, HOUR, MINUTE, by_instance, by_role, by_user
from tests.streams import Stream

MOVED = {"source_ip": CAFE, "interface": "sdk", "client": "boto3/1", "os": "windows"}


def said(events: list[ApiEvent], policy: Policy) -> list[str]:
    """Give the blind spots of all findings: there must be one."""
    found = analyse(events, policy)
    assert found
    return [spot for finding in found for spot in finding.blind_spots]


def quiet(id_: str, at: int, call: str, **fields: object) -> ApiEvent:
    return by_user(id_, at, call, mfa=True, **fields)


def touched_by_many() -> list[ApiEvent]:
    """A workload at home, acts upon it by three people, and then its credential elsewhere."""
    acts = [
        by_user(f"t{n}", n * MINUTE, "ssm:SendCommand", user, touched=[make.instance("i-1")])
        for n, user in enumerate(("alice", "bob", "carol"), 1)
    ]
    return [
        by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2"),
        *acts,
        by_instance("y", 5 * MINUTE, "iam:ListUsers", "i-1", "ASIA2", source_ip=CAFE),
        by_instance("z", 6 * MINUTE, "secretsmanager:GetSecretValue", "i-1", "ASIA2", source_ip=CAFE),
    ]


def issued_to_one() -> list[ApiEvent]:
    """Three credentials handed to one workload; the first of them goes elsewhere."""
    handed = [
        make.changed(
            make.assume(f"i{n}", n * MINUTE, "web", "i-1", f"ASIA{n}"),
            {"issued": Issued(f"ASIA{n}", "AROAWEB:i-1", issued_to=make.instance("i-1"))},
        )
        for n in (1, 2, 3)
    ]
    return [
        *handed,
        by_instance("h", 5 * MINUTE, "s3:GetObject", "i-1", "ASIA1"),
        by_instance("y", 6 * MINUTE, "iam:ListUsers", "i-1", "ASIA1", source_ip=CAFE),
        by_instance("z", 7 * MINUTE, "secretsmanager:GetSecretValue", "i-1", "ASIA1", source_ip=CAFE),
    ]


def many_places(last: int = 0) -> list[ApiEvent]:
    """A credential in three networks and in the first again; something privileged follows in one of them."""
    places = ["198.51.100.10", "203.0.113.77", "192.0.2.7"]
    uses = [
        quiet(f"p{n}", n * MINUTE, "s3:ListBuckets", source_ip=place) for n, place in enumerate([*places, places[0]])
    ]
    return [*uses, quiet("z", 9 * MINUTE, "cloudtrail:StopLogging", source_ip=places[last])]


def much_recon(number: int) -> list[ApiEvent]:
    """Somebody moves and looks around in so many ways, then makes a user."""
    reads = [quiet(f"r{n:03}", MINUTE + n, f"ec2:DescribeThing{n}", **MOVED) for n in range(number)]
    return [quiet("a", 0, "s3:ListBuckets"), *reads, quiet("z", 2 * MINUTE, "iam:CreateUser", **MOVED)]


def shifted() -> list[ApiEvent]:
    """Network, interface, program and system change at once."""
    return [
        quiet("a", 0, "s3:ListBuckets"),
        quiet("b", MINUTE, "s3:ListBuckets", **MOVED),
        quiet("c", 2 * MINUTE, "cloudtrail:StopLogging", **MOVED),
    ]


def many_sessions(number: int) -> list[ApiEvent]:
    """Sessions two hours apart, within a quarantine of a week, and then a shift."""
    calm = [quiet(f"s{n:03}", 2 * n * HOUR, "s3:ListBuckets") for n in range(number)]
    at = 2 * number * HOUR
    return [
        *calm,
        quiet("y", at, "s3:ListBuckets", **MOVED),
        quiet("z", at + MINUTE, "cloudtrail:StopLogging", **MOVED),
    ]


def grave_twice() -> list[ApiEvent]:
    """A session with a finding, whose news teach nothing, and another."""
    return [
        *shifted(),
        quiet("d", 5 * HOUR, "s3:ListBuckets", source_ip=DATACENTRE),
        quiet("e", 5 * HOUR + MINUTE, "cloudtrail:StopLogging", source_ip=DATACENTRE),
    ]


WEEK = 7 * 24 * HOUR


@pytest.mark.parametrize(
    ("cap", "beyond", "tight", "below", "wide"),
    [
        (TOUCHES, touched_by_many(), Policy(max_touches=2), touched_by_many(), Policy(max_touches=3)),
        (ISSUES, issued_to_one(), Policy(max_issues=2), issued_to_one(), Policy(max_issues=3)),
        (FACETS, many_places(), Policy(max_facets=2), many_places(last=2), Policy(max_facets=8)),
        (MARKS, much_recon(MAX_MARKS + 1), Policy(), much_recon(MAX_MARKS), Policy()),
        (SHIFTS, shifted(), Policy(max_facets=2), shifted(), Policy(max_facets=8)),
        (LESSONS, many_sessions(65), Policy(quarantine=WEEK), many_sessions(64), Policy(quarantine=WEEK)),
        (TAINTS, grave_twice(), Policy(max_facets=3), grave_twice(), Policy(max_facets=8)),
    ],
)
def test_a_cap_that_cost_something_is_said(
    cap: str, beyond: list[ApiEvent], tight: Policy, below: list[ApiEvent], wide: Policy
) -> None:
    assert spot(cap, tight) in said(beyond, tight)
    assert spot(cap, wide) not in said(below, wide)


def test_what_no_longer_matters_is_not_said() -> None:
    """Reconnaissance was cut at night; a day later nothing could have followed from it."""
    later = [
        by_user("x", 24 * HOUR, "s3:ListBuckets"),
        by_user("y", 24 * HOUR + MINUTE, "s3:ListBuckets", **MOVED),
        by_user("later", 24 * HOUR + 2 * MINUTE, "cloudtrail:StopLogging", **MOVED),
    ]
    events = [*much_recon(MAX_MARKS + 1), *later]
    assert any(spot(MARKS, Policy()) in finding.blind_spots for finding in analyse(events))
    assert spot(MARKS, Policy()) not in analyse(events)[-1].blind_spots


def test_a_link_lost_on_the_way_up_is_said_at_the_end_of_the_way() -> None:
    """The workload's first credential assumed a role; who was given that credential is forgotten."""
    onward = make.changed(
        by_instance("o", 5 * MINUTE, "sts:AssumeRole", "i-1", "ASIA1"),
        {"issued": Issued("ASIAX", "AROAADMIN:s"), "resources": [f"arn:aws:iam::{make.ACCOUNT}:role/admin"]},
    )
    events = [*issued_to_one()[:3], onward, by_role("use", 6 * MINUTE, "iam:ListUsers", "admin", "s", "ASIAX")]
    for most, cuts in ((2, [ISSUES]), (3, [])):
        (step,) = [one for one in follow(events, Policy(max_issues=most)) if one.event.event_id == "use"]
        assert step.cuts == cuts
        assert (step.actor.name == "alice") == (not cuts)


def test_a_persons_own_key_lacks_no_link() -> None:
    """Whoever made a long-term key: it is the user's."""
    assert all(step.cuts == [] for step in follow([*issued_to_one(), by_user("u", HOUR, "iam:ListUsers")]))


@pytest.mark.parametrize(
    ("events", "policy", "text"),
    [
        (
            [*shifted()[:2], *(quiet(f"c{n}", (2 + n) * MINUTE, "cloudtrail:StopLogging", **MOVED) for n in range(2))],
            Policy(max_evidence=1),
            "the first 1 stages are told: there may be more",
        ),
        (
            [
                *shifted()[:2],
                *(quiet(f"c{n}", (2 + n) * MINUTE, "cloudtrail:StopLogging", **MOVED) for n in range(5)),
            ],
            Policy(max_evidence=1),
            "of more than 4 pieces of evidence some may be counted twice in evidence_total",
        ),
        (
            [
                *(quiet(f"n{n:02}", n * MINUTE, "s3:ListBuckets", account=f"{n:012}") for n in range(MAX_LISTED)),
                *(quiet(event.event_id, event.time - make.T0 + HOUR, "iam:CreateUser", **MOVED) for event in shifted()),
            ],
            Policy(),
            f"the session lists its first {MAX_LISTED} accounts: there may be more",
        ),
        (
            [
                *shifted()[:2],
                quiet(
                    "t",
                    2 * MINUTE,
                    "ssm:SendCommand",
                    touched=[make.instance(f"i-{n}") for n in range(MAX_TOUCHED)],
                    **MOVED,
                ),
            ],
            Policy(),
            f"a call named {MAX_TOUCHED} workloads or more: what was done on those after is not followed",
        ),
    ],
)
def test_a_list_that_is_full_says_so(events: list[ApiEvent], policy: Policy, text: str) -> None:
    assert text in said(events, policy)
    assert text not in said(shifted(), Policy())


def test_an_ambiguous_hop_counts_the_candidates_that_it_does_not_name() -> None:
    def link(number: int) -> Link:
        actor = Actor(f"aws:{number}", "user", f"user{number:02}", make.ACCOUNT, "aws")
        return Link(f"l{number}", "issue", "n|x", None, None, None, 0, number, None, f"e{number}", actor)

    hop = ambiguous([link(number) for number in range(MAX_CANDIDATES + 3)], "shared")
    assert hop.candidates == [f"user{number:02}" for number in range(MAX_CANDIDATES)]
    assert hop.from_.endswith("user07 or 3 more")
    assert "more" not in ambiguous([link(number) for number in range(MAX_CANDIDATES)], "shared").from_


def test_what_caps_let_go_is_counted_once_in_order_and_late() -> None:
    """Two places are forgotten: by bounded input, on a stream, and when the first event comes last."""
    policy = Policy(max_facets=2)
    events = many_places()
    items = [used(event) for event in events]
    assert fold_sorted(Follow(policy), map(_copy, items))[1].forgotten == 2
    for arriving in (items, [*items[1:], items[0]]):
        event_time, state, counted = EventTime(Follow(policy), policy), None, 0
        for item in arriving:
            for watermark in (None, max(item.time, make.T0 + HOUR)):
                new = [_copy(item)] if watermark is None else []
                turn = event_time.receive(state, new, watermark)
                state, counted = turn.state, counted + turn.counts.forgotten
        assert counted == 2


def test_a_key_let_go_after_its_time_to_live_is_counted() -> None:
    policy = Policy()
    event_time = EventTime(Detect(policy), policy)
    event = by_user("a", 0, "s3:ListBuckets")
    step = Step(event, Actor("aws:a", "user", "alice", make.ACCOUNT, "aws"), [], [])
    _, item = Follow(policy).render(step)
    turn = event_time.receive(None, [item])
    assert turn.counts.expired == 0
    turn = event_time.receive(turn.state, [], event.time + policy.hold)
    assert turn.state is not None
    turn = event_time.receive(turn.state, [], event.time + policy.time_to_live + policy.hold)
    assert turn.counts.expired == 1
    assert turn.state is not None
    assert len(turn.state) < 128  # The mark that it was there.
    turn = event_time.receive(turn.state, [], event.time + 2 * policy.time_to_live + policy.hold)
    assert (turn.state, turn.counts.expired) == (None, 0)


def test_a_key_that_the_streams_end_lets_go_is_not_counted_and_leaves_no_mark() -> None:
    policy = Policy()
    event_time = EventTime(Follow(policy), policy)
    turn = event_time.receive(None, [used(by_user("a", 0, "s3:ListBuckets"))], make.T0 + HOUR)
    turn = event_time.receive(turn.state, [], make.T0 + HOUR + policy.time_to_live)
    assert turn.counts.expired == 1
    turn = turn.at_the_end()
    assert (turn.state, turn.wake, turn.counts.expired) == (None, None, 0)


DAYS = 24 * HOUR
LIVES_A_WEEK = Policy(time_to_live=7 * DAYS)


@pytest.mark.parametrize(("days", "spots"), [(6, False), (9, True), (13, True), (15, False)])
def test_what_a_time_to_live_ended_is_said_for_another(days: int, spots: bool) -> None:
    """The same theft on the person's first day, and that many days after the last: the key is there, was, or is new."""
    stream = Stream(LIVES_A_WEEK)
    stream.bundle([quiet("a", 0, "s3:ListBuckets")])
    stream.watermark(make.T0 + HOUR)
    stream.watermark(make.T0 + days * DAYS)
    theft = [make.changed(event, {"time": event.time + days * DAYS}) for event in shifted()]
    stream.bundle([make.changed(event, {"event_id": f"{event.event_id}2"}) for event in theft])
    stream.watermark(make.T0 + days * DAYS + HOUR)
    assert stream.findings()
    said_so = [spot(ENDED, LIVES_A_WEEK) in finding.blind_spots for finding in stream.findings()]
    assert said_so == [spots] * len(said_so)
    assert stream.follow.counts["forgotten"] == stream.detect.counts["forgotten"] == 0


def test_a_scan_of_the_same_has_no_time_to_live() -> None:
    later = [
        make.changed(event, {"time": event.time + 9 * DAYS, "event_id": f"{event.event_id}2"}) for event in shifted()
    ]
    assert spot(ENDED, LIVES_A_WEEK) not in said([quiet("a", 0, "s3:ListBuckets"), *later], LIVES_A_WEEK)


def test_a_link_whose_way_up_was_let_go_says_so() -> None:
    """Resolve knew at a role's name who had issued what, until its time to live; what is issued from there lacks it."""
    fold = Resolve(LIVES_A_WEEK, last=False)
    onward = make.changed(
        by_role("o", 9 * DAYS, "sts:AssumeRole", "admin", "s", "ASIA1"),
        {"issued": Issued("ASIAX", "AROAADMIN:s"), "resources": [f"arn:aws:iam::{make.ACCOUNT}:role/admin"]},
    )
    (item,) = [one for _, one in inputs(onward, LIVES_A_WEEK) if one.id.startswith(f"{DOWN}|")]
    for last, cuts in ((make.T0, [ENDED]), (make.T0 - 6 * DAYS, [])):
        _, drafts = fold.step(fold.begin_after(last), _copy(item))
        assert {tuple(link.cuts) for _, (_, _, link, _) in drafts} == {tuple(cuts)}


def _copy(item: Item) -> Item:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(item), type=Item)


def test_a_cap_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="unheard_of is no cap"):
        spot("unheard_of", Policy())
