"""Where the simulated organization and everybody else call from: a made-up internet in reserved address space.

IPv4 is of 240.0.0.0/4 (RFC 1112, reserved: nobody has it) and IPv6 of 2001:db8::/32 (RFC 3849), for the documentation
blocks of IPv4 have three networks in all. Autonomous systems are of the private range (RFC 6996), but for the clouds'
own, which tell a cloud from other networks; `Network` has what an address database would say of each.
"""

from dataclasses import dataclass
from functools import cached_property

from simulator.randomness import stream

AWS_NUMBER, GOOGLE_NUMBER, MICROSOFT_NUMBER = 16509, 396982, 8075
"""The clouds' autonomous systems (peeringdb.com)."""


@dataclass(frozen=True)
class Place:
    """A town: ISO country, the country's name, position in degrees, and its minutes ahead of UTC in March 2026."""

    city: str
    country: str
    country_name: str
    latitude: float
    longitude: float
    utc_minutes: int


@dataclass(frozen=True)
class Network:
    """One /24 (IPv4) or /48 (IPv6). `kind` is one of KINDS; `base` is the prefix without its last dot or colons."""

    kind: str
    base: str
    asn: int
    organisation: str
    place: Place

    @property
    def prefix(self) -> str:
        """The network in CIDR form, as events have it."""
        return f"{self.base}::/48" if ":" in self.base else f"{self.base}.0/24"

    def address(self, host: int) -> str:
        """Give one of its addresses, the same for the same `host`."""
        return f"{self.base}::{host % 65_000 + 1:x}" if ":" in self.base else f"{self.base}.{host % 250 + 2}"


KINDS = (
    "office",  # the company's own
    "vpn",  # the company's own
    "home",  # people's broadband
    "mobile",  # people's phones
    "travel",  # hotels, airports and trains, in other countries as well
    "github",  # hosted runners of GitHub
    "gitlab",  # hosted runners of GitLab
    "aws",  # NAT gateways, functions and Cloud Shell
    "gcp",
    "azure",
    "hosting",  # hosting companies where the organization has nothing
    "anonymous",  # commercial VPN services where the organization has nothing
    "residential",  # broadband in other countries where none of the organization's people live
)

MUNICH = Place("Munich", "DE", "Germany", 48.1374, 11.5755, 60)
LONDON = Place("London", "GB", "United Kingdom", 51.5072, -0.1276, 0)
NEW_YORK = Place("New York", "US", "United States", 40.7128, -74.006, -300)
BENGALURU = Place("Bengaluru", "IN", "India", 12.9716, 77.5946, 330)
OFFICES = (MUNICH, LONDON, NEW_YORK, BENGALURU)

TRAVEL = (
    Place("Paris", "FR", "France", 48.8566, 2.3522, 60),
    Place("Lisbon", "PT", "Portugal", 38.7223, -9.1393, 0),
    Place("Amsterdam", "NL", "Netherlands", 52.3676, 4.9041, 60),
    Place("Las Vegas", "US", "United States", 36.1716, -115.1391, -420),
    Place("Singapore", "SG", "Singapore", 1.3521, 103.8198, 480),
    Place("Dublin", "IE", "Ireland", 53.3498, -6.2603, 0),
    Place("Toronto", "CA", "Canada", 43.6532, -79.3832, -300),
    Place("Tokyo", "JP", "Japan", 35.6762, 139.6503, 540),
)
ELSEWHERE = (
    Place("Bucharest", "RO", "Romania", 44.4268, 26.1025, 120),
    Place("Sao Paulo", "BR", "Brazil", -23.5505, -46.6333, -180),
    Place("Lagos", "NG", "Nigeria", 6.5244, 3.3792, 60),
    Place("Ho Chi Minh City", "VN", "Vietnam", 10.8231, 106.6297, 420),
    Place("Moscow", "RU", "Russia", 55.7558, 37.6173, 180),
    Place("Frankfurt", "DE", "Germany", 50.1109, 8.6821, 60),
    Place("Amsterdam", "NL", "Netherlands", 52.3676, 4.9041, 60),
    Place("Ashburn", "US", "United States", 39.0438, -77.4874, -300),
)
REGION_PLACES = {
    "us-east-1": ELSEWHERE[7],
    "eu-west-1": TRAVEL[5],
    "eu-central-1": ELSEWHERE[5],
    "ap-southeast-2": Place("Sydney", "AU", "Australia", -33.8688, 151.2093, 660),
}
_RUNNER_PLACE = Place("Boydton", "US", "United States", 36.6676, -78.3875, -300)


@dataclass(frozen=True)
class Networks:
    """All networks, by what they are for. Attackers come from `hosting`, `anonymous` and `residential`."""

    offices: dict[str, Network]
    """By city, as are the next three."""
    vpns: dict[str, Network]
    homes: dict[str, tuple[Network, ...]]
    mobiles: dict[str, tuple[Network, ...]]
    travel: dict[str, tuple[Network, ...]]
    """By city of TRAVEL: hotels and the like."""
    github: tuple[Network, ...]
    gitlab: tuple[Network, ...]
    aws: dict[str, tuple[Network, ...]]
    """By Region: the first is Cloud Shell's, the second and third are the functions', the others NAT gateways'."""
    gcp: tuple[Network, ...]
    azure: tuple[Network, ...]
    hosting: tuple[Network, ...]
    anonymous: tuple[Network, ...]
    residential: tuple[Network, ...]

    @cached_property
    def _by_base(self) -> dict[str, Network]:
        return {network.base: network for network in self.all()}

    def of(self, address: str) -> Network | None:
        """Give the network that an address is in, None for a private one."""
        return self._by_base.get(address.partition("::")[0] if ":" in address else address.rpartition(".")[0])

    def all(self) -> list[Network]:
        """Give every network once, for an address database."""
        grouped = (self.homes, self.mobiles, self.travel, self.aws)
        found = [*self.offices.values(), *self.vpns.values()]
        found += [network for group in grouped for part in group.values() for network in part]
        single = (self.github, self.gitlab, self.gcp, self.azure, self.hosting, self.anonymous, self.residential)
        return found + [network for part in single for network in part]

    @classmethod
    def new(cls, seed: int, people: int) -> "Networks":
        """Make the networks for so many people."""
        rng = stream(seed, "organization/networks")
        company = "Example Corp"
        offices, vpns, homes, mobiles = {}, {}, {}, {}
        for n, place in enumerate(OFFICES):
            offices[place.city] = Network("office", f"240.0.{n}", 64_512, company, place)
            vpns[place.city] = Network("vpn", f"240.1.{n}", 64_512, company, place)
            many = max(6, people // 8)
            homes[place.city] = tuple(_home(n, k, place) for k in range(many))
            mobiles[place.city] = tuple(_mobile(n, k, place) for k in range(12))
        travel = {
            place.city: tuple(
                Network("travel", f"241.{n}.{k}", 64_600 + n, f"{place.city} Guest Wireless", place) for k in range(4)
            )
            for n, place in enumerate(TRAVEL)
        }
        aws = {
            region: tuple(Network("aws", f"244.{n}.{k}", AWS_NUMBER, "AMAZON-02", place) for k in range(24))
            for n, (region, place) in enumerate(REGION_PLACES.items())
        }
        hosting = [
            Network("hosting", f"248.{n}.{rng.randrange(256)}", 65_000 + n, f"Example Hosting {n + 1}", place)
            for n, place in enumerate(ELSEWHERE * 6)
        ]
        anonymous = [
            Network("anonymous", f"249.{n}.{rng.randrange(256)}", 65_100 + n, f"Privacy Data Center {n + 1}", place)
            for n, place in enumerate((*TRAVEL, *ELSEWHERE))
        ]
        residential = [
            Network("residential", f"250.{n}.{rng.randrange(256)}", 65_200 + n % 5, f"Faraway Broadband {n % 5}", place)
            for n, place in enumerate(ELSEWHERE[:5] * 8)
        ]
        return cls(
            offices,
            vpns,
            homes,
            mobiles,
            travel,
            tuple(_runner("github", 242, n, MICROSOFT_NUMBER, "MICROSOFT-CORP-MSN-AS-BLOCK") for n in range(700)),
            tuple(_runner("gitlab", 243, n, GOOGLE_NUMBER, "GOOGLE-CLOUD-PLATFORM") for n in range(250)),
            aws,
            tuple(_runner("gcp", 245, n, GOOGLE_NUMBER, "GOOGLE-CLOUD-PLATFORM") for n in range(24)),
            tuple(_runner("azure", 246, n, MICROSOFT_NUMBER, "MICROSOFT-CORP-MSN-AS-BLOCK") for n in range(24)),
            tuple(hosting),
            tuple(anonymous),
            tuple(residential),
        )


def _home(town: int, k: int, place: Place) -> Network:
    """A broadband network: three providers a town; one network in four is IPv6."""
    base = f"2001:db8:{0x1000 * (town + 1) + k:x}" if k % 4 == 3 else f"240.{16 + 8 * town + k // 256}.{k % 256}"
    return Network("home", base, 64_520 + 3 * town + k % 3, f"{place.city} Broadband {k % 3 + 1}", place)


def _mobile(town: int, k: int, place: Place) -> Network:
    """A phone network: two providers a country, which put their customers behind shared addresses."""
    return Network(
        "mobile", f"240.{128 + town}.{k}", 64_560 + 2 * town + k % 2, f"{place.country} Mobile {k % 2 + 1}", place
    )


def _runner(kind: str, first: int, n: int, asn: int, organisation: str) -> Network:
    return Network(kind, f"{first}.{n // 256}.{n % 256}", asn, organisation, _RUNNER_PLACE)
