"""What a call does: its kind of access, the stage of an intrusion it can serve, and how much it weighs by itself.

The evidence, in this order; `Act.basis` says which one held:
1. "catalogue": a curated row of the project (`catalogue/*.yaml`), each with the provider's document or the ATT&CK page
   that it rests on. It holds whatever the record says.
2. "table": the access level that AWS publishes for the operation (Service Authorization Reference). It tells listing,
   reading, writing and managing permissions apart; what the name adds to it is only finer (executes, hands out
   credentials), and the stage.
3. "record": the record's own word, True or False, on whether the call only read; the name says the rest.
4. "wide_grant", "narrow_grant": a catalogue's or a table's, and the record shows that what was granted is everything,
   or no more than to read or what weighs as little.
5. "naming": clouds name operations by a verb and what it acts on ("CreateUser", "storage.objects.get",
   "Microsoft.Compute/disks/write", "Add member to role").
No operation stays unclassified: what none of these can tell is taken as a write.

The scale of the impacts, and the closed sets: `action_kinds.py`.
"""

from functools import lru_cache
from typing import Final

from analytic.context import tables
from analytic.context.action_keys import keys, undated
from analytic.context.action_kinds import ACCESSES, BASES, MOST_BITS, STAGES, Act, Scope
from analytic.context.action_names import by_level, by_name
from schemas.records import ApiEvent

__all__ = ["ACCESSES", "BASES", "STAGES", "Act", "classify", "granting", "of_event", "routine"]

# No service or operation of any provider is near these; what is longer is not a name, and must not fill the cache.
_LONGEST_SERVICE: Final = 128
_LONGEST_ACTION: Final = 256

_CURATED = frozenset({"catalogue", "table"})

WIDE: Final = "wide_grant"
NARROW: Final = "narrow_grant"
_SCOPES: Final[dict[str, Scope]] = {WIDE: "everything", NARROW: "reading"}

ROUTINE_BITS: Final = 1.0
"""What a change of no consequence weighs at most (action_kinds.py: "routine changes with some abuse" begin there)."""

GRANT_BITS: Final = 1.5
"""What a grant weighs more, or less, than its name says where the record shows that it gives everything, or no more
than to read: by the scale, the step from a policy that is attached to a way in for another identity, and that to a
routine change (DET0277, "RoleScope").
"""


def classify(provider: str, service: str, action: str, read_only: bool | None = None) -> Act:
    """Classify one operation.

    `service` and `action` are as the provider records them, the service without its domain ("iam", "CreateUser");
    `read_only` is what the record itself says (CloudTrail `readOnly`, Google Cloud's permission types, the suffix of an
    Azure operation), None when it does not. Never raises on any text.
    """
    return _classify(provider, service[:_LONGEST_SERVICE], action[:_LONGEST_ACTION], read_only)


def routine(act: Act) -> Act:
    """Give what is left of an act that is shown to take back, to tighten or to stay inside: a change like any other."""
    return Act(act.access, None, None, min(act.impact, ROUTINE_BITS), "record")


def granting(act: Act, scope: Scope | None) -> Act:
    """Give a grant as its record shows it: of "everything", of "reading" alone, of a "sign-in"; None tells nothing.

    Only of an act that the catalogue or a table knows: what a name alone made a grant stays what it was.
    """
    if scope is None or act.basis not in _CURATED or act.stage is None:
        return act
    if scope == "sign-in":
        return routine(act)
    wide = scope == "everything"
    impact = min(act.impact + GRANT_BITS, MOST_BITS) if wide else max(act.impact - GRANT_BITS, ROUTINE_BITS)
    return act._replace(impact=impact, basis=WIDE if wide else NARROW)


def of_event(event: ApiEvent) -> Act:
    """Classify an event as its source did, with what the record said of itself: a read stays a read, a change that its
    source saw to harden serves no stage, and a grant weighs by what it was seen to give.
    """
    act = classify(event.provider, event.service, event.action, event.access in ("list", "read") or None)
    if act.stage is None or event.action_basis == act.basis:
        return act
    if event.action_basis == "record":
        return routine(act) if event.stage is None else act
    return granting(act, _SCOPES.get(event.action_basis or ""))


@lru_cache(maxsize=16384)
def _classify(provider: str, service: str, action: str, read_only: bool | None) -> Act:
    for owner, key in keys(provider, service, action):
        act = tables.row(provider, owner, key)
        if act is not None:
            return act
    level = tables.level(service, undated(action)) if provider == "aws" else None
    return by_name(provider, service, action, read_only) if level is None else by_level(level, action)
