"""What a successful call handed out: a credential, or the name that its holder will be known by.

Shapes: the API references of STS, IAM, IAM Roles Anywhere, EKS Auth, Cognito identity pools and IAM Identity Center, in
the writing that CloudTrail gives them (first letter lower; real records in shared/data/aws). Tokens for databases and
registries (RDS, Redshift, ECR) are no AWS credentials and issue nothing here.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from analytic.sources.aws import names as aws_names
from analytic.sources.aws.identity import Principal
from analytic.sources.aws.known_names import aws_name, person_name
from analytic.sources.aws.parts import part
from analytic.sources.aws.record import CloudTrailRecord
from analytic.sources.json_fields import inner, items, text
from analytic.sources.times import expiry_micros
from schemas.records import ApiEvent, Issued

MAX_TAGS = 50
"""Session tags that one session takes (STS API reference, AssumeRole: Tags)."""

_POLLER = "awslambda_"
"""How Lambda names the sessions that it opens for itself (polling, log groups), not for the function's code."""


class Call(NamedTuple):
    """A successful call: its request and response, decoded, who made it, and the record it is from."""

    request: dict[str, Any]
    response: dict[str, Any]
    caller: Principal
    record: CloudTrailRecord


def issues(service: str, action: str) -> bool:
    """Whether a call of this kind hands something out, and so its request and response are read."""
    return (service, action) in _ISSUERS


def issued(
    record: CloudTrailRecord, service: str, action: str, request: dict[str, Any], caller: Principal
) -> Issued | None:
    """Give what a successful call handed out, None for a call that hands out nothing."""
    read = _ISSUERS.get((service, action))
    if read is None:
        return None
    return read(Call(request, part(record.response_elements, "responseElements"), caller, record))


def caller_id(record: CloudTrailRecord, service: str) -> str | None:
    """Give who made a call that AWS does not sign in, by its answer: a pool's identity, a certificate's subject."""
    key = _CALLERS.get(service)
    return text(part(record.response_elements, "responseElements").get(key)) if key else None


def session_tags(request: dict[str, Any]) -> list[str]:
    """Give the tags that a call puts on the session it opens, each key=value.

    `tags` where the caller sets them, `principalTags` where the identity provider's assertion does (IAM user guide,
    "Pass session tags in AWS STS").
    """
    pairs = [(inner(tag).get("key"), inner(tag).get("value")) for tag in items(request.get("tags"), MAX_TAGS)]
    pairs += inner(request, "principalTags").items()
    return [f"{text(key)}={text(value) or ''}" for key, value in pairs[:MAX_TAGS] if text(key)]


def other_than_callers(event: ApiEvent) -> Issued | None:
    """Give what an event issued without what is the caller's own: a session that renews itself obtained nothing new."""
    issued = event.issued
    if issued is None:
        return None
    if issued.known_as in event.known_as:
        issued = msgspec.structs.replace(issued, known_as=None)
    if issued.credential_id is not None and issued.credential_id == event.credential_id:
        issued = msgspec.structs.replace(issued, credential_id=None)
    return issued if issued.credential_id or issued.known_as else None


def _credential(
    call: Call, principal_id: str | None, issued_to: str | None = None, known_as: str | None = None
) -> Issued | None:
    credentials = inner(call.response, "credentials")
    key = text(credentials.get("accessKeyId"))
    if key is None:
        return None
    return Issued(key, principal_id, expiry_micros(credentials.get("expiration")), issued_to, None, known_as)


def _assumed_role(call: Call) -> Issued | None:
    user = inner(call.response, "assumedRoleUser")
    arn = text(user.get("arn"))
    account = aws_names.arn_account(arn or text(call.request.get("roleArn")))
    # EKS Auth's answer spells it assumeRoleId (EKS Auth API reference, AssumedRoleUser).
    session = text(user.get("assumedRoleId")) or text(user.get("assumeRoleId"))
    return _credential(call, session, _workload(call, account), aws_name(arn))


def _workload(call: Call, account: str | None) -> str | None:
    """Give the workload that a session is opened for: the services that open one name the session by it."""
    session = text(call.request.get("roleSessionName"))
    if call.caller.type == "AWSService" and session:
        if call.caller.name == "lambda.amazonaws.com" and not session.startswith(_POLLER):
            return aws_names.function_workload(account, call.record.aws_region, session)
        if call.caller.name == "ecs-tasks.amazonaws.com":
            return aws_names.task_workload(account, session)
    return aws_names.instance_workload(account, session)


def _assumed_root(call: Call) -> Issued | None:
    # The root user's principalId is its account; targetPrincipal is the account or its root's ARN (STS, AssumeRoot).
    return _credential(call, aws_names.account_id(text(call.request.get("targetPrincipal"))))


def _own_session(call: Call) -> Issued | None:
    return _credential(call, call.caller.id)


def _federation_token(call: Call) -> Issued | None:
    user = inner(call.response, "federatedUser")
    return _credential(call, text(user.get("federatedUserId")), None, aws_name(text(user.get("arn"))))


def _access_key(call: Call) -> Issued | None:
    created = inner(call.response, "accessKey")
    key = text(created.get("accessKeyId"))
    if key is None:
        return None
    # Without a user name the key is the caller's own (IAM, CreateAccessKey).
    return Issued(key, text(created.get("userName")) or text(call.request.get("userName")) or call.caller.name)


def _signin_token(call: Call) -> Issued | None:
    """Give what a console opened with a session's credentials takes over: the session's name, under new keys.

    IAM user guide, "Enable custom identity broker access to the AWS console".
    """
    key = text(inner(call.response, "credentials").get("accessKeyId"))
    name = aws_name(call.caller.arn)
    return Issued(key, call.caller.id, known_as=name) if key or name else None


def _console_login(call: Call) -> Issued | None:
    caller = call.caller
    return Issued(None, caller.id, known_as=aws_name(caller.arn)) if caller.type == "IAMUser" and caller.arn else None


def _certificate_session(call: Call) -> Issued | None:
    """Read the one set of credentials that Roles Anywhere answers with (its user guide, "CreateSession API")."""
    found = items(call.response.get("credentialSet"), 1)
    return _assumed_role(call._replace(response=found[0])) if found and isinstance(found[0], dict) else None


def _pool_identity(call: Call) -> Issued | None:
    return _credential(call, text(call.response.get("identityId")))


def _permission_set(call: Call) -> Issued | None:
    """Read what the access portal hands out: the key, where shown, and the person that the account's own log names."""
    name = person_name(call.caller.name)
    key = text(inner(call.response, "roleCredentials").get("accessKeyId"))
    return Issued(key, call.caller.id, known_as=name) if key or name else None


def _center_session(call: Call) -> Issued | None:
    """Read the session of IAM Identity Center that a token opens; the token itself is hidden."""
    more = part(call.record.additional_event_data, "additionalEventData")
    session = text(more.get("identitycenter:CredentialId"))
    return Issued(session, text(more.get("identitystore:UserId"))) if session else None


_CALLERS = {"cognito-identity": "identityId", "rolesanywhere": "subjectArn"}

_ISSUERS: dict[tuple[str, str], Callable[[Call], Issued | None]] = {
    ("sts", "AssumeRole"): _assumed_role,
    ("sts", "AssumeRoleWithSAML"): _assumed_role,
    ("sts", "AssumeRoleWithWebIdentity"): _assumed_role,
    ("sts", "AssumeRoot"): _assumed_root,
    ("sts", "GetSessionToken"): _own_session,
    ("sts", "GetFederationToken"): _federation_token,
    ("iam", "CreateAccessKey"): _access_key,
    ("signin", "GetSigninToken"): _signin_token,
    ("signin", "ConsoleLogin"): _console_login,
    ("rolesanywhere", "CreateSession"): _certificate_session,
    ("eks-auth", "AssumeRoleForPodIdentity"): _assumed_role,
    ("cognito-identity", "GetCredentialsForIdentity"): _pool_identity,
    ("sso", "GetRoleCredentials"): _permission_set,
    ("sso-oauth", "CreateToken"): _center_session,
    ("sso-oauth", "CreateTokenWithIAM"): _center_session,
}
