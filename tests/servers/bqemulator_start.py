"""Starts bqemulator 1.4.0 with its faults repaired that stand in our way. Run by its own Python, not by the project's.

- A nested field was not quoted, so that one of the name of an SQL keyword (`hops.from`) failed the table's creation.
- `requirePartitionFilter` was kept only at its old place inside of `timePartitioning`.
"""

from typing import Any

from bqemulator.api.routes import tables
from bqemulator.cli import main
from bqemulator.storage import type_map

_columns = type_map.bq_schema_to_duckdb_columns
_meta = tables._rest_to_table_meta
_rest = tables._table_to_rest


def columns(fields: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(field["name"], _type(field)) for field in fields]


def _type(field: dict[str, Any]) -> str:
    if field["type"].upper() not in ("RECORD", "STRUCT"):
        return _columns([field])[0][1]
    inner = ", ".join(f'"{name}" {type_}' for name, type_ in columns(field["fields"]))
    return f"STRUCT({inner})" + ("[]" if field.get("mode", "").upper() == "REPEATED" else "")


def meta(project: str, dataset: str, body: dict[str, Any], *others: Any) -> Any:
    if "requirePartitionFilter" in body and body.get("timePartitioning"):
        body["timePartitioning"]["requirePartitionFilter"] = body["requirePartitionFilter"]
    return _meta(project, dataset, body, *others)


def rest(table: Any) -> dict[str, Any]:
    body = _rest(table)
    if (body.get("timePartitioning") or {}).pop("requirePartitionFilter", False):
        body["requirePartitionFilter"] = True
    return body


if __name__ == "__main__":
    tables.bq_schema_to_duckdb_columns = type_map.bq_schema_to_duckdb_columns = columns
    tables._rest_to_table_meta = meta
    tables._table_to_rest = rest
    main()
