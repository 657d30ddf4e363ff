"""A dead letter: what a step could not take, bounded, and readable in one line."""

from collections.abc import Mapping

from schemas.records import DeadLetter

RAW_BYTES = 1024 * 1024
"""How much of the original is kept: `raw_size` tells how much there was."""

_ERROR_CHARACTERS = 300


def letter_of(
    step: str,
    kind: str,
    origin: str,
    error_type: str,
    error: str,
    raw: bytes,
    raw_size: int,
    attributes: Mapping[str, str] | None = None,
    attempts: int = 0,
) -> DeadLetter:
    """Make a dead letter. `kind` says what `raw` is: a record, a message, a file.

    `attributes` are the message's that carried it, `attempts` how often it came through the front door before.
    """
    return DeadLetter(
        raw=raw[:RAW_BYTES],
        origin=origin,
        step=step,
        error_type=error_type,
        error=_one_line(error),
        attempts=attempts,
        attributes={**(attributes or {}), "kind": kind},
        raw_size=raw_size,
    )


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    cut = line if len(line) <= _ERROR_CHARACTERS else line[: _ERROR_CHARACTERS - 1] + "…"
    return cut.encode("utf-8", "backslashreplace").decode()
