"""The flow: from the events of any source to findings. A table of contents; the parts are in `transforms/`."""

from functools import partial

import apache_beam as beam

from analytic.chains.chain import Chain
from analytic.policy import Policy
from transforms.baseline import Before, LearnBaseline, ReadBaseline
from transforms.detect import DetectChains
from transforms.follow import FollowCredentials, Order
from transforms.in_event_time import InEventTime
from transforms.sorted_fold import SortedFold


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
    return detected(events | "FollowCredentials" >> FollowCredentials(order, policy), order, policy, baseline, chains)


def detected(
    steps: beam.PCollection,
    order: Order,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> beam.PCollection:
    """Give the findings of steps by actor: the second half of `findings_from`."""
    if baseline is None:
        return steps | "DetectChains" >> DetectChains(order, policy, None, chains)
    before = (
        steps.pipeline
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
