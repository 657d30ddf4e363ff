"""Events for tests, made in one line each: the fields that matter are arguments, the rest has a default."""

from typing import Any

import msgspec

from analytic.context import action as actions
from schemas.records import ApiEvent, Issued

T0 = 1_772_524_800_000_000  # 2026-03-03T08:00:00Z
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
ACCOUNT = "111122223333"
OFFICE, CAFE, DATACENTRE = "198.51.100.10", "203.0.113.77", "192.0.2.5"


def event(id_: str, at: int, call: str, **fields: Any) -> ApiEvent:
    """Make an event: `at` in microseconds after T0, `call` as service:Action."""
    service, _, name = call.partition(":")
    act = actions.classify("aws", service, name)
    defaults: dict[str, Any] = {
        "access": act.access,
        "stage": act.stage,
        "technique": act.technique,
        "account": ACCOUNT,
        "source_ip": OFFICE,
        "interface": "cli",
        "client": "aws-cli/2",
        "os": "linux",
        "origin": f"file:///day.json#{id_}",
    }
    return ApiEvent(id_, T0 + at, "aws", "management", service, name, **(defaults | fields))


def by_user(id_: str, at: int, call: str, user: str = "alice", **fields: Any) -> ApiEvent:
    """Make a call of an IAM user with the user's long-term key."""
    key = f"AKIA{user.upper():0<16}"
    identity: dict[str, Any] = {
        "principal_id": f"AIDA{user.upper():0<17}",
        "principal_type": "IAMUser",
        "principal_name": user,
        "principal_arn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
        "principal_account": ACCOUNT,
        "credential_id": key,
        "credential_type": "long_term",
    }
    return event(id_, at, call, **(identity | fields))


def by_role(id_: str, at: int, call: str, role: str, session: str, key: str, **fields: Any) -> ApiEvent:
    """Make a call of a role session."""
    unique = f"AROA{role.upper():0<17}"
    identity: dict[str, Any] = {
        "principal_id": f"{unique}:{session}",
        "principal_type": "AssumedRole",
        "principal_name": role,
        "principal_arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "principal_account": ACCOUNT,
        "issuer": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "issuer_id": unique,
        "session_name": session,
        "credential_id": key,
        "credential_type": "temporary",
        "mfa": False,
    }
    return event(id_, at, call, **(identity | fields))


def instance(name: str) -> str:
    """Give the workload id of an instance."""
    return f"aws:{ACCOUNT}:instance/{name}"


def by_instance(id_: str, at: int, call: str, name: str, key: str, **fields: Any) -> ApiEvent:
    """Make a call with the credential of an instance's role."""
    defaults = {"issued_to": instance(name), "source_ip": DATACENTRE, "interface": "sdk", "client": "boto3/1"}
    return by_role(id_, at, call, "web", name, key, **(defaults | fields))


def assume(id_: str, at: int, role: str, session: str, key: str, **fields: Any) -> ApiEvent:
    """Make the AssumeRole call of a user that issues a role's credential."""
    issued = Issued(key, f"AROA{role.upper():0<17}:{session}")
    resources = [f"arn:aws:iam::{ACCOUNT}:role/{role}"]
    return by_user(id_, at, "sts:AssumeRole", issued=issued, resources=resources, **fields)


def role_assumes(
    id_: str, at: int, by: tuple[str, str, str], role: str, session: str, key: str, **fields: Any
) -> ApiEvent:
    """Make the AssumeRole call of a role session (role, session, key) that issues another role's credential."""
    issued = Issued(key, f"AROA{role.upper():0<17}:{session}", known_as=f"aws:{session_arn(role, session)}")
    resources = [f"arn:aws:iam::{ACCOUNT}:role/{role}"]
    return by_role(id_, at, "sts:AssumeRole", *by, **({"issued": issued, "resources": resources} | fields))


def session_arn(role: str, session: str) -> str:
    """Give the ARN of a role session."""
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"


def by_google(id_: str, at: int, call: str, principal: str, *delegation: str, **fields: Any) -> ApiEvent:
    """Make a call of a Google Cloud principal, through the delegation before it."""
    account = principal.endswith(".gserviceaccount.com")
    kind = "FederatedPrincipal" if principal.startswith("principal") else "ServiceAccount" if account else "User"
    identity: dict[str, Any] = {
        "provider": "gcp",
        "account": "example-project",
        "principal_id": principal,
        "principal_type": kind,
        "principal_name": principal,
        "credential_type": "access_token",
        "delegation": list(delegation),
    }
    return changed(event(id_, at, call), identity | fields)


def by_entra(id_: str, at: int, call: str, user: str, **fields: Any) -> ApiEvent:
    """Make an event of a person in Entra or Azure."""
    identity: dict[str, Any] = {
        "provider": "azure",
        "account": "11111111-2222-3333-4444-555555555555",
        "principal_id": f"oid-{user}",
        "principal_type": "User",
        "principal_name": f"{user}@example.com",
        "credential_type": "access_token",
    }
    return changed(event(id_, at, call), identity | fields)


def by_okta(id_: str, at: int, call: str, user: str, **fields: Any) -> ApiEvent:
    """Make an event of a person in Okta."""
    identity: dict[str, Any] = {
        "provider": "okta",
        "log_class": "signin",
        "principal_id": f"00u{user}",
        "principal_type": "User",
        "principal_name": f"{user}@example.com",
        "credential_id": f"session-{user}",
        "session_id": f"session-{user}",
    }
    return changed(event(id_, at, call), identity | fields)


def changed(made: ApiEvent, fields: dict[str, Any]) -> ApiEvent:
    """Give an event with some fields changed."""
    return msgspec.structs.replace(made, **fields)
