"""Makes events of a chain's examples: short rows (rows.py) in, normalised events out. Pure.

Documentation accounts, addresses (RFC 5737) and domains only. A principal's credential follows from its name, so that
`issued: role:deploy/ci` hands out just what `by: role:deploy/ci` uses.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from analytic.chains.rows import Example, Row
from analytic.context import action as actions
from analytic.patterns import micros
from schemas.records import ApiEvent, Issued

START = 1_772_524_800_000_000
"""When examples begin: 2026-03-03T08:00:00Z, a Tuesday."""

ACCOUNT = "111122223333"
PROJECT = "example-project"
TENANT = "11111111-2222-3333-4444-555555555555"
PLACES = {
    "office": "198.51.100.10",
    "home": "198.51.100.210",
    "cafe": "203.0.113.77",
    "datacentre": "192.0.2.5",
    "vps": "203.0.113.200",
}
"""Networks by the name that rows call them by; `home` is in the office's block."""

_TIME = re.compile(r"(-?)(0|[0-9]{1,7}[smhd])", re.ASCII)
_KEY = re.compile(r"key:(\S+)(?: (.+))?")
_PROGRAMS = {
    "cli": ("aws-cli/2", "linux"),
    "sdk": ("boto3/1", "linux"),
    "iac": ("Terraform/1", "linux"),
    "console": ("Firefox/135", "linux"),
    "browser": ("Firefox/135", "linux"),
}


def expand(example: Example) -> list[ApiEvent]:
    """Give an example's events. Raises ValueError on a row that cannot be read; `row_error` says which."""
    return [event for number, row in enumerate(example.events) for event in events_of(row, f"e{number + 1}")]


def events_of(row: Row, id_: str) -> Iterator[ApiEvent]:
    """Give a row's events; raises ValueError saying what to write instead."""
    found = _TIME.fullmatch(row.at)
    if found is None:
        raise ValueError(f"at {row.at!r} is no time: write 0, 90s, 5m, 2h, 3d, or -20d for before the beginning")
    at = (-1 if found[1] else 1) * (0 if found[2] == "0" else micros(found[2]))
    try:
        every = micros(row.every)
    except ValueError as error:
        raise ValueError(f"every {row.every!r} {error}") from None
    for number in range(row.times):
        suffix = f".{number + 1:03}" if row.times > 1 else ""
        yield _event(row, f"{id_}{suffix}", START + at + number * every, number + 1)


def _event(row: Row, id_: str, time: int, number: int) -> ApiEvent:
    who = _principal(row.by)
    service, colon, action = row.call.partition(":")
    if not (service and colon and action):
        raise ValueError(f"call {row.call!r} is no call: write service:Action")
    provider = who["provider"]
    act = actions.classify(provider, service, action)
    client, system = _PROGRAMS.get(row.interface, ("program/1", "linux"))
    fields: dict[str, Any] = {
        "account": row.account or who.pop("account", ACCOUNT),
        "access": act.access,
        "stage": act.stage,
        "technique": act.technique,
        "outcome": row.outcome,
        "error_code": "AccessDenied" if row.outcome == "denied" else None,
        "source_ip": PLACES.get(row.from_ or who.pop("place", "office"), row.from_),
        "interface": row.interface,
        "client": row.client or client,
        "os": row.os or system,
        "country": row.country or None,
        "region": row.region or None,
        "target_account": row.target or None,
        "resources": [name.replace("{n}", str(number)) for name in row.resource],
        "delegation": list(row.delegation),
        "touched": [_workload(name) for name in row.touched] if row.outcome == "success" else [],
        "issued": _issued(row.issued) if row.issued and row.outcome == "success" else None,
        "origin": f"example#{id_}",
    }
    identity = {key: value for key, value in who.items() if key not in ("provider", "account", "place")}
    if service == "signin" and identity.get("principal_type") in ("IAMUser", "Root"):
        identity["credential_type"] = "console_session"
    if row.mfa != "unknown":
        identity["mfa"] = row.mfa == "true"
    if row.key:
        identity["credential_id"] = row.key.replace("{n}", str(number))
        identity["session_id"] = None
        if provider == "gcp":
            identity["credential_type"] = "service_account_key"
        elif row.key.startswith("ASIA"):
            identity["credential_type"] = "temporary"
    return ApiEvent(id_, time, provider, row.log_class, service, action, **(fields | identity))


def _unique(prefix: str, name: str, length: int = 16) -> str:
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest().upper()
    return f"{prefix}{digest[:length]}"


def _workload(text: str) -> str:
    kind, colon, name = text.partition(":")
    if not (kind and colon and name) or kind in ("aws", "azure", "gcp"):
        return text
    return f"aws:{ACCOUNT}:{kind}/{name}"


def _principal(by: str) -> dict[str, Any]:
    """Give the identity's fields, with `provider`; `account` and `place` where they are not the usual ones."""
    kind, colon, name = by.partition(":")
    if not colon:
        kind, name = "user", by
    if not name:
        raise ValueError(f"by {by!r} names nobody: write a name behind the colon")
    match kind:
        case "user":
            return _root() if name == "root" else _user(name)
        case "role":
            role, _, session = name.partition("/")
            return _role(role, session or role, "temporary")
        case "sso":
            return _role("AWSReservedSSO_Operator_0123456789abcdef", name, "temporary")
        case "account":
            return _outsider(name)
        case "instance" | "function":
            workload = _role("web" if kind == "instance" else name, name, "temporary")
            return workload | {"issued_to": _workload(by), "place": "datacentre"}
        case "gcp":
            return _google(name)
        case "entra":
            return _directory("azure", "User", f"{name}@example.com", f"oid-{name}")
        case "app":
            return _directory("azure", "ServicePrincipal", name, f"oid-app-{name}")
        case "okta":
            return _directory("okta", "User", f"{name}@example.com", f"00u{name}")
    raise ValueError(
        f"by {by!r} is of no known kind: write user, role, sso, account, instance, function, gcp, entra, app, okta"
    )


def _outsider(account: str) -> dict[str, Any]:
    """Give somebody of an account whose own log is not here."""
    return {
        "provider": "aws",
        "principal_id": _unique("AIDA", account, 17),
        "principal_type": "AWSAccount",
        "principal_account": account,
        "place": "vps",
    }


def _user(name: str) -> dict[str, Any]:
    return {
        "provider": "aws",
        "principal_id": _unique("AIDA", name, 17),
        "principal_type": "IAMUser",
        "principal_name": name,
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "principal_account": ACCOUNT,
        "credential_id": _unique("AKIA", name),
        "credential_type": "long_term",
        "mfa": True,
    }


def _root() -> dict[str, Any]:
    return _user("root") | {
        "principal_id": ACCOUNT,
        "principal_type": "Root",
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:root",
    }


def _role(role: str, session: str, credential_type: str) -> dict[str, Any]:
    unique = _unique("AROA", role, 17)
    return {
        "provider": "aws",
        "principal_id": f"{unique}:{session}",
        "principal_type": "AssumedRole",
        "principal_name": role,
        "principal_arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "principal_account": ACCOUNT,
        "issuer": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "issuer_id": unique,
        "session_name": session,
        "credential_id": _unique("ASIA", f"{role}/{session}"),
        "credential_type": credential_type,
        "mfa": False,
    }


def _google(name: str) -> dict[str, Any]:
    account = name.endswith(".gserviceaccount.com")
    return {
        "provider": "gcp",
        "account": PROJECT,
        "principal_id": name,
        "principal_type": "ServiceAccount" if account else "User",
        "principal_name": name,
        "principal_account": PROJECT,
        "credential_type": "access_token",
    }


def _directory(provider: str, kind: str, name: str, id_: str) -> dict[str, Any]:
    return {
        "provider": provider,
        "account": TENANT,
        "principal_id": id_,
        "principal_type": kind,
        "principal_name": name,
        "principal_account": TENANT,
        "credential_id": f"session-{id_}",
        "session_id": f"session-{id_}",
        "credential_type": "access_token",
    }


def _issued(text: str) -> Issued:
    found = _KEY.fullmatch(text)
    if found is not None:
        owner = _principal(found[2])["principal_id"] if found[2] else None
        return Issued(credential_id=found[1], principal_id=owner)
    who = _principal(text)
    known_as = f"aws:{who['principal_arn']}" if who["provider"] == "aws" else None
    issued_to = who.get("issued_to")
    return Issued(who.get("credential_id"), who["principal_id"], None, issued_to, who.get("session_id"), known_as)
