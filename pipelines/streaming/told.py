"""What an earlier run told, read back for a run that starts by reading back (transforms/resume.py)."""

import argparse
import glob
import os

from pipelines.views.findings_file import FindingsError, read
from schemas.records import Finding
from transforms.resume import Told, told


def told_since(options: argparse.Namespace, since: int | None) -> Told:
    """Give the findings whose whole session lies after `since`, which the replay will find again.

    Nothing where the run reads nothing back (None). Raises ValueError where they can't be read.
    """
    if since is None:
        return Told()
    return told(finding for finding in _of_files(options.output) if finding.session.started >= since)


def _of_files(folder: str) -> list[Finding]:
    latest: dict[str, Finding] = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "findings", "*.jsonl"))):
        try:
            findings = read(path)
        except FindingsError as error:
            raise ValueError(f"{error} (move the file away, or give --replay 0s)") from error
        for finding in findings:
            known = latest.get(finding.finding_id)
            if known is None or finding.revision >= known.revision:
                latest[finding.finding_id] = finding
    return list(latest.values())
