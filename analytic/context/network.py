"""Where a call came from: an address, the network around it, or a cloud service in an address's place."""

import ipaddress
import re
from functools import lru_cache

CACHE_SIZE = 65_536
"""Addresses remembered: some tens of megabytes, more clients than one worker sees in a while."""

MAX_SOURCE_CHARS = 253
"""No address is longer, nor is a host name (RFC 1035, 2.3.4); what is longer is neither and is not cached."""

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
