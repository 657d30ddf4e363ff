"""The flow: from the events of any source to findings. A table of contents; the parts are in `transforms/`."""

from functools import partial

import apache_beam as beam

from analytic.policy import Policy
from transforms.detect import DetectChains
from transforms.follow import FollowCredentials, Order
from transforms.in_event_time import InEventTime
from transforms.sorted_fold import SortedFold


def findings_from(events: beam.PCollection, order: Order, policy: Policy) -> beam.PCollection:
    """Give the findings of events (in blocks): Follow, keyed by credential, then Detect, keyed by actor."""
    return (
        events | "FollowCredentials" >> FollowCredentials(order, policy) | "DetectChains" >> DetectChains(order, policy)
    )


def bounded() -> Order:
    """Give the order for input that ends: files, a backfill's window."""
    return SortedFold


def unbounded(policy: Policy) -> Order:
    """Give the order for input that goes on: event time, a watermark, revisions."""
    return partial(InEventTime, policy=policy)
