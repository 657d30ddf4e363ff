"""With whom a snapshot, an image or a network is shared: the one account that a request names, where it names just one.

Amazon EC2 API reference, ModifySnapshotAttribute, ModifyImageAttribute and CreateVpcPeeringConnection; Amazon RDS API
reference, ModifyDBSnapshotAttribute and ModifyDBClusterSnapshotAttribute.
"""

import re
from collections.abc import Mapping
from typing import Any

from analytic.sources.json_fields import inner, items

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_PERMISSIONS = ("createVolumePermission", "launchPermission")


def shared_with(request: Mapping[str, Any]) -> str | None:
    """Give the account that a call of analytic/context/sharing.py shares with.

    None where several are named, or everybody, or an organization, whose accounts none can tell.
    """
    named: list[Any] = list(items(request.get("valuesToAdd")))
    if "peerOwnerId" in request:
        named.append(request["peerOwnerId"])
    for permission in _PERMISSIONS:
        for added in items(inner(request, permission, "add").get("items")):
            named += [value for value in added.values() if value] if isinstance(added, dict) else [added]
    one = named[0] if named and all(name == named[0] for name in named) else None
    return one if isinstance(one, str) and _ACCOUNT.fullmatch(one) else None
