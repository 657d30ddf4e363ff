"""A finding as an OCSF Detection Finding: class 2004 of OCSF 1.8.0, with the profiles cloud and host.

Source of every attribute and enumeration: the OCSF schema 1.8.0 (schema.ocsf.io; Apache-2.0), class detection_finding
and its objects; a test validates what is written here against it. Times are milliseconds, as `timestamp_t` is. What
OCSF has no attribute for stands under `unmapped` with Tokentrail's own names: bits, hops, reasons, blind spots.
"""

from typing import Any, Final

from analytic.context.attack import TECHNIQUES
from analytic.formats.attack_tactics import TACTICS, parent_name, tactics_of
from analytic.formats.ocsf_evidence import EMPTY, account_of, dropped, evidences, observables, provider_of, user_of

VERSION: Final = "1.8.0"
"""The version of OCSF that is written."""

_SEVERITIES: Final = {"info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
_SEVERITY_NAMES: Final = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
_ACTIVITIES: Final = {1: "Create", 2: "Update", 3: "Close"}
_STATUSES: Final = {1: "New", 3: "Suppressed", 4: "Resolved"}
_CLASS: Final = 2004
_API_ACTIVITY: Final = 600300
"""A related event's type: API Activity, whose activity (create, read ...) a finding does not keep."""

_ALERT_RANK: Final = 3
_UNMAPPED: Final = (
    "score",
    "hops",
    "session",
    "shifts",
    "stages",
    "reasons",
    "counter_evidence",
    "blind_spots",
    "automation",
    "suppressed",
    "rollback",
    "revoke",
    "pull",
    "schema_version",
)


def to_ocsf(finding: dict[str, Any], product_version: str | None = None) -> dict[str, Any]:
    """Give a finding, as `schemas.records.to_dict` writes it, as an OCSF Detection Finding.

    The same finding gives the same event. `product_version` is Tokentrail's own; the caller knows it.
    """
    activity = _activity(finding)
    status = 4 if finding["status"] == "retracted" else 3 if finding.get("suppressed") else 1
    severity = _SEVERITIES.get(finding["severity"], 0)
    written = finding["detected_at"] if finding["detected_at"] is not None else finding["last_event_time"]
    event = {
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Detection Finding: {_ACTIVITIES[activity]}",
        "severity_id": severity,
        "severity": _SEVERITY_NAMES.get(severity, "Unknown"),
        "status_id": status,
        "status": _STATUSES[status],
        "status_detail": _status_detail(finding),
        "time": _millis(written),
        "start_time": _millis(finding["first_event_time"]),
        "end_time": _millis(finding["last_event_time"]),
        "duration": _millis(finding["last_event_time"]) - _millis(finding["first_event_time"]),
        "timezone_offset": 0,
        "count": finding["evidence_total"],
        "is_alert": finding["severity_rank"] >= _ALERT_RANK and status == 1,
        "message": finding["title"],
        "risk_score": round(finding["score"]),
        "risk_details": _said(finding["reasons"]),
        "finding_info": _finding_info(finding, written),
        "metadata": _metadata(finding, written, product_version),
        "cloud": {"provider": provider_of(finding["actor"]["provider"]), "account": account_of(finding)},
        "actor": {"user": user_of(finding["actor"]), "session": _session(finding)},
        "evidences": evidences(finding),
        "resources": _resources(finding),
        "observables": observables(finding),
        "anomaly_analyses": _anomalies(finding),
        "remediation": _remediation(finding),
        "unmapped": {name: finding[name] for name in _UNMAPPED if finding.get(name) is not None},
    }
    return {name: value for name, inner in event.items() if (value := dropped(inner, name)) not in EMPTY}


def _activity(finding: dict[str, Any]) -> int:
    if finding["status"] == "retracted":
        return 3
    return 2 if finding["status"] == "revised" or finding["revision"] > 0 else 1


def _status_detail(finding: dict[str, Any]) -> str | None:
    mark = finding.get("suppressed")
    return f"suppressed by {mark['by']}: {mark['reason']}" if mark else None


def _finding_info(finding: dict[str, Any], written: int) -> dict[str, Any]:
    version = finding["attack"]["version"]
    return {
        "uid": finding["finding_id"],
        "title": finding["title"],
        "desc": _said(finding["reasons"]),
        "types": [finding["chain"]],
        "analytic": {
            "uid": finding["analytic"],
            "name": "Cloud credentials followed to the person behind them (DET0078)",
            "type_id": 2,
            "type": "Behavioral",
            "category": finding["chain"],
            "state_id": 1,
            "state": "Active",
        },
        "attacks": [
            attack for technique in finding["attack"]["techniques"] for attack in attacks_of(technique, version)
        ],
        "created_time": _millis(written),
        "first_seen_time": _millis(finding["first_event_time"]),
        "last_seen_time": _millis(finding["last_event_time"]),
        "data_sources": sorted(
            {piece["origin"].rpartition("#")[0] for piece in finding["evidence"] if piece["origin"]}
        ),
        "related_events": _related(finding, version),
        "related_events_count": finding["evidence_total"],
    }


def attacks_of(technique: str, version: str) -> list[dict[str, Any]]:
    """Give a technique as OCSF's `attack` objects, one for each of its tactics."""
    parent, dot, _ = technique.partition(".")
    named = dropped({"uid": parent, "name": parent_name(parent)})
    attack: dict[str, Any] = {"version": version, "technique": named}
    if dot:
        attack["sub_technique"] = dropped({"uid": technique, "name": TECHNIQUES.get(technique)})
    tactics = tactics_of(technique)
    return [attack | {"tactic": {"uid": tactic, "name": TACTICS[tactic]}} for tactic in tactics] or [attack]


def _related(finding: dict[str, Any], version: str) -> list[dict[str, Any]]:
    stages = {stage["event_id"]: stage for stage in finding["stages"]}
    found = []
    for piece in finding["evidence"]:
        stage = stages.get(piece["event_id"])
        technique = stage["technique"] if stage else None
        found.append(
            {
                "uid": piece["event_id"],
                "title": f"{piece['service']}:{piece['action']}",
                "desc": f"stage {stage['stage']}" if stage else None,
                "type_uid": _API_ACTIVITY,
                "type_name": "API Activity: Unknown",
                "status": piece["outcome"],
                "first_seen_time": _millis(piece["time"]),
                "last_seen_time": _millis(piece["time"]),
                "attacks": attacks_of(technique, version) if technique else None,
            }
        )
    return found


def _metadata(finding: dict[str, Any], written: int, product_version: str | None) -> dict[str, Any]:
    return {
        "version": VERSION,
        "product": {"name": "Tokentrail", "vendor_name": "Tokentrail", "version": product_version},
        "profiles": ["cloud", "host"],
        "uid": f"{finding['finding_id']}:{finding['revision']}:{finding['status']}",
        "correlation_uid": finding["finding_id"],
        "event_code": finding["chain"],
        "sequence": finding["revision"],
        "processed_time": _millis(written),
        "labels": [finding["analytic"], "DET0078"],
    }


def _session(finding: dict[str, Any]) -> dict[str, Any]:
    session = finding["session"]
    credentials = session["credentials"]
    return {
        "created_time": _millis(session["started"]),
        "credential_uid": credentials[0] if len(credentials) == 1 else None,
        "is_remote": True,
    }


def _resources(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what was changed, each resource once."""
    found: dict[str, dict[str, Any]] = {}
    for remedy in finding.get("rollback") or []:
        for name in filter(None, remedy["names"]):
            found[name] = {
                "uid": name,
                "type": remedy["service"],
                "provider": provider_of(remedy["provider"]),
                "owner": {"account": {"uid": remedy["account"]}} if remedy["account"] else None,
                "role_id": 3,
                "role": "Affected",
            }
    return list(found.values())


def _anomalies(finding: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the shifts: what a facet became is the anomaly, what it was the baseline."""
    target = {"name": finding["actor"]["id"], "type": finding["actor"]["type"]}
    found = []
    for shift in finding["shifts"]:
        anomaly = {
            "observation_parameter": shift["dimension"],
            "observation_type": "shift",
            "observations": [{"value": shift["after"] or "unknown", "count": 1}],
            "observed_pattern": shift["why"],
        }
        before = {
            "observation_parameter": shift["dimension"],
            "observation_type": "before",
            "observations": [{"value": shift["before"]}],
        }
        baselines = [before] if shift["before"] else None
        found.append({"analysis_targets": [target], "anomalies": [anomaly], "baselines": baselines})
    return found


def _remediation(finding: dict[str, Any]) -> dict[str, Any] | None:
    lines = [remedy["do"] for remedy in [*(finding.get("revoke") or []), *(finding.get("rollback") or [])]]
    return {"desc": "\n".join(lines)} if lines else None


def _said(reasons: list[dict[str, Any]]) -> str | None:
    return "; ".join(f"{reason['why']} ({reason['bits']:+.1f} bits)" for reason in reasons) or None


def _millis(micros: int) -> int:
    return micros // 1_000
