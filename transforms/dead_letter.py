"""How a step hands on what it could not take: bounded, and readable in one line."""

from collections.abc import Mapping

from apache_beam.pvalue import TaggedOutput

from schemas.records import DeadLetter
from transforms.metrics import dead_letters, increase

TAG = "dead_letters"

RAW_BYTES = 1024 * 1024
"""How much of the original is kept: `raw_size` tells how much there was."""

_ERROR_CHARACTERS = 300


def dead_letter(
    step: str,
    kind: str,
    origin: str,
    error_type: str,
    error: str,
    raw: bytes,
    raw_size: int,
    attributes: Mapping[str, str] | None = None,
    attempts: int = 0,
) -> object:
    """Give a dead letter for the output TAG, and count it. `kind` says what `raw` is: a record, a message, a file.

    `attributes` are the message's that carried it, `attempts` how often it came through the front door before.
    """
    increase(dead_letters(step))
    letter = DeadLetter(
        raw=raw[:RAW_BYTES],
        origin=origin,
        step=step,
        error_type=error_type,
        error=_one_line(error),
        attempts=attempts,
        attributes={**(attributes or {}), "kind": kind},
        raw_size=raw_size,
    )
    return TaggedOutput(TAG, letter)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    cut = line if len(line) <= _ERROR_CHARACTERS else line[: _ERROR_CHARACTERS - 1] + "…"
    return cut.encode("utf-8", "backslashreplace").decode()
