"""A hot key, without an engine: one key with all events against many keys with a hundred each.

Under EventTime, as on a stream, Follow alone; and sorted, as on bounded input, Follow and then Detect.

python -m benchmarks.hot_key --events 8000 --turn 100 --every 500
"""

import argparse
import time
from collections.abc import Callable

from analytic.detection import Detect
from analytic.event_time import EventTime
from analytic.fold import Item, fold_sorted
from analytic.lineage import Follow
from analytic.links import used
from analytic.policy import Policy
from benchmarks.arguments import positive
from schemas.records import ApiEvent
from transforms.collecting import collect_less

_START = 1_700_000_000_000_000
_A_KEY = 100


def made(number: int, every: int, user: int = 0) -> Item:
    """Give an event of a user's access key; each comes so many milliseconds after the one before."""
    event = ApiEvent(f"event-{number}", _START + number * every * 1_000, "aws", "management", "s3", "ListBuckets")
    event.principal_type, event.principal_id, event.principal_name = "IAMUser", f"AIDAEXAMPLE{user}", "alice"
    event.credential_id, event.credential_type, event.account = f"AKIAEXAMPLE{user}", "long_term", "111122223333"
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


def sorted_cost(events: int, every: int, keys: int) -> float:
    """Fold so many events of so many keys, sorted; gives the CPU seconds."""
    policy = Policy()
    follow, detect = Follow(policy), Detect(policy)
    spent = 0.0
    for key in range(keys):
        items = [made(number, every, key) for number in range(events // keys)]
        begun = time.process_time()
        steps = [output.item for output in fold_sorted(follow, items)[0]]
        fold_sorted(detect, steps)
        spent += time.process_time() - begun
        if len(steps) != len(items):
            raise AssertionError(f"{len(steps)} of {len(items)} events came out")
    return spent


def least(measured: Callable[[], float], times: int = 3) -> float:
    """Give the least of some measurements."""
    return min(measured() for _ in range(times))


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser(description="Measure a hot key under EventTime.")
    parser.add_argument("--events", type=positive, default=8_000, help="events of the hot key (%(default)s)")
    parser.add_argument("--turn", type=positive, default=100, help="events that come together (%(default)s)")
    parser.add_argument("--every", type=positive, default=500, help="milliseconds between events (%(default)s)")
    parser.add_argument("--bounded", type=positive, default=100_000, help="events of the sorted key (%(default)s)")
    chosen = parser.parse_args()
    collect_less()  # As `tokentrail scan` does.
    hot = least(lambda: cost(chosen.events, chosen.turn, chosen.every)[0], 1) / chosen.events
    keys = min(20, max(1, chosen.events // _A_KEY))
    spread = least(lambda: sum(cost(_A_KEY, chosen.turn, chosen.every)[0] for _ in range(keys))) / (keys * _A_KEY)
    size = cost(chosen.events, chosen.turn, chosen.every)[1]
    print(f"one key of {chosen.events:,}, turns of {chosen.turn}: {hot * 1e6:.1f} us an event, state {size:,} bytes")
    print(f"keys of {_A_KEY}: {spread * 1e6:.1f} us an event; ratio {hot / spread:.1f}")
    many = max(1, chosen.bounded // _A_KEY)
    one = least(lambda: sorted_cost(chosen.bounded, chosen.every, 1)) / chosen.bounded * 1e6
    each = least(lambda: sorted_cost(chosen.bounded, chosen.every, many)) / chosen.bounded * 1e6
    print(f"sorted: one key of {chosen.bounded:,} {one:.1f} us, {many:,} keys {each:.1f} us; ratio {one / each:.2f}")


if __name__ == "__main__":
    main()
