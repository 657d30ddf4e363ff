"""Where a call came from: an address, the network around it, or a cloud service in an address's place.

And where that address is, as far as database rows tell (`transforms/databases.py` reads them): its autonomous system,
its country, its cloud, its position.
"""

import ipaddress
import math
import re
from functools import lru_cache
from typing import NamedTuple

from analytic.context import network_rows as rows
from analytic.context.network_clouds import cloud_of
from schemas.records import ApiEvent

CACHE_SIZE = 65_536
"""Addresses remembered: some tens of megabytes, more clients than one worker sees in a while."""

MAX_SOURCE_CHARS = 253
"""No address is longer, nor is a host name (RFC 1035, 2.3.4); what is longer is neither and is not cached."""

EARTH_RADIUS_KM = 6_371.0088
"""The mean radius (IUGG)."""

MICROS_PER_HOUR = 3_600_000_000

AWS_INTERNAL = "AWS Internal"
"""What CloudTrail writes for a call that came from inside AWS (CloudTrail user guide, record contents)."""

_PLAIN_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)", re.ASCII)
_PADDED_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_SERVICE = re.compile(r"(?:[a-z0-9_-]+\.)+(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws)", re.ASCII | re.IGNORECASE)

# Not `ipaddress.is_private`: that one also calls the documentation networks private, which anonymised logs are full
# of, and leaves out the shared address space of carriers. Sources: RFC 1918, 6598, 1122, 3927, 4193, 4291.
_PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


def split_source(source: str | None) -> tuple[str | None, str | None]:
    """Split CloudTrail's sourceIPAddress into (source_ip, source_service); what is neither gives (None, None).

    The address comes in its canonical form: no leading zeros ("010.1.2.3" is 10.1.2.3, as anonymised logs write it,
    never octal), IPv4 out of IPv4-mapped IPv6, IPv6 compressed, without a zone.
    """
    if not source or len(source) > MAX_SOURCE_CHARS:
        return None, None
    return _split(source)


def prefix(source_ip: str | None) -> str | None:
    """Give the network of an address: "198.51.100.0/24" for IPv4, a /48 for IPv6; None for what is no address."""
    if not source_ip or len(source_ip) > MAX_SOURCE_CHARS:
        return None
    return _prefix(source_ip)


def is_private(source_ip: str | None) -> bool:
    """Whether an address is one that the internet does not route: private, shared, loopback or link-local."""
    if not source_ip or len(source_ip) > MAX_SOURCE_CHARS:
        return False
    return _is_private(source_ip)


@lru_cache(CACHE_SIZE)
def _split(source: str) -> tuple[str | None, str | None]:
    if _PLAIN_IPV4.fullmatch(source):
        return source, None
    address = _address(source)
    if address is not None:
        return str(address), None
    name = source.strip()
    if name == AWS_INTERNAL or _SERVICE.fullmatch(name):
        return None, name
    return None, None


@lru_cache(CACHE_SIZE)
def _prefix(source_ip: str) -> str | None:
    if _PLAIN_IPV4.fullmatch(source_ip):
        return source_ip[: source_ip.rindex(".")] + ".0/24"
    address = _address(source_ip)
    if address is None:
        return None
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


@lru_cache(CACHE_SIZE)
def _is_private(source_ip: str) -> bool:
    address = _address(source_ip)
    return address is not None and any(address in block for block in _PRIVATE)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip().partition("%")[0]
    if _PADDED_IPV4.fullmatch(text):
        text = ".".join(str(int(octet)) for octet in text.split("."))
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


class Located(NamedTuple):
    """What is known of an address: `private` is None without one; latitude and longitude are degrees."""

    network: str | None = None
    private: bool | None = None
    asn: int | None = None
    as_org: str | None = None
    country: str | None = None
    cloud: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Sighting(NamedTuple):
    """Somebody at a position (degrees) at a time (UTC microseconds)."""

    latitude: float
    longitude: float
    time: int


def locate(source_ip: str | None, asn_row: object = None, place_row: object = None) -> Located:
    """Map the rows that databases hold for an address to what events carry.

    A row may come from any MaxMind, DB-IP, IPinfo or like `.mmdb`; one with all the fields may stand for both. A field
    of another type than its documented one counts as not there. Never raises.
    """
    network = prefix(source_ip)
    system, place = rows.fields(asn_row), rows.fields(place_row)
    asn = rows.asn(system) or rows.asn(place)
    as_org = rows.organisation(system) or rows.organisation(place)
    latitude, longitude = rows.position(place) or rows.position(system) or (None, None)
    return Located(
        network=network,
        private=None if network is None else is_private(source_ip),
        asn=asn,
        as_org=as_org,
        country=rows.country(place) or rows.country(system),
        cloud=cloud_of(asn, as_org),
        latitude=latitude,
        longitude=longitude,
    )


def enrich(event: ApiEvent, located: Located) -> ApiEvent:
    """Fill an event's network facets from what is known of its source_ip. Changes the event, and gives it back.

    What the record itself said stays: its own country, autonomous system and position go before a database's, and what
    a database says of another country or system is then left out.
    """
    event.network = located.network
    event.private = located.private
    if event.asn is None:
        event.asn = located.asn
    if event.as_org is None and event.asn == located.asn:
        event.as_org = located.as_org
    if event.country is None:
        event.country = located.country
    if event.latitude is None and event.longitude is None and event.country == located.country:
        event.latitude, event.longitude = located.latitude, located.longitude
    if event.cloud is None:
        event.cloud = located.cloud if event.asn == located.asn else cloud_of(event.asn, event.as_org)
    return event


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the great-circle distance of two positions (latitude, longitude; degrees) in kilometres.

    The haversine formula on a sphere: within 0.5 % of the true one, and databases err by more.
    """
    one, other = math.radians(a[0]), math.radians(b[0])
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def travel_speed(a: Sighting, b: Sighting) -> float:
    """Give the speed in km/h that somebody needs who was at both; in whichever order.

    0 at one place, infinite for two places at one time. Databases place most addresses to a city, some to the middle of
    a country: a speed over a short distance says little.
    """
    kilometres = distance_km((a.latitude, a.longitude), (b.latitude, b.longitude))
    if kilometres == 0:
        return 0.0
    micros = abs(b.time - a.time)
    return kilometres * MICROS_PER_HOUR / micros if micros else math.inf
