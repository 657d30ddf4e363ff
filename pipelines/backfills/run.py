"""Runs a backfill's windows one after the other, here or on another runner, and joins what they tell."""

import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from analytic.chains.chain import Chain
from analytic.policy import Policy
from analytic.window import Window, is_cut, standing
from pipelines import scan
from pipelines.backfills.asked import Asked, job_name, shown
from pipelines.backfills.plan import Part, Plan
from pipelines.inputs import Inputs
from pipelines.stream import findings_from, within
from transforms.baseline import Before
from transforms.databases import Databases
from transforms.metrics import OUTSIDE, OVERDUE
from transforms.within import KeepWithin, NumberFindings
from transforms.write import WriteFindings, write_avro


@dataclass(frozen=True)
class Settings:
    """What all windows of a backfill have in common."""

    asked: Asked
    policy: Policy
    baseline: Before | None
    chains: tuple[Chain, ...] | None
    databases: Databases
    detected_at: int
    beam_options: tuple[str, ...] = ()
    """Where each window runs; none: in this process."""


def findings_to(output: str, window: Window, settings: Settings) -> scan.Build:
    """Give what writes the findings that a window tells."""
    policy = settings.policy
    return lambda events, order: (
        findings_from(
            events | "KeepWithin" >> KeepWithin(window, settings.asked.lateness),
            order,
            policy,
            settings.baseline,
            settings.chains,
            within(window, order),
        )
        | "NumberFindings" >> NumberFindings(window, policy)
        | "WriteFindings" >> WriteFindings(output, settings.detected_at)
    )


def run(plan: Plan, output: str, settings: Settings, *, quiet: bool) -> scan.Outcome:
    """Run all windows and write what they tell together, and the summary. Raises OSError as a scan does.

    A day's run is whole before the next begins: what it takes on disk grows with a day, not with the window.
    """
    started = time.monotonic()
    counted: Counter[str] = Counter()
    findings: list[dict[str, Any]] = []
    letters: dict[str, dict[str, Any]] = {}
    for part in plan.parts:
        with tempfile.TemporaryDirectory(prefix=".window-", dir=output) as folder:
            outcome = _run_part(part, folder, settings, quiet=quiet)
            counted.update(outcome.counted)
            findings += outcome.findings
            # A file that two windows read is told once.
            letters |= {line: json.loads(line) for line in _lines(folder, "dead_letters.jsonl")}
    findings = standing(findings)
    _write(output, "findings.jsonl", findings)
    write_avro(output, "findings.avro", "finding", findings)
    _write(output, "dead_letters.jsonl", list(letters.values()))
    summary = scan.summarise(counted, findings, plan.inputs, time.monotonic() - started)
    summary["window"] = described(plan, settings, counted, findings)
    scan.write_summary(output, summary)
    return scan.Outcome(findings, summary, counted)


def _run_part(part: Part, folder: str, settings: Settings, *, quiet: bool) -> scan.Outcome:
    write = findings_to(folder, part.window, settings)
    inputs = Inputs(part.uris, 0, [])
    return scan.run(inputs, folder, write, settings.databases, quiet=quiet, beam_options=settings.beam_options)


def described(
    plan: Plan, settings: Settings, counted: dict[str, int], findings: list[dict[str, Any]]
) -> dict[str, Any]:
    """Say for the summary which window was told, what was read for it, and what it could not know."""
    asked = settings.asked
    first = plan.parts[0].window
    return {
        "job": job_name(asked, settings.policy),
        "start": shown(asked.start),
        "end": shown(asked.end),
        "read_from": shown(first.origin),
        "read_until": shown(plan.parts[-1].window.until),
        "settled_at": shown(settled_at(plan, asked)),
        "days": len(plan.parts),
        "files_passed_over": plan.passed_over,
        "events_outside": counted[OUTSIDE],
        "events_overdue": counted[OVERDUE],
        "findings_cut_by_warm_up": sum(_is_cut(finding, plan, settings.policy) for finding in findings),
    }


def settled_at(plan: Plan, asked: Asked) -> int:
    """Say from when on a run gives what every later run gives: all it reads has happened, and has landed."""
    return plan.parts[-1].window.until + asked.lateness


def _is_cut(finding: dict[str, Any], plan: Plan, policy: Policy) -> bool:
    window = next(part.window for part in plan.parts if finding["last_event_time"] < part.window.end)
    return is_cut(finding["session"]["started"], window, policy)


def _lines(folder: str, name: str) -> list[str]:
    path = Path(folder) / name
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _write(output: str, name: str, rows: list[dict[str, Any]]) -> None:
    """Write rows as a scan writes them: whole, or not at all."""
    encode = msgspec.json.Encoder().encode
    draft = Path(output) / f".{name}.draft"
    draft.write_bytes(b"".join(encode(row) + b"\n" for row in rows))
    os.replace(draft, Path(output) / name)
