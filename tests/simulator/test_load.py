"""The load generator: as many records as asked for, the same each time, in the shape that it promises."""

from collections import Counter
from itertools import islice

import msgspec
import pytest

from simulator import load_mix
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


@pytest.mark.parametrize("n", [0, 1, 7, 99_999])
def test_a_mix_has_as_many_records_as_asked_for(n: int) -> None:
    shares = load_mix.split(n)
    assert sum(shares.values()) == n
    assert list(shares) == ["aws", "gcp", "azure"]


def test_the_mixs_aws_part_is_the_load_of_aws_alone(load: list[Json]) -> None:
    assert list(islice(load_mix.events("aws", N, 1), 300)) == load[:300]


@pytest.mark.parametrize(
    ("cloud", "time", "low", "high"), [("gcp", "timestamp", 1_100, 1_800), ("azure", "time", 1_700, 3_000)]
)
def test_other_clouds_records_are_repeatable_of_a_days_times_and_of_the_size_promised(
    cloud: str, time: str, low: int, high: int
) -> None:
    made = list(load_mix.events(cloud, 5_000, 1))
    assert list(islice(load_mix.events(cloud, 5_000, 1), 100)) == made[:100]
    assert len(made) == 5_000
    assert {record[time][:10] for record in made} <= {"2026-03-03", "2026-03-04"}
    assert low < len(msgspec.json.encode(made)) / 5_000 < high


def test_sessions_of_other_clouds_open_with_the_record_that_issued_them() -> None:
    google = list(load_mix.events("gcp", 5_000, 1))
    methods = Counter(record["protoPayload"]["methodName"] for record in google)
    assert 50 < methods["GenerateAccessToken"] < 250
    microsoft = list(load_mix.events("azure", 5_000, 1))
    categories = Counter(record["category"] for record in microsoft)
    assert 50 < categories["SignInLogs"] + categories["NonInteractiveUserSignInLogs"] < 250
    assert categories["ServicePrincipalSignInLogs"] == 24
    assert categories["Administrative"] > categories["MicrosoftGraphActivityLogs"] > 1_000
