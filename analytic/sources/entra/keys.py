"""The credentials that a directory change added to an application or service principal.

Both the audit log and the Microsoft 365 audit log show them in the modified property KeyDescription, before and after,
as a list of "[KeyIdentifier=…,KeyType=…,KeyUsage=…,DisplayName=…]" (Microsoft Entra, "Audit log activities":
"Update application - Certificates and secrets management", "Add service principal credentials"; real records). The
KeyIdentifier is what a service principal's sign-in names as servicePrincipalCredentialKeyId.
"""

import re
from typing import Any

from analytic.sources.azure.fields import fold
from analytic.sources.json_fields import items, nested

PROPERTY = "KeyDescription"

_KEY = re.compile(r"\[KeyIdentifier=([0-9A-Za-z-]{1,64})[,\]]")
_MAX_KEYS = 256
"""More than an application may have (Microsoft Entra, "Microsoft Entra service limits and restrictions")."""


def added_key(properties: Any) -> str | None:
    """Give the id of the first credential that is there after and was not before; None when none was added.

    `properties` are modifiedProperties {displayName, oldValue, newValue} or ModifiedProperties {Name, OldValue,
    NewValue}. Only the start of each description is read: what somebody calls a key cannot pass for one.
    """
    for item in items(nested(properties), cap=64):
        changed = fold(item)
        if (changed.get("displayname") or changed.get("name")) == PROPERTY:
            before = set(_keys(changed.get("oldvalue")))
            return next((key for key in _keys(changed.get("newvalue")) if key not in before), None)
    return None


def _keys(value: Any) -> list[str]:
    """Read the ids out of a list of descriptions, or out of one."""
    listed = nested(value)
    texts = listed if isinstance(listed, list) else [listed]
    found = (_KEY.match(text) for text in texts[:_MAX_KEYS] if isinstance(text, str))
    return [key[1].lower() for key in found if key]
