"""The benchmark of hops: its judge is strict about silence, its records reach the parser as delivered."""

from collections import Counter

import msgspec
import pytest

from benchmarks.hops import (
    AMBIGUOUS,
    GUESSED,
    MARKED,
    MISSING,
    RIGHT,
    SHORT,
    UNKNOWN,
    WRONG,
    Result,
    command_line,
    compare,
    deliver,
    mismatches,
    parse,
    report,
    verdict,
)
from schemas.records import Actor, ApiEvent, Hop, Step
from simulator.hops import Chains, Evidence, Root, Truth, Written, chains

ALICE = Root("aws", "person", "alice").also("alice", "aws:AIDAALICE")
BOB = Root("aws", "person", "bob").also("bob")


def truth(evidence: Evidence = Evidence.FULL) -> Truth:
    """Give a truth about Alice behind the role `deploy`, over the role `stage`."""
    return Truth(
        "event",
        ALICE,
        ("AssumeRole", "AssumeRole"),
        evidence,
        ends=frozenset({"stage", "aroa0000000000000stage"}) if evidence is Evidence.BROKEN else frozenset(),
        later=frozenset({"deploy", "stage"} if evidence is Evidence.FULL else {"deploy"}),
        candidates=(ALICE, BOB) if evidence is Evidence.AMBIGUOUS else (),
    )


def step(name: str, id_: str = "aws:other", certainty: str = "certain", candidates: list[str] | None = None) -> Step:
    """Give a step that says `name` is behind the event, over one hop."""
    event = ApiEvent("event", 0, "aws", "management", "s3", "ListBuckets")
    hop = Hop("someone", "deploy", "AssumeRole", 0, None, certainty, candidates or [])
    return Step(event, Actor(id_, "user", name, None, "aws"), [hop], [])


@pytest.mark.parametrize("said", [step("Alice"), step("AIDA", "aws:AIDAALICE"), step("alice", certainty="probable")])
def test_the_root_by_name_or_id_is_right(said: Step) -> None:
    assert verdict(truth(), said) == RIGHT


def test_another_name_is_wrong_in_silence_unless_a_hop_marks_it() -> None:
    assert verdict(truth(), step("bob")) == WRONG
    assert verdict(truth(), step("bob", certainty="probable")) == MARKED


def test_ambiguous_counts_only_when_the_candidates_have_the_root_among_them() -> None:
    assert (
        verdict(truth(Evidence.AMBIGUOUS), step("deploy", certainty="ambiguous", candidates=["Bob", "Alice"]))
        == AMBIGUOUS
    )
    assert verdict(truth(Evidence.AMBIGUOUS), step("bob", certainty="ambiguous", candidates=["bob", "carol"])) == MARKED


def test_a_certain_name_where_the_logs_name_several_is_a_guess_even_when_it_hits() -> None:
    assert verdict(truth(Evidence.AMBIGUOUS), step("alice")) == GUESSED
    assert verdict(truth(Evidence.AMBIGUOUS), step("alice", certainty="probable")) == RIGHT


def test_where_the_evidence_breaks_the_principal_there_is_unknown_and_one_nearer_is_short() -> None:
    assert verdict(truth(Evidence.BROKEN), step("stage")) == UNKNOWN
    assert verdict(truth(Evidence.BROKEN), step("x", "aws:AROA0000000000000STAGE")) == UNKNOWN
    assert verdict(truth(Evidence.BROKEN), step("deploy")) == SHORT
    assert verdict(truth(), step("stage")) == SHORT


def test_an_event_without_a_step_is_missing() -> None:
    assert verdict(truth(), None) == MISSING


def test_records_reach_the_parser_by_file_in_the_order_of_delivery() -> None:
    made = Chains([Written("a", {"n": 1}), Written("b", {"n": 2}), Written("a", {"n": 3}, "e")], {})
    assert deliver(made) == {"a": [b'{"n":1}', b'{"n":3}'], "b": [b'{"n":2}']}
    unparsed: Counter[str] = Counter()
    assert list(parse(deliver(made), unparsed)) == []
    assert unparsed.total() == 3


def test_the_aims_are_missed_by_one_wrong_name_in_silence() -> None:
    right = [(truth(), RIGHT, step("alice"))] * 199
    assert Result(right).passed
    assert not Result([*right, (truth(Evidence.BROKEN), WRONG, step("bob"))]).passed
    assert not Result([*right, *[(truth(), SHORT, step("deploy"))] * 3]).passed


def test_small_chains_inside_aws_are_followed_and_reported() -> None:
    made = chains(3, 60)
    inside = {
        event_id: told
        for event_id, told in made.truths.items()
        if set(told.hops) <= {"AssumeRole", "GetSessionToken"} and told.evidence is Evidence.FULL
    }
    result = compare(Chains(made.records, inside))
    assert inside
    assert {said for _, said, _ in result.verdicts} == {RIGHT}
    text = report(made, result, 1.0)
    assert "right where the evidence is there: 100.00%" in text
    assert list(mismatches(result, 5)) == []


def test_what_is_not_right_is_listed_worst_first() -> None:
    result = Result([(truth(), SHORT, step("deploy")), (truth(), WRONG, step("bob"))])
    lines = list(mismatches(result, 2))
    assert lines[0].startswith("wrong: event of alice")
    assert "said user bob" in lines[1]
    assert lines[2].startswith("short")


@pytest.mark.parametrize("wrong", [["--chains", "0"], ["--seed", "x"]])
def test_wrong_numbers_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command_line(wrong)


def test_every_record_is_read_by_a_source() -> None:
    made = chains(5, 150)
    unparsed: Counter[str] = Counter()
    events = list(parse(deliver(made), unparsed))
    assert unparsed == Counter()
    assert len(events) == len(made.records)
    assert {event.provider for event in events} == {"aws", "gcp", "azure", "okta"}
    assert msgspec.json.encode(made.records[0].record)
