"""What a call to Azure was and did, and the event that it makes together with its caller.

Sources: "Azure Activity Log event schema" (status, subStatus), "Troubleshoot common Azure deployment errors" (error
codes), "Azure resource provider operations" (operations), "HTTP status codes" (RFC 9110, 15.5: 401 and 403).
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from analytic.context import action as actions
from analytic.context import interface
from analytic.sources.azure import names
from analytic.sources.azure.claims import Caller
from analytic.sources.azure.fields import address, first, fold, status_code
from analytic.sources.azure.granting import scope_of
from analytic.sources.json_fields import MAX_RESOURCES, bound
from schemas.records import ApiEvent

MAX_USER_AGENT_CHARS = 1_024

_FAILED = frozenset({"fail", "failed", "failure", "error", "canceled", "cancelled", "timeout", "timedout"})
_SERIES = frozenset({"start", "started", "accept", "accepted", "inprogress", "success", "succeeded"}) | _FAILED
_NOT_A_LETTER = re.compile(r"[^a-z]")
_REFUSALS = (401, 403)
# Forbidden, Unauthorized, AuthorizationFailed, LinkedAuthorizationFailed, AuthorizationPermissionMismatch,
# AuthenticationFailed, RequestDisallowedByPolicy, DenyAssignmentAuthorizationFailed, AccessDenied.
_DENIED = re.compile(
    r"forbidden|unauthorized|authorization(?:failed|failure|error|permission)|authenticationfailed|disallowedbypolicy"
    r"|denied|\b40[13]\b"
)
_ROLE_ASSIGNMENT = "microsoft.authorization/roleassignments/write"

_READS = "/read"
_CHANGES = ("/write", "/delete", "/action")
_CHANGING = frozenset({"write", "delete", "action"})


class Call(NamedTuple):
    """One call as a log shows it; `tenant` is the directory that the account belongs to, `source` an address."""

    event_id: str
    time: int
    log_class: str
    service: str
    action: str
    read_only: bool | None
    outcome: str
    error_code: str | None
    account: str | None
    tenant: str | None
    source: str | None
    resources: list[str]
    region: str | None = None
    user_agent: str | None = None
    touched: tuple[str, ...] = ()
    shared_event_id: str | None = None


def assemble(call: Call, caller: Caller, origin: str) -> ApiEvent:
    """Make the event of a call."""
    act = actions.classify("azure", call.service, call.action, call.read_only)
    if call.action.lower() == _ROLE_ASSIGNMENT:
        act = actions.granting(act, scope_of(call.resources))
    source_ip = address(call.source)
    user_agent = call.user_agent[:MAX_USER_AGENT_CHARS] if call.user_agent else None
    through = interface.classify(
        user_agent,
        source_ip=source_ip,
        invoked_by=(caller.name or caller.id) if caller.type == "Service" else None,
        app_id=caller.app_id,
        provider="azure",
    )
    tenant = call.tenant or caller.tenant
    account = call.account or tenant
    created = caller.created if caller.created is not None and caller.created <= call.time else None
    event = ApiEvent(
        event_id=call.event_id,
        time=call.time,
        provider="azure",
        log_class=call.log_class,
        service=call.service,
        action=call.action,
        shared_event_id=call.shared_event_id,
        organization=tenant,
        account=account,
        region=call.region,
        access=act.access,
        stage=act.stage,
        technique=act.technique,
        outcome=call.outcome,
        error_code=call.error_code,
        principal_id=caller.id,
        principal_type=caller.type,
        principal_name=caller.name,
        principal_account=caller.tenant or (tenant if caller.id or caller.name else None),
        credential_id=caller.token,
        credential_type=caller.credential_type,
        session_created=caller.created,
        mfa=caller.mfa,
        issued_to=caller.issued_to,
        touched=list(call.touched) if call.outcome == "success" else [],
        source_ip=source_ip,
        interface=through.interface,
        user_agent=user_agent,
        client=through.client,
        os=through.os,
        resources=call.resources[:MAX_RESOURCES],
        target_account=_target(call, caller, account),
        origin=origin,
        action_basis=act.basis,
        interface_conflict=through.conflict,
        session_id=caller.session,
        home=caller.home,
        credential_age=call.time - created if created is not None else None,
    )
    return bound(event)


def reads_only(operation: str, category: str | None) -> bool | None:
    """Say whether an operation (in lower case) only reads: by the verb that it ends with, or else by the category."""
    if operation.endswith(_READS):
        return True
    return False if operation.endswith(_CHANGES) or category in _CHANGING else None


def is_of_series(status: str | None) -> bool:
    """Whether a status is one of those that one operation goes through: begun, accepted, done, failed."""
    return _plain(status) in _SERIES


def outcome(status: str | None, substatus: str | None, properties: dict[str, Any]) -> tuple[str, str | None]:
    """Give the outcome of a Resource Manager operation and its error code. What only began was admitted: a success."""
    plain = _plain(status)
    detail = first(properties, "statuscode") or substatus
    code = status_code(detail)
    if plain not in _FAILED and (plain or code is None or code < 400):
        return "success", None
    # "Failed.Forbidden" (event hub), "Forbidden" (table), "Forbidden (HTTP Status Code: 403)" (REST).
    named = _error_code(properties) or (detail or "").rpartition("Failed.")[2].partition(" ")[0] or None
    said = f"{named} {detail} {substatus}".lower()
    return ("denied" if _DENIED.search(said) else "error"), named


def http_outcome(code: int | None, *words: str | None) -> tuple[str, str | None]:
    """Give the outcome and error code of a request by its HTTP status; `words` may name its error, the best first."""
    if code is not None and code < 400:
        return "success", None
    named = next(filter(None, words), None) or (str(code) if code is not None else None)
    refused = code in _REFUSALS or (code is None and _DENIED.search((named or "").lower()) is not None)
    return ("denied" if refused else "error"), named


def granted(operation: str, properties: dict[str, Any]) -> list[str]:
    """Give what a role assignment (in lower case) ties together: the role's definition and the principal.

    The request is in the record of its start, and the answer, which repeats it, in that of its end.
    """
    if operation != _ROLE_ASSIGNMENT:
        return []
    sent = fold(properties.get("requestbody")) or fold(properties.get("responsebody"))
    body = fold(sent.get("properties"))
    pair = (names.clean(first(body, "roledefinitionid")), names.guid(first(body, "principalid")))
    return [name for name in pair if name]


@lru_cache(256)
def _plain(status: str | None) -> str:
    return _NOT_A_LETTER.sub("", status.lower()) if status else ""


def _error_code(properties: dict[str, Any]) -> str | None:
    """Give the code of the error that the service answered with: {"error": {"code": ...}} in a text."""
    answer = fold(properties.get("statusmessage") or properties.get("responsebody"))
    return first(fold(answer.get("error")), "code") or first(answer, "code")


def _target(call: Call, caller: Caller, account: str | None) -> str | None:
    """Give the account that the call reached into from another directory, or from a workload's own subscription."""
    if caller.tenant and call.tenant and caller.tenant != call.tenant:
        return account
    home = names.subscription(caller.issued_to.removeprefix("azure:")) if caller.issued_to else None
    return account if home and call.account and home != call.account else None
