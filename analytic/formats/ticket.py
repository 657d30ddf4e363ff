"""A finding as a section of Markdown, ready for a ticket.

Texts of logs are escaped for CommonMark with GitHub's tables and mentions: nothing in them becomes a heading, a link,
an image, HTML or a call to somebody. Values that a responder copies stand as code.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from analytic.formats.attack_tactics import named
from analytic.formats.moments import written
from analytic.formats.visible import visible

MAX_EVIDENCE: Final = 50
"""Rows of the table of evidence: a ticket has an end, and findings.jsonl has them all."""

_MAX_TEXT: Final = 600
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]()<>#!|~&$^]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
_START: Final = re.compile(r"[-+=]|\d{1,9}[.)]")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")
"""How people and teams are called in tickets; an e-mail address is none."""


def to_ticket(finding: dict[str, Any]) -> str:
    """Give a finding, as `schemas.records.to_dict` writes it, as Markdown that ends with a line break."""
    parts = [
        f"## {finding['severity'].capitalize()}: {escaped(finding['title'])}",
        _facts(finding),
        _list("Who", _who(finding)),
        _list("What happened", _stages(finding)),
        _list("Why it weighs", (_reason(reason) for reason in finding["reasons"])),
        _list("What speaks against it", (_reason(reason) for reason in finding["counter_evidence"])),
        _list("What could not be seen", (escaped(spot) for spot in finding["blind_spots"])),
        _tasks("Revoke, if it was not the person's own work", finding.get("revoke")),
        _tasks("Roll back", finding.get("rollback")),
        _list("Pull", (escaped(log) for log in finding.get("pull") or [])),
        _evidence(finding),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Give a text of one line that Markdown shows as it is; controls and direction marks are spelt out."""
    shown = _MARKUP.sub(lambda found: f"\\{found[0]}", _visible(text).strip())
    # A list or a line under a heading begins with these; elsewhere they mean nothing, and a ticket is read raw too.
    if start := _START.match(shown):
        shown = f"{start[0][:-1]}\\{shown[start.end() - 1 :]}"
    return _MENTION.sub("`@`", shown)


def code(text: str) -> str:
    """Give a text as code: fenced by more backticks than it holds, and with no bar that would end a table's cell."""
    shown = _visible(text).replace("|", "\uff5c")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown else f"`{shown}`" if shown else ""


def _visible(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _MAX_TEXT else f"{shown[: _MAX_TEXT - 1]}…"


def _facts(finding: dict[str, Any]) -> str:
    techniques = ", ".join(
        f"{escaped(id_)} {escaped(named(id_) or '')}".strip() for id_ in finding["attack"]["techniques"]
    )
    rows = [
        ("Finding", code(finding["finding_id"])),
        ("Score", f"{finding['score']:.1f} bits, {finding['status']}, revision {finding['revision']}"),
        ("Time", f"{_moment(finding['first_event_time'])} to {_moment(finding['last_event_time'])} UTC"),
        ("Analytic", f"{escaped(finding['analytic'])}, chain {code(finding['chain'])}"),
        (f"ATT&CK v{escaped(finding['attack']['version'])}", techniques),
    ]
    if mark := finding.get("suppressed"):
        rows.append(("Suppressed", f"by {escaped(mark['by'])}: {escaped(mark['reason'])}"))
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _who(finding: dict[str, Any]) -> Iterable[str]:
    actor = finding["actor"]
    account = f" of account {code(actor['account'])}" if actor["account"] else ""
    kind = f"{escaped(actor['type'])} in {escaped(actor['provider'])}"
    yield f"{code(actor['name'])}{account}, {kind}: {code(actor['id'])}"
    for hop in finding["hops"]:
        said = f"{code(hop['from'])} became {code(hop['to'])} by {code(hop['how'])}"
        yield f"{said}, {_moment(hop['time'])} UTC, {escaped(hop['certainty'])}"


def _stages(finding: dict[str, Any]) -> Iterable[str]:
    told = [
        *(
            (shift["time"], f"shift of {escaped(shift['dimension'])}: {escaped(shift['why'])}")
            for shift in finding["shifts"]
        ),
        *((stage["time"], f"{escaped(stage['stage'])}: {code(_call(stage))}") for stage in finding["stages"]),
    ]
    for time, text in sorted(told, key=lambda one: one[0]):
        yield f"{_moment(time)} {text}"


def _call(row: dict[str, Any]) -> str:
    return f"{row['service']}:{row['action']}"


def _reason(reason: dict[str, Any]) -> str:
    return f"{reason['bits']:+.1f} bits: {escaped(reason['why'])}"


def _evidence(finding: dict[str, Any]) -> str:
    pieces = finding["evidence"]
    if not pieces:
        return ""
    rows = [
        f"| {_moment(piece['time'])} | {code(_call(piece))} | {escaped(piece['outcome'])} | "
        f"{code(piece['source_ip'] or '')} | {code(piece['credential_id'] or '')} | {code(piece['event_id'])} | "
        f"{code(piece['origin'])} |"
        for piece in pieces[:MAX_EVIDENCE]
    ]
    head = [
        "| time \\(UTC\\) | call | outcome | source | credential | event | raw record |",
        "|---|---|---|---|---|---|---|",
    ]
    more = finding["evidence_total"] - len(rows)
    after = ["", f"and {more} more events, in findings.jsonl"] if more > 0 else []
    return "\n".join(["### Evidence", "", *head, *rows, *after])


def _list(title: str, lines: Iterable[str]) -> str:
    found = [f"- {line}" for line in lines]
    return "\n".join([f"### {title}", "", *found]) if found else ""


def _tasks(title: str, remedies: list[dict[str, Any]] | None) -> str:
    found = [f"- [ ] {escaped(remedy['do'])}" for remedy in remedies or []]
    return "\n".join([f"### {title}", "", *found]) if found else ""


def _moment(micros: int) -> str:
    return written(micros, "%Y-%m-%d %H:%M:%S")
