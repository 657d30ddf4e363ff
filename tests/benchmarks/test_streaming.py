"""The backlog that the stream is measured with."""

import msgspec

from analytic.analysis import analyse
from analytic.sources.source import parse_record
from benchmarks.streaming import CANARY, messages
from schemas.records import ApiEvent


def events(records: int, rate: float) -> list[ApiEvent]:
    parsed = [parse_record(data, f"m#{number}") for number, data in enumerate(messages(records, rate))]
    return [event for event in parsed if isinstance(event, ApiEvent)]


def test_the_load_takes_the_time_that_the_rate_asks_for() -> None:
    *load, last = events(600, 20)
    assert 28_000_000 <= load[-1].time - load[0].time <= 30_000_000
    assert last.time - load[-1].time >= 3_600_000_000


def test_all_of_it_is_there_once_and_behind_it_an_act_that_is_a_finding_by_itself() -> None:
    load = events(600, 20)
    assert len({event.event_id for event in load}) == 601
    found = [finding for finding in analyse(load) if any(piece.event_id == CANARY for piece in finding.evidence)]
    assert [finding.actor.name for finding in found] == ["canary"]
    assert msgspec.json.decode(list(messages(1, 1))[-1])["eventID"] == CANARY
