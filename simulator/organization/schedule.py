"""When and where the organization's people work. The rhythms are the simulator's own assumptions:

- A weekday is worked by 93 of 100 people, a weekend day by 2, who then do an hour of it.
- Hours are the person's own, give or take half an hour at either end, in the time of their office, with a lunch.
- Two days in three are in the office, the others at home; remote people are always at home. At home half of the people
  go through the company's VPN.
- One day in eighteen, the phone's network serves for an hour. On a trip it is hotels, by VPN for half of the people.
- One on-call person in ten is paged of a night, and works on it for up to an hour from where they sleep: at home, or in
  a hotel.
"""

from dataclasses import dataclass

from simulator.organization.notebook import Spot
from simulator.organization.places import Network
from simulator.organization.world import DAY, MINUTE, START, Person, World
from simulator.randomness import stream

WORKING, WEEKEND = 93, 2
PAGED = 10
PHONE = 18


@dataclass(frozen=True)
class Stint:
    """Somebody's work from one place, from `start` to `end` (ms). `kind` is office, home, vpn, mobile, travel, page."""

    start: int
    end: int
    kind: str
    spot: Spot

    @property
    def minutes(self) -> int:
        """How long it is."""
        return (self.end - self.start) // MINUTE


def weekday(day: int) -> bool:
    """Whether a day is one of Monday to Friday."""
    return day % 7 < 5


def stints(world: World, person: Person, day: int) -> list[Stint]:
    """Give where and when a person works on a day of theirs, in order of time; the same each time it is asked."""
    if not person.employed(day):
        return []
    rng = stream(world.seed, f"organization/schedule/{person.number}/{day}")
    found: list[Stint] = []
    if person.on_call and rng.randrange(PAGED) == 0:
        start = person.local(day, rng.randrange(10, 300))
        bed = _spot(person, _bed(world, person, day))
        found.append(Stint(start, start + rng.randrange(15, 60) * MINUTE, "page", bed))
    first = person.joins == day
    if weekday(day):
        works = first or rng.randrange(100) < WORKING
    else:
        works = rng.randrange(100) < WEEKEND
    if not works:
        return found
    starts, ends = person.starts + rng.randrange(-25, 35), person.ends + rng.randrange(-40, 50)
    if not weekday(day):
        starts = person.starts + rng.randrange(60, 400)
        found.append(_stint(person, day, starts, starts + 60, "home", person.home))
        return found
    kind, network = _where(world, person, day, rng.randrange(3), rng.randrange(4))
    noon = rng.randrange(700, 770)
    phone, begins = rng.randrange(PHONE) == 0, rng.randrange(noon + 60, noon + 180)
    found.append(_stint(person, day, starts, noon, kind, network))
    if not phone:
        found.append(_stint(person, day, noon + rng.randrange(25, 60), ends, kind, network))
        return found
    found.append(_stint(person, day, noon + 30, begins, kind, network))
    found.append(_stint(person, day, begins + 5, begins + 60, "mobile", rng.choice(person.mobile)))
    found.append(_stint(person, day, begins + 75, max(ends, begins + 100), kind, network))
    return found


def _bed(world: World, person: Person, day: int) -> Network:
    """Give where a person is in the small hours of a day: abroad from the second day of a trip to the one after it."""
    if person.trip and person.trip[0] < day <= person.trip[1] + 1:
        return world.networks.travel[person.trip[2]][person.number % 4]
    return person.home


def _where(world: World, person: Person, day: int, draw: int, hotel: int) -> tuple[str, Network]:
    tunnels = person.number % 2 == 0
    if person.trip and person.trip[0] <= day <= person.trip[1]:
        return ("vpn", person.vpn) if tunnels else ("travel", world.networks.travel[person.trip[2]][hotel])
    if draw and not person.remote:
        return "office", person.office
    return ("vpn", person.vpn) if tunnels else ("home", person.home)


def _stint(person: Person, day: int, first: int, last: int, kind: str, network: Network) -> Stint:
    return Stint(person.local(day, first), person.local(day, max(last, first + 10)), kind, _spot(person, network))


def _spot(person: Person, network: Network) -> Spot:
    return Spot(network, network.address(person.host))


def day_start(day: int) -> int:
    """Give midnight UTC of a day (ms)."""
    return START + day * DAY
