"""Whether an event costs the same however many there are: `tokentrail scan` over loads of growing size, each once.

    python -m benchmarks.flat --sizes 100000,1000000,10000000

Ten million records are 1.8 GB as gzip, and take minutes to make: `--loads FOLDER` keeps them, for the next time.
"""

import argparse
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.arguments import positive
from benchmarks.throughput import MEGABYTE, START_UP_RECORDS, Load, beam_pipeline, measure, write_load


def load_of(folder: Path, records: int) -> Load:
    """Give a load, made where it is not there yet."""
    at = folder / str(records)
    if at.exists():
        return Load(at, records, 0, 0, 0)
    made = write_load(folder / f"{records}.part", records)
    made.folder.rename(at)
    return Load(at, records, made.files, made.json_bytes, made.gzip_bytes)


def main() -> None:
    """Measure, and print a line for each size as it is done."""
    parser = argparse.ArgumentParser(description="Measure `tokentrail scan` over loads of growing size.")
    parser.add_argument(
        "--sizes",
        type=lambda text: [positive(part) for part in text.split(",")],
        default=[100_000, 1_000_000, 10_000_000],
        help="numbers of events, with commas between (100000,1000000,10000000)",
    )
    parser.add_argument("--loads", type=Path, metavar="FOLDER", help="keep the loads here, and use what is there")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    print(f"{'events':>12}{'wall s':>10}{'CPU s':>10}{'us/event':>10}{'peak MB':>10}{'findings':>10}")
    with tempfile.TemporaryDirectory(prefix="tokentrail-flat-") as scratch:
        folder = options.loads or Path(scratch)
        started = measure(beam_pipeline, load_of(folder, START_UP_RECORDS)).cpu
        for records in options.sizes:
            run = measure(beam_pipeline, load_of(folder, records))
            print(
                f"{records:>12,}{run.wall:>10.0f}{run.cpu:>10.1f}{(run.cpu - started) / records * 1e6:>10.1f}"
                f"{run.peak / MEGABYTE:>10,.0f}{run.findings:>10,}",
                flush=True,
            )
        print(f"start-up, taken off: {started:.1f} CPU s")


if __name__ == "__main__":
    main()
