"""Addresses, networks and the services that stand in an address's place."""

import pytest

from analytic.context import network


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("203.0.113.9", ("203.0.113.9", None)),
        ("2001:DB8::1", ("2001:db8::1", None)),
        ("::ffff:198.51.100.7", ("198.51.100.7", None)),
        ("010.001.002.003", ("10.1.2.3", None)),
        (" 203.0.113.9 ", ("203.0.113.9", None)),
        ("cloudtrail.amazonaws.com", (None, "cloudtrail.amazonaws.com")),
        ("ec2.amazonaws.com.cn", (None, "ec2.amazonaws.com.cn")),
        ("AWS Internal", (None, "AWS Internal")),
        ("256.44.44.11", (None, None)),
        ("1.2.3", (None, None)),
        ("<redacted>", (None, None)),
        ("٣.٣.٣.٣", (None, None)),
        ("x" * 300, (None, None)),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_source_is_an_address_or_a_service_or_neither(
    source: str | None, expected: tuple[str | None, str | None]
) -> None:
    assert network.split_source(source) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("010.001.002.003", "10.1.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("no address", None),
        ("", None),
        (None, None),
    ],
)
def test_prefix_is_the_network_around_an_address(address: str | None, expected: str | None) -> None:
    assert network.prefix(address) == expected


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.31.0.1", "192.168.4.4", "100.64.0.9", "127.0.0.1", "169.254.169.254", "fd00::1", "::1"]
)
def test_addresses_that_the_internet_does_not_route_are_private(address: str) -> None:
    assert network.is_private(address)


@pytest.mark.parametrize(
    "address", ["203.0.113.9", "198.51.100.1", "8.8.8.8", "2001:db8::1", "172.32.0.1", "junk", None]
)
def test_documentation_addresses_and_what_is_no_address_are_not_private(address: str | None) -> None:
    assert not network.is_private(address)
