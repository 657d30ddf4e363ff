"""Changes of conditional access that tighten it: a policy that was not enforced is from now on.

The modified property ConditionalAccessPolicy holds the policy before and after as JSON, whose `state` is "enabled",
"disabled" or "enabledForReportingButNotEnforced" (Microsoft Graph, "conditionalAccessPolicy resource type"; Microsoft
Entra, "Troubleshoot Conditional Access policy changes"). Of a policy that was enforced before, nothing here can tell
which way it went.
"""

from typing import Any

from analytic.sources.azure.fields import fold
from analytic.sources.json_fields import items, nested

UPDATES = frozenset({"update conditional access policy", "update conditionalaccesspolicy"})
"""The operations in lower case, without the full stop that the Microsoft 365 audit log ends them with."""

_PROPERTY = "ConditionalAccessPolicy"
_ENFORCED = "enabled"


def hardens(operation: str, properties: Any) -> bool:
    """Whether a change did no more than enforce a policy.

    `properties` are modifiedProperties {displayName, oldValue, newValue} or ModifiedProperties {Name, OldValue,
    NewValue}.
    """
    if operation.lower().rstrip(".") not in UPDATES:
        return False
    for item in items(nested(properties), cap=64):
        changed = fold(item)
        if (changed.get("displayname") or changed.get("name")) == _PROPERTY:
            before, after = _state(changed.get("oldvalue")), _state(changed.get("newvalue"))
            return before not in (None, _ENFORCED) and after == _ENFORCED
    return False


def _state(value: Any) -> str | None:
    policy = nested(value)
    if isinstance(policy, list) and len(policy) == 1:  # The Microsoft 365 audit log writes a list of one.
        policy = nested(policy[0])
    state = policy.get("state") if isinstance(policy, dict) else None
    return state if isinstance(state, str) else None
