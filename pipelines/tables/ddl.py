"""The statements that make the tables and their views, as text: what `create` runs is what `ddl` prints."""

from schemas.tables import Column, Table, columns

_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
"""Names of types in DDL, where they differ from the REST API's."""


def create_table(table: Table, name: str) -> str:
    """Give the statement that makes a table (PROJECT.DATASET.TABLE) where there is none."""
    lines = ",\n".join(f"  {_column(column, 1)}" for column in columns(table.schema))
    clustering = ", ".join(table.clustering)
    return (
        f"CREATE TABLE IF NOT EXISTS `{name}` (\n{lines}\n)\n"
        f"PARTITION BY TIMESTAMP_TRUNC({table.partition}, DAY)\n"
        f"CLUSTER BY {clustering}\n"
        f"OPTIONS (require_partition_filter = TRUE, description = {_text(table.schema['doc'])})"
    )


def view_name(name: str) -> str:
    """Give the name of the view of a table."""
    return f"{name}_latest"


def create_view(table: Table, name: str) -> str | None:
    """Give the statement that makes the view of a table (PROJECT.DATASET.TABLE); None where it has none."""
    match table.name:
        case "findings":
            return _latest_findings(name)
        case "coverage":
            return _latest_coverage(table, name)
    return None


def _latest_coverage(table: Table, name: str) -> str:
    """Of each cell the counts that stand: they only rise, so of each the largest."""
    counts = [column.name for column in columns(table.schema) if column.name not in _CELL]
    most = ",\n".join(f"  MAX({count}) AS {count}" for count in counts)
    return (
        f"CREATE OR REPLACE VIEW `{view_name(name)}`\n"
        "OPTIONS (description = 'Of each account, region, service, log class and hour the counts that stand.') AS\n"
        f"SELECT\n  {', '.join(_CELL)},\n{most}\n"
        f"FROM `{name}`\n"
        f"WHERE hour >= {_EARLIEST}\n"
        f"GROUP BY {', '.join(_CELL)}"
    )


def _latest_findings(name: str) -> str:
    """Of each finding the highest revision, written last.

    Which row is the latest is asked of all partitions, in three small columns: a revision may have an earlier first
    event than the row that it replaces, and a filter on the view must not bring that one back. A retracted finding
    stays, as retracted: who has seen it open must be able to see what became of it.
    """
    return _FINDINGS.replace("{VIEW}", view_name(name)).replace("{FINDINGS}", name)


_CELL = ("provider", "account", "region", "service", "log_class", "hour")
"""What names a row of coverage (analytic/coverage/cells.py, Cell)."""

_EARLIEST = "TIMESTAMP '0001-01-01 00:00:00+00'"
"""Before every event: a filter by it satisfies a table's required filter and leaves no row out."""

_FINDINGS = """CREATE OR REPLACE VIEW `{VIEW}`
OPTIONS (description = 'Of each finding its latest revision; status tells which were retracted.') AS
SELECT finding.*
FROM `{FINDINGS}` AS finding
JOIN (
  SELECT finding_id, revision, IFNULL(detected_at, EARLIEST) AS written
  FROM `{FINDINGS}`
  WHERE first_event_time >= EARLIEST
  QUALIFY ROW_NUMBER() OVER (PARTITION BY finding_id ORDER BY revision DESC, detected_at DESC) = 1
) AS latest
ON finding.finding_id = latest.finding_id
  AND finding.revision = latest.revision
  AND IFNULL(finding.detected_at, EARLIEST) = latest.written
WHERE finding.first_event_time >= EARLIEST
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY finding.finding_id, finding.first_event_time ORDER BY finding.score
) = 1""".replace("EARLIEST", _EARLIEST)
"""The last line is for a row that was inserted twice."""


def _column(column: Column, depth: int) -> str:
    """Give a column with its type, whether it must be there, and what it means."""
    kind = _NAMES.get(column.type, column.type)
    if column.fields:
        indent = "  " * (depth + 1)
        inner = ",\n".join(f"{indent}{_column(field, depth + 1)}" for field in column.fields)
        kind = f"STRUCT<\n{inner}\n{'  ' * depth}>"
    if column.mode == "REPEATED":
        kind = f"ARRAY<{kind}>"
    must = " NOT NULL" if column.mode == "REQUIRED" else ""
    said = f" OPTIONS (description = {_text(column.description)})" if column.description else ""
    return f"`{column.name}` {kind}{must}{said}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"
