"""Tokentrail beside others over the same files: the bare folds, `scan`, DuckDB, Polars; and its own runs on Flink.

    uv run --group benchmarks python -m benchmarks.engines --events 100000 --repeat 3 --flink

DuckDB and Polars do something much simpler: unpack the delivery files, read eight fields of each record, and give for
each credential its events, first and last time, networks and kinds of calls. It is what a query can say about
credentials without following one: no classification, no hops, no sessions, no chains. All run in turn, each in its own
process. With `--flink` (Java, Maven and uv on the PATH) Beam's FlinkRunner and the PyFlink job run between them.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from isal import igzip_lib

from benchmarks.arguments import positive
from benchmarks.throughput import Command, Load, Run, bare_folds, beam_pipeline, measure, median, write_load

_IDENTITY = {"accessKeyId": "str", "principalId": "str"}
_FIELDS = ("eventTime", "eventSource", "eventName", "sourceIPAddress", "userAgent", "awsRegion")

_QUERY = """
SELECT r.userIdentity.accessKeyId AS credential, count(*) AS events, min(r.eventTime) AS since, max(r.eventTime) AS til,
       count(DISTINCT r.sourceIPAddress) AS networks, count(DISTINCT r.eventSource || ':' || r.eventName) AS calls
FROM (SELECT unnest(Records) AS r FROM read_json(?, columns = ?, maximum_object_size = 268435456))
GROUP BY credential
"""


def duckdb(folder: Path) -> int:
    """Query the files with DuckDB; gives the number of credentials."""
    import duckdb  # Only in the group `benchmarks`.

    fields = ", ".join(f"{name} VARCHAR" for name in _FIELDS)
    identity = ", ".join(f"{name} VARCHAR" for name in _IDENTITY)
    columns = {"Records": f"STRUCT({fields}, userIdentity STRUCT({identity}))[]"}
    return len(duckdb.execute(_QUERY, [str(folder / "*.json.gz"), columns]).fetchall())


def polars(folder: Path) -> int:
    """Query the files with Polars; gives the number of credentials."""
    import polars as pl

    identity = pl.Struct(dict.fromkeys(_IDENTITY, pl.String))
    schema = {"Records": pl.List(pl.Struct(dict.fromkeys(_FIELDS, pl.String) | {"userIdentity": identity}))}
    frames = []
    for path in sorted(folder.glob("*.json.gz")):
        text = igzip_lib.decompress(path.read_bytes(), igzip_lib.DECOMP_GZIP)
        frames.append(pl.read_json(text, schema=schema).explode("Records").unnest("Records").unnest("userIdentity"))
    call = pl.concat_str("eventSource", pl.lit(":"), "eventName")
    found = (
        pl.concat(frames)
        .group_by("accessKeyId")
        .agg(
            pl.len().alias("events"),
            pl.col("eventTime").min().alias("first"),
            pl.col("eventTime").max().alias("last"),
            pl.col("sourceIPAddress").n_unique().alias("networks"),
            call.n_unique().alias("calls"),
        )
    )
    return int(found.height)


QUERIES: dict[str, Callable[[Path], int]] = {"duckdb": duckdb, "polars": polars}


def _query(name: str) -> Command:
    module = "benchmarks.engines"
    return lambda folder, output: [sys.executable, "-m", module, "--query", name, "--folder", str(folder)]


def main() -> None:
    """Measure all in turn and print a table, or be one of the queries that is measured."""
    parser = argparse.ArgumentParser(description="Measure Tokentrail, DuckDB and Polars over the same synthetic logs.")
    parser.add_argument("--events", type=positive, default=100_000, help="events (%(default)s)")
    parser.add_argument("--repeat", type=positive, default=3, help="runs of each, of which medians (%(default)s)")
    parser.add_argument("--flink", action="store_true", help="backfill on Flink and the PyFlink job as well")
    parser.add_argument("--query", choices=QUERIES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.query:
        print(json.dumps({"findings": QUERIES[chosen.query](chosen.folder)}))
        return
    cores = os.cpu_count() or 1
    commands = {"bare folds": bare_folds, "scan": beam_pipeline} | {
        f"{name} (simpler)": _query(name) for name in QUERIES
    }
    measured: dict[str, Callable[[Load], Run]] = {name: partial(measure, command) for name, command in commands.items()}
    with tempfile.TemporaryDirectory(prefix="tokentrail-engines-") as scratch:
        load = write_load(Path(scratch, "logs"), chosen.events)
        if chosen.flink:
            from benchmarks import flink  # Its clusters are the tests', and need what the tests need.

            measured |= {"backfill on Flink": flink.backfill, "PyFlink job": flink.pyflink_job}
        runs: dict[str, list[Run]] = {name: [] for name in measured}
        for _ in range(chosen.repeat):
            for name, measure_one in measured.items():
                runs[name].append(measure_one(load))
    print(f"{cores} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}; medians")
    print(f"{'':20}{'events/s':>12}{'CPU us/event':>14}{'peak MB':>10}{'CPU to folds':>14}{'findings':>10}")
    folds = median(runs["bare folds"]).cpu
    for name, done in runs.items():
        cost = median(done)
        print(
            f"{name:20}{load.records / cost.wall:>12,.0f}{cost.cpu / load.records * 1e6:>14.1f}"
            f"{cost.peak / 1e6:>10,.0f}{cost.cpu / folds:>14.2f}{cost.findings:>10,}"
        )


if __name__ == "__main__":
    main()
