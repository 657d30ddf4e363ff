"""Times as people and other products read them: UTC, by any form of strftime."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def written(micros: int, form: str) -> str:
    """Give a time (UTC microseconds) by a form; what no calendar has, in microseconds."""
    try:
        return f"{_EPOCH + timedelta(microseconds=micros):{form}}"
    except OverflowError:
        return f"{micros} microseconds"
