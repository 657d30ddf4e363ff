"""The limit of dead letters in the parse step: the bundle fails, so that the source keeps what it gave."""

from collections.abc import Iterator

import pytest

from analytic.limit import Limit
from pipelines.inputs import uri_of
from tests.transforms.pipeline import create, pipeline
from transforms import limit as process
from transforms.limit import TooManyDeadLettersError
from transforms.parse import ParseAuditLogs
from transforms.read import Block


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    process.reset()
    yield
    process.reset()


def blocks(*datas: bytes) -> list[Block]:
    return [Block(uri_of(f"/logs/{place}"), 0, data) for place, data in enumerate(datas)]


def parse(limit: Limit | None, *datas: bytes) -> None:
    with pipeline() as p:
        _ = create(p, "Blocks", blocks(*datas), Block) | "Parse" >> ParseAuditLogs(limit=limit)


BROKEN = b'{"nothing": "known"}\n' * 60


def test_too_many_fail_the_bundle_with_what_to_do() -> None:
    with pytest.raises(
        TooManyDeadLettersError, match="120 of 120 records became dead letters within 5 minutes"
    ) as raised:
        parse(Limit(), BROKEN, BROKEN)
    assert "--dead-letter-limit 1" in str(raised.value)


def test_a_bundle_that_is_tried_again_fails_again() -> None:
    for _ in range(2):
        with pytest.raises(TooManyDeadLettersError):
            parse(Limit(), BROKEN, BROKEN)
    # One block alone is not enough to tell; after those, in the same process, it is.
    with pytest.raises(TooManyDeadLettersError):
        parse(Limit(), BROKEN)
    process.reset()
    parse(Limit(), BROKEN)


def test_a_scan_has_no_limit() -> None:
    parse(None, BROKEN, BROKEN)
    parse(Limit(ratio=1), BROKEN, BROKEN)
