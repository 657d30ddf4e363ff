"""Whether a timer fired because the stream was drained, and not because its time had come.

A drain moves the watermark to infinity, and a timer can't tell that from time that passed: it hears its own time alone.
So it is taken for a drain where that time lies beyond what our own source had read when it was stopped, or in the
future by the clock on the wall (a runner's drain of a live stream).
"""

import time

from transforms.puller import stop


def is_drain(at: int) -> bool:
    """Whether a timer set for a time (UTC microseconds) fired before it."""
    return at > (time.time_ns() // 1_000 if stop.at is None else stop.at)
