"""The difference between two IAM policies that the audit log writes beside the call that set the second.

IAM, "Audit logging": serviceData of type google.iam.v1.logging.AuditData, whose policyDelta lists bindingDeltas, each
with the action ADD or REMOVE, the role and the member.
"""

from typing import Any

from analytic.sources.gcp.calls import field, part, tail
from analytic.sources.gcp.record import AuditLog
from analytic.sources.json_fields import inner, items

_SETS = frozenset({"SetIamPolicy", "setIamPermissions", "setIamPolicy"})

MAX_DELTAS = 1_500
"""Principals that one allow policy can hold (IAM, "Quotas and limits"): no call changes more of them."""


def sets_policy(service: str, action: str) -> bool:
    """Whether a call sets the policy of something."""
    return tail(service, action).rpartition(".")[2] in _SETS


def deltas(log: AuditLog) -> list[Any]:
    """Give the differences, [] where the record shows none. Raises ParseError on a broken part."""
    delta = field(part(log.service_data, "serviceData"), "policy_delta")
    return items(field(inner(delta), "binding_deltas"), cap=MAX_DELTAS)
