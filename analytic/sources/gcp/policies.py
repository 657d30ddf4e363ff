"""The difference between two IAM policies that the audit log writes beside the call that set the second.

IAM, "Audit logging": serviceData of type google.iam.v1.logging.AuditData, whose policyDelta lists bindingDeltas, each
with the action ADD or REMOVE, the role and the member.
"""

from typing import Any

from analytic.sources.gcp.calls import field, part, tail
from analytic.sources.gcp.record import AuditLog
from analytic.sources.json_fields import inner, items

_SETS = frozenset({"SetIamPolicy", "setIamPermissions", "setIamPolicy"})

MAX_DELTAS = 3_000
"""An allow policy can hold 1,500 principals (IAM, "Quotas and limits"): no call takes away and adds more of them."""


def sets_policy(service: str, action: str) -> bool:
    """Whether a call sets the policy of something."""
    return tail(service, action).rpartition(".")[2] in _SETS


def deltas(log: AuditLog) -> list[Any]:
    """Give the differences; [] where the record shows none, or more than can be: what was cut could be what tells.

    Raises ParseError on a broken part.
    """
    delta = field(part(log.service_data, "serviceData"), "policy_delta")
    found = items(field(inner(delta), "binding_deltas"), cap=MAX_DELTAS + 1)
    return found if len(found) <= MAX_DELTAS else []
