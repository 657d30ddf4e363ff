"""Which way a dead letter goes when it is sent again: a decision on the letter alone."""

import re

from schemas.records import DeadLetter

MAX_ATTEMPTS = 3
"""How often a dead letter is sent again, unless the user says otherwise."""

FILE, NOTICE, BYTES, FINDING, ASIDE = "files", "notice", "bytes", "findings", "aside"
"""A file to read again from its origin; a file that a message names; bytes to parse again; a finding to write again;
what is kept aside."""

_NUMBER = re.compile(r"#(\d+)$")


def way(letter: DeadLetter, max_attempts: int) -> tuple[str, str]:
    """Give the way of a letter and, where it is kept aside, why in one line."""
    kind = letter.attributes.get("kind", "record")
    if letter.attempts >= max_attempts:
        return ASIDE, f"was sent again {letter.attempts} times, the maximum is {max_attempts}"
    if kind == "file":
        return FILE, ""
    if letter.raw_size > len(letter.raw):
        return ASIDE, f"was cut: {len(letter.raw)} of {letter.raw_size} bytes are here; take it from its origin"
    if letter.step == "write":
        return (FINDING, "") if kind == "finding" else (ASIDE, f"is a row of {kind}, which no input can bring again")
    return (NOTICE, "") if kind == "notice" else (BYTES, "")


def place(origin: str) -> tuple[str, int]:
    """Split an origin into the uri, and the zero-based record number (0 for a whole input)."""
    found = _NUMBER.search(origin)
    return (origin[: found.start()], int(found[1])) if found else (origin, 0)


def raised(origin: str, sent: dict[str, int]) -> int:
    """Give the attempts of a letter that came out of letters that were sent again, by their origin.

    A record of a file that was read again counts the file's.
    """
    return sent.get(origin, sent.get(place(origin)[0], 0)) + 1
