"""The engine against a search of all assignments, and what it must never do."""

from itertools import combinations, permutations
from typing import NamedTuple

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic.chains import shipped
from analytic.chains.chain import MAX_MARKS, Counter, ShiftGate, Stage, SurpriseGate, Where
from analytic.chains.engine import Rules
from analytic.chains.marks import Marks
from analytic.chains.moment import Match
from analytic.chains.rules import Calls
from analytic.context.action import of_event
from analytic.policy import HOUR, MINUTE, SECOND, Policy
from schemas.records import ApiEvent, Issued
from tests.analytic.chains.moments import chain, moment, on, one, run, shift
from tests.make import CAFE, by_user

ABC = chain(on("A"), on("B"), on("C"))


def told(chains: list, events: list[ApiEvent]) -> list[str]:
    return [id_ for id_, _ in run(chains, events)]


def day(letters: str, every: int = MINUTE) -> list[ApiEvent]:
    return [by_user(f"e{number}", number * every, f"x:{letter}") for number, letter in enumerate(letters)]


def test_stages_match_in_their_order_alone() -> None:
    assert told([ABC], day("ABC")) == ["e2"]
    for order in ("ACB", "BAC", "BCA", "CAB", "CBA", "AC", "BC", "AABB"):
        assert told([ABC], day(order)) == [], order
    assert told([ABC], day("ACBC")) == ["e3"]


def test_the_window_holds_from_the_first_stage_to_the_last() -> None:
    two = chain(on("A"), on("B"), window="10m")
    assert told([two], day("AxB", 5 * MINUTE)) == ["e2"]
    assert told([two], day("AxB", 5 * MINUTE + SECOND)) == []
    assert told([two], day("AxA" + "B", 5 * MINUTE + SECOND)) == ["e3"]
    three = chain(on("A"), on("B"), on("C"), window="10m")
    assert told([three], day("AxBxC", 3 * MINUTE)) == []


def test_the_policys_window_bounds_each_chain() -> None:
    two = chain(on("A"), on("B"), window="30d")
    assert told([two], day("AB", 11 * HOUR)) == ["e1"]
    assert told([two], day("AB", 13 * HOUR)) == []
    recon = chain(on("A"), on("B"), window="recon_window")
    assert told([recon], day("AB", HOUR)) == ["e1"]
    assert told([recon], day("AB", HOUR + SECOND)) == []


def test_one_event_fills_one_stage() -> None:
    twice = chain(on("A|B", "one"), on("A|B", "two"))
    assert told([twice], day("A")) == []
    assert told([twice], day("AB")) == ["e1"]
    again = day("A") * 3
    assert told([twice], again) == []


def test_equal_times_are_ordered_by_id() -> None:
    first, second = by_user("a", 0, "x:A"), by_user("b", 0, "x:B")
    assert told([chain(on("A"), on("B"))], [first, second]) == ["b"]
    first, second = by_user("a", 0, "x:B"), by_user("b", 0, "x:A")
    assert told([chain(on("A"), on("B"))], [first, second]) == []


def test_least_counts_different_calls_before_the_next_stage() -> None:
    three = chain(on("A|B|C", "looking", least=3), on("Z"))
    assert told([three], day("ABCZ")) == ["e3"]
    assert told([three], day("AAAZ")) == []
    assert told([three], day("ABZC")) == []
    (_, match) = run([three], day("ABACZ"))[0]
    assert [noted.evidence.event_id for noted in match.earlier] == ["e1", "e2", "e3"]


def test_a_last_stage_of_several_fires_from_the_last_of_them_on() -> None:
    many = chain(on("Get", least=3, count="resources"))
    reads = [by_user(f"e{n}", n, "x:Get", resources=[f"s{n // 2}"]) for n in range(8)]
    assert told([many], reads) == ["e4", "e5", "e6", "e7"]
    assert told([many], [by_user(f"e{n}", n, "x:Get") for n in range(8)]) == []


def test_same_facets_join_and_apart_facets_part() -> None:
    same = chain(on("A"), on("B"), same=("credential",))
    mine, others = {"credential_id": "K1"}, {"credential_id": "K2"}
    assert told([same], [by_user("a", 0, "x:A", **mine), by_user("b", 1, "x:B", **mine)]) == ["b"]
    assert told([same], [by_user("a", 0, "x:A", **mine), by_user("b", 1, "x:B", **others)]) == []
    apart = chain(on("A"), on("B"), apart=("network",))
    assert told([apart], [by_user("a", 0, "x:A"), by_user("b", 1, "x:B", source_ip=CAFE)]) == ["b"]
    assert told([apart], [by_user("a", 0, "x:A"), by_user("b", 1, "x:B")]) == []
    assert told([apart], [by_user("a", 0, "x:A"), by_user("b", 1, "x:B", source_ip=None)]) == []


def test_what_was_issued_is_joined_with_what_is_used() -> None:
    key = chain(on("A", issued=("true",)), on("B"), same=("issued",))
    gave = by_user("a", 0, "x:A", issued=Issued("K9", "somebody"))
    assert told([key], [gave, by_user("b", 1, "x:B", credential_id="K9")]) == ["b"]
    assert told([key], [gave, by_user("b", 1, "x:B")]) == []
    work = chain(on("A", touched=("true",)), on("B"), same=("workload",))
    ran = by_user("a", 0, "x:A", touched=["w/1", "w/2"])
    assert told([work], [ran, by_user("b", 1, "x:B", issued_to="w/2")]) == ["b"]
    assert told([work], [ran, by_user("b", 1, "x:B", issued_to="w/3"), by_user("c", 2, "x:B")]) == []


def test_gates_open_by_shifts_or_by_surprise() -> None:
    gated = chain(on("A"), shift=ShiftGate(2.0, ("network",)), surprise=SurpriseGate(5.0))
    event = by_user("a", 0, "x:A")
    rules = Rules([gated], Policy())
    assert not one(rules, moment(event))
    assert not one(rules, moment(event, live=[shift("client", 4.0, event)]))
    assert one(rules, moment(event, live=[shift("network", 2.0, event)]))
    assert one(rules, moment(event, surprise=5.0))
    assert not one(rules, moment(event, surprise=4.9))
    shifted = Rules([chain(on("A"), shift=ShiftGate(2.0))], Policy())
    assert not one(shifted, moment(event, surprise=9.0))
    assert not one(Rules([chain(on("A"), surprise=SurpriseGate(2.0))], Policy()), moment(event))


def test_what_speaks_for_a_twin_counts_before_and_within_the_window_alone() -> None:
    where = (Where(service=("x",), action=("T",)),)
    told_of = chain(on("A"), on("B"), window="1h", counter=(Counter("tidy", where, -2.0, "it was announced"),))
    against = {
        letters: [reason.bits for _, match in run([told_of], day(letters)) for reason in match.against]
        for letters in ("TAB", "ATB", "ABT", "AB")
    }
    assert against == {"TAB": [-2.0], "ATB": [-2.0], "ABT": [], "AB": []}
    early = [by_user("t", -2 * HOUR, "x:T"), *day("AB")]
    assert [match.against for _, match in run([told_of], early)] == [[]]


def test_where_a_credential_was_issued_concerns_that_credential_alone() -> None:
    rules = Rules([chain(on("A", shift=("issue",)))], Policy())
    event, other = by_user("a", 0, "x:A"), by_user("a", 0, "x:A", credential_id="another")
    assert one(rules, moment(event, live=[shift("issue", 4.0, event)]))
    assert not one(rules, moment(other, live=[shift("issue", 4.0, event)]))


def test_not_bars_and_alternatives_widen() -> None:
    either = Stage("x", (Where(action=("A",)), Where(action=("B",), new=("service",))), (Where(outcome=("denied",)),))
    rules = Rules([chain(either)], Policy())
    assert one(rules, moment(by_user("a", 0, "x:A")))
    assert not one(rules, moment(by_user("a", 0, "x:A", outcome="denied")))
    assert not one(rules, moment(by_user("a", 0, "x:B")))
    assert one(rules, moment(by_user("a", 0, "x:B"), new=frozenset({"service"})))


def test_titles_name_what_was_done() -> None:
    named = chain(on("A|B", "looking", least=2), on("Z"), title="looked ({count}), then {service}:{action} {cause}")
    match = run([named], day("ABZ"))[0][1]
    assert match.subject == "looked (2), then x:Z which surprises in this actor (0.0 bits)"
    assert match.stage.stage == "z"
    assert (match.bits, match.story) == (1.0, "told")


def test_marks_are_bounded_and_the_oldest_go_first() -> None:
    many = chain(on("A*", "a"), on("B*", "b"), on("C"), window="12h")
    marks = Marks()
    events = [by_user(f"e{n:05}", n, f"x:{'AB'[n % 2]}{n}") for n in range(1_000)]
    run([many], events, marks)
    assert {key: len(noted) for key, noted in marks.noted.items()} == {"told/a": MAX_MARKS, "told/b": MAX_MARKS}
    assert marks.noted["told/a"][-1].evidence.event_id == "e00998"
    assert len(msgspec.msgpack.encode(marks)) < 64_000


def test_a_repeated_call_is_noted_once_and_an_old_mark_goes() -> None:
    marks = Marks()
    run([ABC], day("A" * 500), marks)
    assert len(marks.noted["told/a"]) == 1
    run([chain(on("Q"), on("R"), name="other")], [by_user("z", 13 * HOUR + 500 * MINUTE, "x:Q")], marks)
    assert list(marks.noted) == ["other/q"]
    many = chain(on("A*", "a"), on("B"), window="10m")
    run([many], [by_user(f"e{n:05}", n * MINUTE, f"x:A{n}") for n in range(40)], marks := Marks())
    assert len(marks.noted["told/a"]) == 11


def test_marks_survive_their_bytes() -> None:
    marks = Marks()
    run([ABC], day("AB"), marks)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(marks), type=Marks)
    assert back == marks
    assert [id_ for id_, _ in run([ABC], [by_user("z", 5 * MINUTE, "x:C")], back)] == ["z"]


class Seen(NamedTuple):
    """One event of a made-up history: seconds after the last, call, credential, resource."""

    gap: int
    call: str
    key: str
    resource: str


SEEN = st.builds(
    Seen,
    st.integers(0, 4),
    st.sampled_from("ABCDE"),
    st.sampled_from(["K1", "K2"]),
    st.sampled_from(["r1", "r2", "r3"]),
)
STAGES = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "A|B", "B|C", "A|B|C", "D|E"]),
        st.integers(1, 3),
        st.sampled_from(["calls", "resources", "events"]),
    ),
    min_size=1,
    max_size=3,
)


def history(rows: list[Seen]) -> list[ApiEvent]:
    at, events = 0, []
    for number, row in enumerate(rows):
        at += row.gap * SECOND
        events.append(by_user(f"e{number:02}", at, f"x:{row.call}", credential_id=row.key, resources=[row.resource]))
    return events


def by_search(stages: list[tuple[str, int, str]], same: bool, window: int, past: list[ApiEvent]) -> bool:
    """Whether the last event completes the chain: every ordered assignment of events to stages is tried."""

    def counted(event: ApiEvent, what: str) -> str:
        return {"calls": event.action, "resources": event.resources[0], "events": event.event_id}[what]

    def fill(number: int, before: int) -> bool:
        if number < 0:
            return True
        calls, least, what = stages[number]
        last = number == len(stages) - 1
        fit = [
            place
            for place in range(before)
            if past[place].action in calls.split("|")
            and past[-1].time - past[place].time <= window
            and (not same or past[place].credential_id == past[-1].credential_id)
        ]
        for chosen in combinations(fit, least):
            if last and chosen[-1] != len(past) - 1:
                continue
            if len({counted(past[place], what) for place in chosen}) == least and fill(number - 1, chosen[0]):
                return True
        return False

    return fill(len(stages) - 1, len(past))


@settings(max_examples=600, deadline=None)
@given(st.lists(SEEN, max_size=11), STAGES, st.booleans(), st.integers(2, 14))
@example(
    [Seen(1, call, "K1", "r1") for call in "ABABC"], [("A", 1, "calls"), ("B", 1, "calls"), ("C", 1, "calls")], True, 3
)
@example(
    [Seen(1, call, "K1", "r1") for call in "ABAC"], [("A", 1, "calls"), ("B", 1, "calls"), ("C", 1, "calls")], True, 9
)
@example(
    [Seen(1, call, "K1", "r1") for call in "ABACD"],
    [("A", 1, "calls"), ("B|C", 2, "calls"), ("D|E", 1, "calls")],
    False,
    3,
)
@example([Seen(1, call, "K1", "r1") for call in "ABAC"], [("A", 1, "calls"), ("B|C", 2, "calls")], False, 2)
@example(
    [Seen(1, call, "K1", "r1") for call in "AAC"],
    [("A|B", 1, "calls"), ("A|B", 1, "calls"), ("C", 1, "calls")],
    False,
    9,
)
def test_it_finds_just_what_a_search_of_all_assignments_finds(
    rows: list[Seen], stages: list[tuple[str, int, str]], same: bool, window: int
) -> None:
    made = chain(
        *(on(calls, f"s{number}", least=least, count=what) for number, (calls, least, what) in enumerate(stages)),
        window=f"{window}s",
        same=("credential",) if same else (),
    )
    events = history(rows)
    found = dict(run([made], events))
    expected = {
        event.event_id
        for number, event in enumerate(events)
        if by_search(stages, same, window * SECOND, events[: number + 1])
    }
    assert set(found) == expected
    for id_, match in found.items():
        check(match, id_, stages, events, window * SECOND)


def check(match: Match, id_: str, stages: list[tuple[str, int, str]], events: list[ApiEvent], window: int) -> None:
    """What a match lists is in order, in the window, each event once, and enough for each stage."""
    places = {event.event_id: number for number, event in enumerate(events)}
    listed = [(noted.stage.stage, places[noted.evidence.event_id]) for noted in match.earlier]
    assert [place for _, place in listed] == sorted({place for _, place in listed})
    assert all(place < places[id_] for _, place in listed)
    assert all(events[places[id_]].time - events[place].time <= window for _, place in listed)
    names = [name for name, _ in listed]
    assert names == sorted(names)
    for number, (_, least, _) in enumerate(stages):
        assert names.count(f"s{number}") + (number == len(stages) - 1) >= least


@settings(max_examples=100, deadline=None)
@given(st.lists(SEEN, max_size=12), st.integers(0, 11))
def test_what_comes_later_changes_nothing_that_was_said(rows: list[Seen], cut: int) -> None:
    events = history(rows)
    whole = [id_ for id_, _ in run([ABC], events)]
    assert [id_ for id_, _ in run([ABC], events[:cut])] == [
        id_ for id_ in whole if id_ in {e.event_id for e in events[:cut]}
    ]


def test_what_is_known_of_a_call_is_known_of_what_it_gave() -> None:
    """The same operation grants everything, or no more than to read: the first to come must not speak for the other."""
    grants = {
        basis: ApiEvent("e", 0, "aws", "management", "iam", "AttachUserPolicy", stage="privilege", action_basis=basis)
        for basis in ("narrow_grant", "catalogue", "wide_grant")
    }
    for order in permutations(grants):
        rules = Rules(shipped.chains(), Policy())
        told = {basis: names_of(rules.possible(grants[basis], of_event(grants[basis]))) for basis in order}
        assert told["narrow_grant"] < told["catalogue"] < told["wide_grant"], order


def names_of(calls: Calls) -> set[str]:
    """The stages that a call may be."""
    return {rule.stages[stage.number].key for rule, stages in calls.all for stage in stages if stage.number >= 0}
