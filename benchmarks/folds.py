"""The bare folds over a folder of delivery files, in one loop and one process: what the pipeline is measured against.

`python benchmarks/folds.py FOLDER` prints one line of JSON: events, findings, and what was not parsed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from isal import igzip_lib

from analytic.analysis import analyse
from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.source import parse_record
from schemas.records import ApiEvent
from transforms.collecting import collect_less

Counts = dict[str, int]


def read_events(folder: Path, counts: Counts) -> Iterator[ApiEvent]:
    """Give the events of all .json.gz files below a folder, and count what was read and what was not parsed."""
    for path in sorted(folder.rglob("*.json.gz")):
        uri = str(path)
        for record in records(igzip_lib.decompress(path.read_bytes(), igzip_lib.DECOMP_GZIP)):
            if isinstance(record, Broken):
                counts["unparsed"] += 1
                continue
            try:
                event = parse_record(record.data, f"{uri}#{record.number}")
            except ParseError:
                counts["unparsed"] += 1
                continue
            if isinstance(event, ApiEvent):
                counts["events"] += 1
                yield event


def main() -> None:
    """Run the folds over the folder named on the command line."""
    collect_less()  # As `tokentrail scan` does: the comparison is of the same interpreter.
    counts = {"events": 0, "unparsed": 0}
    findings = analyse(read_events(Path(sys.argv[1]), counts))
    print(json.dumps(counts | {"findings": len(findings)}))


if __name__ == "__main__":
    main()
