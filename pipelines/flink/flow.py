"""The flow on Flink: Follow, keyed by credential, then Detect, keyed by actor. A table of contents.

A uid names an operator's state in savepoints: it is an API, as a label is on Beam (docs/flink.md).
"""

from functools import reduce
from typing import Any, NamedTuple

from pyflink.common import Types
from pyflink.datastream import DataStream, StreamExecutionEnvironment

from analytic.chains.chain import Chain
from analytic.detection import Detect
from analytic.fold import Fold
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from pipelines.flink.detected import EncodeFindings, ReadBaseline
from pipelines.flink.elements import DEAD_LETTERS, KEYED, LINKS, ROW
from pipelines.flink.order import Order
from transforms.baseline import Before


class Flow(NamedTuple):
    """What flows out: rows of a key and a line of JSON."""

    findings: DataStream
    dead_letters: DataStream


def flow(
    environment: StreamExecutionEnvironment,
    intakes: list[DataStream],
    order: Order,
    policy: Policy,
    baseline: Before | None = None,
    chains: tuple[Chain, ...] | None = None,
) -> Flow:
    """Give the findings and dead letters of intakes: batches by key, links and dead letters beside them."""
    links = _together([intake.get_side_output(LINKS) for intake in intakes])
    for number in range(1, ROUNDS + 1):
        links = _keyed(links, order, Resolve(policy, last=number == ROUNDS), f"resolve-{number}")
    steps = _keyed(_together([*intakes, links]), order, Follow(policy), "follow")
    if baseline is not None:
        paths = environment.from_collection([baseline.path], Types.STRING()).name("baseline")
        steps = steps.union(paths.flat_map(ReadBaseline(), KEYED).name("read-baseline").uid("read-baseline"))
    groups = None if baseline is None else baseline.groups
    detected = _keyed(steps, order, Detect(policy, groups, chains), "detect")
    findings = detected.flat_map(EncodeFindings(), ROW).name("encode-findings").uid("encode-findings")
    return Flow(findings, _together([intake.get_side_output(DEAD_LETTERS) for intake in intakes]))


def _keyed(batches: DataStream, order: Order, fold: Fold[Any, Any], uid: str) -> DataStream:
    keyed = batches.key_by(lambda batch: batch[0], Types.STRING())
    return keyed.process(order(fold), KEYED).name(uid).uid(uid)


def _together(streams: list[DataStream]) -> DataStream:
    return reduce(DataStream.union, streams)
