"""A hot key under EventTime, without an engine: one key with all events against many keys with a hundred each.

python -m benchmarks.hot_key --events 8000 --turn 100 --every 500
"""

import argparse
import time
from collections.abc import Callable

from analytic.event_time import EventTime
from analytic.fold import Item
from analytic.lineage import Follow
from analytic.links import used
from analytic.policy import Policy
from benchmarks.arguments import positive
from schemas.records import ApiEvent

_START = 1_700_000_000_000_000
_A_KEY = 100


def made(number: int, every: int) -> Item:
    """Give an event of one access key; each comes so many milliseconds after the one before."""
    event = ApiEvent(f"event-{number}", _START + number * every * 1_000, "aws", "management", "s3", "ListBuckets")
    event.principal_type, event.principal_id, event.principal_name = "IAMUser", "AIDAEXAMPLE", "alice"
    event.credential_id, event.credential_type, event.account = "AKIAEXAMPLE", "long_term", "111122223333"
    event.source_ip, event.interface, event.client = "198.51.100.7", "cli", "aws-cli/2"
    return used(event)


def cost(events: int, turn: int, every: int) -> tuple[float, int]:
    """Run a key's events through, some a turn, in order; gives the CPU seconds and the largest state in bytes."""
    policy = Policy()
    clock, state = EventTime(Follow(policy), policy), None
    spent, largest, told = 0.0, 0, 0
    for start in range(0, events, turn):
        items = [made(number, every) for number in range(start, min(events, start + turn))]
        last = items[-1].time
        begun = time.process_time()
        result = clock.receive(state, items, last)
        spent += time.process_time() - begun
        state, told = result.state, told + len(result.outputs)
        largest = max(largest, len(state or b""))
    begun = time.process_time()
    told += len(clock.receive(state, [], last + policy.hold + 1).outputs)
    spent += time.process_time() - begun
    if told != events:
        raise AssertionError(f"{told} of {events} events came out")
    return spent, largest


def least(measured: Callable[[], float], times: int = 3) -> float:
    """Give the least of some measurements."""
    return min(measured() for _ in range(times))


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser(description="Measure a hot key under EventTime.")
    parser.add_argument("--events", type=positive, default=8_000, help="events of the hot key (%(default)s)")
    parser.add_argument("--turn", type=positive, default=100, help="events that come together (%(default)s)")
    parser.add_argument("--every", type=positive, default=500, help="milliseconds between events (%(default)s)")
    chosen = parser.parse_args()
    hot = least(lambda: cost(chosen.events, chosen.turn, chosen.every)[0], 1) / chosen.events
    keys = min(20, max(1, chosen.events // _A_KEY))
    spread = least(lambda: sum(cost(_A_KEY, chosen.turn, chosen.every)[0] for _ in range(keys))) / (keys * _A_KEY)
    size = cost(chosen.events, chosen.turn, chosen.every)[1]
    print(f"one key of {chosen.events:,}, turns of {chosen.turn}: {hot * 1e6:.1f} us an event, state {size:,} bytes")
    print(f"keys of {_A_KEY}: {spread * 1e6:.1f} us an event; ratio {hot / spread:.1f}")


if __name__ == "__main__":
    main()
