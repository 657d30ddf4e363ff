"""What a change of the directory grants: a role or permission that leads to everything, or just a sign-in.

- Roles, by the modified property Role.DisplayName: the built-in roles that Microsoft labels privileged and that can
  make themselves or others an administrator (Microsoft Entra, "built-in roles").
- Permissions of an application, by ConsentAction.Permissions, DelegatedPermissionGrant.Scope and AppRole.Value: mail,
  files and whatever writes to the directory or its roles are what a consent phisher asks for (ATT&CK T1528; Microsoft
  Graph permissions reference). User.Read and the four of OpenID Connect are the minimum of a sign-in, and what
  Microsoft proposes as low impact (Microsoft Entra, "Configure permission classifications").
"""

import re
from typing import Any

from analytic.context.action_kinds import Scope
from analytic.sources.azure.fields import fold
from analytic.sources.json_fields import MAX_TEXT_CHARS, items, nested, text

_ROLES = frozenset(
    {
        "global administrator",
        "company administrator",
        "privileged role administrator",
        "privileged authentication administrator",
        "application administrator",
        "cloud application administrator",
        "hybrid identity administrator",
    }
)
_ROLE = "role.displayname"
_SCOPES = frozenset({"consentaction.permissions", "delegatedpermissiongrant.scope", "approle.value"})
_SIGN_IN = frozenset({"user.read", "openid", "profile", "email", "offline_access"})
_ALL = re.compile(
    r"(mail|mailboxsettings|files|sites|notes|chat)\.(read|readwrite|send|fullcontrol)[a-z.]*"
    r"|(directory|application|approleassignment|rolemanagement|group|user|policy|domain)[a-z]*\.readwrite\.[a-z.]+"
    r"|directory\.accessasuser\.all|full_access_as_(app|user)|ews\.accessasuser\.all"
)
_SCOPE = re.compile(r"Scopes?: ?\[?([^\],;]*)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,127}")


def scope_of(properties: Any) -> Scope | None:
    """Give the scope of what modified properties grant by their new values; None where that is neither.

    `properties` are modifiedProperties {displayName, oldValue, newValue} or ModifiedProperties {Name, OldValue,
    NewValue}.
    """
    scopes: list[str] = []
    for item in items(nested(properties), cap=64):
        changed = fold(item)
        name = (text(changed.get("displayname")) or text(changed.get("name")) or "").lower()
        value = text(changed.get("newvalue"))
        if value is None:
            continue
        if name == _ROLE and value.strip('"[] ').lower() in _ROLES:
            return "everything"
        if name in _SCOPES:
            scopes += _permissions(value)
            if len(str(changed.get("newvalue"))) > MAX_TEXT_CHARS:
                scopes.append("")  # What was cut is no sign-in.
    if any(_ALL.fullmatch(scope) for scope in scopes):
        return "everything"
    return "sign-in" if scopes and _SIGN_IN.issuperset(scopes) else None


def _permissions(value: str) -> list[str]:
    """Give the permissions of a text, in lower case: a list of them, or "[Id: …, Scope: a b c, …]" with more around.

    The consent shows the old and the new grants in one text ("[] => [[…]]"): those behind the arrow count.
    """
    new = value.rpartition("=>")[2]
    found = _SCOPE.findall(new) or [new]
    return [word.lower() for part in found for word in _WORD.findall(part)]
