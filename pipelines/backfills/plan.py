"""What a backfill reads: of the files that its paths name, those that can hold an event of its windows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from analytic.policy import DAY, HOUR, SECOND, Policy
from analytic.window import Window, cut
from pipelines.backfills.asked import Asked
from pipelines.inputs import Inputs, expand
from pipelines.rows import divided, with_tables
from transforms.partitions import held

_MAX_HOURS = 24 * 366 * 10


class Part(NamedTuple):
    """One window with the files to read for it, by uri, and their sizes in bytes."""

    window: Window
    uris: dict[str, int]


class Plan(NamedTuple):
    """The windows in order, what their paths gave, and how many of those files no window needs."""

    parts: list[Part]
    inputs: Inputs
    passed_over: int

    def uris(self) -> dict[str, int]:
        """Give all files that are read, each once."""
        return {uri: size for part in self.parts for uri, size in part.uris.items()}


def plan(paths: Iterable[str], own: Iterable[str], asked: Asked, policy: Policy) -> Plan:
    """Plan the windows of a backfill. What is wrong with a path is one line in `inputs.errors`."""
    windows = cut(asked.start, asked.end, asked.warm_up, policy)
    since, until = windows[0].origin, windows[-1].until + asked.lateness
    files, tables = divided(paths)
    inputs = with_tables(_expand(files, own, since, until), tables, since, until)
    parts = [Part(window, dict(_needed(inputs.uris, window, asked.lateness))) for window in windows]
    needed = {uri for part in parts for uri in part.uris}
    return Plan(parts, inputs, len(inputs.uris) - len(needed))


def _needed(uris: dict[str, int], window: Window, lateness: int) -> Iterator[tuple[str, int]]:
    for uri, size in uris.items():
        path = held(uri)
        if path is None or path.can_hold(window.origin, window.until, lateness):
            yield uri, size


def _expand(paths: list[str], own: Iterable[str], since: int, until: int) -> Inputs:
    """Expand paths; one with %Y in it stands for the dates to be read: of those, what is not there is not missed."""
    plain = [path for path in paths if "%Y" not in path]
    inputs = expand(plain, own)
    for pattern in (path for path in paths if "%Y" in path):
        found = expand(_dated(pattern, since, until), own)
        other = [error for error in found.errors if not error.startswith(("no such file", "no logs"))]
        if not found.uris and not other:
            other = [f"no logs at any date of {pattern}"]
        inputs = Inputs(inputs.uris | found.uris, inputs.skipped + found.skipped, inputs.errors + other)
    return inputs._replace(uris=dict(sorted(inputs.uris.items())))


def _dated(pattern: str, since: int, until: int) -> list[str]:
    """Fill a pattern's %Y, %m, %d and %H with each hour that is read."""
    first = datetime.fromtimestamp((since - since % HOUR) // SECOND, UTC)
    hours = min((until - since) // HOUR + 2, _MAX_HOURS)
    return list(dict.fromkeys((first + timedelta(hours=hour)).strftime(pattern) for hour in range(hours)))


def by_date(uris: dict[str, int]) -> list[tuple[str, int, int]]:
    """Give files and bytes by the date of their paths, for a dry run; the undated last."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for uri, size in uris.items():
        path = held(uri)
        date = "no date" if path is None else f"{datetime.fromtimestamp(path.start // SECOND, UTC):%Y-%m-%d}"
        files[date] += 1
        sizes[date] += size
    return [(date, files[date], sizes[date]) for date in sorted(files)]


def days(asked: Asked) -> int:
    """Say how many UTC days a backfill touches."""
    return (asked.end - 1) // DAY - asked.start // DAY + 1
