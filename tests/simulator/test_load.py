"""The load generator: as many records as asked for, the same each time, in the shape that it promises."""

from collections import Counter
from itertools import islice

import msgspec
import pytest

from simulator.identities import Json
from simulator.load import events

N = 30_000


@pytest.fixture(scope="module")
def load() -> list[Json]:
    return list(events(N, 1))


def keys(records: list[Json]) -> Counter[str]:
    """Count the records of each access key."""
    return Counter(record["userIdentity"].get("accessKeyId", "") for record in records)


@pytest.mark.parametrize("n", [0, 1, 10])
def test_it_gives_as_many_records_as_asked_for(n: int) -> None:
    assert len(list(events(n, 1))) == n


def test_a_seed_gives_the_same_records(load: list[Json]) -> None:
    assert list(islice(events(N, 1), 500)) == load[:500]
    assert list(islice(events(N, 2), 500)) != load[:500]


def test_records_are_unique_in_order_and_of_the_size_promised(load: list[Json]) -> None:
    assert len({record["eventID"] for record in load}) == N
    times = [record["eventTime"] for record in load]
    assert times == sorted(times)
    assert 1_200 < len(msgspec.json.encode(load)) / N < 1_600


def test_there_is_a_credential_for_some_fifty_records_and_one_in_a_hundred_is_busy(load: list[Json]) -> None:
    counts = keys(load)
    assert N / 70 < len(counts) < N / 30
    busy = sum(count for _, count in counts.most_common(len(counts) // 25))
    assert 0.4 < busy / N < 0.6


def test_few_sessions_are_taken_over(load: list[Json]) -> None:
    elsewhere = {
        record["userIdentity"]["accessKeyId"] for record in load if record["sourceIPAddress"].startswith("192.0.2.")
    }
    assert len(elsewhere) == 1
