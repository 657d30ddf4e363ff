"""The settings of the analytic: windows, weights' thresholds, caps, and who is known. Durations are microseconds.

`policy.yaml` fills this class (pipelines/policy/file.py, docs/policy.md); without one the defaults below hold.
"""

import msgspec

from analytic.policy_entries import Envelope, Suppression

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
    disorder: int = 5 * MINUTE
    """How far a stream's watermark stays behind the newest event: CloudTrail delivers about 5 minutes after a call
    (CloudTrail user guide, "How CloudTrail works"), other logs within seconds."""
    idle_after: int = 30 * SECOND
    """A source that gave nothing for so long no longer holds the watermark."""
    clock_skew: int = 5 * MINUTE
    """How far an event's time may lie after its arrival: clocks differ. Beyond it the arrival decides, and the finding
    says so."""
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
    token_life: int = 90 * MINUTE
    """How long a token of Entra is good where its sign-in does not say: 60 to 90 minutes (Microsoft identity platform,
    "Configurable token lifetimes")."""
    home_settles: int = 3 * DAY
    """A workload that moved, untouched by anyone, is at home in its new network after this."""
    severity_low: float = 4.0
    """From so many bits on a finding is low; below it is info."""
    severity_medium: float = 8.0
    """From so many bits on a finding is medium."""
    severity_high: float = 12.0
    """From so many bits on a finding is high."""
    severity_critical: float = 16.0
    """From so many bits on a finding is critical."""
    baseline_half_life: int = 30 * DAY
    """After so long what was seen counts half in a baseline."""
    actor_strength: float = 8.0
    """How many observations the peers' baseline weighs against the actor's own."""
    peer_strength: float = 32.0
    """How many observations the shipped prior weighs against the peers' baseline."""
    quarantine: int = DAY
    """How long new behaviour stays clean before a baseline learns it."""
    automation: tuple[Envelope, ...] = ()
    """The documented automations (analytic/envelopes.py)."""
    trusted_networks: tuple[str, ...] = ()
    """The organisation's own networks: blocks, AS64500, vpce-..."""
    own_accounts: tuple[str, ...] = ()
    """Accounts, projects and subscriptions of the organisation: what is shared with one has not left it."""
    break_glass: tuple[str, ...] = ()
    """Identities for emergencies: their use is always told, and nothing lowers it."""
    console_interfaces: tuple[str, ...] = ("console", "cloud_shell", "browser")
    """Interfaces that are a person's console."""
    console_expected: tuple[str, ...] = ()
    """Identities that are expected to use them."""
    asn_database: str = ""
    """Path of the database of networks' owners; empty for none."""
    country_database: str = ""
    """Path of the database of networks' countries; empty for none."""
    suppressions: tuple[Suppression, ...] = ()
    """What need not be seen again (analytic/suppressions.py)."""

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
        for name in ("baseline_half_life", "actor_strength", "peer_strength"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}: set a positive number")
        bits = [least for least, _ in reversed(self.thresholds)]
        if not 0 < bits[0] < bits[1] < bits[2] < bits[3]:
            raise ValueError(f"the severities begin at {bits}: set rising numbers from low to critical")

    @property
    def horizon(self) -> int:
        """How far behind the watermark a key can still be folded again."""
        return self.chain_window + self.lateness

    @property
    def thresholds(self) -> tuple[tuple[float, str], ...]:
        """From how many bits on a finding has which severity, the gravest first; below the last it is info."""
        return (
            (self.severity_critical, "critical"),
            (self.severity_high, "high"),
            (self.severity_medium, "medium"),
            (self.severity_low, "low"),
        )
