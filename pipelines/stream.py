"""The flow: from the events of any source to findings. A table of contents; the parts are in `transforms/`."""

import sys
from dataclasses import replace
from functools import partial

import apache_beam as beam

from analytic.chains.chain import Chain
from analytic.limit import Limit
from analytic.policy import Policy
from analytic.window import Window, Within
from transforms.baseline import Before, LearnBaseline, ReadBaseline
from transforms.clocks import BoundClocks
from transforms.close import CloseSessions
from transforms.coverage import CountCoverage, NameBlindSpots, ViewAccounts
from transforms.coverage_hours import KeepCoverage
from transforms.databases import Databases
from transforms.detect import DetectChains
from transforms.follow import FollowCredentials
from transforms.in_event_time import InEventTime
from transforms.messages import OpenMessages
from transforms.order import Order
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
    limit: Limit | None = None,
) -> None:
    """Build the flow of a stream: messages in; findings, dead letters and coverage out.

    `told` is what an earlier run found. Where more than `limit` becomes dead letters, the run fails and what it reads
    stays in the subscription.
    """
    messages = pipeline | "ReadMessages" >> source
    opened = messages | "OpenMessages" >> OpenMessages(subscription)
    parsed = opened.blocks | "ParseAuditLogs" >> ParseAuditLogs(databases, limit)
    events = parsed.events | "BoundClocks" >> BoundClocks(policy)
    findings = findings_from(events, unbounded(policy), policy, baseline, chains)
    resumed = findings | "ResumeFindings" >> ResumeFindings(told, policy) | "CloseSessions" >> CloseSessions(policy)
    dead_letters = (opened.dead_letters, parsed.dead_letters) | "DeadLetters" >> beam.Flatten()
    results = {"findings": resumed, "dead_letters": dead_letters}
    if sinks.coverage is not None:
        results["coverage"] = events | "KeepCoverage" >> KeepCoverage(policy)
    _ = results | "WriteResults" >> WriteResults(sinks)


def findings_from(
    events: beam.PCollection,
    order: Order,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
    telling: Order | None = None,
) -> beam.PCollection:
    """Give the findings of events (in blocks): Follow, keyed by credential, then Detect, keyed by actor.

    `baseline` is what was learnt before, `chains` stand in place of the shipped ones, `telling` is Detect's own order
    where it differs: that of a backfill's window.
    """
    telling = telling or order
    steps = events | "FollowCredentials" >> FollowCredentials(order, policy)
    if baseline is None:
        return steps | "DetectChains" >> DetectChains(telling, policy, None, chains)
    before = (
        events.pipeline
        | "Baseline" >> beam.Create([baseline.path] if baseline.path else []).with_output_types(str)
        | "ReadBaseline" >> ReadBaseline()
    )
    both = (steps, before) | "WithBaseline" >> order.join()
    return both | "DetectChains" >> DetectChains(telling, policy, baseline.groups, chains)


def baseline_from(events: beam.PCollection, order: Order, policy: Policy) -> beam.PCollection:
    """Give what each actor of events (in blocks) usually does."""
    return (
        events
        | "FollowCredentials" >> FollowCredentials(order, policy)
        | "LearnBaseline" >> LearnBaseline(order, policy)
    )


def coverage_from(events: beam.PCollection) -> beam.PCollection:
    """Give what events (in blocks) show of each account, region, service, log class and hour: batches of rows.

    For bounded input: each row comes once.
    """
    return events | "CountCoverage" >> CountCoverage()


def with_blind_spots(findings: beam.PCollection, coverage: beam.PCollection, policy: Policy) -> beam.PCollection:
    """Give findings with what the logs of their accounts did not show. For bounded input: all of it is waited for."""
    views = coverage | "ViewAccounts" >> ViewAccounts()
    return findings | "NameBlindSpots" >> NameBlindSpots(views, policy)


def bounded() -> Order:
    """Give the order for input that ends, on an engine that spills: files, a backfill's window."""
    return Order(SortedFold)


def within(window: Window, order: Order) -> Order:
    """Give the order of Detect in a backfill: what the window's events draft is told, and nothing else."""
    return replace(order, fold=lambda fold: order.fold(Within(fold, window)))


def unbounded(policy: Policy) -> Order:
    """Give the order for input that goes on: event time, a watermark, revisions."""
    return Order(partial(InEventTime, policy=policy))


if __name__ == "__main__":
    from pipelines.cli import main  # The command line imports this module.

    sys.exit(main(["stream", *sys.argv[1:]]))
