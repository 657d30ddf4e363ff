"""A finding whose session was still open when the stream ended says so. Pure."""

import msgspec

from analytic.policy import Policy
from schemas.records import Finding

CUT = "the stream ended while this session was open: what the actor did after is not in it"


def closes(finding: Finding, policy: Policy) -> int:
    """Give the event time by which nothing more can join a finding's session, but for what comes late."""
    return finding.session.ended + policy.session_gap + policy.hold


def cut(finding: Finding) -> Finding:
    """Give a finding's next revision, marked as partial."""
    status = "revised" if finding.status == "open" else finding.status
    spots = [*finding.blind_spots, CUT]
    return msgspec.structs.replace(finding, revision=finding.revision + 1, status=status, blind_spots=spots)
