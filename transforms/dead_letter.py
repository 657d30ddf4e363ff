"""How a step hands on what it could not take: on an output of its own, and counted."""

from apache_beam.pvalue import TaggedOutput

from schemas.records import DeadLetter
from transforms.metrics import dead_letters, increase

TAG = "dead_letters"


def tagged(letter: DeadLetter) -> object:
    """Give a dead letter for the output TAG, and count it."""
    increase(dead_letters(letter.step))
    return TaggedOutput(TAG, letter)
