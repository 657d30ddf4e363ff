"""Changes of an IAM policy that only take rights away, by the difference that the audit log writes beside the call.

IAM, "Audit logging": serviceData of type google.iam.v1.logging.AuditData, whose policyDelta lists bindingDeltas, each
with the action ADD or REMOVE; google.iam.v1, policy.proto (BindingDelta). A change of a condition shows both.
"""

from analytic.sources.gcp.calls import field, part, tail
from analytic.sources.gcp.record import AuditLog
from analytic.sources.json_fields import inner

_SETS = frozenset({"SetIamPolicy", "setIamPermissions", "setIamPolicy"})


def hardens(log: AuditLog, service: str, action: str) -> bool:
    """Whether a call set a policy that gives less than before, and nothing more. Raises ParseError on a broken part."""
    if tail(service, action).rpartition(".")[2] not in _SETS:
        return False
    delta = field(part(log.service_data, "serviceData"), "policy_delta")
    found = field(inner(delta), "binding_deltas")
    if not isinstance(found, list) or not found:
        return False
    return all(inner(one).get("action") == "REMOVE" for one in found)
