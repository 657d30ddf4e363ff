"""Writes records as CloudTrail delivers them: gzip files of unordered records, minutes late, one of them twice.

Layout and names: AWS CloudTrail user guide, "CloudTrail log file examples", log file name format.
"""

import gzip
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from simulator.identities import ACCOUNT, REGION, Json
from simulator.randomness import Ids, stream

WINDOW = 3600
"""Seconds of deliveries in one file. AWS writes a file every 5 minutes or so; an hour keeps the examples few."""


def delivery_bytes(records: Sequence[Json]) -> bytes:
    """Give the JSON text of a delivery file: one object with the list `Records`, without line breaks."""
    return msgspec.json.encode({"Records": records})


def write_delivery_files(records: Iterable[Json], folder: Path, seed: int = 0, window: int = WINDOW) -> list[Path]:
    """Write the records under `folder` in CloudTrail's layout and give the files' paths, in order.

    A record is delivered 2 to 8 minutes after its eventTime; a file holds the deliveries of `window` seconds, in no
    order. One record of all is delivered a second time, in the file after its own (in its own when that is the last).
    """
    rng = stream(seed, "delivery")
    batches: dict[int, list[Json]] = {}
    for record in records:
        delivered = _seconds(record["eventTime"]) + rng.randrange(120, 480)
        batches.setdefault(delivered // window, []).append(record)
    _deliver_again(batches, rng)
    paths = []
    for number, batch in sorted(batches.items()):
        rng.shuffle(batch)
        path = folder / _name((number + 1) * window, Ids(rng).file_suffix())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(delivery_bytes(batch), compresslevel=9, mtime=0))
        paths.append(path)
    return paths


def _deliver_again(batches: dict[int, list[Json]], rng: random.Random) -> None:
    numbers = sorted(batches)
    if not numbers:
        return
    index = rng.randrange(len(numbers))
    again = rng.choice(batches[numbers[index]])
    batches[numbers[min(index + 1, len(numbers) - 1)]].append(again)


def _seconds(event_time: str) -> int:
    return int(datetime.fromisoformat(event_time).timestamp())


def _name(written: int, suffix: str) -> Path:
    """Give a file's path below the bucket's root: AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/NAME."""
    at = datetime.fromtimestamp(written, UTC)
    folder = Path("AWSLogs", ACCOUNT, "CloudTrail", REGION, f"{at:%Y}", f"{at:%m}", f"{at:%d}")
    return folder / f"{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{suffix}.json.gz"
