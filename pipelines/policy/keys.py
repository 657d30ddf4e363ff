"""The keys of `policy.yaml`, as classes: types, defaults and descriptions, from which the schema and docs are made.

The sections are named after the mutable elements of DET0078 where one fits (docs/policy.md has the table). Envelopes
and suppressions are the analytic's own classes (analytic/policy_entries.py).
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from analytic.policy_entries import Envelope, Identity, Interface, Line, OwnNetwork, Suppression

Duration = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,6}[smhd]$", extra={"kind": "duration"})]
Pause = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,6})[smhd]$", extra={"kind": "pause"})]
Bits = Annotated[float, Meta(gt=0, le=1_000)]
Strength = Annotated[float, Meta(gt=0, le=1_000_000)]
Path = Annotated[str, Meta(max_length=1_024, extra={"kind": "path"})]


class TimeWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Windows of time. DET0078: TimeWindow."""

    session_gap: Annotated[Duration, Meta(description="A silence longer than this ends an actor's session.")] = "1h"
    chain_window: Annotated[Duration, Meta(description="All stages of a chain lie within this.")] = "12h"
    recon_window: Annotated[
        Duration, Meta(description="How long before a change reconnaissance still counts as leading to it.")
    ] = "1h"
    hold: Annotated[
        Pause, Meta(description="How far the watermark must pass an event before it is stepped: events come unordered.")
    ] = "1m"
    lateness: Annotated[Pause, Meta(description="How late an event may come and still revise what was said.")] = "6h"
    disorder: Annotated[
        Pause,
        Meta(
            description="How far a stream's watermark stays behind the newest event: the usual difference in delivery. "
            "More waits longer; less revises more often."
        ),
    ] = "5m"
    idle_after: Annotated[
        Pause, Meta(description="A stream that gave nothing for so long no longer holds the watermark.")
    ] = "30s"
    clock_skew: Annotated[
        Pause,
        Meta(
            description="How far an event's time may lie after its arrival on a stream; beyond it the arrival decides, "
            "and the finding says so."
        ),
    ] = "5m"
    time_to_live: Annotated[
        Duration,
        Meta(
            description="How long after its last event a key's state is kept: at least chain_window and lateness "
            "together, and no shorter than any other window."
        ),
    ] = "30d"
    issue_skew: Annotated[
        Pause, Meta(description="How much later than a use the call that issued its credential may be logged.")
    ] = "1m"
    sign_in_window: Annotated[
        Duration,
        Meta(
            description="How long after a sign-in at an identity provider a cloud may see the person arrive, to join "
            "them by name."
        ),
    ] = "10m"
    token_life: Annotated[
        Duration, Meta(description="How long a token of Entra is good where its sign-in does not say.")
    ] = "90m"  # noqa: S105 - a duration
    home_settles: Annotated[
        Duration,
        Meta(description="A workload that moved, untouched by anyone, is at home in its new network after this."),
    ] = "3d"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Caps on what one key keeps: they bound memory, and what they cut is named in the finding's blind spots."""

    max_log: Annotated[int, Meta(ge=64, le=1_000_000, description="Events that a key keeps for revision.")] = 4_096
    max_facets: Annotated[
        int, Meta(ge=8, le=65_536, description="Values of one facet (networks, clients ...) that a key remembers.")
    ] = 64
    max_issues: Annotated[int, Meta(ge=8, le=65_536, description="Issued credentials that one key remembers.")] = 256
    max_touches: Annotated[int, Meta(ge=8, le=65_536, description="Acts upon one workload that its key remembers.")] = (
        64
    )
    max_evidence: Annotated[
        int, Meta(ge=8, le=10_000, description="Pieces of evidence that a finding lists; it counts them all.")
    ] = 50


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From how many bits on a finding has which severity: rising."""

    low: Annotated[Bits, Meta(description="From so many bits on a finding is low; below it is info.")] = 4.0
    medium: Annotated[Bits, Meta(description="From so many bits on a finding is medium.")] = 8.0
    high: Annotated[Bits, Meta(description="From so many bits on a finding is high.")] = 12.0
    critical: Annotated[Bits, Meta(description="From so many bits on a finding is critical.")] = 16.0


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How surprise is learnt."""

    half_life: Annotated[Duration, Meta(description="After so long what was seen counts half.")] = "30d"
    actor_strength: Annotated[
        Strength,
        Meta(
            description="How many observations the peers' baseline weighs against the actor's own; higher trusts peers."
        ),
    ] = 8.0
    peer_strength: Annotated[
        Strength,
        Meta(description="How many observations the shipped prior weighs against the peers' baseline."),
    ] = 32.0
    quarantine: Annotated[
        Pause, Meta(description="How long new behaviour must stay clean before it lowers later surprise.")
    ] = "1d"


class ConsoleContext(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as a person's console, and who is expected there. DET0078: ConsoleContext."""

    interfaces: Annotated[
        tuple[Interface, ...], Meta(min_length=1, description="Interfaces that are a person's console.")
    ] = ("console", "cloud_shell", "browser")
    expected: Annotated[
        tuple[Identity, ...],
        Meta(
            description="Identities that are expected to use the console or Cloud Shell (as automation[].identities)."
        ),
    ] = ()


class Databases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Databases of networks (MaxMind DB files). A relative path starts at the policy file's folder."""

    asn: Annotated[Path, Meta(description="Path of a database of networks' owners (autonomous systems).")] = ""
    country: Annotated[Path, Meta(description="Path of a database of countries or cities.")] = ""


class PolicyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tokentrail's policy: what is tuned, who is known, what need not be seen again. Only `version` must be there."""

    version: Annotated[Literal[1], Meta(description="The version of this form: 1.")]
    time_window: Annotated[
        TimeWindow, Meta(description="Windows of time: 90s, 15m, 12h, 30d. DET0078: TimeWindow.")
    ] = TimeWindow()
    limits: Annotated[Limits, Meta(description="Caps on what one key keeps, so that memory stays bounded.")] = Limits()
    severity: Annotated[Thresholds, Meta(description="From how many bits on a finding has which severity, rising.")] = (
        Thresholds()
    )
    baseline: Annotated[Baseline, Meta(description="How surprise is learnt.")] = Baseline()
    automation: Annotated[
        tuple[Envelope, ...],
        Meta(
            description="Automation envelopes: inside, an action is expected; outside, it is told with what deviates. "
            "Each needs networks, credential_type, or identities with their issuer."
        ),
    ] = ()
    trusted_networks: Annotated[
        tuple[OwnNetwork, ...],
        Meta(
            description="The organisation's own networks: addresses, CIDR blocks, AS64500 (needs databases.asn), vpce-…"
        ),
    ] = ()
    own_accounts: Annotated[
        tuple[Line, ...],
        Meta(
            description="The organisation's own accounts, projects and subscriptions by their ids: what is shared with "
            "one has not left. Those where the actor or its peers have worked need no entry."
        ),
    ] = ()
    break_glass: Annotated[
        tuple[Identity, ...],
        Meta(
            description="Identities for emergencies (as automation[].identities): their use is always told, and no "
            "envelope or suppression lowers it."
        ),
    ] = ()
    console_context: Annotated[
        ConsoleContext,
        Meta(description="What counts as a person's console, and who is expected there. DET0078: ConsoleContext."),
    ] = ConsoleContext()
    databases: Annotated[
        Databases,
        Meta(description="MaxMind DB files; relative paths start at the policy file's folder."),
    ] = Databases()
    suppressions: Annotated[
        tuple[Suppression, ...],
        Meta(
            description="Findings that need not be seen again: still written, marked, and their events still feed "
            "chains. A finding is hidden where all that an entry names fits."
        ),
    ] = ()
