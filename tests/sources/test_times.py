"""Times as logs write them."""

import pytest

from analytic.sources.times import expiry_micros, iso_micros

MOMENT = 1_722_587_004_000_000  # 2024-08-02T08:23:24Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-08-02T08:23:24Z", MOMENT),
        ("2024-08-02T08:23:24.5Z", MOMENT + 500_000),
        ("2024-08-02T08:23:24.000537Z", MOMENT + 537),
        ("2024-08-02T08:23:24+00:00", MOMENT),
        ("2024-08-02T10:23:24+02:00", MOMENT),
        ("2024-08-02 08:23:24.000000000", MOMENT),
        ("2024-08-02 08:23:24", MOMENT),
        ("2024-08-02 08:23:24.000 UTC", MOMENT),
        ("20240802T082324Z", MOMENT),
        ("2024-08-02T08:23:24.1234567Z", MOMENT + 123_456),
        ("1969-12-31T23:59:59.999999Z", -1),
    ],
)
def test_iso_times_are_microseconds_of_utc(text: str, expected: int) -> None:
    assert iso_micros(text) == expected


@pytest.mark.parametrize(
    "text", ["", "redacted", "2024-08-02", "20240802", "2024-13-02T08:23:24Z", "2024-08-02T08:23:61Z", "2" * 41]
)
def test_what_is_no_time_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        iso_micros(text)


@pytest.mark.parametrize(
    "value",
    [
        "Aug 2, 2024, 8:23:24 AM",
        "Aug 2, 2024 8:23:24 AM",
        "Aug 2, 2024, 8:23:24\u202fAM",
        "2024-08-02T08:23:24Z",
        1_722_587_004,
        1_722_587_004.0,
        1_722_587_004_000,
    ],
)
def test_every_form_of_an_expiry_is_understood(value: object) -> None:
    assert expiry_micros(value) == MOMENT


def test_twelve_oclock_is_noon_or_midnight() -> None:
    assert expiry_micros("Jan 1, 1970, 12:00:01 AM") == 1_000_000
    assert expiry_micros("Jan 1, 1970, 12:00:00 PM") == 43_200_000_000


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "soon",
        "Foo 2, 2024, 8:23:24 AM",
        "Feb 31, 2024, 8:23:24 AM",
        "x" * 99,
        {},
        -1,
        0,
        1e300,
        float("inf"),
        float("nan"),
        10**400,
    ],
)
def test_an_expiry_that_is_not_understood_is_none(value: object) -> None:
    assert expiry_micros(value) is None
