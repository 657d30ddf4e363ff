"""The limit of dead letters: a ratio over a sliding window, and only where there are enough to tell."""

import pytest

from analytic.limit import Limit, Part, step
from analytic.policy import MINUTE, SECOND

NOW = 1_772_524_800_000_000


def run(limit: Limit, counts: list[tuple[int, int, int]]) -> list[bool]:
    state: list[Part] | None = None
    exceeded = []
    for at, records, letters in counts:
        state, over = step(state, limit, NOW + at, records, letters)
        exceeded.append(over is not None)
        assert len(state) <= 10
    return exceeded


def test_a_source_with_some_broken_records_passes() -> None:
    assert not any(run(Limit(), [(at * SECOND, 1_000, 100) for at in range(1_000)]))


def test_a_deployment_that_parses_nothing_is_stopped_once_there_is_enough_to_tell() -> None:
    assert run(Limit(least=30), [(at * SECOND, 10, 10) for at in range(4)]) == [False, False, True, True]


def test_good_records_before_do_not_hide_it_for_longer_than_the_window() -> None:
    good = [(at * MINUTE, 10_000, 0) for at in range(5)]
    bad = [(at * MINUTE, 1_000, 1_000) for at in range(5, 12)]
    exceeded = run(Limit(), good + bad)
    assert not any(exceeded[:6])
    assert exceeded[-1]


def test_it_is_over_when_the_window_has_passed() -> None:
    assert run(Limit(), [(0, 200, 200), (6 * MINUTE, 10, 1)]) == [True, False]


def test_one_is_no_limit() -> None:
    assert not any(run(Limit(ratio=1), [(0, 10_000, 10_000)] * 3))


@pytest.mark.parametrize("ratio", [0, -1, 1.1, float("nan")])
def test_what_is_no_ratio_is_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="above 0, and 1 for no limit"):
        Limit(ratio)
