"""Records of Microsoft Entra and Microsoft 365, whatever wrote them down: one spelling for all, and what they share.

One sign-in or audit record comes in several writings. Diagnostic settings (storage, Event Hub) put lower camel case
into `properties`; a Log Analytics row has Pascal case columns, with objects as JSON text in some tables; Microsoft
Graph gives the object by itself; other products lower all keys. So keys are compared in lower case, and `properties`
is laid over the record that holds it.

Sources: Azure Monitor, "Azure resource logs: common and service-specific schema" and the table references
(SigninLogs, AuditLogs); Microsoft Entra, "Microsoft Entra activity logs schema"; Microsoft Graph, "signIn resource
type" and "directoryAudit resource type".
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from analytic.sources.azure.fields import fold
from analytic.sources.errors import ParseError
from analytic.sources.json_fields import decode_object, items, nested, text
from analytic.sources.times import iso_micros

SERVICE = "microsoft.aadiam"
"""The resource provider of Microsoft Entra's logs (resourceId: /tenants/<id>/providers/Microsoft.aadiam)."""

MAX_USER_AGENT_CHARS = 1_024

_NULL = msgspec.Raw(b"null")
_TENANT = re.compile(r"/tenants/([^/]{1,64})/", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_LAST_AS = 2**32 - 1
"""The highest number of an autonomous system (RFC 6793)."""


class Record(NamedTuple):
    """A record with all keys in lower case: `envelope` is the outer object, `fields` it with its properties over it."""

    envelope: dict[str, Any]
    fields: dict[str, Any]


class Place(NamedTuple):
    """Where a sign-in says it came from: an ISO 3166 code, and degrees."""

    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def read(data: bytes) -> Record:
    """Decode one record of any writing. Raises ParseError."""
    envelope = fold(decode_object(data))
    properties = fold(envelope.get("properties"))
    return Record(envelope, envelope | properties if properties else envelope)


def raw_text(fields: Mapping[str, msgspec.Raw], name: str) -> str | None:
    """Give the text of a field of an undecoded record in lower case; `name` in Pascal case stands for all its writings.

    None when the field is not there, or null; for what is no text, its JSON.
    """
    raw = fields.get(name) or fields.get(name[0].lower() + name[1:]) or fields.get(name.lower())
    if raw is None or raw == _NULL:
        return None
    return bytes(raw)[:256].decode("utf-8", "replace").strip('"').lower()


def moment(fields: dict[str, Any], *names: str) -> int:
    """Give the first of these fields that is a time, as UTC microseconds. Raises ParseError when none is."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            try:
                return iso_micros(value)
            except ValueError:
                continue
    shown = next((value for name in names if (value := fields.get(name)) is not None), None)
    raise ParseError(f"{' or '.join(names)} is no time" + (f": {str(shown)[:64]!r}" if shown is not None else ""))


def optional_moment(value: Any) -> int | None:
    """Give a time as UTC microseconds; None for what is none."""
    try:
        return iso_micros(value) if isinstance(value, str) else None
    except ValueError:
        return None


def tenant(envelope: dict[str, Any]) -> str | None:
    """Give the tenant whose log this is.

    A Log Analytics row's TenantId is its *workspace* (table references, TenantId): there only ResourceId and
    AADTenantId name the tenant.
    """
    found = _TENANT.search(text(envelope.get("resourceid")) or "")
    if found:
        return found[1].lower()
    name = text(envelope.get("aadtenantid"))
    if name is None and "timegenerated" not in envelope:
        name = text(envelope.get("tenantid"))
    return name.lower() if name else None


def identifier(value: Any) -> str | None:
    """Give an id in lower case: Entra writes its GUIDs in either."""
    found = text(value)
    return found.lower() if found else None


def person(login: str | None) -> str | None:
    """Give the name by which other logs know who signs in by this UPN; None for what is none.

    A guest's own address is inside: AdeleVance_fabrikam.com#EXT#@contoso.com is adelevance@fabrikam.com (Microsoft
    Graph, "signIn resource type", userPrincipalName).
    """
    name = (login or "").lower()
    local, external, _ = name.partition("#ext#@")
    if external and "_" in local:
        user, _, domain = local.rpartition("_")
        name = f"{user}@{domain}"
    return f"person:{name}" if "@" in name else None


def place(location: dict[str, Any]) -> Place:
    """Read a signInLocation: countryOrRegion is a two-letter code (other text is a made-up name and says nothing).

    Where the location is not known, both coordinates are 0.0 and the country is empty.
    """
    country = location.get("countryorregion")
    code = country.upper() if isinstance(country, str) and _COUNTRY.fullmatch(country) else None
    coordinates = fold(location.get("geocoordinates"))
    latitude = degrees(coordinates.get("latitude"), 90.0)
    longitude = degrees(coordinates.get("longitude"), 180.0)
    if latitude is None or longitude is None or (code is None and latitude == longitude == 0.0):
        return Place(code)
    return Place(code, latitude, longitude)


def degrees(value: Any, most: float) -> float | None:
    """Give a coordinate; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        return None
    return float(value)


def autonomous_system(value: Any) -> int | None:
    """Give the number of an autonomous system, written as a number or as text."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= _LAST_AS else None


def pairs(value: Any) -> dict[str, Any]:
    """Read a list of {key, value} or {Name, Value}, with the names in lower case; of one name the first."""
    found: dict[str, Any] = {}
    for item in items(nested(value)):
        pair = fold(item)
        name = pair.get("name", pair.get("key"))
        if isinstance(name, str):
            found.setdefault(name.lower(), pair.get("value"))
    return found
