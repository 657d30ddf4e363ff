"""One broker and one cluster for a module: each test starts a job and topics of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flink.day import Day
from tests.servers import flink, kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka.Broker]:
    """A Kafka broker."""
    with kafka.broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[flink.Cluster]:
    """A JobManager and a TaskManager."""
    with flink.cluster(tmp_path_factory.mktemp("flink")) as running:
        yield running


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day of examples/ as messages, with what `scan` finds in the same records."""
    return Day(tmp_path_factory.mktemp("day"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a job writes."""
    return tmp_path / "out"
