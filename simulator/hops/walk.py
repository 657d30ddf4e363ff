"""Where a chain is: its time, and the notebook it is written to."""

import random
from dataclasses import dataclass

from simulator.hops.scribe import Scribe
from simulator.hops.world import World
from simulator.randomness import Ids


@dataclass
class Walk:
    """One chain on its way. `at` is the time of the last step, in ms."""

    scribe: Scribe
    at: int

    @property
    def rng(self) -> random.Random:
        """The simulation's random stream."""
        return self.scribe.rng

    @property
    def ids(self) -> Ids:
        """Identifiers from that stream."""
        return self.scribe.ids

    @property
    def world(self) -> World:
        """The people and machines."""
        return self.scribe.world

    def step(self) -> int:
        """Go on to the next step and give its time."""
        self.at += self.scribe.soon()
        return self.at

    def quickly(self) -> int:
        """Go on to what a program does next, within seconds, and give its time."""
        self.at += self.rng.randrange(200, 6_000)
        return self.at

    def one_in(self, number: int) -> bool:
        """Whether the rare thing happens."""
        return self.rng.randrange(number) == 0
