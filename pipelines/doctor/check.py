"""What a check says: OK, missing (nothing asked for it) or wrong (what was asked for does not hold), and what to do."""

from typing import NamedTuple

OK, MISSING, WRONG = "OK", "missing", "wrong"


class Checked(NamedTuple):
    """One check. `todo` is what to do next; empty where nothing is to be done."""

    name: str
    state: str
    found: str
    todo: str = ""
