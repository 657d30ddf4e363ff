"""Whether an Entra sign-in was made with a second factor.

Sources: Microsoft Graph, "signIn resource type" (authenticationRequirement: the highest level of authentication that
the sign-in needed to succeed; mfaDetail, deprecated), "authenticationDetail resource type" (steps) and "mfaDetail
resource type"; Microsoft Entra, "Use the sign-in logs to review Microsoft Entra multifactor authentication events"
(the texts that say how MFA was satisfied), which also warns that a fresh record can say "satisfied by claim in the
token" before it is complete.
"""

import re
from typing import Any

from analytic.sources.azure.fields import fold
from analytic.sources.json_fields import items, nested, text, truth

# Of the documented reasons those with a factor behind them: not "skipped due to …", "registration prompted" or
# "has expired".
_SATISFIED = re.compile(
    r"MFA\b.{0,40}(?:satisfied by (?:claim|strong authentication)|completed in|successfully completed)", re.IGNORECASE
)


def second_factor(fields: dict[str, Any], status: dict[str, Any]) -> bool | None:
    """Say whether a *successful* sign-in had a second factor; None when the record does not tell.

    `fields` and `status` have their keys in lower case. In a non-interactive sign-in "the user doesn't provide an
    authentication factor": that none was asked for says nothing of how its session was opened.
    """
    requirement = (text(fields.get("authenticationrequirement")) or "").lower()
    if _satisfied(status.get("additionaldetails")) or requirement == "multifactorauthentication":
        return True
    if fold(fields.get("mfadetail")).get("authmethod"):
        return True
    if any(_is_second(fold(step)) for step in items(nested(fields.get("authenticationdetails")), cap=32)):
        return True
    interactive = truth(fields.get("isinteractive")) is not False
    return False if interactive and requirement == "singlefactorauthentication" else None


def _is_second(step: dict[str, Any]) -> bool:
    if _satisfied(step.get("authenticationstepresultdetail")):
        return True
    requirement = text(step.get("authenticationsteprequirement")) or ""
    return step.get("succeeded") is True and requirement.lower().startswith("multi")


def _satisfied(detail: Any) -> bool:
    return isinstance(detail, str) and _SATISFIED.search(detail[:256]) is not None
