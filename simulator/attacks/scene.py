"""One planned story: whose identity is used, from where, how fast, and the records that it leaves with their truth.

Times are milliseconds since 1970-01-01 UTC.
"""

import random
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.clients import Client, aws_cli, boto3, fixed, terraform
from simulator.identities import Json
from simulator.organization import tools
from simulator.organization.notes import Note, event_id
from simulator.organization.places import Network
from simulator.organization.schedule import Stint, stints
from simulator.organization.world import HOUR, MINUTE, Person, World
from simulator.randomness import Ids

SECOND = 1000

PLACES = ("hosting", "residential", "victim")
"""Where a thief calls from: a hosting company, broadband in another country, the victim's own network (hardest)."""

PACINGS = ("minutes", "hours", "day")
"""How fast: all within minutes, minutes to half an hour between two acts, or spread over a working day."""

_GAPS = {
    "minutes": (4 * SECOND, 75 * SECOND),
    "hours": (3 * MINUTE, 25 * MINUTE),
    "day": (20 * MINUTE, 60 * MINUTE),
}
_JOURNEY = 5 * HOUR
"""From the desk to a hotel in another country."""

NOISES = (0, 1, 2)
"""Benign-looking reads around each act: none, up to two, two to six."""

_KALI = boto3("1.34.46", "6.6.15-amd64")
_KALI_CLI = aws_cli("15.0", "os/linux#6.6.15-amd64 md/arch#x86_64")
_KALI_GCLOUD = (
    "google-cloud-sdk gcloud/469.0.0 command/gcloud.run invocation-id/{} environment/None environment-version/None "
    "client-os/LINUX client-os-ver/6.6.15 client-pltf-arch/x86_64 interactive/True from-script/False python/3.11.8 "
    "term/xterm-256color (Linux 6.6.15-amd64),gzip(gfe)"
)
_TERRAFORM = terraform("1.10.5")
_GOOGLE_TERRAFORM = (
    "Terraform/1.10.5 (+https://www.terraform.io) Terraform-Plugin-SDK/2.35.0 terraform-provider-google/6.21.0"
)
_AZURE_TERRAFORM = "HashiCorp Terraform/1.10.5 (+https://www.terraform.io) terraform-provider-azurerm/4.20.0"
_THIEF_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


Picked = TypeVar("Picked")


@dataclass(frozen=True)
class Style:
    """How a story is played. `forged` is what the thief's clients claim: "" nothing, "terraform", "own" (the victim's).

    `noise` is one of NOISES, `pacing` of PACINGS, `place` of PLACES.
    """

    place: str
    pacing: str
    noise: int
    forged: str = ""


@dataclass(frozen=True)
class Planned:
    """A story as it went. `first` is the id of its first event that is an attack's (or a twin's).

    `names` are all names and ids by which a finding may call `actor`, in lower case; `cast` is whom and what of the
    world it happened to.
    """

    scenario: str
    chain: str | None
    label: str
    cloud: str
    actor: str
    names: frozenset[str]
    style: Style
    notes: tuple[Note, ...]
    first: str
    cast: frozenset[str] = frozenset()

    @property
    def event_ids(self) -> frozenset[str]:
        """The ids of the events that are the attack, without what its victim did before."""
        return frozenset(note.event_id for note in self.notes if note.label == self.label)


@dataclass(frozen=True)
class Spot:
    """Where somebody calls from: an address, its network for the logs that say more of it, and the clients in use."""

    network: Network
    address: str
    aws: Client
    browser: str
    google: str
    python: str
    azure: str = "python-requests/2.32.3"


@dataclass
class Scene:
    """A story as it is being written down. `at` is the time of the last act; `label` that of what is written now."""

    rng: random.Random
    world: World
    scenario: str
    chain: str | None
    style: Style
    at: int
    day: int
    kind: str = "attack"
    label: str = "benign"
    actor: str = ""
    names: set[str] = field(default_factory=set)
    taken: dict[str, int] = field(default_factory=dict)
    cast: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    @property
    def ids(self) -> Ids:
        """Identifiers from the story's random stream."""
        return Ids(self.rng)

    def put(self, log: str, record: Json, at: int | None = None) -> None:
        """Write a record, at the time of now unless told otherwise."""
        when = self.at if at is None else at
        self.notes.append(Note(when, log, event_id(record), record, self.actor, self.label, self.scenario, self.chain))

    def turn(self, after: tuple[int, int] = (5, 50)) -> None:
        """End what the victim did of their own; the story itself begins, so many minutes later."""
        self.at += self.rng.randrange(after[0] * MINUTE, after[1] * MINUTE)
        self.label = self.kind

    def pause(self) -> int:
        """Let the style's time go by, and give the new time."""
        low, high = _GAPS[self.style.pacing]
        self.at += self.rng.randrange(low, high)
        return self.at

    def quickly(self) -> int:
        """Go on to what a program does next, within seconds."""
        self.at += self.rng.randrange(300, 4_000)
        return self.at

    def noise(self) -> int:
        """Give how many reads to put before an act."""
        low, high = ((0, 1), (0, 3), (2, 7))[self.style.noise]
        return self.rng.randrange(low, high)

    def pick(self, among: tuple[Picked, ...]) -> Picked:
        """Choose one of those that the fewest stories of this plan have. Raises ValueError where there is none."""
        if not among:
            raise ValueError(f"{self.scenario}: there is nobody of the kind in this world")
        chosen = self.rng.choice(self._least_used(among))
        self.taken[_label(chosen)] = self.taken.get(_label(chosen), 0) + 1
        self.cast.add(_label(chosen))
        return chosen

    def _least_used(self, among: tuple[Picked, ...]) -> list[Picked]:
        least = min(self.taken.get(_label(one), 0) for one in among)
        return [one for one in among if self.taken.get(_label(one), 0) == least]

    def person(self, *ways: str, cloud: str = "aws", teams: tuple[str, ...] = ()) -> Person:
        """Choose who this happens to, and make them the story's actor: by way into AWS, cloud, and team if possible.

        Only who works on the day comes into question; the story begins in the first hours of their work.
        """
        there = [one for one in self.world.people if self._stint(one) is not None]
        if not there:
            there = [one for one in self.world.people if one.employed(self.day)]
        fits = [one for one in there if cloud in one.clouds and (not ways or one.way in ways)] or there
        chosen = self._cast(fits, teams)
        stint = self._stint(chosen)
        start = stint.start if stint else chosen.local(self.day, chosen.starts)
        self.at = max(self.at, start + self.rng.randrange(5, 90) * MINUTE)
        return chosen

    def _cast(self, fits: list[Person], teams: tuple[str, ...]) -> Person:
        """Choose the story's actor: of those that fit and the fewest stories have, one of `teams` if possible."""
        least = self._least_used(tuple(fits))
        chosen = self.pick(tuple([one for one in least if one.team in teams] or least))
        self.behind(chosen.email, *person_names(chosen))
        return chosen

    def traveller(self, *teams: str) -> tuple[Person, Spot]:
        """Choose who is abroad that day, and where from: on a trip, or off work, who then works all the same.

        Nobody comes into question who is seen at home or in the office on the day, for who is in two places does not
        travel; where that is everybody, it is evening, and they went there after work. Of `teams` if possible.
        """
        staff = [one for one in self.world.people if one.employed(self.day)]
        there = {one.number: stints(self.world, one, self.day) for one in staff}
        away = [one for one in staff if all(stint.kind == "travel" for stint in there[one.number])] or staff
        chosen = self._cast(away, teams)
        here, travel = there[chosen.number], self.world.networks.travel
        hotel = self.rng.choice(travel[self.rng.choice(sorted(travel))])
        begins = chosen.local(self.day, chosen.starts)
        if here and here[0].kind == "travel":
            hotel, begins = here[0].spot.network, here[0].start
        elif here:
            begins = max(stint.end for stint in here) + _JOURNEY
        self.at = max(self.at, begins + self.rng.randrange(5, 90) * MINUTE)
        return chosen, self.own(chosen, hotel)

    def _stint(self, person: Person) -> Stint | None:
        found = [one for one in stints(self.world, person, self.day) if one.kind != "page" and one.minutes > 60]
        return found[0] if found else None

    def behind(self, actor: str, *names: str) -> None:
        """Say who the story's events are the doing of, with all names of theirs."""
        self.actor = actor
        self.names |= {name.lower() for name in (actor, *names)}

    def own(self, person: Person, network: Network | None = None) -> Spot:
        """Give where a person works from that day, with their own clients; `network` is another than that."""
        stint = self._stint(person)
        usual = stint.spot.network if stint else person.office
        where = network or usual
        address = stint.spot.address if stint and where is usual else where.address(person.host)
        google = tools.gcloud(self.rng, person.device, "run")
        aws, az = tools.aws_cli(person.device), tools.azure_cli(person.device)
        return Spot(where, address, aws, person.device.browser, google, tools.google_python(person), az)

    def thief(self, person: Person | None, at_home: Spot | None = None) -> Spot:
        """Give where the thief calls from, as the style has it; `at_home` is a workload's own place, without a person.

        All draws are made whatever the style forges, so that a forged plan is the same plan in other words.
        """
        own = self.own(person) if person else at_home
        networks = self.world.networks
        abroad = networks.hosting if self.style.place != "residential" else networks.residential
        network, host = self.rng.choice(abroad), self.rng.randrange(200)
        if self.style.place == "victim" and person and self.rng.randrange(2):
            network, host = person.vpn, person.host
        elif self.style.place == "victim" and own:
            network, host = own.network, 0
        address = network.address(host)
        if own and network is own.network:
            address = own.address
        aws, google = self.rng.choice((_KALI, _KALI_CLI)), _KALI_GCLOUD.format(self.ids.hexadecimal(32))
        python = "google-api-python-client/2.120.0 (gzip),gzip(gfe)"
        thief = Spot(network, address, aws, _THIEF_BROWSER, google, python, "python-requests/2.31.0")
        return self._forge(thief, own)

    def _forge(self, spot: Spot, own: Spot | None) -> Spot:
        if self.style.forged == "own" and own is not None:
            return Spot(spot.network, spot.address, own.aws, own.browser, own.google, own.python, own.azure)
        if self.style.forged:
            agent = f"{_GOOGLE_TERRAFORM},gzip(gfe)"
            return Spot(spot.network, spot.address, _TERRAFORM, spot.browser, agent, agent, _AZURE_TERRAFORM)
        return spot


def program(address: str, network: Network, agent: Client | str) -> Spot:
    """Give the place of a program that has one client for everything."""
    client = fixed(agent) if isinstance(agent, str) else agent
    shown = client("sts", "GetCallerIdentity")
    return Spot(network, address, client, shown, shown, shown, shown)


def network_of(world: World, address: str) -> Network:
    """Give the simulated network of an address. Raises KeyError for an address of none."""
    base = address.rpartition("::")[0] if ":" in address else address.rpartition(".")[0]
    found = next((one for one in world.networks.all() if one.base == base), None)
    if found is None:
        raise KeyError(f"{address} is in no network of this world")
    return found


def person_names(person: Person) -> frozenset[str]:
    """Give the names and ids that a finding may call a person by, in lower case."""
    known = person.known
    names = (
        *(known.name, known.email, known.arn, known.user_id, known.access_key, known.entra.object_id),
        *(known.okta.user_id, known.identity_store_id),
    )
    return frozenset(name.lower() for name in names)


def _label(one: object) -> str:
    """Name one of the world's things within its kind."""
    number = getattr(one, "number", None)
    return f"{type(one).__name__}/{one if number is None else number}"


LONG = 11 * HOUR
"""No story is longer: the chain window is twelve hours."""
