"""What the texts of a policy mean: globs, networks, hours, days. Each is compiled once and holds against hostile text.

All raise ValueError with one line that says what is wrong and what to write instead; the loader adds file and line.
"""

import fnmatch
import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytic.policy import DAY, SECOND

MAX_GLOB_CHARS = 256
"""No identity or call is longer that a person would write down."""

MAX_WILDCARDS = 16
"""More say nothing more, and each costs time."""

MAX_TEXT_CHARS = 2_048
"""What is longer in a log matches nothing: an ARN is at most 2,048 characters long (AWS IAM API reference, arnType)."""

MIN_PREFIX = {4: 8, 6: 16}
"""A wider block than the largest that one owner holds would name half the internet."""

_MAX_ASN = 2**32 - 1
_AS = re.compile(r"AS([0-9]{1,10})", re.ASCII)
_ENDPOINT = re.compile(r"vpce-[0-9a-f]{8,17}", re.ASCII)
_CLOUDS = ("aws", "gcp", "azure")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOURS = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WILDCARDS = "*?["


def check_glob(text: str) -> None:
    """Refuse a glob that cannot mean what it says."""
    if not text or text != text.strip() or not text.isprintable():
        raise ValueError("is empty, or has spaces around it or control characters in it: write the bare text")
    if len(text) > MAX_GLOB_CHARS:
        raise ValueError(f"is {len(text)} characters long: at most {MAX_GLOB_CHARS} are taken, use a wildcard")
    if sum(text.count(sign) for sign in _WILDCARDS) > MAX_WILDCARDS:
        raise ValueError(f"has more than {MAX_WILDCARDS} wildcards: write out more of it")
    if re.search(r"\[(?!!?\]?[^\]]*\])", text):
        raise ValueError('has a "[" that nothing closes: write [[] for the character itself')


def literal_prefix(glob: str) -> str:
    """Give what a glob says before its first wildcard."""
    return re.split(r"[*?\[]", glob, maxsplit=1)[0]


def names_nobody(glob: str) -> bool:
    """Whether a glob has no letter or digit of its own, and so fits everything."""
    return not any(character.isalnum() for character in re.sub(r"\[[^\]]*\]", "", glob))


class Globs:
    """Several globs as one expression. Exact case, as `fnmatch.fnmatchcase`, unless made by `any_case`."""

    def __init__(self, globs: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> None:
        """Takes globs; without any, nothing matches. `fnmatch.translate` writes expressions that never go back."""
        self._expression = re.compile("|".join(map(fnmatch.translate, globs)) or r"(?!)", flags)

    def match(self, text: str | None) -> bool:
        """Whether one of the globs fits the whole text."""
        return text is not None and len(text) <= MAX_TEXT_CHARS and self._expression.match(text) is not None


def any_case(globs: Iterable[str]) -> Globs:
    """Compile globs that hold in any case: Azure writes one operation in several. ASCII only: no letter twice."""
    return Globs(globs, re.ASCII | re.IGNORECASE)


class Calls(NamedTuple):
    """Services and calls. A call glob narrows the service that it names; where neither is given, all are meant."""

    services: Globs
    narrowed: Globs
    calls: Globs
    any_call: bool

    def match(self, service: str, action: str) -> bool:
        """Whether a call is among them."""
        if self.any_call:
            return True
        if self.narrowed.match(service):
            return self.calls.match(f"{service}:{action}")
        return self.services.match(service)


@lru_cache(4_096)
def calls_of(services: tuple[str, ...], actions: tuple[str, ...]) -> Calls:
    """Compile the services and actions of an entry."""
    named = (action.partition(":")[0] for action in actions)
    return Calls(any_case(services), any_case(named), any_case(actions), not services and not actions)


class Networks(NamedTuple):
    """Address blocks as sorted ranges (version and number of the first and last address), and networks by name."""

    starts: list[tuple[int, int]]
    ends: list[tuple[int, int]]
    systems: frozenset[int]
    clouds: frozenset[str]
    endpoints: frozenset[str]

    def holds(self, address: str | None) -> bool:
        """Whether an address lies in one of the blocks; False for what is no address."""
        number = _number(address) if address is not None and len(address) <= 64 else None
        if number is None:
            return False
        place = bisect_right(self.starts, number) - 1
        return place >= 0 and number <= self.ends[place]

    def touches(self, block: str) -> bool:
        """Whether a block, as sessions list it ("198.51.100.0/24"), shares an address; False for what is no block."""
        try:
            network = ip_network(block)
        except ValueError:
            return False
        first, last = _range(network)
        place = bisect_right(self.starts, last) - 1
        return place >= 0 and self.ends[place] >= first


def parse_block(text: str) -> IPv4Network | IPv6Network:
    """Read an address or CIDR block."""
    if "%" in text or text != text.strip():
        raise ValueError("is no network: write an address or a block such as 203.0.113.0/24")
    try:
        network = ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise ValueError(f"has bits set beyond its prefix: write {ip_network(text, strict=False)}") from None
        raise ValueError("is no network: write an address or a block such as 203.0.113.0/24") from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise ValueError(f"is IPv4 in IPv6: write {network.network_address.ipv4_mapped}")
    least = MIN_PREFIX[network.version]
    if network.prefixlen < least:
        raise ValueError(f"is wider than any owner's network: write blocks of /{least} or narrower")
    return network


def check_network(text: str) -> None:
    """Refuse what is no network: a block, AS64500, a cloud, an endpoint."""
    system = _AS.fullmatch(text)
    if system is not None:
        if not 0 < int(system[1]) <= _MAX_ASN:
            raise ValueError(f"is no autonomous system: their numbers end at {_MAX_ASN}")
    elif text not in _CLOUDS and not _ENDPOINT.fullmatch(text):
        try:
            parse_block(text)
        except ValueError as error:
            if "no network" not in str(error):
                raise
            raise ValueError(
                "is no network: write an address, a block such as 203.0.113.0/24, AS64500, aws, gcp, azure or vpce-…"
            ) from None


def check_own_network(text: str) -> None:
    """Refuse what cannot be an organisation's own network."""
    if text in _CLOUDS:
        raise ValueError("is a cloud, whose addresses anybody can rent: name your own blocks, AS64500 or vpce-…")
    check_network(text)


@lru_cache(4_096)
def networks_of(texts: tuple[str, ...]) -> Networks:
    """Compile networks."""
    systems, clouds, endpoints, blocks = set(), set(), set(), []
    for text in texts:
        system = _AS.fullmatch(text)
        if system is not None:
            systems.add(int(system[1]))
        elif text in _CLOUDS:
            clouds.add(text)
        elif _ENDPOINT.fullmatch(text):
            endpoints.add(text)
        else:
            blocks.append(parse_block(text))
    four = collapse_addresses(block for block in blocks if isinstance(block, IPv4Network))
    six = collapse_addresses(block for block in blocks if isinstance(block, IPv6Network))
    ranges = sorted([*map(_range, four), *map(_range, six)])
    starts, ends = [first for first, _ in ranges], [last for _, last in ranges]
    return Networks(starts, ends, frozenset(systems), frozenset(clouds), frozenset(endpoints))


def _range(block: IPv4Network | IPv6Network) -> tuple[tuple[int, int], tuple[int, int]]:
    return (block.version, int(block.network_address)), (block.version, int(block.broadcast_address))


@lru_cache(65_536)
def _number(address: str) -> tuple[int, int] | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed.version, int(parsed)


class Times(NamedTuple):
    """A compiled schedule: days of the week from Monday, minutes of the day."""

    days: frozenset[int]
    first: int
    until: int
    zone: tzinfo
    zone_name: str

    def deviation(self, time: int) -> str | None:
        """Say when a time (UTC microseconds) lies outside: "Sunday 03:12 UTC"; None inside."""
        try:
            local = (_EPOCH + timedelta(microseconds=time)).astimezone(self.zone)
        except OverflowError:
            return f"{time} microseconds, which is no date"
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.first < self.until:
            inside = day in self.days and self.first <= minute < self.until
        else:
            begun = (day in self.days and minute >= self.first, (day - 1) % 7 in self.days and minute < self.until)
            inside = any(begun)
        return None if inside else f"{_WEEKDAYS[day]} {local:%H:%M} {self.zone_name}"


def parse_days(text: str) -> frozenset[int]:
    """Read a day, or a range of days that may go over Sunday."""
    first, dash, last = text.partition("-")
    if first not in _WEEK or (dash and last not in _WEEK):
        raise ValueError(f"is no day: write one of {', '.join(_WEEK)}, or a range such as mon-fri")
    start, end = _WEEK.index(first), _WEEK.index(last or first)
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def parse_hours(text: str) -> tuple[int, int]:
    """Read hours as minutes of the day: from, and until."""
    found = _HOURS.fullmatch(text)
    first, until = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if first == until or first >= 24 * 60 or until > 24 * 60:
        raise ValueError("are no hours: write from and until on the 24-hour clock, such as 08:00-18:00")
    return first, until


def parse_zone(text: str) -> tzinfo:
    """Find a time zone by its IANA name."""
    if text == "UTC":
        return UTC  # Known without a database of zones.
    try:
        if _ZONE.fullmatch(text):
            return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        pass  # zoneinfo raises any of these, by what it finds under the name.
    raise ValueError("is no time zone that this machine knows: write an IANA name such as Europe/Berlin, or UTC")


@lru_cache(4_096)
def times_of(days: tuple[str, ...], hours: str, zone: str) -> Times:
    """Compile a schedule."""
    return Times(frozenset().union(*map(parse_days, days)), *parse_hours(hours), parse_zone(zone), zone)


def end_of(day: str) -> int:
    """Give the moment after a day's last, UTC microseconds."""
    try:
        if _DAY.fullmatch(day):
            return (date.fromisoformat(day).toordinal() + 1 - _EPOCH.toordinal()) * DAY
    except ValueError:
        pass  # The month or the day does not exist.
    raise ValueError("is no date: write year, month and day, such as 2027-01-31")


_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,6})([smhd])", re.ASCII)
_LONGEST = 3_660 * DAY


def micros(text: str) -> int:
    """Read a duration: a whole number and one of s, m, h, d. Microseconds."""
    found = _DURATION.fullmatch(text)
    duration = int(found[1]) * _UNITS[found[2]] if found else None
    if duration is None or duration > _LONGEST:
        raise ValueError("is no duration: write a whole number and s, m, h or d, such as 90s, 15m, 12h or 30d")
    return duration
