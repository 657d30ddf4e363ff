"""When dead letters are too many: a ratio over a sliding window of time, decided on counts alone."""

import msgspec

from analytic.policy import MINUTE

_PARTS = 10
"""Parts that a window slides by."""


class Limit(msgspec.Struct, frozen=True):
    """Too many: more than `ratio` of the records of `window` microseconds, and at least `least`."""

    ratio: float = 0.5
    """1 never stops anything: there are no more dead letters than records."""
    least: int = 100
    window: int = 5 * MINUTE

    def __post_init__(self) -> None:
        """Refuse settings that would stop everything or nothing by mistake."""
        if not 0 < self.ratio <= 1:
            raise ValueError(f"the limit of dead letters is {self.ratio}: give a ratio above 0, and 1 for no limit")
        if self.least < 1 or self.window < _PARTS:
            raise ValueError(f"the limit of dead letters counts from {self.least} within {self.window} microseconds")


class Part(msgspec.Struct):
    """Counts of one part of the window, by its number."""

    number: int
    records: int = 0
    letters: int = 0


class Exceeded(msgspec.Struct, frozen=True):
    """The counts that were too many."""

    records: int
    letters: int


def step(
    state: list[Part] | None, limit: Limit, now: int, records: int, letters: int
) -> tuple[list[Part], Exceeded | None]:
    """Add counts at a time (UTC microseconds); gives the window's parts and, where it is exceeded, its counts."""
    number = now // (limit.window // _PARTS)
    parts = [part for part in state or [] if number - _PARTS < part.number <= number]
    if not parts or parts[-1].number != number:
        parts.append(Part(number))
    parts[-1].records += records
    parts[-1].letters += letters
    all_records, all_letters = sum(part.records for part in parts), sum(part.letters for part in parts)
    exceeded = all_letters >= limit.least and all_letters > limit.ratio * all_records
    return parts, Exceeded(all_records, all_letters) if exceeded else None
