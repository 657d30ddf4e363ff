"""What lies between a live table and its schema: what can be added to it, and what can't be mended."""

from typing import NamedTuple

from schemas.tables import Column


class Differences(NamedTuple):
    """The differences, one line each: `additive` is what an update makes good, `other` needs a new table.

    What a live table has besides, and where it is laxer, stops no row: `noted`.
    """

    additive: list[str]
    other: list[str]
    noted: list[str]


def compare(live: tuple[Column, ...], wanted: tuple[Column, ...], path: str = "") -> Differences:
    """Compare columns, and their parts. Descriptions count, as additive."""
    found = Differences([], [], [])
    known = {column.name: column for column in live}
    for column in wanted:
        at = path + column.name
        other = known.pop(column.name, None)
        if other is not None:
            _compare_one(other, column, at, found)
        elif column.mode == "REQUIRED":
            found.other.append(f"{at} is missing, and can't be added: it is REQUIRED")
        else:
            found.additive.append(f"add {at} {column.type} {column.mode}")
    for name, column in known.items():
        if column.mode == "REQUIRED":
            found.other.append(f"{path}{name} is REQUIRED there and not in the schema")
        else:
            found.noted.append(f"{path}{name} is not in the schema: it stays null")
    return found


def _compare_one(live: Column, wanted: Column, at: str, found: Differences) -> None:
    if live.type != wanted.type:
        found.other.append(f"{at} is {live.type}, not {wanted.type}")
        return
    if live.mode != wanted.mode:
        _compare_modes(live.mode, wanted.mode, at, found)
    if live.description != wanted.description:
        found.additive.append(f"describe {at}")
    for mine, theirs in zip(found, compare(live.fields, wanted.fields, at + "."), strict=True):
        mine.extend(theirs)


def _compare_modes(live: str, wanted: str, at: str, found: Differences) -> None:
    if "REPEATED" in (live, wanted):
        found.other.append(f"{at} is {live}, not {wanted}")
    elif live == "REQUIRED":
        found.additive.append(f"relax {at} to NULLABLE")
    else:
        found.noted.append(f"{at} is NULLABLE, though every row has it")


def merge(live: tuple[Column, ...], wanted: tuple[Column, ...]) -> tuple[Column, ...]:
    """Give the live columns in their order with what an update makes good; those of the schema alone come last."""
    by_name = {column.name: column for column in wanted}
    kept = [_merged(column, by_name[column.name]) if column.name in by_name else column for column in live]
    names = {column.name for column in live}
    return (*kept, *(column for column in wanted if column.name not in names))


def _merged(live: Column, wanted: Column) -> Column:
    # A column that is NULLABLE there can't become REQUIRED.
    mode = live.mode if live.mode != "REQUIRED" else wanted.mode
    return Column(live.name, live.type, mode, wanted.description, merge(live.fields, wanted.fields))
