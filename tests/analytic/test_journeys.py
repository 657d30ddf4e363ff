"""Another country, by how long the actor was silent before: a journey takes hours, a stolen credential does not."""

from typing import Any

import pytest

from analytic.analysis import analyse
from analytic.policy import DAY, HOUR, MINUTE
from analytic.weighed import JOURNEY, JOURNEY_BITS
from schemas.records import ApiEvent, Finding
from tests import make
from tests.make import by_user

HOME: dict[str, Any] = {"country": "DE", "asn": 64500, "source_ip": make.OFFICE}
AWAY: dict[str, Any] = {"country": "CA", "asn": 64501, "source_ip": make.CAFE}


def days(count: int, **fields: Any) -> list[ApiEvent]:
    return [by_user(f"d{day}", (day - count) * DAY, "s3:ListBuckets", **(HOME | fields)) for day in range(count)]


def acts(silence: int, **fields: Any) -> list[ApiEvent]:
    """Somebody works at home, and so long after that does something grave from elsewhere."""
    calls = ("iam:CreateAccessKey", "iam:CreateUser", "cloudtrail:StopLogging")
    away = [by_user(f"x{n}", silence + n * MINUTE, call, **(AWAY | fields)) for n, call in enumerate(calls)]
    return [by_user("last", 0, "s3:ListBuckets", **HOME), *away]


def place(findings: list[Finding]) -> float:
    """The most that a shift of place weighs in any finding."""
    shifts = [shift for one in findings for shift in one.shifts if shift.dimension in ("network", "country")]
    return max((shift.bits for shift in shifts), default=0.0)


@pytest.mark.parametrize("silence", [JOURNEY, 10 * HOUR, 3 * DAY])
def test_a_country_that_can_have_been_gone_to_says_little(silence: int) -> None:
    soon = analyse([*days(40), *acts(HOUR // 2)])
    later = analyse([*days(40), *acts(silence)])
    assert place(soon) > 2 * JOURNEY_BITS
    assert 0 < place(later) <= JOURNEY_BITS
    assert max(one.score for one in later) < max(one.score for one in soon)


@pytest.mark.parametrize("silence", [MINUTE, HOUR, JOURNEY - 1])
def test_sooner_than_a_journey_takes_it_weighs_in_full(silence: int) -> None:
    assert place(analyse([*days(40), *acts(silence)])) == place(analyse([*days(40), *acts(2 * MINUTE)]))


def test_nobody_travels_into_a_data_centre() -> None:
    assert place(analyse([*days(40), *acts(10 * HOUR, cloud="hosting")])) > JOURNEY_BITS


def test_who_is_at_home_again_while_something_acts_away_has_not_gone_there() -> None:
    """The credential is used at home in the morning, away in the evening, and at home in between."""
    at_home = [by_user(f"h{n}", n * HOUR, "s3:ListBuckets", **HOME) for n in range(1, 10)]
    assert place(analyse([*days(40), *at_home, *acts(10 * HOUR)])) > JOURNEY_BITS


def test_programs_do_not_travel() -> None:
    machine = {"issued_to": make.instance("web")}
    moved = analyse([*days(40, **machine), *acts(10 * HOUR, **machine)])
    assert place(moved) > JOURNEY_BITS
