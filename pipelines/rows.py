"""Tables of raw records among the paths of a command line: which hours or days of them to read."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from analytic.policy import DAY, HOUR, SECOND
from pipelines.inputs import TABLES, Inputs, is_table


def divided(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Divide paths into those of files and those of tables."""
    files: list[str] = []
    tables: list[str] = []
    for path in paths:
        (tables if is_table(path) else files).append(path)
    return files, tables


def with_tables(inputs: Inputs, tables: Iterable[str], since: int, until: int) -> Inputs:
    """Give inputs with what tables hold of [since, until), UTC microseconds, or with the error of each."""
    for table in tables:
        uris, error = partitions(table, since, until)
        inputs = inputs._replace(uris=inputs.uris | uris, errors=inputs.errors + ([error] if error else []))
    return inputs


def partitions(path: str, since: int, until: int) -> tuple[dict[str, int], str | None]:
    """Give the uris of [since, until) (UTC microseconds) in a table, or one line that says what is wrong.

    Their sizes are told as 0: BigQuery knows what an hour holds only once it is asked.
    """
    from transforms.bigquery_rows import connect, partitioning  # Its client takes a second to load.

    table = path.removeprefix(TABLES)
    try:
        hourly = partitioning(connect(table), table).hourly
    except OSError as error:
        return {}, str(error)
    unit, form = (HOUR, "%Y-%m-%dT%H") if hourly else (DAY, "%Y-%m-%d")
    first = datetime.fromtimestamp((since - since % unit) // SECOND, UTC)
    count = -(-(until - (since - since % unit)) // unit)
    step = timedelta(microseconds=unit)
    return {f"{TABLES}{table}/{first + number * step:{form}}": 0 for number in range(count)}, None
