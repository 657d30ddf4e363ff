"""What a call's request and response say beyond its name: whose workload it touched, what it named.

Shapes: the API references of Systems Manager, EC2, EC2 Instance Connect, ECS and Lambda, in the writing that CloudTrail
gives them (first letter lower; real records in shared/data/aws).
"""

from collections.abc import Callable, Iterator
from typing import Any

from analytic.context.sharing import SHARES
from analytic.sources.aws import issued as cloudtrail_issued
from analytic.sources.aws import names as aws_names
from analytic.sources.aws.identity import Principal
from analytic.sources.aws.parts import part, resource_objects
from analytic.sources.aws.record import ABSENT, CloudTrailRecord
from analytic.sources.aws.sharing import shared_with
from analytic.sources.aws.trust import trusted
from analytic.sources.json_fields import MAX_RESOURCES, MAX_TEXT_CHARS, inner

MAX_TOUCHED = 64
"""SendCommand takes 50 instance ids (Systems Manager API reference)."""

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

_NAMED = frozenset(_NAMES)


def reads(service: str, action: str) -> bool:
    """Whether `touched` or `cloudtrail_issued.issued` reads this call's request."""
    return cloudtrail_issued.issues(service, action) or (service, action) in _TOUCHERS


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
        found = (aws_names.instance_workload(account, name) or _task(account, name) for name in names)
    return list(dict.fromkeys(workload for workload in found if workload))[:MAX_TOUCHED]


def resources(record: CloudTrailRecord, service: str, request: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give what the call names (ARNs, then names from `request`), and the accounts that own it or are let in by it."""
    if record.resources is ABSENT and not request:
        return [], []
    names: list[Any] = []
    accounts: list[str] = []
    if record.resources is not ABSENT:
        for resource in resource_objects(record.resources):
            names.append(resource.get("ARN") or resource.get("arn"))
            owner = resource.get("accountId") or resource.get("accountid")
            if isinstance(owner, str):
                accounts.append(owner)
    if not _NAMED.isdisjoint(request):
        for key in _NAMES:
            if key in request:
                names.extend(_texts(request[key]))
    if service == "iam":
        outside = trusted(request, record.recipient_account_id)
        names.extend(outside)
        accounts.extend(account for name in outside if (account := aws_names.arn_account(name)))
    if service == "cloudtrail":
        names.append(request.get("name"))
    if service == "ec2":
        names.extend(_instance_set(request))
    if not names:
        return [], accounts
    texts = dict.fromkeys(name[:MAX_TEXT_CHARS] for name in names if isinstance(name, str) and name)
    return list(texts)[:MAX_RESOURCES], accounts


def target_account(
    service: str, action: str, principal: Principal, request: dict[str, Any], owners: list[str]
) -> str | None:
    """Give the account that the call reached into, or shared with, when it is known to be another than the caller's."""
    if principal.account is None or not (owners or request):
        return None
    if action in _ASSUME_ROLE:
        owners = [*owners, aws_names.arn_account(_text(request.get("roleArn"))) or principal.account]
    if (service, action) in SHARES:
        owners = [shared_with(request) or principal.account]  # Who owns what is shared says nothing.
    return next((owner for owner in owners if owner and owner != principal.account), None)


def _task(account: str | None, target: str) -> str | None:
    """Give the task of a target that is a task's id or ARN, or of a session's "ecs:<cluster>_<task>_<container>"."""
    if target.startswith("ecs:"):
        parts = target.rsplit("_", 2)
        target = parts[1] if len(parts) == 3 else ""
    return aws_names.task_workload(account, target)


def _text(value: Any) -> str | None:
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) and value else None


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
    items = inner(request, "instancesSet").get("items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            yield from _texts(item.get("instanceId"))


def _commanded(request: dict[str, Any], response: dict[str, Any]) -> Iterator[str]:
    yield from _texts(request.get("instanceIds"))
    yield from _targets(request.get("targets"))
    # A command sent by tag names its instances only in the answer.
    yield from _texts(inner(response, "command").get("instanceIds"))


def _automated(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    parameters = inner(request, "parameters")
    for key in ("InstanceId", "InstanceIds", "instanceId", "instanceIds"):
        yield from _texts(parameters.get(key))
    yield from _targets(request.get("targets"))


def _session_target(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("target"))


def _container(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("task"))


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
        yield from _texts(inner(request, f"{call}Request").get("InstanceId"))
        yield from _texts(inner(response, f"{call}Response", "iamInstanceProfileAssociation").get("instanceId"))
    yield from _texts(request.get("instanceId"))
    yield from _texts(inner(response, "iamInstanceProfileAssociation").get("instanceId"))


def _function(request: dict[str, Any], _response: dict[str, Any]) -> Iterator[str]:
    return _texts(request.get("functionName"))


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
    ("ecs", "ExecuteCommand"): _container,
    ("lambda", "UpdateFunctionCode"): _function,
    ("lambda", "UpdateFunctionConfiguration"): _function,
}
