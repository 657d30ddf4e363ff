"""Structs as query engines write them as text: {type=IAMUser, arn=null, attributes={mfaauthenticated=false}}.

Athena's and CloudTrail Lake's results are texts: a column that is a struct, a map or an array of structs comes in this
form (Amazon Athena user guide, "Create the table for CloudTrail logs": useridentity, resources; CloudTrail user guide,
"CloudTrail Lake": query results). Names and values are not quoted, so a value that holds ", name=" cannot be told from
the next field: what such a record loses is that value.
"""

import re
from typing import Any

MAX_DEPTH = 16
"""A userIdentity nests four deep; what nests deeper than this is none that a query engine wrote."""

# A field ends where the next begins, or where its struct or list ends. The look-ahead is bounded, so that hostile text
# costs time in proportion.
_END = re.compile(r",\s(?=[\w.:/-]{1,128}=)|[}\]]")
_ITEM_END = re.compile(r",\s|\]")


def parse(text: str) -> dict[str, Any] | list[Any]:
    """Read a struct "{a=b, ...}" or a list "[{...}, ...]". Raises ValueError on what is neither."""
    try:
        value, end = _value(text, 0, MAX_DEPTH)
    except IndexError as error:
        raise ValueError("ends inside a struct") from error
    if isinstance(value, dict | list) and not text[end:].strip():
        return value
    raise ValueError("not a struct")


def _value(text: str, position: int, depth: int) -> tuple[Any, int]:
    opening = text[position]
    if opening not in "{[":
        end = _end(_END, text, position)
        return _scalar(text[position:end]), end
    if depth == 0:
        raise ValueError("nested too deep")
    return (_struct if opening == "{" else _list)(text, position + 1, depth - 1)


def _struct(text: str, position: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while text[position] != "}":
        equals = text.find("=", position)
        if equals < 0:
            raise ValueError("a field without a value")
        name = text[position:equals].strip(" ,")
        found[name], position = _value(text, equals + 1, depth)
        position = _past_comma(text, position)
    return found, position + 1


def _list(text: str, position: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while text[position] != "]":
        if text[position] in "{[":
            item, position = _value(text, position, depth)
        else:
            end = _end(_ITEM_END, text, position)
            item, position = _scalar(text[position:end]), end
        found.append(item)
        position = _past_comma(text, position)
    return found, position + 1


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.search(text, position)
    if found is None:
        raise ValueError("ends inside a struct")
    return found.start()


def _past_comma(text: str, position: int) -> int:
    return position + 2 if text.startswith(", ", position) else position


def _scalar(text: str) -> str | None:
    return None if text == "null" else text
