"""A finding as a document of the Elastic Common Schema: an alert (`event.kind: alert`), ECS 8.17.

Source of every field and value: the ECS field reference (Elastic; Apache-2.0), whose field sets event, rule, threat,
user, cloud, source, related and observer this uses; their fields here are the same in ECS 9. A test holds what is
written to the list of them. Documents are nested objects. What ECS has no field for stands under `tokentrail`, a name
of our own as ECS asks for, with Tokentrail's own names: hops, shifts, reasons, blind spots, what to revoke.
"""

from typing import Any, Final

from analytic.context.attack import TECHNIQUES
from analytic.formats.attack_tactics import TACTICS, parent_name, tactics_of
from analytic.formats.moments import written
from analytic.formats.ocsf_evidence import EMPTY, dropped, is_address

VERSION: Final = "8.17.0"
"""The version of ECS that is written."""

_SEVERITIES: Final = {"info": 21, "low": 21, "medium": 47, "high": 73, "critical": 99}
"""`event.severity` as Elastic's own detections number it, for dashboards that mix both."""

_MOST_RISK: Final = 100.0
_RISK_OF_A_BIT: Final = 5.0
"""`event.risk_score` is 0 to 100: 20 bits, which nothing but an incident reaches, are the end of it."""

_OWN: Final = (
    "status",
    "score",
    "evidence_total",
    "hops",
    "session",
    "shifts",
    "stages",
    "reasons",
    "counter_evidence",
    "blind_spots",
    "evidence",
    "automation",
    "suppressed",
    "rollback",
    "revoke",
    "pull",
    "schema_version",
)


def to_ecs(finding: dict[str, Any], product_version: str | None = None) -> dict[str, Any]:
    """Give a finding, as `schemas.records.to_dict` writes it, as an ECS document.

    The same finding gives the same document. `product_version` is Tokentrail's own; the caller knows it.
    """
    actor, written = finding["actor"], finding["detected_at"]
    addresses = _addresses(finding)
    document = {
        "@timestamp": _moment(finding["last_event_time"] if written is None else written),
        "ecs": {"version": VERSION},
        "message": finding["title"],
        "tags": [finding["analytic"], "DET0078", finding["status"]],
        "event": _event(finding, written),
        "rule": {
            "id": finding["chain"],
            "name": finding["chain"],
            "ruleset": finding["analytic"],
            "category": "behaviour analytic",
        },
        "threat": _threat(finding["attack"]["techniques"]),
        "user": {"id": actor["id"], "name": actor["name"], "domain": actor["account"], "roles": [actor["type"]]},
        "cloud": _cloud(finding),
        "source": {"ip": addresses[0], "address": addresses[0]} if len(addresses) == 1 else None,
        "related": {"ip": addresses, "user": _users(finding)},
        "observer": {
            "vendor": "Tokentrail",
            "product": "Tokentrail",
            "type": "behaviour analytic",
            "version": product_version,
        },
    }
    kept = {name: value for name, inner in document.items() if (value := dropped(inner)) not in EMPTY}
    return kept | {"tokentrail": {name: finding[name] for name in _OWN if finding.get(name) is not None}}


def _event(finding: dict[str, Any], written: int | None) -> dict[str, Any]:
    started, ended = finding["first_event_time"], finding["last_event_time"]
    return {
        "kind": "alert",
        "category": ["iam", "intrusion_detection"],
        "type": ["info"],
        "module": "tokentrail",
        "dataset": "tokentrail.finding",
        "provider": finding["actor"]["provider"],
        "id": finding["finding_id"],
        "code": finding["chain"],
        "action": finding["chain"],
        "sequence": finding["revision"],
        "severity": _SEVERITIES.get(finding["severity"], 0),
        "risk_score": min(_MOST_RISK, round(finding["score"] * _RISK_OF_A_BIT, 1)),
        "reason": "; ".join(f"{reason['why']} ({reason['bits']:+.1f} bits)" for reason in finding["reasons"]),
        "start": _moment(started),
        "end": _moment(ended),
        "duration": (ended - started) * 1_000,  # nanoseconds
        "created": None if written is None else _moment(written),
    }


def _threat(techniques: list[str]) -> dict[str, Any] | None:
    if not techniques:
        return None
    parents = list(dict.fromkeys(technique.partition(".")[0] for technique in techniques))
    subs = [technique for technique in techniques if "." in technique]
    tactics = list(dict.fromkeys(tactic for technique in techniques for tactic in tactics_of(technique)))
    return {
        "framework": "MITRE ATT&CK",
        "technique": {
            "id": parents,
            "name": [name for parent in parents if (name := parent_name(parent))],
            "subtechnique": {"id": subs, "name": [TECHNIQUES[sub] for sub in subs if sub in TECHNIQUES]},
        },
        "tactic": {"id": tactics, "name": [TACTICS[tactic] for tactic in tactics]},
    }


def _cloud(finding: dict[str, Any]) -> dict[str, Any] | None:
    provider, reached = finding["actor"]["provider"], finding["session"]["accounts"]
    account = reached[0] if len(reached) == 1 else finding["actor"]["account"]
    # Okta is no cloud: what it signs in to may be.
    return {"provider": None if provider == "okta" else provider, "account": {"id": account}}


def _addresses(finding: dict[str, Any]) -> list[str]:
    sources = (piece["source_ip"] for piece in finding["evidence"])
    return list(dict.fromkeys(source for source in sources if source is not None and is_address(source)))


def _users(finding: dict[str, Any]) -> list[str]:
    names = [finding["actor"]["id"], finding["actor"]["name"]]
    for hop in finding["hops"]:
        names += [hop["from"], hop["to"], *hop["candidates"]]
    return list(dict.fromkeys(filter(None, names)))


def _moment(micros: int) -> str:
    """Give a time as a `date` of Elasticsearch, to the millisecond."""
    return f"{written(micros, '%Y-%m-%dT%H:%M:%S')}.{micros // 1_000 % 1_000:03}Z"
