"""The undecoded parts of a CloudTrail record, decoded where an action asks for them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from analytic.sources.aws.record import ABSENT, unpacked
from analytic.sources.errors import ParseError
from analytic.sources.json_fields import MAX_RESOURCES

_UNTYPED = msgspec.json.Decoder()


def part(raw: msgspec.Raw, name: str) -> dict[str, Any]:
    """Decode a part that is an object, or text that holds one; {} for what is neither. Raises ParseError naming it."""
    value = _decoded(raw, name)
    return value if isinstance(value, dict) else {}


def resource_objects(raw: msgspec.Raw) -> Iterator[dict[str, Any]]:
    """Give the objects of `resources`. Raises ParseError."""
    value = _decoded(raw, "resources")
    if isinstance(value, list):
        # Twice the cap: some have no ARN, and the cap is on what is kept.
        yield from (item for item in value[: 2 * MAX_RESOURCES] if isinstance(item, dict))


def _decoded(raw: msgspec.Raw, name: str) -> Any:
    if raw is ABSENT or bytes(raw) == b"null":
        return None
    try:
        value = _UNTYPED.decode(raw)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{name}: {error}") from error
    return unpacked(value) if isinstance(value, str) else value
