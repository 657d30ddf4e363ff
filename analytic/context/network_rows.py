"""The rows of address databases: the same facts under each maker's names.

MaxMind GeoLite2 and GeoIP2 (dev.maxmind.com, "ASN/City/Country database fields"), whose names DB-IP (db-ip.com, "MMDB
format") and ip-location-db take over in part; IPinfo (ipinfo.io/developers: Lite, Country ASN and Location databases),
flat, with "AS64496" for a number and the coordinates as text. A field of another type counts as not there.
"""

import re
from collections.abc import Mapping
from typing import Any

MAX_ORGANISATION_CHARS = 128
"""The longest names of autonomous systems are some 100 characters."""

MAX_ASN = 2**32 - 1
"""AS numbers are 32 bits wide (RFC 6793)."""

MAX_NUMBER_CHARS = 64
"""A coordinate written as text is shorter."""

_ASN_KEYS = ("autonomous_system_number", "asn", "as_number")
_ORGANISATION_KEYS = (
    "autonomous_system_organization",
    "as_name",
    "as_org",
    "as_organization",
    "organization",
    "as_domain",
)
_COUNTRY_KEYS = ("country_code", "country_iso_code", "iso_code", "country")
_COUNTRIES = ("country", "registered_country")
_LATITUDE_KEYS = ("latitude", "lat")
_LONGITUDE_KEYS = ("longitude", "lng", "lon")
_ASN_TEXT = re.compile(r"(?:AS)?(\d{1,10})", re.ASCII | re.IGNORECASE)
_COUNTRY_TEXT = re.compile(r"[A-Za-z]{2}", re.ASCII)
_NO_COUNTRIES = frozenset({"ZZ", "XX"})


def fields(row: object) -> Mapping[str, Any]:
    """Give a row's fields, none for what is no row; with those that GeoIP2 Enterprise keeps in `traits` beside them."""
    if not isinstance(row, Mapping):
        return {}
    traits = row.get("traits")
    return {**traits, **row} if isinstance(traits, Mapping) else row


def asn(row: Mapping[str, Any]) -> int | None:
    """Give the number of the autonomous system."""
    for key in _ASN_KEYS:
        value = row.get(key)
        if isinstance(value, str):
            found = _ASN_TEXT.fullmatch(value.strip())
            value = int(found[1]) if found else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ASN:
            return value
    return None


def organisation(row: Mapping[str, Any]) -> str | None:
    """Give the name of the autonomous system's organisation, on one line and cut."""
    for key in _ORGANISATION_KEYS:
        value = row.get(key)
        if isinstance(value, str):
            text = " ".join(value[: 4 * MAX_ORGANISATION_CHARS].split())
            text = "".join(c for c in text if c.isprintable())[:MAX_ORGANISATION_CHARS]
            if text:
                return text
    return None


def country(row: Mapping[str, Any]) -> str | None:
    """Give the ISO 3166 code of the country, in upper case: where the address is, else where it is registered."""
    for key in _COUNTRIES:
        inner = row.get(key)
        if isinstance(inner, Mapping) and (code := _code(inner)) is not None:
            return code
    return _code(row)


def _code(row: Mapping[str, Any]) -> str | None:
    for key in _COUNTRY_KEYS:
        value = row.get(key)
        if isinstance(value, str) and _COUNTRY_TEXT.fullmatch(value) and value.upper() not in _NO_COUNTRIES:
            return value.upper()
    return None


def position(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Give latitude and longitude in degrees; both or neither."""
    inner = row.get("location")
    place = inner if isinstance(inner, Mapping) else row
    latitude = _degrees(place, _LATITUDE_KEYS, 90)
    longitude = _degrees(place, _LONGITUDE_KEYS, 180)
    if latitude is None or longitude is None:
        both = row.get("loc")
        parts = both.split(",") if isinstance(both, str) and len(both) <= MAX_NUMBER_CHARS else []
        if len(parts) != 2:
            return None
        latitude, longitude = _degrees({"": parts[0]}, ("",), 90), _degrees({"": parts[1]}, ("",), 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _degrees(row: Mapping[str, Any], keys: tuple[str, ...], most: int) -> float | None:
    for key in keys:
        value = row.get(key)
        if isinstance(value, str) and len(value) <= MAX_NUMBER_CHARS:
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most:
            return float(value)
    return None
