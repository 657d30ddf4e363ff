"""The entries of a policy that name somebody: automation envelopes and suppressions, as plain text.

They hold what `policy.yaml` says, word for word: small to send to workers, equal and hashable. What the text means is
worked out once a process (analytic/envelopes.py, analytic/suppressions.py). A type's `kind` names the check that the
loader makes (pipelines/policy/file.py); its description is what the published schema and docs/policy.md say.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Line = Annotated[str, Meta(min_length=1, max_length=200, extra={"kind": "line"})]
Glob = Annotated[str, Meta(min_length=1, max_length=256, extra={"kind": "glob"})]
Identity = Annotated[str, Meta(min_length=1, max_length=256, extra={"kind": "identity"})]
Service = Annotated[str, Meta(pattern=r"^[^:]+$", max_length=256, extra={"kind": "service"})]
Call = Annotated[str, Meta(pattern=r"^[^:]+:.+$", max_length=256, extra={"kind": "call"})]
Client = Annotated[str, Meta(pattern=r"^[^/]+(/([0-9]+|\*))?$", max_length=256, extra={"kind": "client"})]
Network = Annotated[str, Meta(min_length=1, max_length=64, extra={"kind": "network"})]
OwnNetwork = Annotated[str, Meta(min_length=1, max_length=64, extra={"kind": "own_network"})]
Block = Annotated[str, Meta(min_length=1, max_length=64, extra={"kind": "block"})]
Days = Annotated[
    str, Meta(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$", extra={"kind": "days"})
]
Hours = Annotated[str, Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", extra={"kind": "hours"})]
Zone = Annotated[str, Meta(min_length=1, max_length=64, extra={"kind": "zone"})]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra={"kind": "day"})]
DayOrNever = Annotated[str, Meta(pattern=r"^(never|[0-9]{4}-[0-9]{2}-[0-9]{2})$", extra={"kind": "day_or_never"})]

Interface = Literal["console", "cloud_shell", "cli", "sdk", "iac", "service", "agent", "browser", "unknown"]
Credential = Literal[
    "long_term",
    "temporary",
    "console_session",
    "federated",
    "service_account_key",
    "access_token",
    "managed_identity",
]
Severity = Literal["info", "low", "medium", "high", "critical"]

NEVER = "never"
"""The `expires` of what does not end."""


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """When an automation runs."""

    days: Annotated[
        tuple[Days, ...],
        Meta(
            min_length=1,
            description="Days of the week, or ranges of them: mon, mon-fri. A run over midnight counts to the day on "
            "which it began.",
        ),
    ] = ("mon-sun",)
    hours: Annotated[
        Hours,
        Meta(
            description="From and until (not included) on the 24-hour clock: 08:00-18:00. Over midnight: 22:00-04:00. "
            "The whole day: 00:00-24:00."
        ),
    ] = "00:00-24:00"
    timezone: Annotated[
        Zone, Meta(description="The time zone that days and hours are meant in, by its IANA name: Europe/Berlin.")
    ] = "UTC"


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """A documented automation, and the bounds that it keeps to."""

    name: Annotated[Line, Meta(description="What findings call it. No two envelopes share a name.")]
    owner: Annotated[Line, Meta(description="Who answers for it: a team or a person to ask.")]
    identities: Annotated[
        tuple[Identity, ...],
        Meta(
            min_length=1,
            description="Who it runs as, with wildcards: the actor's id or name as findings show it, or the "
            "principal's id, name, ARN or issuer (the role of a role session). A wildcard does not reach into the "
            "name of a role session: that is the caller's free text.",
        ),
    ]
    networks: Annotated[
        tuple[Network, ...],
        Meta(
            description="Where it calls from, any of: an address or CIDR block; AS64500 (needs databases.asn); aws, "
            "gcp or azure (the cloud's own ranges, which anybody can rent); vpce-… (what came through an endpoint is "
            "inside only where the endpoint is named)."
        ),
    ] = ()
    interfaces: Annotated[
        tuple[Interface, ...],
        Meta(description="Kinds of program that it calls with. A claim of the caller: never enough alone."),
    ] = ()
    user_agent: Annotated[
        tuple[Client, ...],
        Meta(
            description="Programs that it calls with, with or without their major version, with wildcards: Terraform, "
            "aws-cli/2. A claim of the caller: never enough alone. DET0078: UserAgent."
        ),
    ] = ()
    credential_type: Annotated[
        tuple[Credential, ...],
        Meta(description="Kinds of credential that it uses. DET0078: CredentialType."),
    ] = ()
    services: Annotated[
        tuple[Service, ...],
        Meta(
            description="Services that it calls, as the log names them, with wildcards, in any case: ec2, "
            "microsoft.compute. DET0078: APISequence."
        ),
    ] = ()
    actions: Annotated[
        tuple[Call, ...],
        Meta(
            description="Calls that it makes, service:Action with wildcards, in any case: ec2:Describe*. They narrow "
            "the service that they name; another service is inside only where `services` names it. DET0078: "
            "APISequence."
        ),
    ] = ()
    schedule: Annotated[Schedule, Meta(description="When it runs. DET0078: TimeWindow.")] = Schedule()
    expires: Annotated[
        DayOrNever,
        Meta(description="The last day (UTC) on which it holds, or never. After it each call deviates, and says so."),
    ] = NEVER


class Suppression(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Findings that somebody has looked at and need not be seen again: still written, marked."""

    name: Annotated[Line, Meta(description="What findings call it. No two suppressions share a name.")]
    owner: Annotated[Line, Meta(description="Who answers for it.")]
    reason: Annotated[Line, Meta(description="Why these findings are benign, in one sentence.")]
    expires: Annotated[Day, Meta(description="The last day (UTC) on which it holds: nothing is hidden for ever.")]
    chain: Annotated[Glob, Meta(description="The finding's chain, with wildcards.")] = "*"
    actor: Annotated[Glob, Meta(description="The finding's actor, by id or name, with wildcards.")] = "*"
    accounts: Annotated[
        tuple[Glob, ...],
        Meta(description="Each account, subscription or project that the session reached is one of these."),
    ] = ()
    services: Annotated[
        tuple[Service, ...],
        Meta(description="Each stage of the finding calls one of these services; `actions` narrow them."),
    ] = ()
    actions: Annotated[
        tuple[Call, ...], Meta(description="Each stage of the finding is one of these calls, service:Action.")
    ] = ()
    networks: Annotated[
        tuple[Block, ...],
        Meta(
            description="Each address in the evidence is in one of these addresses or CIDR blocks, and none of the "
            "session's networks lies elsewhere."
        ),
    ] = ()
    max_severity: Annotated[
        Severity, Meta(description="The gravest finding that it hides; graver ones are told as ever.")
    ] = "medium"
