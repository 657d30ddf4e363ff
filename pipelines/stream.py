"""The flow: from the events of any source to findings. A table of contents; the parts are in `transforms/`."""

import sys
from functools import partial

import apache_beam as beam

from analytic.chains.chain import Chain
from analytic.policy import Policy
from transforms.baseline import Before, LearnBaseline, ReadBaseline
from transforms.databases import Databases
from transforms.detect import DetectChains
from transforms.follow import FollowCredentials, Order
from transforms.in_event_time import InEventTime
from transforms.messages import OpenMessages
from transforms.parse import ParseAuditLogs
from transforms.resume import ResumeFindings, Told
from transforms.sinks import Sinks, WriteResults
from transforms.sorted_fold import SortedFold


def stream(
    pipeline: beam.Pipeline,
    source: beam.PTransform,
    sinks: Sinks,
    subscription: str,
    policy: Policy,
    databases: Databases,
    told: Told,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> None:
    """Build the flow of a stream: messages in, findings and dead letters out; `told` is what an earlier run found."""
    messages = pipeline | "ReadMessages" >> source
    opened = messages | "OpenMessages" >> OpenMessages(subscription)
    parsed = opened.blocks | "ParseAuditLogs" >> ParseAuditLogs(databases)
    findings = findings_from(parsed.events, unbounded(policy), policy, baseline, chains)
    resumed = findings | "ResumeFindings" >> ResumeFindings(told, policy)
    dead_letters = (opened.dead_letters, parsed.dead_letters) | "DeadLetters" >> beam.Flatten()
    _ = {"findings": resumed, "dead_letters": dead_letters} | "WriteResults" >> WriteResults(sinks)


def findings_from(
    events: beam.PCollection,
    order: Order,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> beam.PCollection:
    """Give the findings of events (in blocks): Follow, keyed by credential, then Detect, keyed by actor.

    `baseline` is what was learnt before, `chains` stand in place of the shipped ones.
    """
    steps = events | "FollowCredentials" >> FollowCredentials(order, policy)
    if baseline is None:
        return steps | "DetectChains" >> DetectChains(order, policy, None, chains)
    before = (
        events.pipeline
        | "Baseline" >> beam.Create([baseline.path]).with_output_types(str)
        | "ReadBaseline" >> ReadBaseline()
    )
    both = (steps, before) | "WithBaseline" >> beam.Flatten()
    return both | "DetectChains" >> DetectChains(order, policy, baseline.groups, chains)


def baseline_from(events: beam.PCollection, order: Order, policy: Policy) -> beam.PCollection:
    """Give what each actor of events (in blocks) usually does."""
    return (
        events
        | "FollowCredentials" >> FollowCredentials(order, policy)
        | "LearnBaseline" >> LearnBaseline(order, policy)
    )


def bounded() -> Order:
    """Give the order for input that ends: files, a backfill's window."""
    return SortedFold


def unbounded(policy: Policy) -> Order:
    """Give the order for input that goes on: event time, a watermark, revisions."""
    return partial(InEventTime, policy=policy)


if __name__ == "__main__":
    from pipelines.cli import main  # The command line imports this module.

    sys.exit(main(["stream", *sys.argv[1:]]))
