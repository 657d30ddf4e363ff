"""Chains of identity in and across AWS, Google Cloud, Entra with Azure, and Okta: raw records, and who was behind.

`chains(seed, count)` makes them. Each chain is one person's, machine's or CI job's way over one to six credentials,
used along the way. What a log reader meets is in it: records in no order, one in ten twice, the issuing call in the
same second as the use, one issuing call in twenty lost, several people under one session name, and everybody else's
doings. Deterministic by seed; nothing in it comes from a real log. The ground truth (`simulator.hops.truth`) says for
each used event who it was and how much of that the records which are left can show.
"""

from dataclasses import dataclass

from simulator.hops import noise
from simulator.hops.paths import MAX_HOPS, walk_chain
from simulator.hops.scribe import Scribe, Written
from simulator.hops.truth import Evidence, Root, Truth
from simulator.hops.walk import Walk
from simulator.hops.world import World
from simulator.randomness import stream
from simulator.records import day_second

DAY = 20 * 3600
"""Chains begin over so many seconds of the simulated day."""

TWICE = 10
"""One record in so many is delivered a second time."""

__all__ = ["Chains", "Evidence", "Root", "Truth", "Written", "chains"]


@dataclass(frozen=True)
class Chains:
    """The records as they are delivered, in no order, and the ground truth of the used events by event id.

    The ids are the provider's: eventID, insertId, Graph's requestId, the Activity Log's correlationId.
    """

    records: list[Written]
    truths: dict[str, Truth]


def chains(seed: int, count: int) -> Chains:
    """Make `count` chains of a seed, with everybody else's records between them."""
    rng = stream(seed, "hops")
    scribe = Scribe(rng, World.new(stream(seed, "hops/world")))
    start = day_second(1)
    for _ in range(count):
        walk_chain(Walk(scribe, 1000 * start + rng.randrange(1000 * DAY)), rng.randrange(1, MAX_HOPS + 1))
        for _ in range(rng.randrange(4)):
            noise.one(Walk(scribe, 1000 * start + rng.randrange(1000 * DAY)))
    truths = scribe.truths()
    return Chains(_delivered(scribe), truths)


def _delivered(scribe: Scribe) -> list[Written]:
    rng, records = scribe.rng, list(scribe.written)
    again = [record for record in records if rng.randrange(TWICE) == 0]
    for record in again:
        # A second delivery comes in another file.
        scribe.put(record.file.rpartition("-")[0], record.record, record.event_id)
    records += scribe.written[len(records) :]
    rng.shuffle(records)
    return records
