"""What an earlier run told, held against what a run that starts without its state tells.

A local runner keeps no state: started again, it reads back and finds again. Findings have the ids they had, so each
continues where the table or the files end: its revisions rise above the last one told, one that says nothing new is
not told again, and one that the replay has passed without finding it is retracted. Pure.
"""

from typing import NamedTuple

import msgspec

from analytic.finding import retracted
from schemas.records import Finding


class Before(msgspec.Struct, array_like=True):
    """What is known at one finding id: the last finding told before, and whether this run has told it again."""

    last: Finding | None = None
    again: bool = False
    base: int = 0


class Said(NamedTuple):
    """What to tell, if anything, and what to remember."""

    finding: Finding | None
    before: Before


def continued(before: Before | None, finding: Finding) -> Said:
    """Take a finding of this run; gives it with the revision that continues the earlier run's."""
    if before is None or before.last is None:
        return Said(finding, before or Before(again=True))
    base = before.base if before.again else before.last.revision + 1
    known = Before(before.last, again=True, base=base)
    stands = before.last.status != "retracted"
    if not before.again and stands and _content(finding) == _content(before.last):
        return Said(None, Before(before.last, again=True, base=before.last.revision))
    status = "revised" if finding.status == "open" else finding.status
    return Said(msgspec.structs.replace(finding, revision=base + finding.revision, status=status), known)


def missed(before: Before | None) -> Finding | None:
    """Give what takes back a finding that was told before and was not found again, where there is one."""
    if before is None or before.again or before.last is None or before.last.status == "retracted":
        return None
    return msgspec.structs.replace(retracted(before.last), revision=before.last.revision + 1)


def _content(finding: Finding) -> bytes:
    plain = msgspec.structs.replace(finding, revision=0, status="", detected_at=None)
    return msgspec.msgpack.encode(plain)
