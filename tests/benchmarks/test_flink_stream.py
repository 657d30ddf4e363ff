"""The backlog that the PyFlink job is measured with, and the settings that it runs with."""

from analytic.analysis import analyse
from analytic.sources.source import parse_record
from benchmarks.flink_stream import backlog, settings
from benchmarks.streaming import CANARY
from schemas.records import ApiEvent


def test_the_backlog_is_in_order_of_its_own_times_and_ends_with_an_act_that_is_a_finding() -> None:
    *load, tick = backlog(500, 2_000)
    events = [parse_record(message.value, f"m#{number}") for number, message in enumerate(load)]
    found = [event for event in events if isinstance(event, ApiEvent)]
    assert len(found) == len({event.event_id for event in found}) == 501
    assert [event.time // 1_000 for event in found] == sorted(message.timestamp for message in load)
    assert not isinstance(parse_record(tick.value, "m"), ApiEvent)
    assert any(finding.evidence[0].event_id == CANARY for finding in analyse(found))


def test_the_watermark_passes_the_last_act_by_more_than_events_are_held() -> None:
    *_, last, tick = backlog(20, 100)
    assert tick.timestamp - last.timestamp == 86_400_000


def test_a_job_has_the_deployment_s_settings_and_none_of_the_cluster_s_own() -> None:
    chosen = settings()
    assert chosen["python.execution-mode"] == "thread"
    assert chosen["state.backend.type"] == "rocksdb"
    assert chosen["execution.checkpointing.incremental"] == "true"
    assert not any(name.startswith(("taskmanager.", "jobmanager.", "parallelism.")) for name in chosen)
