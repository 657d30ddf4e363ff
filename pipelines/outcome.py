"""How a command ends: its exit code, and the one line that an error is."""

import sys

REPORT = "report.html"

RESULTS = (
    "findings.jsonl",
    "findings.avro",
    "findings.ocsf.jsonl",
    "findings.ecs.jsonl",
    "findings.csv",
    "findings.md",
    REPORT,
    "dead_letters.jsonl",
    "summary.json",
    "events.jsonl",
    "events.avro",
    "coverage.json",
    "coverage.avro",
    "visibility.json",
)
"""The files that runs write."""

_STEP = " [while running "

OK, ERROR, FOUND, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: FOUND when --fail-on was reached; INTERRUPTED as shells count SIGINT."""


def said(error: BaseException) -> str:
    """Give what an error says, in one line, without the step that Beam writes behind it."""
    return " ".join(str(error).partition(_STEP)[0].split())


def fail(message: str) -> int:
    """Print an error in one line; gives the exit code."""
    from pipelines.views.console import safe

    print(f"tokentrail: error: {safe(message)}", file=sys.stderr)  # noqa: T201 - the one line that errors are
    return ERROR
