"""How the findings of one window differ between two policies: new, gone, or of another severity."""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from analytic.policy import Policy
from pipelines.backfills import run as runs
from pipelines.backfills import show
from pipelines.backfills.plan import Plan


def against(
    other: Policy, findings: Sequence[dict[str, Any]], options: argparse.Namespace, planned: Plan, settings: Any
) -> bool:
    """Run the window under another policy, write and print the difference; says whether there is any."""
    with tempfile.TemporaryDirectory(prefix=".compared-", dir=options.output) as folder:
        outcome = runs.run(planned, folder, replace(settings, policy=other), quiet=options.quiet)
    changes = differences(outcome.findings, findings)
    rows = b"".join(msgspec.json.encode(change) + b"\n" for change in changes)
    Path(options.output, "diff.jsonl").write_bytes(rows)
    if not options.quiet:
        show.diff(changes, options.output)
    return bool(changes)


def differences(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what differs from the old findings to the new, the gravest first; what only moved in bits does not."""
    was = {finding["finding_id"]: finding for finding in old}
    now = {finding["finding_id"]: finding for finding in new}
    found = []
    for id_ in was.keys() | now.keys():
        one, other = was.get(id_), now.get(id_)
        finding = other or one
        before, after = _severity(one), _severity(other)
        if finding is not None and before != after:
            change = "new" if one is None else "gone" if other is None else "severity"
            found.append(_change(change, finding, before, after, one, other))
    return sorted(
        found, key=lambda change: (-change["severity_rank"], change["first_event_time"], change["finding_id"])
    )


def _severity(finding: dict[str, Any] | None) -> str | None:
    """Give the severity that counts: a suppressed finding alarms nobody."""
    if finding is None:
        return None
    return f"{finding['severity']} (suppressed)" if finding["suppressed"] else str(finding["severity"])


def _change(
    change: str,
    finding: dict[str, Any],
    before: str | None,
    after: str | None,
    one: dict[str, Any] | None,
    other: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "change": change,
        "finding_id": finding["finding_id"],
        "chain": finding["chain"],
        "title": finding["title"],
        "before": before,
        "after": after,
        "score_before": one["score"] if one else None,
        "score_after": other["score"] if other else None,
        "severity_rank": max(side["severity_rank"] for side in (one, other) if side),
        "first_event_time": finding["first_event_time"],
    }
