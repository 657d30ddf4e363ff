"""The tables as BigQuery has them: looked at, made and added to."""

from typing import NamedTuple

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from pipelines.tables.ddl import create_view, view_name
from schemas.evolution import Differences, compare, merge
from schemas.tables import Column, Table, columns


class Place(NamedTuple):
    """A table of ours and its name there, PROJECT.DATASET.TABLE."""

    table: Table
    name: str


def diff(client: bigquery.Client, place: Place) -> Differences | None:
    """Compare a live table with its schema; None where there is none. Raises GoogleAPICallError."""
    try:
        live = client.get_table(place.name)
    except NotFound:
        return None
    table = place.table
    found = compare(_columns(live.schema), columns(table.schema))
    partition = live.time_partitioning
    if partition is None or partition.field != table.partition or partition.type_ != "DAY":
        has = f"{partition.type_} of {partition.field}" if partition else "nothing"
        found.other.append(f"it is partitioned by {has}, not by DAY of {table.partition}")
    if tuple(live.clustering_fields or ()) != table.clustering:
        found.additive.append(f"cluster by {', '.join(table.clustering)}")
    if not live.require_partition_filter:
        found.additive.append("require a partition filter")
    return found


def create(client: bigquery.Client, place: Place) -> None:
    """Make a table; one that is there stays as it is. Raises GoogleAPICallError."""
    table = place.table
    made = bigquery.Table(place.name, schema=[_field(column) for column in columns(table.schema)])
    made.time_partitioning = bigquery.TimePartitioning(field=table.partition)
    made.require_partition_filter = True
    made.clustering_fields = list(table.clustering)
    made.description = table.schema["doc"]
    client.create_table(made, exists_ok=True)


def update(client: bigquery.Client, place: Place) -> None:
    """Make good what is additive. Raises GoogleAPICallError."""
    live = client.get_table(place.name)
    live.schema = [_field(column) for column in merge(_columns(live.schema), columns(place.table.schema))]
    live.clustering_fields = list(place.table.clustering)
    live.require_partition_filter = True
    live.description = place.table.schema["doc"]
    client.update_table(live, ["schema", "clustering_fields", "require_partition_filter", "description"])


def replace_view(client: bigquery.Client, place: Place) -> str | None:
    """Make `..._latest` beside a table that has such a view, or make it anew; gives its name.

    Raises GoogleAPICallError.
    """
    statement = create_view(place.table, place.name)
    if statement is None:
        return None
    client.query(statement).result()
    return view_name(place.name)


def _columns(fields: list[bigquery.SchemaField]) -> tuple[Column, ...]:
    return tuple(
        Column(field.name, _TYPES.get(field.field_type, field.field_type), field.mode, field.description or "", inner)
        for field in fields
        for inner in (_columns(field.fields),)
    )


_TYPES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}
"""Other names that the API may give a type by."""


def _field(column: Column) -> bigquery.SchemaField:
    fields = [_field(field) for field in column.fields]
    return bigquery.SchemaField(
        column.name, column.type, mode=column.mode, description=column.description, fields=fields
    )
