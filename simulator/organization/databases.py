"""Writes address databases of the simulated internet: whose network it is (asn.mmdb), and where it is (city.mmdb).

Format: MaxMind DB, version 2.0 (maxmind.github.io/MaxMind-DB): a binary tree over the bits of an address, whose leaves
point into a data section, then metadata. Rows in the shape of MaxMind's GeoLite2-ASN and GeoLite2-City.
"""

import ipaddress
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.organization.places import Network, Networks

_MARK = b"\xab\xcd\xefMaxMind.com"
_EPOCH = 1_772_409_600
"""2 March 2026, day 0."""

_TEXT, _DOUBLE, _UINT16, _UINT32, _MAP, _UINT64, _ARRAY = 2, 3, 5, 6, 7, 9, 11
Row = Mapping[str, Any]


def write(folder: Path, networks: Networks) -> None:
    """Write both databases into a folder."""
    found = networks.all()
    systems = {one.prefix: _system(one) for one in found}
    places = {one.prefix: _place(one) for one in found}
    (folder / "asn.mmdb").write_bytes(database(systems, "GeoLite2-ASN"))
    (folder / "city.mmdb").write_bytes(database(places, "GeoLite2-City"))


def _system(network: Network) -> Row:
    return {
        "autonomous_system_number": network.asn,
        "autonomous_system_organization": network.organisation,
    }


def _place(network: Network) -> Row:
    place = network.place
    return {
        "city": {"names": {"en": place.city}},
        "country": {"iso_code": place.country, "names": {"en": place.country_name}},
        "location": {"latitude": place.latitude, "longitude": place.longitude},
    }


def database(rows: Mapping[str, Row], kind: str) -> bytes:
    """Give the bytes of a database of networks and their rows; IPv4 is below ::/96, as the format has it."""
    tree: list[list[int | bytes | None]] = [[None, None]]
    for prefix, row in rows.items():
        network = ipaddress.ip_network(prefix)
        bits, length = int(network.network_address), network.prefixlen + (96 if network.version == 4 else 0)
        _insert(tree, bits, length, encode(dict(row)))
    data, offsets = bytearray(), dict[bytes, int]()
    for node in tree:
        for leaf in node:
            if isinstance(leaf, bytes) and leaf not in offsets:
                offsets[leaf] = len(data)
                data += leaf
    count, out = len(tree), bytearray()
    for node in tree:
        for leaf in node:
            value = count if leaf is None else leaf if isinstance(leaf, int) else count + 16 + offsets[leaf]
            out += struct.pack(">I", value)
    metadata = {
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, _EPOCH),
        "database_type": kind,
        "description": {"en": "made-up networks of a simulated organization"},
        "ip_version": (_UINT16, 6),
        "languages": ["en"],
        "node_count": count,
        "record_size": (_UINT16, 32),
    }
    return bytes(out) + bytes(16) + bytes(data) + _MARK + encode(metadata)


def _insert(tree: list[list[int | bytes | None]], bits: int, length: int, leaf: bytes) -> None:
    node = 0
    for depth in range(length - 1):
        side = bits >> (127 - depth) & 1
        below = tree[node][side]
        if not isinstance(below, int):
            tree.append([None, None])
            below = tree[node][side] = len(tree) - 1
        node = below
    tree[node][bits >> (128 - length) & 1] = leaf


def encode(value: object) -> bytes:
    """Encode a value of the data section: text, numbers, maps, lists, or (type, number) for another width."""
    if isinstance(value, str):
        content = value.encode()
        return _control(_TEXT, len(content)) + content
    if isinstance(value, float):
        return _control(_DOUBLE, 8) + struct.pack(">d", value)
    if isinstance(value, int):
        return encode((_UINT32, value))
    if isinstance(value, tuple):
        kind, number = int(value[0]), int(value[1])
        content = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return _control(kind, len(content)) + content
    if isinstance(value, list):
        return _control(_ARRAY, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        return _control(_MAP, len(value)) + b"".join(encode(part) for item in value.items() for part in item)
    raise TypeError(f"{value!r} has no place in a database")


def _control(kind: int, size: int) -> bytes:
    """Encode type and size: types above 7 take a second byte, sizes from 29 on one more."""
    first = kind << 5 if kind < 8 else 0
    extra = b"" if kind < 8 else bytes([kind - 7])
    if size < 29:
        return bytes([first | size]) + extra
    if size < 285:
        return bytes([first | 29]) + extra + bytes([size - 29])
    raise ValueError(f"a value of {size} bytes is too long")
