"""Rows of a BigQuery table as files: `bigquery://project.dataset.table/2026-03-03T09` holds an hour's raw records.

A table that keeps raw records is partitioned by time. Each file is one query with the partition's filter, so that only
what can hold the events is scanned and paid for; its rows come sorted, so that a record's number is the same each time.
A row is the record itself (a Cloud Logging sink's table), or holds it in a column named `raw` of text or JSON.
"""

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from apache_beam.io.filesystem import CompressionTypes, FileMetadata, FileSystem
from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery

SCHEME = "bigquery"
RAW = "raw"
"""The column that holds a whole record, where a table has it."""

_URI = re.compile(r"bigquery://(?P<table>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)(?:T(?P<hour>\d\d))?")
_TABLE = re.compile(r"(?:[\w.-]+:)?[\w-]+\.\w+\.[\w-]+")
_TEXTS = ("STRING", "JSON")
_BUFFER = 1024 * 1024
_NOTHING = b"[]\n"
"""What an hour without rows reads as: no record, and no broken file either."""


class Partitioning(NamedTuple):
    """How a table is cut by time: the column, its type, and whether a file holds an hour of it or a day."""

    column: str
    type: str
    hourly: bool
    raw: str | None


def partitioning(client: bigquery.Client, table: str) -> Partitioning:
    """Look at a table. Raises OSError, in one line, where it can't be read or is not partitioned by time."""
    if not _TABLE.fullmatch(table):
        raise OSError(f"{SCHEME}://{table}: no table's name; write {SCHEME}://project.dataset.table")
    try:
        found = client.get_table(table)
    except (GoogleAPIError, GoogleAuthError, ValueError) as error:
        raise OSError(_line(table, error)) from error
    cut = found.time_partitioning
    if cut is None:
        raise OSError(f"{SCHEME}://{table}: is not partitioned by time, each window would scan all of it: partition it")
    types = {field.name: field.field_type for field in found.schema}
    raw = next((name for name, kind in types.items() if name.lower() == RAW and kind in _TEXTS), None)
    if cut.field is None:
        return Partitioning("_PARTITIONTIME", "TIMESTAMP", cut.type_ == "HOUR", raw)
    return Partitioning(cut.field, types[cut.field], types[cut.field] != "DATE", raw)


def query(table: str, cut: Partitioning) -> str:
    """Give the query of one file, with the parameters @since and @until. Names were checked against the table."""
    record = f"CAST(t.`{cut.raw}` AS STRING)" if cut.raw else "TO_JSON_STRING(t)"
    name = cut.column if cut.column.startswith("_") else f"`{cut.column}`"
    where = f"{name} >= @since AND {name} < @until"
    return f"SELECT {record} AS record FROM `{table}` AS t WHERE {where} ORDER BY record"  # noqa: S608 - see above


class BigQueryRows(FileSystem):
    """The rows as Beam reads files: only to be opened. Being a FileSystem, each worker imports it at its start."""

    @classmethod
    def scheme(cls) -> str:
        """Give the scheme of these uris."""
        return SCHEME

    def open(
        self, path: str, mime_type: str = "", compression_type: str = CompressionTypes.UNCOMPRESSED
    ) -> io.BufferedReader:
        """Run the query of an hour or a day, and give its records as lines. Raises OSError, in one line."""
        found = _URI.fullmatch(path)
        if found is None:
            raise OSError(f"{path}: names no hour and no day: {SCHEME}://project.dataset.table/2026-03-03T09")
        table = found["table"]
        client = connect(table)
        cut = partitioning(client, table)
        since = datetime.fromisoformat(found["day"]).replace(hour=int(found["hour"] or 0), tzinfo=UTC)
        until = since + (timedelta(days=1) if found["hour"] is None else timedelta(hours=1))
        values = [_value(cut.type, at) for at in (since, until)]
        parameters = [
            bigquery.ScalarQueryParameter(name, cut.type, value)
            for name, value in zip(("since", "until"), values, strict=True)
        ]
        config = bigquery.QueryJobConfig(query_parameters=parameters)
        try:
            rows = client.query(query(table, cut), job_config=config).result()
        except (GoogleAPIError, GoogleAuthError) as error:
            raise OSError(_line(table, error)) from error
        return io.BufferedReader(_Lines(table, rows), _BUFFER)

    def join(self, basepath: str, *paths: str) -> str:
        """Join parts of a uri."""
        return "/".join([basepath, *paths])

    def split(self, path: str) -> tuple[str, str]:
        """Split a uri into its table and its hour."""
        head, _, tail = path.rpartition("/")
        return head, tail

    def has_dirs(self) -> bool:
        """There are none."""
        return False

    def exists(self, path: str) -> bool:
        """Say whether the uri names an hour or a day: one without rows is there, and empty."""
        return _URI.fullmatch(path) is not None

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        return iter(())  # What there is to read is planned by time (pipelines/rows.py).

    def _read_only(self, *unused: Any) -> Any:
        raise OSError(f"{SCHEME}:// is only read here")

    create = copy = rename = delete = mkdirs = size = last_updated = checksum = metadata = _read_only


def connect(table: str) -> bigquery.Client:
    """Give a client that pays with the table's own project. Raises OSError where this machine has no credentials."""
    try:
        return bigquery.Client(project=table.rsplit(".", 2)[0])
    except GoogleAuthError as error:
        raise OSError(_line(table, error)) from error


def _value(kind: str, at: datetime) -> Any:
    if kind == "DATE":
        return at.date()
    return at if kind == "TIMESTAMP" else at.replace(tzinfo=None)


def _line(table: str, error: Exception) -> str:
    return f"{SCHEME}://{table}: {' '.join(str(error).split())[:200]}"


class _Lines(io.RawIOBase):
    """Records as the bytes of one file, a page of rows at a time."""

    def __init__(self, table: str, rows: Iterable[Any]) -> None:
        self._table = table
        self._rows = iter(rows)
        self._left = b""
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            while not self._left:
                record = next(self._rows)["record"]
                self._left = f"{record}\n".encode() if record else b""
        except StopIteration:
            if self._begun:
                return 0
            self._left = _NOTHING
        except (GoogleAPIError, GoogleAuthError) as error:
            raise OSError(_line(self._table, error)) from error
        self._begun = True
        given = self._left[: len(buffer)]
        buffer[: len(given)] = given
        self._left = self._left[len(given) :]
        return len(given)
