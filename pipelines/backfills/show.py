"""What a backfill prints: what a dry run would do, the findings, and what to mind about the window."""

import time
from typing import Any

from analytic.policy import Policy
from analytic.scoring import SEVERITIES
from pipelines.backfills.asked import Asked, job_name, shown
from pipelines.backfills.plan import Plan, by_date
from pipelines.views import console


def dry_run(plan: Plan, asked: Asked, policy: Policy, output: str) -> None:
    """Say what would be read and written, by date; nothing is opened."""
    uris = plan.uris()
    first, last = plan.parts[0].window, plan.parts[-1].window
    parts = f", in {len(plan.parts)} parts of a UTC day" if len(plan.parts) > 1 else ""
    said = [
        f"job {job_name(asked, policy)}",
        f"would tell the findings of [{shown(asked.start)}, {shown(asked.end)}){parts}",
        f"would read events of [{shown(first.origin)}, {shown(last.until)}) "
        f"in {len(uris)} files, {sum(uris.values())} bytes:",
        *(f"  {date}: {files} files, {size} bytes" for date, files, size in by_date(uris)),
        f"would pass over {plan.passed_over} files whose path tells another time",
        f"would write findings, dead letters and the summary to {output}",
    ]
    console.say(said)


def findings(outcome: Any, output: str, min_severity: str) -> None:
    """Print the findings as a scan does, then what to mind about the window."""
    console.show(outcome.findings, outcome.summary, output, SEVERITIES.index(min_severity) + 1)
    console.say(notes(outcome.summary["window"], time.time_ns() // 1_000))


def notes(window: dict[str, Any], now: int) -> list[str]:
    """Say what to mind: what was not there yet, landed too late, or began before the warm-up."""
    said = [f"window [{window['start']}, {window['end']}), job {window['job']}"]
    if shown(now) < window["settled_at"]:
        said.append(f"not settled before {window['settled_at']}: run it again then, the ids are the same")
    if window["events_overdue"]:
        said.append(
            f"{window['events_overdue']} events landed later than --lateness: "
            "windows that they lie in may lack them; run those with a longer one"
        )
    if window["findings_cut_by_warm_up"]:
        said.append(
            f"{window['findings_cut_by_warm_up']} findings are of sessions that may have begun before "
            "--warm-up: see their blind spots"
        )
    return said


def diff(changes: list[dict[str, Any]], output: str) -> None:
    """Print how findings differ between two policies, as a table."""
    if not changes:
        console.say(["the two policies give the same findings"])
        return
    rows = [
        (change["change"], change["before"] or "", change["after"] or "", f"{change['title']} [{change['chain']}]")
        for change in changes
    ]
    console.table(("change", "before", "after", "finding"), rows)
    console.say([f"{len(changes)} findings differ: {output}/diff.jsonl"])
