"""Names in AWS: the parts of an ARN, and the ids of workloads that lineage is keyed by.

Forms: AWS General Reference, "Amazon Resource Names"; IAM user guide, "IAM identifiers" (roles' session names).
"""

import re

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
# An instance's role session is named by the instance: "i-" and 8 hex digits (before 2016) or 17; a machine that Systems
# Manager manages outside EC2 is "mi-" and 17. Anonymised logs mix the case.
_INSTANCE = re.compile(r"m?i-[0-9a-f]{8,17}", re.ASCII | re.IGNORECASE)
_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}", re.ASCII)
# The id of an ECS task (Amazon ECS developer guide, "Amazon Resource Names (ARNs) and IDs": the long format).
_TASK = re.compile(r"[0-9a-f]{32}", re.ASCII)


def arn_account(arn: str | None) -> str | None:
    """Give the account in an ARN (arn:partition:service:region:account:resource), None when it names none."""
    parts = arn.split(":", 5) if arn else ()
    return parts[4] if len(parts) == 6 and _ACCOUNT.fullmatch(parts[4]) else None


def arn_resource(arn: str | None) -> str | None:
    """Give an ARN's last part: "assumed-role/deploy/alice", "user/bob", "function:resize"."""
    parts = arn.split(":", 5) if arn else ()
    return parts[5] if len(parts) == 6 else None


def account_id(text: str | None) -> str | None:
    """Give the account that a text is, or names as an ARN."""
    if text and _ACCOUNT.fullmatch(text):
        return text
    return arn_account(text)


def instance_workload(account: str | None, instance_id: str | None) -> str | None:
    """Give the workload id of an instance, "aws:<account>:instance/<id in lower case>"; None when it is not one."""
    if account and instance_id and _INSTANCE.fullmatch(instance_id):
        return f"aws:{account}:instance/{instance_id.lower()}"
    return None


def function_workload(account: str | None, region: str | None, function: str | None) -> str | None:
    """Give the workload id of a Lambda function, "aws:<account>:function/<region>/<name>"; None when it is not one.

    `function` is a name, a partial ARN (account:function:name) or an ARN, with or without a qualifier; an ARN's own
    account and region go before the given ones (Lambda API reference, FunctionName).
    """
    if not function:
        return None
    parts = function.split(":")
    if function.startswith("arn:"):
        if len(parts) < 7 or parts[5] != "function":
            return None
        region, account, name = parts[3], parts[4], parts[6]
    elif len(parts) >= 3 and parts[1] == "function":
        account, name = parts[0], parts[2]
    else:
        name = parts[0]
    if not (account and region and _FUNCTION_NAME.fullmatch(name)):
        return None
    return f"aws:{account}:function/{region}/{name}"


def task_workload(account: str | None, task: str | None) -> str | None:
    """Give the workload id of an ECS task, "aws:<account>:task/<id>"; None when it is not one.

    `task` is its id or its ARN (arn:aws:ecs:region:account:task/cluster/id); an ARN's account goes before the given.
    """
    if not task:
        return None
    account = arn_account(task) or account
    id_ = task.rpartition("/")[2]
    return f"aws:{account}:task/{id_}" if account and _TASK.fullmatch(id_) else None


def arn_principal(arn: str | None) -> tuple[str, str | None, str | None]:
    """Give the type of userIdentity that an ARN of IAM or STS names, the user's or role's name, and the session's."""
    kind, _, rest = (arn_resource(arn) or "").partition("/")
    if kind == "assumed-role" and rest:
        role, _, session = rest.partition("/")
        return "AssumedRole", role or None, session or None
    if kind in ("user", "federated-user") and rest:
        return ("IAMUser" if kind == "user" else "FederatedUser"), rest.rpartition("/")[2] or None, None
    return ("Root", "root", None) if kind == "root" else ("unknown", None, None)
