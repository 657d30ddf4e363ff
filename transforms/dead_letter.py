"""How a step hands on what it could not take: on an output of its own, and counted."""

from collections.abc import Mapping

from apache_beam.pvalue import TaggedOutput

from analytic.dead_letter import letter_of
from schemas.records import DeadLetter
from transforms.metrics import dead_letters, increase

TAG = "dead_letters"


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
    """Give a dead letter (analytic/dead_letter.py) for the output TAG, and count it."""
    return tagged(letter_of(step, kind, origin, error_type, error, raw, raw_size, attributes, attempts))


def tagged(letter: DeadLetter) -> object:
    """Give a dead letter for the output TAG, and count it."""
    increase(dead_letters(letter.step))
    return TaggedOutput(TAG, letter)
