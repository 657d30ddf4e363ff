"""The tables of BigQuery that a stream writes: `tokentrail tables create`, `diff` and `ddl`."""
