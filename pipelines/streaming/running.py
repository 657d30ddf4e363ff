"""Runs a stream and watches it: a line a minute, a clean stop on a signal, one line for an error."""

import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import apache_beam as beam
from apache_beam.runners.runner import PipelineState
from google.api_core.exceptions import GoogleAPICallError, RetryError

from pipelines.outcome import INTERRUPTED, OK, fail
from pipelines.streaming.replay import Replay
from transforms.metrics import (
    DUPLICATES,
    FINDINGS,
    LATE,
    MESSAGES,
    PARSED,
    RECORDS,
    REVISED,
    STEPS,
    counters,
    tally,
)
from transforms.metrics import dead_letters as dead_letters_of
from transforms.puller import close_all, stop

_LINE_SECONDS = 60
_LOOK_SECONDS = 0.5
_DRAIN_SECONDS = 120
"""How long the end may take once it was asked for; then the run is cancelled, and a start reads back."""

_SAID = re.compile(r"(?:PullError|WriteError|TooManyDeadLettersError): ([^\n\\]+)")


def watch(pipeline: beam.Pipeline, replay: Replay | None, *, on_this_machine: bool, quiet: bool) -> int:
    """Run until the end, an error or a signal; gives the exit code."""
    say = _nothing if quiet else _say
    asked: list[int] = []
    with _signals(asked.append):
        try:
            result = pipeline.run()
        except RuntimeError as error:
            return fail(_reason(error))
        say(f"reading; stop with Ctrl-C or SIGTERM{'' if on_this_machine else ' (the job goes on)'}")
        try:
            code = _until_end(result, replay, asked, on_this_machine, say)
        finally:
            close_all()
            if replay is not None:
                replay.close()
    return code


def _until_end(result: Any, replay: Replay | None, asked: list[int], local: bool, say: Callable[[str], None]) -> int:
    next_line = time.monotonic() + _LINE_SECONDS
    given_up = None
    while not PipelineState.is_terminal(result.state):
        time.sleep(_LOOK_SECONDS)
        if asked and not local:
            say("the job goes on without this command; drain or cancel it with its runner's own tools")
            return OK
        if asked and given_up is None:
            say("stopping: what is held is told first; once more to stop at once")
            stop.asked.set()
            given_up = time.monotonic() + _DRAIN_SECONDS
        if given_up is not None and (len(asked) > 1 or time.monotonic() > given_up):
            result.cancel()
            say("stopped before all was told: a start reads it back")
            return INTERRUPTED
        if time.monotonic() >= next_line:
            next_line += _LINE_SECONDS
            say(_counts(result))
        if replay is not None and given_up is None:
            _keep(replay, say)
    return _ended(result, say)


def _ended(result: Any, say: Callable[[str], None]) -> int:
    if result.state == PipelineState.FAILED:
        try:
            result.wait_until_finish()
        except RuntimeError as error:
            return fail(_reason(error))
        return fail("the run failed; its runner gives no reason")
    say(_counts(result))
    return OK


def _keep(replay: Replay, say: Callable[[str], None]) -> None:
    try:
        replay.keep(tally.newest)
    except (GoogleAPICallError, RetryError) as error:
        say(f"no snapshot was taken, a start will read back further: {' '.join(str(error).split())[:160]}")


def _counts(result: Any) -> str:
    result._metrics = None  # Beam 2.77 gives its first answer for ever; for a runner of another kind this is nothing.
    counted = counters(result)
    letters = sum(counted[dead_letters_of(step)] for step in STEPS)
    names = (MESSAGES, RECORDS, PARSED, DUPLICATES, LATE, REVISED, FINDINGS)
    kept = f"{tally.state} bytes of state"
    return ", ".join([*(f"{counted[name]} {name}" for name in names), f"{letters} dead letters", kept])


def _reason(error: Exception) -> str:
    text = str(error)
    said = _SAID.search(text)
    if said is not None:
        return said[1]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"the run failed: {lines[-1][:300] if lines else type(error).__name__}"


@contextmanager
def _signals(take: Callable[[int], None]) -> Iterator[None]:
    """Hand SIGINT and SIGTERM to `take` while the block runs."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda received, unused_frame: take(received)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _say(line: str) -> None:
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}", file=sys.stderr, flush=True)  # noqa: T201 - the log


def _nothing(unused_line: str) -> None:
    return None
