"""The sinks of a stream, out of its options: tables, files, and the topic of alerts."""

import argparse
import re

import apache_beam as beam

from analytic.alerting import Alerting
from analytic.limit import Limit
from analytic.policy import MINUTE
from analytic.scoring import SEVERITIES
from transforms.alerts import PublishAlerts
from transforms.bigquery import WriteDeadLetterRows, WriteRows
from transforms.file_sink import SECONDS, WriteBatches, WriteDeadLetterBatches
from transforms.sinks import Sinks

_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
_PLACE = "PROJECT:DATASET.TABLE"
_TABLE = re.compile(r"[a-z0-9.:-]+[:.][A-Za-z0-9_]+\.[A-Za-z0-9_-]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where a stream's results go, and when."""
    add_places(parser)
    parser.add_argument("--coverage-table", metavar=_PLACE, help="which logs were seen, by hour (docs/coverage.md)")
    parser.add_argument(
        "--file-seconds",
        type=float,
        default=SECONDS,
        metavar="N",
        help="how long results gather before their file is written (default: %(default)s)",
    )
    parser.add_argument("--alert-topic", metavar="projects/P/topics/T", help="publish grave findings there too")
    parser.add_argument(
        "--alert-severity",
        choices=SEVERITIES,
        default="high",
        metavar="SEVERITY",
        help="alert from here on (default: %(default)s)",
    )
    parser.add_argument(
        "--alert-cooldown",
        type=float,
        default=60,
        metavar="MINUTES",
        help="then no alert for the same actor and chain, but for a graver one (default: %(default)s)",
    )
    parser.add_argument(
        "--dead-letter-limit",
        type=float,
        default=Limit().ratio,
        metavar="RATIO",
        help="stop where more than this of five minutes' records become dead letters; 1 never stops "
        "(default: %(default)s)",
    )


def add_places(parser: argparse.ArgumentParser) -> None:
    """Add where results go, of a stream or of input that ends."""
    parser.add_argument("--findings-table", metavar=_PLACE, help="findings go here (`tokentrail tables create`)")
    parser.add_argument("--dead-letter-table", metavar=_PLACE, help="what could not be read, parsed or written")
    parser.add_argument(
        "--output", metavar="DIR", help="write what has no table as files (JSON lines and Avro); gs:// and s3:// too"
    )


def sinks(options: argparse.Namespace) -> Sinks:
    """Make the sinks. Raises ValueError, in one line, where an option is wrong or something has nowhere to go."""
    for name in ("findings_table", "dead_letter_table", "coverage_table"):
        check_table(getattr(options, name, None), "--" + name.replace("_", "-"))
    if not options.findings_table and not options.output:
        raise ValueError("findings have nowhere to go: give --findings-table PROJECT:DATASET.TABLE or --output DIR")
    if not options.dead_letter_table and not options.output:
        raise ValueError("dead letters have nowhere to go: give --dead-letter-table or --output DIR")
    seconds = getattr(options, "file_seconds", None)  # Input that ends has its files when it ends.
    if seconds is not None and seconds <= 0:
        raise ValueError(f"--file-seconds is {seconds}: give a number above 0")
    return Sinks(
        findings=_findings(options, seconds),
        dead_letters=_dead_letters(options, seconds),
        coverage=_coverage(options, seconds),
        alerts=_alerts(options),
    )


def limit(options: argparse.Namespace) -> Limit:
    """Make the limit of dead letters, for ParseAuditLogs. Raises ValueError where it is no ratio."""
    return Limit(options.dead_letter_limit)


def check_table(table: str | None, option: str) -> None:
    """Raise ValueError where a table's name is none."""
    if table is not None and not _TABLE.fullmatch(table):
        raise ValueError(f"{option} {table}: no table; give PROJECT:DATASET.TABLE")


def _findings(options: argparse.Namespace, seconds: float | None) -> WriteRows | WriteBatches:
    if options.findings_table:
        return WriteRows(options.findings_table, "finding")
    return WriteBatches(options.output, "findings", "finding", seconds)


def _dead_letters(options: argparse.Namespace, seconds: float | None) -> WriteDeadLetterRows | WriteDeadLetterBatches:
    if options.dead_letter_table:
        return WriteDeadLetterRows(options.dead_letter_table)
    return WriteDeadLetterBatches(options.output, seconds)


def _coverage(options: argparse.Namespace, seconds: float | None) -> beam.PTransform | None:
    table = getattr(options, "coverage_table", None)
    if table:
        return WriteRows(table, "coverage")
    return WriteBatches(options.output, "coverage", "coverage", seconds) if options.output else None


def _alerts(options: argparse.Namespace) -> PublishAlerts | None:
    topic = getattr(options, "alert_topic", None)
    if topic is None:
        return None
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"--alert-topic {topic}: no topic; give projects/PROJECT/topics/TOPIC")
    return PublishAlerts(topic, Alerting(options.alert_severity, round(options.alert_cooldown * MINUTE)))
