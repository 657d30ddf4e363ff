"""What the benchmarks' command lines share."""

import argparse


def positive(text: str) -> int:
    """Read a positive number, with underscores or without. Raises ArgumentTypeError, and ValueError for no number."""
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number
