"""The watermark of a source: behind the newest while records flow, on with the clock when none come."""

from hypothesis import given
from hypothesis import strategies as st

from analytic.policy import DAY, HOUR, MINUTE, SECOND, Policy
from analytic.watermark import Progress, bounded_by, ended, heard, waited

POLICY = Policy(disorder=5 * MINUTE, idle_after=30 * SECOND, clock_skew=MINUTE, hold=MINUTE)
NOW = 1_800_000_000 * SECOND


def test_it_stays_behind_the_newest_record() -> None:
    progress = Progress()
    heard(progress, NOW - HOUR, NOW, NOW, POLICY)
    assert progress.watermark == NOW - HOUR - 5 * MINUTE
    heard(progress, NOW - 2 * HOUR, NOW, NOW, POLICY)
    assert progress.watermark == NOW - HOUR - 5 * MINUTE


def test_a_record_from_the_future_moves_it_no_further_than_its_arrival_and_the_skew() -> None:
    progress = Progress()
    heard(progress, NOW + 3 * DAY, NOW, NOW, POLICY)
    assert progress.watermark == NOW + MINUTE - 5 * MINUTE
    assert bounded_by(NOW + 3 * DAY, NOW, POLICY) == NOW + MINUTE
    assert bounded_by(NOW + 30 * SECOND, NOW, POLICY) == NOW + 30 * SECOND
    assert bounded_by(NOW + 3 * DAY, None, POLICY) == NOW + 3 * DAY


def test_an_idle_source_lets_go_of_what_is_held_and_then_moves_with_the_clock() -> None:
    progress = Progress()
    heard(progress, NOW - DAY, NOW, NOW, POLICY)
    waited(progress, NOW + 29 * SECOND, POLICY)
    assert progress.watermark == NOW - DAY - 5 * MINUTE
    waited(progress, NOW + 30 * SECOND, POLICY)
    assert progress.watermark == NOW - DAY + MINUTE + 30 * SECOND
    waited(progress, NOW + HOUR, POLICY)
    assert progress.watermark == NOW - DAY + MINUTE + HOUR


def test_an_idle_source_never_runs_ahead_of_the_clock_by_more_than_the_hold() -> None:
    progress = Progress()
    heard(progress, NOW, NOW, NOW, POLICY)
    waited(progress, NOW + 40 * SECOND, POLICY)
    assert progress.watermark == NOW + MINUTE


def test_a_source_that_was_never_heard_holds_nothing() -> None:
    progress = Progress()
    waited(progress, NOW, POLICY)
    heard(progress, None, NOW, NOW, POLICY)
    waited(progress, NOW + HOUR, POLICY)
    assert progress.watermark is None


def test_the_end_lets_go_of_everything() -> None:
    progress = Progress()
    heard(progress, NOW, NOW, NOW, POLICY)
    ended(progress, POLICY)
    assert progress.ended
    assert progress.watermark is not None
    assert progress.watermark > NOW + POLICY.hold


@given(st.lists(st.tuples(st.integers(-DAY, DAY), st.integers(0, MINUTE), st.booleans()), max_size=30))
def test_it_never_goes_back(steps: list[tuple[int, int, bool]]) -> None:
    progress = Progress()
    now, last = NOW, None
    for offset, passed, quiet in steps:
        now += passed
        waited(progress, now, POLICY) if quiet else heard(progress, now + offset, now, now, POLICY)
        assert last is None or (progress.watermark is not None and progress.watermark >= last)
        last = progress.watermark
