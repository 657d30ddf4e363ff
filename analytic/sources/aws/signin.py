"""What CloudTrail's sign-in events say beyond other calls: outcome, second factor, who switched to a role.

Shapes: CloudTrail user guide, "AWS Management Console sign-in events" (the answer to event X is {"X": "Success"});
IAM Identity Center user guide, "Understanding IAM Identity Center sign-in events" (the answer is in
serviceEventDetails, and CredentialType lists the factors) and "Username in sign-in CloudTrail events"; IAM user guide,
"Switch from a user to an IAM role (console)". The fields of SwitchRole (the userIdentity is the new session,
additionalEventData.SwitchFrom the ARN that it was switched to from) are as real trails in public write-ups show them;
RenewRole names that ARN RenewedBy.
"""

from typing import Any

from analytic.context.interface import SIGN_IN_EVENT_TYPES
from analytic.sources.aws import names as aws_names
from analytic.sources.aws.identity import Principal
from analytic.sources.aws.known_names import aws_name, person_name
from analytic.sources.aws.parts import part
from analytic.sources.aws.record import CloudTrailRecord, UserIdentity
from analytic.sources.json_fields import text
from schemas.records import ApiEvent, Issued

_PORTAL = frozenset({"Authenticate", "Federate", "Logout"})
"""The access portal's events that begin or end a session (IAM Identity Center user guide, "CloudTrail events")."""

_SWITCHES = {"SwitchRole": "SwitchFrom", "RenewRole": "RenewedBy"}
_FACTORS = frozenset({"TOTP", "RESYNC_TOTP", "WEBAUTHN", "EMAIL_OTP", "SMARTCARD"})
_EXTERNAL = "EXTERNAL_IDP"
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def is_sign_in(event_type: str | None, service: str, name: str) -> bool:
    """Whether a record is of a sign-in or sign-out, or of a step of one."""
    return service == "signin" or event_type in SIGN_IN_EVENT_TYPES or (service == "sso" and name in _PORTAL)


def failed(record: CloudTrailRecord, name: str) -> bool:
    """Whether a sign-in event says in its answer that it failed; it then has no errorCode."""
    if part(record.response_elements, "responseElements").get(name) == "Failure":
        return True
    return part(record.service_event_details, "serviceEventDetails").get(name) == "Failure"


def complete(event: ApiEvent, record: CloudTrailRecord, identity: UserIdentity, session: Principal) -> None:
    """Fill in what a sign-in event says of its own; `session` is its userIdentity as it was read."""
    more = part(record.additional_event_data, "additionalEventData")
    second_factor = _mfa(event.action, more)
    if second_factor is not None:
        event.mfa = second_factor
    if event.principal_name is None:
        event.principal_name = _login(more)
    if event.outcome != "success":
        return
    if event.action in _SWITCHES:
        _switch(event, text(more.get(_SWITCHES[event.action])), session)
    elif event.action == "UserAuthentication":
        _authenticate(event, identity.credential_id or None, more)
    elif event.action == "Federate":
        person = person_name(event.principal_name)
        event.issued = Issued(None, event.principal_id, known_as=person) if person else None


def _mfa(action: str, more: dict[str, Any]) -> bool | None:
    used = more.get("MFAUsed")
    if used in ("Yes", "No"):
        return bool(used == "Yes")
    if action != "UserAuthentication":
        return None
    factors = set((text(more.get("CredentialType")) or "").split(","))
    if factors & _FACTORS:
        return True
    return False if factors == {"PASSWORD"} else None


def _login(more: dict[str, Any]) -> str | None:
    """Give the user name that was signed in with: newer events of Identity Center keep it out of the identity."""
    name = text(more.get("UserName"))
    return None if name == _HIDDEN else name


def _authenticate(event: ApiEvent, session: str | None, more: dict[str, Any]) -> None:
    """Give the session that an Identity Center user's sign-in opened.

    Who came from an external identity provider is known there by the same name; who signed in here, by this event.
    """
    person = person_name(event.principal_name)
    if _EXTERNAL in (text(more.get("CredentialType")) or ""):
        event.known_as = [person] if person else []
        person = None
    event.issued = Issued(session, event.principal_id, known_as=person) if session or person else None


def _switch(event: ApiEvent, caller: str | None, session: Principal) -> None:
    """Make the caller the one who switched to the role; the role's session, which no log gives a key of, was issued."""
    account = aws_names.arn_account(caller)
    if caller is None or account is None or caller == session.arn:
        return
    event.principal_type, event.principal_name, event.session_name = aws_names.arn_principal(caller)
    event.principal_arn, event.principal_account, event.principal_id = caller, account, None
    event.session_created = event.credential_age = event.credential_id = event.source_identity = None
    event.issuer = event.issuer_id = event.issued_to = event.home = None
    event.known_as = [f"aws:{caller}"]
    event.issued = Issued(None, session.id, known_as=aws_name(session.arn)) if session.arn else None
    event.target_account = session.account if session.account != account else None
