"""What database rows say of an address, what an event takes from it, and how far apart two positions are.

Rows in the shapes of the makers' documents: MaxMind's "ASN/City/Country database fields", DB-IP's "MMDB format",
IPinfo's Lite, Country ASN and Location databases, ip-location-db.
"""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context.network import Located, Sighting, distance_km, enrich, locate, travel_speed
from analytic.context.network_clouds import cloud_of
from schemas.records import ApiEvent

IP = "203.0.113.9"


def located(asn_row: Any = None, place_row: Any = None) -> dict[str, Any]:
    """What is known beyond the network itself."""
    found = locate(IP, asn_row, place_row)._asdict()
    assert (found.pop("network"), found.pop("private")) == ("203.0.113.0/24", False)
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # GeoLite2-ASN, DB-IP ASN Lite, ip-location-db.
        (
            {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Broadband"},
            {"asn": 64496, "as_org": "Example Broadband"},
        ),
        # IPinfo Lite: the country's name, and its code beside it.
        (
            {
                "asn": "AS64496",
                "as_name": "Example Broadband",
                "as_domain": "example.com",
                "country": "Netherlands",
                "country_code": "NL",
                "continent": "Europe",
            },
            {"asn": 64496, "as_org": "Example Broadband", "country": "NL"},
        ),
        # IPinfo Country ASN: the code alone.
        (
            {"asn": "AS64496", "as_name": "Example", "country": "NL", "country_name": "Netherlands"},
            {"asn": 64496, "as_org": "Example", "country": "NL"},
        ),
        # GeoIP2 Enterprise.
        (
            {"traits": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example"}},
            {"asn": 64496, "as_org": "Example"},
        ),
        ({"asn": 64496, "as_domain": "example.com"}, {"asn": 64496, "as_org": "example.com"}),
        ({"asn": "64496"}, {"asn": 64496}),
    ],
)
def test_a_row_tells_the_autonomous_system(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert located(row) == expected
    assert located(None, row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # GeoLite2-Country, GeoLite2-City, DB-IP City Lite.
        ({"country": {"iso_code": "NL", "geoname_id": 1}}, {"country": "NL"}),
        (
            {"country": {"iso_code": "NL"}, "location": {"latitude": 52.37, "longitude": 4.89, "time_zone": "x"}},
            {"country": "NL", "latitude": 52.37, "longitude": 4.89},
        ),
        ({"registered_country": {"iso_code": "IE"}}, {"country": "IE"}),
        ({"country": {"iso_code": "NL"}, "registered_country": {"iso_code": "IE"}}, {"country": "NL"}),
        # IPinfo Location: coordinates as text; its API: both in one.
        (
            {"city": "Amsterdam", "country": "NL", "lat": "52.37", "lng": "4.89"},
            {"country": "NL", "latitude": 52.37, "longitude": 4.89},
        ),
        ({"country": "NL", "loc": "52.37,4.89"}, {"country": "NL", "latitude": 52.37, "longitude": 4.89}),
        # ip-location-db.
        ({"country_code": "nl", "latitude": 52, "longitude": 5}, {"country": "NL", "latitude": 52.0, "longitude": 5.0}),
    ],
)
def test_a_row_tells_the_place(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert located(None, row) == expected


@pytest.mark.parametrize(
    "row",
    [
        None,
        "AS64496",
        [],
        {},
        {"asn": True, "country": 5, "location": "x"},
        {"asn": 0, "autonomous_system_number": 2**32, "country": "Netherlands", "country_code": "ZZ"},
        {"asn": -5, "as_name": 5, "country": {"iso_code": ["NL"]}},
        {"asn": "AS" + "9" * 5_000, "country_code": "N\N{LATIN CAPITAL LETTER L WITH STROKE}"},
        {"asn": "AS64496 Example", "location": {"latitude": "north", "longitude": None}},
        {"latitude": 91.0, "longitude": 4.0},
        {"latitude": 52.0},
        {"latitude": math.nan, "longitude": math.inf},
        {"location": {"latitude": True, "longitude": 4.0}},
        {"loc": "52.37"},
        {"loc": "a,b"},
        {"loc": "1" * 100_000 + ",4"},
        {"as_name": " \n\t "},
    ],
)
def test_a_field_of_another_type_counts_as_not_there(row: Any) -> None:
    assert located(row, row) == {}


def test_a_name_is_one_short_line() -> None:
    found = located({"asn": 64496, "as_name": " Example\n\x1b[31m Broadband " + "x" * 1_000})
    assert found["as_org"].startswith("Example [31m Broadband xxx")
    assert len(found["as_org"]) == 128


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "asn",
        "autonomous_system_number",
        "as_name",
        "country",
        "country_code",
        "location",
        "latitude",
        "lng",
        "loc",
        "traits",
    ]
)


@given(JSON | st.dictionaries(KEYS, JSON), JSON | st.dictionaries(KEYS, JSON))
def test_whatever_a_row_holds_gives_the_types_of_an_event(asn_row: Any, place_row: Any) -> None:
    found = locate(IP, asn_row, place_row)
    assert found.asn is None or type(found.asn) is int
    assert found.country is None or (len(found.country) == 2 and found.country.isupper())
    assert (found.latitude is None) == (found.longitude is None)
    assert found.latitude is None or -90 <= found.latitude <= 90


def test_what_is_no_address_has_no_network() -> None:
    assert locate(None) == Located()
    assert locate("no address") == Located()


@pytest.mark.parametrize(
    ("asn", "organisation", "cloud"),
    [
        (16509, "AMAZON-02", "aws"),
        (14618, None, "aws"),
        (396982, "GOOGLE-CLOUD-PLATFORM", "gcp"),
        (15169, "GOOGLE", "gcp"),
        (8075, "MICROSOFT-CORP-MSN-AS-BLOCK", "azure"),
        (12076, None, "azure"),
        (14061, "DIGITALOCEAN-ASN", "other"),
        (24940, "Hetzner Online GmbH", "other"),
        # By name, where the number is another.
        (64496, "Amazon Data Services Example", "aws"),
        (64496, "Google LLC", "gcp"),
        (64496, "google.com", "gcp"),
        (64496, "Microsoft Corporation", "azure"),
        (64496, "Example Hosting B.V.", "other"),
        (64496, "Example Data Center", "other"),
        (None, "Contabo GmbH", "other"),
        # Access networks, a cloud's own among them, and who only sounds like one.
        (16591, "GOOGLE-FIBER", None),
        (64496, "Google Fiber Inc.", None),
        (64496, "Example Broadband", None),
        (64496, "Amazonas Telecom", None),
        (64496, "Clouds of Example University", None),
        (64496, None, None),
        (None, None, None),
    ],
)
def test_an_autonomous_system_belongs_to_a_cloud_or_to_none(
    asn: int | None, organisation: str | None, cloud: str | None
) -> None:
    assert cloud_of(asn, organisation) == cloud


def event(**fields: Any) -> ApiEvent:
    return ApiEvent("e1", 0, "azure", "signin", "microsoft.aadiam", "Sign-in activity", source_ip=IP, **fields)


FOUND = Located("203.0.113.0/24", False, 64496, "Example Broadband", "NL", None, 52.37, 4.89)


def test_an_event_takes_all_that_it_did_not_say_itself() -> None:
    enriched = enrich(event(), FOUND)
    assert (enriched.network, enriched.private, enriched.asn, enriched.as_org) == FOUND[:4]
    assert (enriched.country, enriched.cloud, enriched.latitude, enriched.longitude) == FOUND[4:]


def test_what_the_record_said_stays_and_what_does_not_belong_to_it_is_left_out() -> None:
    enriched = enrich(event(asn=16509, country="DE"), FOUND)
    assert (enriched.asn, enriched.as_org, enriched.cloud) == (16509, None, "aws")
    assert (enriched.country, enriched.latitude, enriched.longitude) == ("DE", None, None)
    enriched = enrich(event(country="NL", latitude=51.0, longitude=4.0), FOUND)
    assert (enriched.latitude, enriched.longitude) == (51.0, 4.0)
    assert enrich(event(asn=64496), FOUND).as_org == "Example Broadband"
    assert enrich(event(country="NL"), FOUND).latitude == 52.37
    assert enrich(event(as_org="Contabo GmbH", asn=64497), FOUND).cloud == "other"


def test_an_event_without_an_address_stays_without_a_network() -> None:
    enriched = enrich(event(), Located())
    assert (enriched.network, enriched.private, enriched.asn, enriched.country) == (None, None, None, None)


AMSTERDAM = (52.3676, 4.9041)
NEW_YORK = (40.7128, -74.0060)
HOUR = 3_600_000_000


def test_distances_are_those_of_the_globe() -> None:
    assert distance_km(AMSTERDAM, NEW_YORK) == pytest.approx(5_864, rel=0.005)
    assert distance_km(NEW_YORK, AMSTERDAM) == distance_km(AMSTERDAM, NEW_YORK)
    assert distance_km((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111.2, rel=0.005)
    assert distance_km((90.0, 0.0), (-90.0, 0.0)) == pytest.approx(20_015, rel=0.005)
    assert distance_km(AMSTERDAM, AMSTERDAM) == 0.0


def test_a_speed_is_the_distance_over_the_time_in_either_order() -> None:
    start, end = Sighting(*AMSTERDAM, 0), Sighting(*NEW_YORK, 8 * HOUR)
    assert travel_speed(start, end) == pytest.approx(733, rel=0.005)
    assert travel_speed(end, start) == travel_speed(start, end)
    assert travel_speed(start, Sighting(*NEW_YORK, HOUR)) > 5_000


def test_two_places_at_one_time_are_infinitely_far_and_one_place_is_no_way() -> None:
    assert travel_speed(Sighting(*AMSTERDAM, 5), Sighting(*NEW_YORK, 5)) == math.inf
    assert travel_speed(Sighting(*AMSTERDAM, 5), Sighting(*AMSTERDAM, 5)) == 0.0


POSITIONS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(POSITIONS, POSITIONS, st.integers(-(2**63), 2**63), st.integers(-(2**63), 2**63))
def test_no_two_sightings_fail(a: tuple[float, float], b: tuple[float, float], before: int, after: int) -> None:
    assert 0 <= distance_km(a, b) <= 20_016
    assert travel_speed(Sighting(*a, before), Sighting(*b, after)) >= 0
