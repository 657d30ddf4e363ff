"""A finding as one row of a table: text in every cell, and none that a spreadsheet takes for a formula."""

from typing import Any, Final

from analytic.formats.moments import written

COLUMNS: Final = (
    "finding_id",
    "revision",
    "status",
    "severity",
    "score",
    "title",
    "chain",
    "first_event",
    "last_event",
    "actor",
    "actor_id",
    "actor_type",
    "provider",
    "actor_account",
    "hops",
    "credentials",
    "networks",
    "interfaces",
    "accounts",
    "techniques",
    "stages",
    "reasons",
    "counter_evidence",
    "blind_spots",
    "revoke",
    "rollback",
    "evidence_total",
    "event_ids",
    "suppressed",
)

MAX_CELL: Final = 32_000
"""Characters of a cell: a spreadsheet holds 32,767."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"


def to_row(finding: dict[str, Any]) -> list[str]:
    """Give a finding, as `schemas.records.to_dict` writes it, as the cells of `COLUMNS`."""
    actor, session, mark = finding["actor"], finding["session"], finding.get("suppressed")
    cells = {
        "finding_id": finding["finding_id"],
        "revision": str(finding["revision"]),
        "status": finding["status"],
        "severity": finding["severity"],
        "score": f"{finding['score']:.2f}",
        "title": finding["title"],
        "chain": finding["chain"],
        "first_event": written(finding["first_event_time"], _FORM),
        "last_event": written(finding["last_event_time"], _FORM),
        "actor": actor["name"],
        "actor_id": actor["id"],
        "actor_type": actor["type"],
        "provider": actor["provider"],
        "actor_account": actor["account"] or "",
        "hops": _lines(f"{hop['from']} > {hop['to']} by {hop['how']} ({hop['certainty']})" for hop in finding["hops"]),
        "credentials": _lines(session["credentials"]),
        "networks": _lines(session["networks"]),
        "interfaces": _lines(session["interfaces"]),
        "accounts": _lines(session["accounts"]),
        "techniques": _lines(finding["attack"]["techniques"]),
        "stages": _lines(f"{stage['stage']}: {stage['service']}:{stage['action']}" for stage in finding["stages"]),
        "reasons": _weighed(finding["reasons"]),
        "counter_evidence": _weighed(finding["counter_evidence"]),
        "blind_spots": _lines(finding["blind_spots"]),
        "revoke": _lines(remedy["do"] for remedy in finding.get("revoke") or []),
        "rollback": _lines(remedy["do"] for remedy in finding.get("rollback") or []),
        "evidence_total": str(finding["evidence_total"]),
        "event_ids": _lines(piece["event_id"] for piece in finding["evidence"]),
        "suppressed": f"by {mark['by']}: {mark['reason']}" if mark else "",
    }
    return [disarmed(cells[name]) for name in COLUMNS]


def disarmed(text: str) -> str:
    """Give a cell that no spreadsheet runs: an apostrophe before what begins as a formula does, and none in a new line.

    Also behind blanks, which some programs cut off first, and without NUL, which ends a cell for some. What is longer
    than `MAX_CELL` is cut.
    """
    clean = text.replace("\0", "\ufffd")
    lines = clean[:MAX_CELL].split("\n")
    return "\n".join(f"'{line}" if _armed(line) else line for line in lines)


def _armed(line: str) -> bool:
    # A tab and a carriage return are among the blanks that strip takes, hence both looks.
    return line.startswith(_FORMULA) or line.strip().startswith(_FORMULA)


def _lines(values: Any) -> str:
    return "\n".join(value.replace("\n", " ") for value in values)


def _weighed(reasons: list[dict[str, Any]]) -> str:
    return _lines(f"{reason['why']} ({reason['bits']:+.1f} bits)" for reason in reasons)
