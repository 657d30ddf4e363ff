"""Throughput: the bare folds against `tokentrail scan`'s Beam pipeline, on synthetic CloudTrail in gzip delivery files.

    python benchmarks/throughput.py --events 100000 --sizes 100000,1000000 --repeat 3
    python benchmarks/throughput.py --events 100000 --sizes 100000 --mix

With `--mix` each size is run twice: AWS alone, and a mix of AWS, Google Cloud and Azure with Entra (in JSON lines).

(a) benchmarks/folds.py and (b) `python -m pipelines.cli scan` each run in a process of their own, in turn (a, b, a,
b, ...), and the medians are shown. Start-up (imports, building the pipeline) is measured on a file of ten records, and
the ratio of CPU b/a is given with it and without it. All of it is run for every size, to show what one event costs.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec
from isal import igzip

from benchmarks.arguments import positive
from simulator import load_mix
from simulator.delivery import delivery_bytes
from simulator.load import events

ROOT = Path(__file__).resolve().parents[1]
SEED = 1
RECORDS_PER_FILE = 2_000
START_UP_RECORDS = 10
MEGABYTE = 1_000_000

AWS_ALONE = "AWS alone"
MIX = ", ".join(f"{share} % {cloud}" for cloud, share in load_mix.SHARES.items())

Command = Callable[[Path, Path], list[str]]
"""The command line of a run, from the folder to read and a folder to write to."""


@dataclass(frozen=True)
class Load:
    """A folder of delivery files: how many records and files, and how many bytes of JSON and of gzip."""

    folder: Path
    records: int
    files: int
    json_bytes: int
    gzip_bytes: int


@dataclass(frozen=True)
class Run:
    """What one process used: seconds of wall clock and of CPU (user and system), peak memory in bytes, findings."""

    wall: float
    cpu: float
    peak: int
    findings: int


@dataclass(frozen=True)
class Cost:
    """The medians of several runs over one load."""

    wall: float
    cpu: float
    peak: float
    findings: int


def write_load(folder: Path, records: int) -> Load:
    """Write that many synthetic records as delivery files of RECORDS_PER_FILE records each."""
    folder.mkdir(parents=True)
    stream, files, json_bytes, gzip_bytes = events(records, SEED), 0, 0, 0
    while batch := list(islice(stream, RECORDS_PER_FILE)):
        text = delivery_bytes(batch)
        packed = igzip.compress(text)
        (folder / f"{files:05d}.json.gz").write_bytes(packed)
        files, json_bytes, gzip_bytes = files + 1, json_bytes + len(text), gzip_bytes + len(packed)
    return Load(folder, records, files, json_bytes, gzip_bytes)


def write_mix(folder: Path, records: int) -> Load:
    """Write that many synthetic records of three clouds: a folder for each, Google's and Microsoft's as JSON lines."""
    shares = load_mix.split(records)
    parts = [write_load(folder / "aws", shares.pop("aws"))]
    encode = msgspec.json.Encoder().encode_lines
    for cloud, share in shares.items():
        (folder / cloud).mkdir()
        stream, part = load_mix.events(cloud, share, SEED), Load(folder / cloud, share, 0, 0, 0)
        while batch := list(islice(stream, RECORDS_PER_FILE)):
            text = encode(batch)
            packed = igzip.compress(text)
            (part.folder / f"{part.files:05d}.json.gz").write_bytes(packed)
            part = replace(
                part,
                files=part.files + 1,
                json_bytes=part.json_bytes + len(text),
                gzip_bytes=part.gzip_bytes + len(packed),
            )
        parts.append(part)
    return Load(
        folder,
        records,
        sum(part.files for part in parts),
        sum(part.json_bytes for part in parts),
        sum(part.gzip_bytes for part in parts),
    )


def bare_folds(folder: Path, output: Path) -> list[str]:
    """Give the command of (a)."""
    return [sys.executable, str(ROOT / "benchmarks" / "folds.py"), str(folder)]


def beam_pipeline(folder: Path, output: Path) -> list[str]:
    """Give the command of (b)."""
    return [sys.executable, "-m", "pipelines.cli", "scan", str(folder), "--output", str(output), "-q", "--workers", "1"]


def measure(command: Command, load: Load) -> Run:
    """Run a command over a load and give what its process used; stops with its error output when it fails.

    The operating system reports the peak memory of a process with that of its parent at the fork as the floor: this
    process stays small, because it makes the load a file at a time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        output, printed, complaints = Path(scratch, "output"), Path(scratch, "stdout"), Path(scratch, "stderr")
        arguments = command(load.folder, output)
        with printed.open("wb") as out, complaints.open("wb") as err:
            started = time.perf_counter()
            process = subprocess.Popen(arguments, cwd=ROOT, stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(arguments)} gave {process.returncode}:\n{complaints.read_text()[-2000:]}")
        findings = _count_findings(output / "findings.jsonl", printed)
    # Linux gives kilobytes here, macOS bytes.
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, findings)


def _count_findings(written: Path, printed: Path) -> int:
    if written.exists():
        with written.open("rb") as lines:
            return sum(1 for _ in lines)
    return int(msgspec.json.decode(printed.read_bytes(), type=dict[str, int])["findings"])


def in_turn(load: Load, repeat: int) -> tuple[Cost, Cost]:
    """Run (a) and (b) in turn, `repeat` times each, and give the medians."""
    runs: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(repeat):
        for command, done in zip((bare_folds, beam_pipeline), runs, strict=True):
            done.append(measure(command, load))
    return median(runs[0]), median(runs[1])


def median(runs: list[Run]) -> Cost:
    """Give the median of each figure over several runs, and the findings of the first."""
    return Cost(
        wall=statistics.median(run.wall for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        peak=statistics.median(run.peak for run in runs),
        findings=runs[0].findings,
    )


def table(load: Load, start_up: tuple[Cost, Cost], costs: tuple[Cost, Cost]) -> str:
    """Write what (a) and (b) cost on one load, with the ratio of their CPU seconds."""
    lines = [
        f"{load.records:,} events, {load.files:,} files, {load.json_bytes / MEGABYTE:,.0f} MB of JSON "
        f"({load.json_bytes / load.records:,.0f} bytes an event), {load.gzip_bytes / MEGABYTE:,.0f} MB as gzip",
        f"{'':20}{'events/s':>12}{'CPU s':>10}{'start-up s':>12}{'us/event':>10}{'peak MB':>10}{'findings':>10}",
    ]
    for name, started, cost in zip(("a  bare folds", "b  tokentrail scan"), start_up, costs, strict=True):
        net = cost.cpu - started.cpu
        lines.append(
            f"{name:20}{load.records / cost.wall:>12,.0f}{cost.cpu:>10.2f}{started.cpu:>12.2f}"
            f"{net / load.records * 1e6:>10.1f}{cost.peak / MEGABYTE:>10,.0f}{cost.findings:>10,}"
        )
    ratio = costs[1].cpu / costs[0].cpu
    net_ratio = (costs[1].cpu - start_up[1].cpu) / (costs[0].cpu - start_up[0].cpu)
    lines.append(f"CPU b/a: {ratio:.2f} with start-up, {net_ratio:.2f} without")
    return "\n".join(lines)


def command_line() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Measure the bare folds and the Beam pipeline of `tokentrail scan` on synthetic CloudTrail.",
        epilog="events/s is by wall clock with start-up; us/event is CPU without start-up, per event.",
    )
    parser.add_argument("--events", type=positive, default=100_000, help="events of the first table (%(default)s)")
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=[100_000, 1_000_000],
        help="further numbers of events, with commas between, to show the cost per event (100000,1000000)",
    )
    parser.add_argument("--mix", action="store_true", help=f"run each size also on a mix of {MIX}".replace("%", "%%"))
    parser.add_argument("--repeat", type=positive, default=3, help="runs of each, of which medians (%(default)s)")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [positive(part) for part in text.split(",") if part]


def main() -> None:
    """Measure, and print a table for each size as it is done."""
    chosen = command_line()
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}; "
        f"seed {SEED}, medians of {chosen.repeat}"
    )
    with tempfile.TemporaryDirectory(prefix="tokentrail-throughput-") as scratch:
        start_up = in_turn(write_load(Path(scratch, "start-up"), START_UP_RECORDS), chosen.repeat)
        per_event: list[tuple[int, str, float, float]] = []
        writers = {AWS_ALONE: write_load} | ({MIX: write_mix} if chosen.mix else {})
        for records in dict.fromkeys([chosen.events, *chosen.sizes]):
            for number, (what, write) in enumerate(writers.items()):
                load = write(Path(scratch, f"{records}-{number}"), records)
                costs = in_turn(load, chosen.repeat)
                print(f"\n{what}: {table(load, start_up, costs)}", flush=True)
                a, b = ((cost.cpu - started.cpu) / records * 1e6 for cost, started in zip(costs, start_up, strict=True))
                per_event.append((records, what, a, b))
                shutil.rmtree(load.folder)
    if len(per_event) > 1:
        print(f"\nCPU microseconds an event, without start-up\n{'events':>12}{'a':>8}{'b':>8}")
        for records, what, a, b in per_event:
            print(f"{records:>12,}{a:>8.1f}{b:>8.1f}  {what}")


if __name__ == "__main__":
    main()
