"""What somebody probably meant who asked for what is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

_MAX_NEAR = 5
_MAX_COMPARED = 20_000


def near(wanted: str, known: Iterable[str]) -> list[str]:
    """Give the names that hold what is wanted, the shortest first, then those that are written nearly alike."""
    names = list(dict.fromkeys(known))[:_MAX_COMPARED]
    lower = wanted.lower().strip("*")
    found = sorted((name for name in names if lower and lower in name.lower()), key=len)[:_MAX_NEAR]
    folded = {name.lower(): name for name in names}
    alike = (folded[one] for one in get_close_matches(lower, folded, _MAX_NEAR, 0.6))
    return list(dict.fromkeys([*found, *alike]))[:_MAX_NEAR]
