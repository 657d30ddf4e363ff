"""What a call's request and response say beyond its name: what it issued, whose workload it touched, what it named.

Shapes: the API references of STS, IAM, Systems Manager, EC2, EC2 Instance Connect and Lambda, in the writing that
CloudTrail gives them (first letter lower; real records in shared/data/aws).
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from analytic.sources import aws_names
from analytic.sources.cloudtrail_identity import Principal
from analytic.sources.cloudtrail_record import ABSENT, CloudTrailRecord
from analytic.sources.errors import ParseError
from analytic.sources.times import expiry_micros
from schemas.records import Issued

MAX_RESOURCES = 32
"""What a finding can show, and more than nearly any call names."""

MAX_TOUCHED = 64
"""SendCommand takes 50 instance ids (Systems Manager API reference)."""

MAX_TEXT_CHARS = 2_048
"""The longest an AWS name gets is an ARN (IAM: 2,048 characters); what is longer is cut."""

_UNTYPED = msgspec.json.Decoder()
_ASSUME_ROLE = frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})

_NAMES = (
    "userName",
    "roleName",
    "roleArn",
    "policyArn",
    "instanceId",
    "instanceIds",
    "bucketName",
    "secretId",
    "functionName",
    "snapshotId",
    "imageId",
    "groupId",
    "dBSnapshotIdentifier",
)
"""The request parameters that name what a privileged call is done to."""


def part(raw: msgspec.Raw, name: str) -> dict[str, Any]:
    """Decode an undecoded part of a record; {} for what is no object. Raises ParseError naming the part."""
    if raw is ABSENT or bytes(raw) == b"null":
        return {}
    try:
        value = _UNTYPED.decode(raw)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"{name}: {error}") from error
    return value if isinstance(value, dict) else {}


def reads(service: str, action: str) -> bool:
    """Whether `issued` or `touched` reads this call's request."""
    return (service, action) in _ISSUERS or (service, action) in _TOUCHERS


def issued(
    record: CloudTrailRecord, service: str, action: str, request: dict[str, Any], caller: Principal
) -> Issued | None:
    """Give the credential that a successful call handed out, None for a call that hands out none."""
    read = _ISSUERS.get((service, action))
    if read is None:
        return None
    return read(request, part(record.response_elements, "responseElements"), caller)


def touched(
    record: CloudTrailRecord, service: str, action: str, request: dict[str, Any], account: str | None
) -> list[str]:
    """Give the ids of the workloads that a successful call ran code on, or whose code or role it changed."""
    read = _TOUCHERS.get((service, action))
    if read is None:
        return []
    names = read(request, part(record.response_elements, "responseElements"))
    if service == "lambda":
        found = (aws_names.function_workload(account, record.aws_region, name) for name in names)
    else:
        found = (aws_names.instance_workload(account, name) for name in names)
    return list(dict.fromkeys(workload for workload in found if workload))[:MAX_TOUCHED]


def resources(record: CloudTrailRecord, service: str, request: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give what the call names (ARNs, then names from `request`), and the accounts that own it."""
    if record.resources is ABSENT and not request:
        return [], []
    names: list[Any] = []
    accounts: list[str] = []
    if record.resources is not ABSENT:
        for resource in _resource_objects(record.resources):
            names.append(resource.get("ARN") or resource.get("arn"))
            owner = resource.get("accountId")
            if isinstance(owner, str):
                accounts.append(owner)
    for key in _NAMES:
        if key in request:
            names.extend(_texts(request[key]))
    if service == "cloudtrail":
        names.append(request.get("name"))
    if service == "ec2":
        names.extend(_instance_set(request))
    texts = dict.fromkeys(name[:MAX_TEXT_CHARS] for name in names if isinstance(name, str) and name)
    return list(texts)[:MAX_RESOURCES], accounts


def target_account(action: str, principal: Principal, request: dict[str, Any], owners: list[str]) -> str | None:
    """Give the account that the call reached into, when it is known to be another than the caller's."""
    if principal.account is None or not (owners or request):
        return None
    if action in _ASSUME_ROLE:
        owners = [*owners, aws_names.arn_account(_text(request.get("roleArn"))) or principal.account]
    return next((owner for owner in owners if owner and owner != principal.account), None)


def _resource_objects(raw: msgspec.Raw) -> Iterator[dict[str, Any]]:
    try:
        value = _UNTYPED.decode(raw)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"resources: {error}") from error
    if isinstance(value, list):
        # Twice the cap: some have no ARN, and the cap is on what is kept.
        yield from (item for item in value[: 2 * MAX_RESOURCES] if isinstance(item, dict))


def _text(value: Any) -> str | None:
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) and value else None


def _inner(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Follow keys through nested objects; {} where one is missing or is no object."""
    for key in keys:
        found = value.get(key)
        if not isinstance(found, dict):
            return {}
        value = found
    return value


def _credential(response: dict[str, Any], principal_id: str | None, issued_to: str | None = None) -> Issued | None:
    credentials = _inner(response, "credentials")
    key = _text(credentials.get("accessKeyId"))
    if key is None:
        return None
    return Issued(key, principal_id, expiry_micros(credentials.get("expiration")), issued_to)


def _assumed_role(request: dict[str, Any], response: dict[str, Any], _caller: Principal) -> Issued | None:
    user = _inner(response, "assumedRoleUser")
    account = aws_names.arn_account(_text(user.get("arn")) or _text(request.get("roleArn")))
    workload = aws_names.instance_workload(account, _text(request.get("roleSessionName")))
    return _credential(response, _text(user.get("assumedRoleId")), workload)


def _assumed_root(request: dict[str, Any], response: dict[str, Any], _caller: Principal) -> Issued | None:
    # The root user's principalId is its account; targetPrincipal is the account or its root's ARN (STS, AssumeRoot).
    return _credential(response, aws_names.account_id(_text(request.get("targetPrincipal"))))


def _own_session(_request: dict[str, Any], response: dict[str, Any], caller: Principal) -> Issued | None:
    return _credential(response, caller.id)


def _federation_token(_request: dict[str, Any], response: dict[str, Any], _caller: Principal) -> Issued | None:
    return _credential(response, _text(_inner(response, "federatedUser").get("federatedUserId")))


def _access_key(request: dict[str, Any], response: dict[str, Any], caller: Principal) -> Issued | None:
    created = _inner(response, "accessKey")
    key = _text(created.get("accessKeyId"))
    if key is None:
        return None
    # Without a user name the key is the caller's own (IAM, CreateAccessKey).
    return Issued(key, _text(created.get("userName")) or _text(request.get("userName")) or caller.name)


def _texts(value: Any) -> Iterator[str]:
    """Give a text, or the texts of a list."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _targets(value: Any) -> Iterator[str]:
    """Give the instances of Systems Manager targets: [{"key": "InstanceIds", "values": [...]}]."""
    for target in value if isinstance(value, list) else []:
        if isinstance(target, dict) and str(target.get("key")).lower() == "instanceids":
            yield from _texts(target.get("values"))


def _instance_set(request: dict[str, Any]) -> Iterator[str]:
    """Give the instances of EC2's list form: {"instancesSet": {"items": [{"instanceId": "i-..."}]}}."""
    items = _inner(request, "instancesSet").get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            yield from _texts(item.get("instanceId"))


def _commanded(request: dict[str, Any], response: dict[str, Any]) -> Iterator[str]:
    yield from _texts(request.get("instanceIds"))
    yield from _targets(request.get("targets"))
    # A command sent by tag names its instances only in the answer.
    yield from _texts(_inner(response, "command").get("instanceIds"))


def _automated(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    parameters = _inner(request, "parameters")
    for key in ("InstanceId", "InstanceIds", "instanceId", "instanceIds"):
        yield from _texts(parameters.get(key))
    yield from _targets(request.get("targets"))


def _session_target(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("target"))


def _instance(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("instanceId"))


def _user_data(request: dict[str, Any], response: dict[str, Any]) -> Iterator[str]:
    if "userData" in request or request.get("attribute") == "userData":
        return _instance(request, response)
    return iter(())


def _profiled(request: dict[str, Any], response: dict[str, Any]) -> Iterator[str]:
    """Give the instance that gets another role; the request that replaces an association does not name it."""
    for verb in ("Associate", "Replace"):
        suffix = "" if verb == "Associate" else "Association"
        call = f"{verb}IamInstanceProfile{suffix}"
        yield from _texts(_inner(request, f"{call}Request").get("InstanceId"))
        yield from _texts(_inner(response, f"{call}Response", "iamInstanceProfileAssociation").get("instanceId"))
    yield from _texts(request.get("instanceId"))
    yield from _texts(_inner(response, "iamInstanceProfileAssociation").get("instanceId"))


def _function(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("functionName"))


_ISSUERS: dict[tuple[str, str], Callable[[dict[str, Any], dict[str, Any], Principal], Issued | None]] = {
    ("sts", "AssumeRole"): _assumed_role,
    ("sts", "AssumeRoleWithSAML"): _assumed_role,
    ("sts", "AssumeRoleWithWebIdentity"): _assumed_role,
    ("sts", "AssumeRoot"): _assumed_root,
    ("sts", "GetSessionToken"): _own_session,
    ("sts", "GetFederationToken"): _federation_token,
    ("iam", "CreateAccessKey"): _access_key,
    ("signin", "GetSigninToken"): _own_session,
}

_TOUCHERS: dict[tuple[str, str], Callable[[dict[str, Any], dict[str, Any]], Iterator[str]]] = {
    ("ssm", "SendCommand"): _commanded,
    ("ssm", "StartSession"): _session_target,
    ("ssm", "StartAutomationExecution"): _automated,
    ("ec2-instance-connect", "SendSSHPublicKey"): _instance,
    ("ec2-instance-connect", "SendSerialConsoleSSHPublicKey"): _instance,
    ("ec2", "ModifyInstanceAttribute"): _user_data,
    ("ec2", "GetPasswordData"): _instance,
    ("ec2", "AssociateIamInstanceProfile"): _profiled,
    ("ec2", "ReplaceIamInstanceProfileAssociation"): _profiled,
    ("lambda", "UpdateFunctionCode"): _function,
    ("lambda", "UpdateFunctionConfiguration"): _function,
}
