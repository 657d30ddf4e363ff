"""Silence against a log's own rhythm: what never sleeps is missed, what sleeps at night is not."""

from analytic.coverage.rhythm import MAX_HOURS, gaps
from analytic.policy import DAY, HOUR

MONDAY = 1_772_409_600_000_000  # 2026-03-02T00:00:00Z


def hours(days: int, of_day: range, without: range = range(0)) -> dict[int, int]:
    return {
        MONDAY + day * DAY + hour * HOUR: 10 for day in range(days) for hour in of_day if day * 24 + hour not in without
    }


def end(days: int) -> int:
    return MONDAY + days * DAY - HOUR


def test_a_log_that_never_sleeps_is_missed_after_a_few_hours() -> None:
    (gap,) = gaps("", hours(7, range(24), range(60, 66)), end(7))
    assert (gap.since, gap.until, gap.open) == (MONDAY + 60 * HOUR, MONDAY + 66 * HOUR, False)
    assert 50 <= gap.missed <= 60


def test_a_log_that_is_used_by_day_is_not_missed_at_night() -> None:
    assert gaps("", hours(14, range(8, 18)), end(14)) == []


def test_a_workday_without_events_is_missed() -> None:
    (gap,) = gaps("", hours(14, range(8, 18), range(8 * 24, 9 * 24)), end(14))
    assert gap.since <= MONDAY + 8 * DAY + 8 * HOUR
    assert gap.until >= MONDAY + 8 * DAY + 18 * HOUR


def test_the_first_weekend_of_a_log_that_is_used_on_workdays_is_no_gap() -> None:
    assert gaps("", hours(5, range(20)) | {MONDAY + 7 * DAY: 1}, MONDAY + 7 * DAY) == []


def test_a_log_that_stops_is_open() -> None:
    (gap,) = gaps("management", hours(7, range(24), range(120, 168)), end(7))
    assert gap.open
    assert gap.what == "management"


def test_one_day_of_daytime_work_says_nothing_of_the_night() -> None:
    assert gaps("", hours(1, range(8, 18)), end(2)) == []


def test_nothing_gives_nothing_and_a_wrong_clock_costs_little() -> None:
    assert gaps("", {}, end(1)) == []
    far = {MONDAY: 1, MONDAY + 40 * MAX_HOURS * HOUR: 1}
    assert len(gaps("", far, max(far))) <= 1
