"""Which time a path tells, by the layouts that providers write."""

from datetime import UTC, datetime

import pytest

from analytic.policy import HOUR
from transforms.partitions import Held, held


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("uri", "start", "end"),
    [
        (
            "s3://b/AWSLogs/o-1/111122223333/CloudTrail/eu-west-1/2026/03/03/111122223333_CloudTrail_x.json.gz",
            "2026-03-03T00:00",
            "2026-03-04T00:00",
        ),
        ("s3://b/firehose/2026/03/03/09/trail-1-2026-03-03-09-00-01-x", "2026-03-03T09:00", "2026-03-03T10:00"),
        (
            "gs://b/cloudaudit.googleapis.com/activity/2026/03/03/08:00:00_08:59:59_S0.json",
            "2026-03-03T08:00",
            "2026-03-03T09:00",
        ),
        (
            "file:///l/resourceId=/SUBSCRIPTIONS/1/y=2026/m=03/d=03/h=23/m=00/PT1H.json",
            "2026-03-03T23:00",
            "2026-03-04T00:00",
        ),
        ("bigquery://p.d.t/2026-03-03T09", "2026-03-03T09:00", "2026-03-03T10:00"),
        ("bigquery://p.d.t/2026-03-03", "2026-03-03T00:00", "2026-03-04T00:00"),
    ],
)
def test_a_path_tells_its_time(uri: str, start: str, end: str) -> None:
    assert held(uri) == Held(at(start), at(end))


@pytest.mark.parametrize(
    "uri",
    [
        "file:///logs/day.json.gz",
        "file:///2026/03/03/a/b/c/day.json",
        "file:///logs/2026/13/03/day.json",
        "file:///logs/2026/02/30/day.json",
        "file:///logs/2026/03/03/25/day.json",
        "gs://b/2026/03/03/24:00:00_24:59:59_S0.json",
        "gs://b/2026-03-03/day.json",
        "",
    ],
)
def test_a_path_without_a_possible_time_tells_none(uri: str) -> None:
    assert held(uri) is None


def test_a_file_can_hold_what_happened_up_to_its_lateness_before() -> None:
    path = Held(at("2026-03-04T00:00"), at("2026-03-05T00:00"))
    before, midnight = at("2026-03-03T23:00"), at("2026-03-04T00:00")
    assert path.can_hold(before, midnight, 1)
    assert not path.can_hold(before, midnight, 0)
    assert path.can_hold(at("2026-03-04T23:59"), at("2026-03-05T09:00"), 0)
    assert not path.can_hold(at("2026-03-05T00:00"), at("2026-03-05T09:00"), HOUR)
