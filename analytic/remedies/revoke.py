"""Which credentials an event shows to be in the caller's hands: the one it used, and the one that it was given.

How each is revoked is the provider's own procedure: AWS IAM User Guide, "Revoke IAM role temporary security
credentials" (sessions issued before a time), "Managing access keys"; Google Cloud, "Handling compromised Google Cloud
credentials"; Microsoft Entra, "Revoke user access in an emergency"; Okta, "Clear user sessions".
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.records import ApiEvent, Issued, Remedy

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_NAME: Final = 120
_SECRETS: Final = ("T1552", "T1555")
"""Credentials read out of a store or a file (ATT&CK Unsecured Credentials, Credentials from Password Stores)."""


def credentials(event: ApiEvent) -> list[Remedy]:
    """Give the credentials to revoke. A call that a cloud service made for itself has none. Never raises."""
    found = []
    if event.principal_type not in ("Service", "AWSService", "Anonymous") and event.credential_type != "anonymous":
        used = _used(event)
        if used is not None:
            found.append(used)
    if event.outcome == "success":
        if event.issued is not None:
            handed = _issued(event, event.issued)
            if handed is not None:
                found.append(handed)
        elif event.stage == "credential_access" and (event.technique or "").startswith(_SECRETS) and event.resources:
            names = event.resources[:1]
            found.append(_remedy(event, "secret", f"replace {_short(names[0])}: its value was read", names))
    return found


def _used(event: ApiEvent) -> Remedy | None:
    if event.provider == "aws":
        return _aws(event)
    if event.provider == "gcp":
        return _google(event)
    if event.provider == "azure":
        return _azure(event)
    return _okta(event)


def _aws(event: ApiEvent) -> Remedy | None:
    until = _time(event.time)
    name = _short(event.principal_name or event.principal_id or "the caller")
    key = event.credential_id
    if event.principal_type == "Root":
        do = f"change the root password of account {event.account or 'unknown'}, and delete root's access keys"
        return _remedy(event, "user_sessions", do, [f"{event.principal_account or event.account}:root"])
    if event.principal_type in ("AssumedRole", "Role"):
        role = event.issuer or (event.principal_arn or event.principal_id or name).removesuffix(
            f"/{event.session_name}"
        )
        if "AWSReservedSSO_" in role:
            who = event.session_name or name
            do = (
                f"end {_short(who)}'s sessions in IAM Identity Center, and those of {_last(role)} issued before {until}"
            )
            return _remedy(event, "role_sessions", do, [role, who])
        of = f"; {_short(event.issued_to)} holds them" if event.issued_to else ""
        return _remedy(
            event, "role_sessions", f"revoke the sessions of role {_last(role)} issued before {until}{of}", [role]
        )
    if event.credential_type == "long_term" and key is not None:
        return _remedy(
            event, "access_key", f"deactivate the access key {_short(key)} of {name}, then replace it", [key]
        )
    if event.credential_type in ("temporary", "console_session", "federated") and event.principal_type != "AWSAccount":
        do = f"deny the sessions of {name} issued before {until} (aws:TokenIssueTime), and replace password and keys"
        return _remedy(event, "user_sessions", do, [event.principal_arn or event.principal_id or name])
    return None


def _google(event: ApiEvent) -> Remedy | None:
    who = event.principal_id or event.principal_name
    if who is None:
        return None
    name = _short(event.principal_name or who)
    if event.credential_type == "service_account_key" and event.credential_id is not None:
        do = f"delete the key {_short(event.credential_id)} of service account {name}"
        return _remedy(event, "service_account_key", do, [event.credential_id, who])
    if event.principal_type == "ServiceAccount":
        if event.delegation:
            first = event.delegation[0]
            do = f"take the right to act as {name} from {_short(first)}; disable the account to end its tokens at once"
            return _remedy(event, "token", do, [who, first])
        of = f" on {_short(event.issued_to)}" if event.issued_to else ""
        do = f"disable service account {name}{of}, or wait an hour: its tokens last no longer"
        return _remedy(event, "workload_credential" if event.issued_to else "token", do, [who])
    if event.principal_type == "FederatedPrincipal":
        return _remedy(event, "token", f"disable {name} at its identity provider, or its pool's provider here", [who])
    return _remedy(event, "user_sessions", f"reset the sign-in cookies and OAuth tokens of {name} in Google", [who])


def _azure(event: ApiEvent) -> Remedy | None:
    who = event.principal_id or event.principal_name
    if who is None:
        return None
    name = _short(event.principal_name or who)
    if event.principal_type == "ManagedIdentity":
        of = f" on {_short(event.issued_to)}" if event.issued_to else ""
        do = f"take the role assignments of managed identity {name}{of} away: its tokens last up to a day"
        return _remedy(event, "workload_credential", do, [who])
    if event.principal_type == "ServicePrincipal":
        if event.log_class == "signin" and event.credential_id is not None:
            do = f"remove the credential {_short(event.credential_id)} of application {name}"
            return _remedy(event, "app_credential", do, [event.credential_id, who])
        return _remedy(event, "app_credential", f"replace the secrets and certificates of application {name}", [who])
    return _remedy(
        event, "user_sessions", f"revoke the sign-in sessions of {name} in Entra, and reset the password", [who]
    )


def _okta(event: ApiEvent) -> Remedy | None:
    who = event.principal_id or event.principal_name
    if who is None:
        return None
    name = _short(event.principal_name or who)
    return _remedy(event, "user_sessions", f"clear the sessions and tokens of {name} in Okta", [who])


def _issued(event: ApiEvent, issued: Issued) -> Remedy | None:
    """Give what a call handed out. A sign-in's own tokens are the caller's sessions: those are told already."""
    if event.log_class == "signin" and event.provider in ("azure", "okta"):
        return None
    key, who = issued.credential_id, issued.principal_id
    if event.provider == "aws":
        if key is not None and key.startswith("AKIA"):
            return _remedy(event, "access_key", f"delete the access key {_short(key)}: this call made it", [key])
        role = next((name for name in event.resources if ":role/" in name), None)
        if role is not None:
            do = f"revoke the sessions of role {_last(role)} issued before {_time(event.time + 1_000_000)}"
            return _remedy(event, "role_sessions", do, [role])
        return None
    if event.provider == "gcp":
        if key is not None:
            do = f"delete the key {_short(key)} of service account {_short(who or 'unknown')}: this call made it"
            return _remedy(event, "service_account_key", do, [key, who or "unknown"])
        if who is not None and "@" in who:
            do = f"disable service account {_short(who)}, or wait an hour: tokens for it were handed out"
            return _remedy(event, "token", do, [who])
        return None
    if key is not None and event.provider == "azure":
        do = f"remove the credential {_short(key)} that was added to application {_short(who or 'unknown')}"
        return _remedy(event, "app_credential", do, [key, who or "unknown"])
    if key is not None:
        return _remedy(event, "token", f"revoke the API token {_short(key)}: this call made it", [key])
    return None


def _remedy(event: ApiEvent, kind: str, do: str, names: list[str]) -> Remedy:
    return Remedy(
        do,
        kind,
        [name[: 4 * _MAX_NAME] for name in names],
        event.provider,
        event.account,
        event.service,
        event.action,
        event.time,
        event.event_id,
    )


def _last(arn: str) -> str:
    """Give a role by its path and name: what stands behind "role/"."""
    return _short(arn.partition(":role/")[2] or arn.partition(":assumed-role/")[2] or arn)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_NAME else f"…{text[1 - _MAX_NAME :]}"


def _time(time: int) -> str:
    """Write a moment as AWS policies take it: whole seconds, UTC, rounded up."""
    try:
        return f"{_EPOCH + timedelta(seconds=-(-time // 1_000_000)):%Y-%m-%dT%H:%M:%SZ}"
    except OverflowError:
        return f"{time} microseconds"
