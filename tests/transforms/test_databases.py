"""Address databases that the test writes itself, in the shapes that their makers document."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from analytic.context.network import Located
from transforms.databases import Databases


def database(path: Path, rows: dict[str, dict[str, Any]], *, kind: str, ip_version: int = 6) -> str:
    """Write a database of networks and their rows, and give its path."""
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type=kind, float_type="f64")
    for network, row in rows.items():
        writer.insert_network(IPSet([network]), row)
    writer.to_db_file(str(path))
    return str(path)


@pytest.fixture
def asn(tmp_path: Path) -> str:
    rows = {
        "203.0.113.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Broadband"},
        "198.51.100.0/24": {"autonomous_system_number": 16509, "autonomous_system_organization": "AMAZON-02"},
        "2001:db8:1::/48": {"autonomous_system_number": 8075, "autonomous_system_organization": "MICROSOFT-CORP"},
    }
    return database(tmp_path / "asn.mmdb", rows, kind="GeoLite2-ASN")


@pytest.fixture
def city(tmp_path: Path) -> str:
    rows = {
        "203.0.113.0/24": {
            "country": {"iso_code": "NL", "names": {"en": "Netherlands"}},
            "location": {"latitude": 52.37, "longitude": 4.89, "accuracy_radius": 20},
        },
        "2001:db8:1::/48": {"registered_country": {"iso_code": "IE"}},
    }
    return database(tmp_path / "city.mmdb", rows, kind="GeoLite2-City")


def test_two_databases_tell_the_system_and_the_place(asn: str, city: str) -> None:
    databases = Databases(asn, city)
    assert databases.locate("203.0.113.9") == Located(
        network="203.0.113.0/24",
        private=False,
        asn=64496,
        as_org="Example Broadband",
        country="NL",
        cloud=None,
        latitude=52.37,
        longitude=4.89,
    )
    assert databases.locate("198.51.100.7")[2:6] == (16509, "AMAZON-02", None, "aws")
    assert databases.locate("2001:db8:1::9")[2:6] == (8075, "MICROSOFT-CORP", "IE", "azure")
    databases.close()


def test_an_address_in_any_writing_is_looked_up(asn: str) -> None:
    databases = Databases(asn)
    assert databases.locate("::ffff:203.0.113.9").asn == 64496
    assert databases.locate("203.000.113.009").asn == 64496


@pytest.mark.parametrize("source", [None, "", "no address", "cloudtrail.amazonaws.com", "x" * 5_000])
def test_what_is_no_address_is_not_looked_up(asn: str, source: str | None) -> None:
    assert Databases(asn).locate(source) == Located()


@pytest.mark.parametrize("source", ["192.0.2.1", "10.1.2.3"])
def test_an_address_without_a_row_has_its_network_only(asn: str, city: str, source: str) -> None:
    found = Databases(asn, city).locate(source)
    assert found.network is not None
    assert found[2:] == (None,) * 6
    assert found.private is (source == "10.1.2.3")


def test_without_databases_the_network_is_known_and_nothing_is_opened() -> None:
    assert Databases().locate("203.0.113.9") == Located(network="203.0.113.0/24", private=False)


def test_one_file_with_all_the_facts_may_be_either(tmp_path: Path) -> None:
    row = {
        "asn": "AS64496",
        "as_name": "Example",
        "as_domain": "example.com",
        "country_code": "NL",
        "country": "Netherlands",
    }
    path = database(tmp_path / "lite.mmdb", {"203.0.113.0/24": row}, kind="ipinfo lite")
    wanted = Located("203.0.113.0/24", False, 64496, "Example", "NL")
    for databases in (Databases(path), Databases(None, path), Databases(path, path)):
        assert databases.locate("203.0.113.9") == wanted


def test_a_database_of_ipv4_says_nothing_of_ipv6(tmp_path: Path) -> None:
    rows = {"203.0.113.0/24": {"autonomous_system_number": 64496}}
    path = database(tmp_path / "four.mmdb", rows, kind="GeoLite2-ASN", ip_version=4)
    databases = Databases(path)
    assert databases.locate("2001:db8::1").asn is None
    assert databases.locate("203.0.113.9").asn == 64496


def test_an_open_database_is_pickled_by_its_path(asn: str, city: str) -> None:
    databases = Databases(asn, city)
    there = databases.locate("203.0.113.9")
    again = pickle.loads(pickle.dumps(databases))
    assert again.locate("203.0.113.9") == there
    assert len(pickle.dumps(databases)) < 1_000


def test_nothing_is_opened_before_the_first_look_up(tmp_path: Path) -> None:
    databases = pickle.loads(pickle.dumps(Databases(str(tmp_path / "later.mmdb"))))
    assert databases.locate("10.1.2.3").private is True
    with pytest.raises(ValueError, match="no such file"):
        databases.locate("203.0.113.9")


def test_a_closed_database_opens_again(asn: str) -> None:
    databases = Databases(asn)
    databases.open()
    databases.open()
    databases.close()
    databases.close()
    assert databases.locate("203.0.113.9").asn == 64496


def test_look_ups_are_cached_and_the_cache_is_bounded(asn: str) -> None:
    databases = Databases(asn)
    assert databases.locate("203.0.113.9") is databases.locate("203.0.113.9")
    assert databases._cached.cache_parameters()["maxsize"] is not None


def said(databases: Databases) -> str:
    with pytest.raises(ValueError, match="mmdb") as error:
        databases.open()
    line = str(error.value)
    assert "\n" not in line
    return line


def test_a_wrong_file_is_named_with_what_to_do(tmp_path: Path, asn: str, city: str) -> None:
    gone = str(tmp_path / "gone.mmdb")
    assert said(Databases(gone)) == (
        f"{gone}: no such file; give a MaxMind database (.mmdb) of AS numbers, such as GeoLite2-ASN.mmdb"
    )
    for content in (b"", b"not a database\n" * 100):
        junk = tmp_path / "junk.mmdb"
        junk.write_bytes(content)
        line = said(Databases(None, str(junk)))
        assert line.startswith(f"{junk}: not a MaxMind database, or a damaged one; give a MaxMind database")
    assert said(Databases(str(tmp_path))).startswith(f"{tmp_path}: ")
    assert said(Databases(city)) == (
        f"{city}: a database of another kind ('GeoLite2-City') without AS numbers; "
        "give a MaxMind database (.mmdb) of AS numbers, such as GeoLite2-ASN.mmdb"
    )
    assert "without countries" in said(Databases(asn, asn))


def test_a_cut_database_is_an_error_that_names_it(tmp_path: Path, asn: str) -> None:
    # The metadata stands at the end, the tree at the start: what is cut out between leaves pointers to nothing.
    whole = Path(asn).read_bytes()
    at = whole.index(b"Example Broadband")
    damaged = tmp_path / "damaged.mmdb"
    damaged.write_bytes(whole[: at - 1] + b"\xff" * 18 + whole[at + 17 :])
    databases = Databases(str(damaged))
    with pytest.raises(ValueError, match=f"{damaged}: .*(database|damaged)"):
        databases.locate("203.0.113.9")
