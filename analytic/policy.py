"""The settings of the analytic: windows, weights' thresholds and caps. Durations are microseconds.

The `policy.yaml` of a later issue fills this class; until then the defaults below hold everywhere.
"""

import msgspec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Policy(msgspec.Struct, frozen=True):
    """Frozen settings, made once at the door and handed down as constructor arguments."""

    session_gap: int = HOUR
    """A silence longer than this ends an actor's session."""
    chain_window: int = 12 * HOUR
    """All stages of a chain lie within this: the longest life of a role session (AWS STS MaxSessionDuration)."""
    recon_window: int = HOUR
    """How long before a change reconnaissance still counts as leading to it."""
    hold: int = MINUTE
    """How far the watermark must pass an event before it is stepped."""
    lateness: int = 6 * HOUR
    """How late an event may come and still revise what was said."""
    time_to_live: int = 30 * DAY
    """How long after its last event a key's state is kept; must be longer than every window."""
    max_log: int = 4_096
    """Events a key keeps for revision; beyond that the oldest can no longer be revised, and the finding says so."""
    max_facets: int = 64
    """Values of one facet (networks, clients, ...) that a key remembers; the least recently seen goes first."""
    max_issues: int = 256
    """Issued credentials that one key remembers (a workload's rotate every few hours)."""
    max_touches: int = 64
    """Acts upon one workload that its key remembers."""
    max_evidence: int = 50
    """Distinct pieces of evidence that a finding lists; evidence_total counts them all."""
    issue_skew: int = MINUTE
    """How much later than a use the call that issued its credential may be logged: clocks differ, logs hold seconds."""
    sign_in_window: int = 10 * MINUTE
    """How long after a sign-in at an identity provider a cloud may see the person arrive, to join them by name."""
    home_settles: int = 3 * DAY
    """A workload that moved, untouched by anyone, is at home in its new network after this."""

    def __post_init__(self) -> None:
        """Refuse settings that would lose findings."""
        if self.time_to_live < self.chain_window + self.lateness:
            raise ValueError(
                f"time_to_live is {self.time_to_live}: set at least chain_window + lateness, "
                f"{self.chain_window + self.lateness} microseconds, or chains are forgotten half-way"
            )
        for name in ("session_gap", "chain_window", "recon_window", "max_log", "max_facets", "max_evidence"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}: set a positive number")

    @property
    def horizon(self) -> int:
        """How far behind the watermark a key can still be folded again."""
        return self.chain_window + self.lateness
