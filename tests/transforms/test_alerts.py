"""Alerts on real servers: decided in a stateful stage on Prism, published to Google's Pub/Sub emulator."""

import json

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from analytic.alerting import Alerting
from schemas.records import Finding
from tests import findings
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic
from tests.transforms.pipeline import create
from transforms.alerts import PublishAlerts
from transforms.metrics import counters

__all__ = ["prism", "pubsub_emulator", "topic"]


@pytest.mark.integration
def test_one_message_for_an_actor_and_chain_within_the_cooldown(topic: Topic, prism: str) -> None:
    same = [findings.finding(f"same-{number}", severity="high") for number in range(3)]
    other = findings.finding("other", severity="critical", actor=findings.ROLE)
    low = findings.finding("low", severity="medium", chain="mass_reads")
    options = PipelineOptions(
        ["--runner=PrismRunner", f"--prism_location={prism}", "--prism_log_level=error", "--environment_type=LOOPBACK"]
    )
    pipeline = beam.Pipeline(options=options)
    found = create(pipeline, "Found", [*same, other, low], Finding)
    _ = found | "Alerts" >> PublishAlerts(topic.topic, Alerting("high", 3_000_000))
    result = pipeline.run()
    result.wait_until_finish(duration=120_000)
    told = sorted(json.loads(data)["finding_id"] for data in topic.pulled())
    assert told[0] == "other"
    assert len(told) == 2
    assert told[1].startswith("same-")
    counted = counters(result)
    assert counted["alerts"] == 2
    assert counted["alerts_cooled_down"] == 2
