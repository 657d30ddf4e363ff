"""Where the time of the bare folds goes, stage by stage: CPU microseconds an event, the least of some runs.

python -m benchmarks.stages --events 20000 --repeat 3
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isal import igzip_lib

from analytic.analysis import _fold, _keyed
from analytic.context.network import enrich
from analytic.detection import Detect
from analytic.fold import Item
from analytic.items import decode_items, encode_batches
from analytic.lineage import Follow
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from analytic.routing import used_key
from analytic.sources.envelope import records
from analytic.sources.source import parse_record
from benchmarks.arguments import positive
from benchmarks.throughput import write_load
from schemas.records import ApiEvent
from transforms.collecting import collect_less
from transforms.databases import Databases

Spent = dict[str, float]


@contextmanager
def lap(spent: Spent, stage: str) -> Iterator[None]:
    """Add the CPU seconds of what is done inside to a stage."""
    started = time.process_time()
    yield
    spent[stage] = spent.get(stage, 0.0) + time.process_time() - started


def once(folder: Path) -> Spent:
    """Do all stages over a folder; gives the CPU seconds of each."""
    spent: Spent = {}
    policy, databases = Policy(), Databases()
    events: list[ApiEvent] = []
    for path in sorted(folder.glob("*.json.gz")):
        with lap(spent, "decompress"):
            text = igzip_lib.decompress(path.read_bytes(), igzip_lib.DECOMP_GZIP)
        with lap(spent, "envelope"):
            found = list(records(text))
        with lap(spent, "decode, classify, interface"):
            parsed = [parse_record(record.data, f"{path}#{record.number}") for record in found]
        events += (event for event in parsed if isinstance(event, ApiEvent))
    with lap(spent, "network"):
        for event in events:
            enrich(event, databases.locate(event.source_ip))
    followed: dict[str, list[Item]] = defaultdict(list)
    links: dict[str, list[Item]] = defaultdict(list)
    with lap(spent, "route"):
        for event in events:
            key = used_key(event)
            if key is not None:
                followed[key].append(used(event))
    with lap(spent, "links: made"):
        for event in events:
            for key, item in inputs(event, policy):
                links[key].append(item)
    with lap(spent, "links: resolved"):
        for number in range(1, ROUNDS + 1):
            links = _keyed(_fold(Resolve(policy, last=number == ROUNDS), links))
    for key, items in links.items():
        followed[key].extend(items)
    followed = _shuffled(followed, spent)
    with lap(spent, "Follow"):
        steps = _fold(Follow(policy), followed)
    by_actor = _shuffled(_keyed(steps), spent)
    with lap(spent, "Detect"):
        _fold(Detect(policy), by_actor)
    return spent


def _shuffled(keyed: dict[str, list[Item]], spent: Spent) -> dict[str, list[Item]]:
    with lap(spent, "shuffle (codecs)"):
        return {key: decode_items(batch) for key, batch in encode_batches(keyed)}


def main() -> None:
    """Measure and print a line for each stage."""
    parser = argparse.ArgumentParser(description="Measure the stages of the bare folds on synthetic CloudTrail.")
    parser.add_argument("--events", type=positive, default=20_000, help="events (%(default)s)")
    parser.add_argument("--repeat", type=positive, default=3, help="runs, of which the least counts (%(default)s)")
    chosen = parser.parse_args()
    collect_less()  # As `tokentrail scan` does.
    with tempfile.TemporaryDirectory(prefix="tokentrail-stages-") as scratch:
        write_load(Path(scratch, "logs"), chosen.events)
        runs = [once(Path(scratch, "logs")) for _ in range(chosen.repeat)]
    least = {stage: min(run[stage] for run in runs) / chosen.events * 1e6 for stage in runs[0]}
    for stage, micros in least.items():
        print(f"{stage:30}{micros:8.2f}")
    print(f"{'all':30}{sum(least.values()):8.2f}")


if __name__ == "__main__":
    main()
