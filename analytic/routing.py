"""Where an event is heard: the keys of Follow, and in which role it is heard there.

A key hears three kinds of input (DESIGN.md, the key of Follow): events made *with* a credential, events that *issued*
it, and events that were done *to* its workload.
"""

import msgspec

from analytic.fold import Item, to_body
from schemas.records import ApiEvent

USED, ISSUED, TOUCHED = 1, 2, 4

_MAX_TOUCHED = 64
"""Workloads that one call is heard at: SendCommand names at most 50 instances (AWS SSM API reference)."""


class Heard(msgspec.Struct, array_like=True):
    """An event as one key hears it: `roles` is a set of the bits USED, ISSUED, TOUCHED."""

    roles: int
    event: ApiEvent


def route(event: ApiEvent) -> dict[str, int]:
    """Give the keys that hear an event, each with its roles. Empty for what has no identity behind it.

    The workload is the key of a workload's credentials, for they rotate; else the credential; else the principal.
    A masked credential id (`AKIA****`) names no credential.
    """
    keys: dict[str, int] = {}
    if event.log_class == "insight":
        return keys
    key = _used_key(event)
    if key is not None:
        keys[key] = USED
    if event.outcome == "success":
        if event.issued is not None and _names(event.issued.credential_id):
            workload = event.issued.issued_to
            key = f"w|{workload}" if workload else f"c|{event.provider}|{event.issued.credential_id}"
            keys[key] = keys.get(key, 0) | ISSUED
        for workload in event.touched[:_MAX_TOUCHED]:
            key = f"w|{workload}"
            keys[key] = keys.get(key, 0) | TOUCHED
    return keys


def _used_key(event: ApiEvent) -> str | None:
    if event.principal_type == "AWSService":
        return None  # A service for itself: it only issues credentials and feeds coverage.
    if event.issued_to is not None:
        return f"w|{event.issued_to}"
    if _names(event.credential_id):
        return f"c|{event.provider}|{event.credential_id}"
    principal = event.principal_id or event.principal_arn or event.principal_name or event.principal_account
    return None if principal is None else f"p|{event.provider}|{principal}"


def _names(credential_id: str | None) -> bool:
    return credential_id is not None and "*" not in credential_id


def rank(event: ApiEvent) -> int:
    """How much of the caller a record shows: of the copies of one call, the caller's own account's stands for all."""
    return (event.credential_id is not None) * 2 + (event.principal_arn is not None)


def heard(event: ApiEvent, roles: int) -> Item:
    """Give the item by which a key of Follow hears an event."""
    return Item(event.time, event.event_id, to_body(Heard(roles, event)), event.shared_event_id, rank(event))
