"""What an earlier run told, read back for a run that starts by reading back (transforms/resume.py)."""

import argparse
import glob
import logging
import os
from datetime import UTC, datetime

from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError

from analytic.policy import DAY
from pipelines.views.findings_file import FindingsError, finding_of, read
from schemas import avro
from schemas.records import Finding
from schemas.tables import from_row
from transforms.resume import MAX_TOLD, Told, told

_MORE = DAY
_LOG = logging.getLogger(__name__)


def told_since(options: argparse.Namespace, since: int | None) -> Told:
    """Give the findings whose whole session lies after `since`, which the replay will find again.

    Nothing where the run reads nothing back (None). Raises ValueError where they can't be read.
    """
    if since is None:
        return Told()
    found = _of_table(options.findings_table, since) if options.findings_table else _of_files(options.output)
    meant = [finding for finding in found if finding.session.started >= since]
    if len(meant) >= MAX_TOLD:
        _LOG.warning("only the newest %d findings told before are continued; older ones are told anew", MAX_TOLD)
    return told(meant)


def _of_table(table: str, since: int) -> list[Finding]:
    """Read what stands in a table of findings. A revision may begin earlier than what it replaces, so a day more."""
    from google.cloud import bigquery  # What only tables need is not loaded for files.

    name = table.replace(":", ".")
    query = f"""
        SELECT * FROM `{name}` WHERE first_event_time >= @since
        QUALIFY ROW_NUMBER() OVER (PARTITION BY finding_id ORDER BY revision DESC, detected_at DESC) = 1
        ORDER BY last_event_time DESC LIMIT {MAX_TOLD}
    """  # noqa: S608 - a table's name, checked by sinks.check_table
    begin = datetime.fromtimestamp(max(0, since - _MORE) / 1_000_000, UTC)
    parameters = [bigquery.ScalarQueryParameter("since", "TIMESTAMP", begin)]
    schema = avro.load("finding")
    try:
        with bigquery.Client(project=name.split(".")[0]) as client:
            rows = client.query(query, bigquery.QueryJobConfig(query_parameters=parameters)).result()
            return [finding_of(from_row(dict(row.items()), schema)) for row in rows]
    except (GoogleAPICallError, GoogleAuthError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{table}: what an earlier run told can't be read ({reason}); or give --replay 0s") from error


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
