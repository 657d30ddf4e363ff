"""Takes down what happens: the records, by file, and whom each used event belongs to."""

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.hops.truth import Names, Node, Root, Truth, judge
from simulator.hops.world import World
from simulator.identities import Json
from simulator.randomness import Ids

MISSING = 20
"""One issuing call in so many is missing from the logs, with all its copies: 5 %."""

SECOND = 1000


class Written(NamedTuple):
    """A record and the file that it is delivered in; `event_id` is set where the ground truth knows the event."""

    file: str
    record: Json
    event_id: str | None = None


class Used(NamedTuple):
    """A used event that the ground truth is to be told of."""

    event_id: str
    at: int
    root: Root
    node: Node
    tags: frozenset[str]


@dataclass
class Scribe:
    """The simulation's clock-free notebook. All times are milliseconds since 1970-01-01 UTC."""

    rng: random.Random
    world: World
    written: list[Written] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    @property
    def ids(self) -> Ids:
        """Identifiers from the simulation's random stream."""
        return Ids(self.rng)

    def put(self, file: str, record: Json, event_id: str | None = None) -> None:
        """Write a record. A file's name gets a number: every account and Region has several."""
        self.written.append(Written(f"{file}-{self.rng.randrange(3)}.json", record, event_id))

    def issue(self, *records: tuple[str, Json]) -> bool:
        """Write the record of an issuing call, or all its copies; gives False where the logs have lost it."""
        if self.rng.randrange(MISSING) == 0:
            return False
        for file, record in records:
            self.put(file, record)
        return True

    def use(self, file: str, record: Json, used: Used) -> None:
        """Write a used event and note whose it is."""
        self.put(file, record, used.event_id)
        self.used.append(used)

    def truths(self) -> dict[str, Truth]:
        """Give the ground truth by event id, now that it is known who held which name when."""
        return {used.event_id: judge(*used, self.names) for used in self.used}

    def soon(self) -> int:
        """Give a pause until somebody's next step: in the same second (one in four), or up to two minutes."""
        if self.rng.randrange(4) == 0:
            return self.rng.randrange(0, 900)
        return self.rng.randrange(SECOND, 120 * SECOND)
