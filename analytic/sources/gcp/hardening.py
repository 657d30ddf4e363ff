"""Changes of an IAM policy that only take rights away, by the difference that the audit log writes beside the call.

google.iam.v1, policy.proto (BindingDelta): each difference has the action ADD or REMOVE; a change of a condition shows
both.
"""

from collections.abc import Sequence
from typing import Any

from analytic.sources.json_fields import inner


def hardens(deltas: Sequence[Any]) -> bool:
    """Whether the policy that was set (policies.deltas) gives less than the one before, and nothing more."""
    return bool(deltas) and all(inner(one).get("action") == "REMOVE" for one in deltas)
