"""What a chain is, as data: ordered stages of one actor within a window, and what an analyst makes of it.

One YAML file a chain (docs/chains.md). The shipped ones lie in `analytic/chains/data` and travel as one built file
(shipped.py); a user's own are read by pipelines/chains/files.py. No expressions: a stage names facets of an event
(facets.py) and the values that they may have. The descriptions here are what docs/chains.md says.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from analytic.chains.rows import Examples, Note
from analytic.context.action_kinds import Access, ActStage
from analytic.policy_entries import Glob, Interface, Line

MAX_MARKS = 64
"""Events that are noted for each stage of a chain: the oldest goes first. So no stage can ask for more."""

MAX_STAGES = 6

Truth = Literal["true", "false"]
Provider = Literal["aws", "gcp", "azure", "okta"]
Outcome = Literal["success", "denied", "error"]
LogClass = Literal["management", "data", "signin", "insight", "network", "system", "policy"]
CredentialType = Literal[
    "long_term",
    "temporary",
    "console_session",
    "federated",
    "service_account_key",
    "access_token",
    "managed_identity",
    "anonymous",
    "unknown",
]
ActorType = Literal[
    "user",
    "root",
    "federated",
    "role",
    "account",
    "service_account",
    "service_principal",
    "workload",
    "service",
    "unknown",
]
Dimension = Literal[
    "network", "country", "cloud", "travel", "interface", "client", "os", "mfa", "identity", "issue", "home", "history"
]
NewFacet = Literal[
    "network",
    "country",
    "interface",
    "client",
    "os",
    "credential",
    "service",
    "action",
    "account",
    "region",
    "hours",
    "transition",
    "role",
    "unheard_action",
    "unshared_service",
    "lent",
]
UsualFacet = Literal["network", "country", "interface", "client", "os"]
Facet = Literal["credential", "network", "account", "service", "resource", "issued", "workload"]
Counted = Literal["calls", "services", "resources", "accounts", "events"]


class Where(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an event must be like: for each key given, one of its values. One value may stand without brackets."""

    provider: Annotated[tuple[Provider, ...], Meta(description="The cloud or identity provider.")] = ()
    service: Annotated[
        tuple[Glob, ...], Meta(description="The service as the log names it, with wildcards, in any case.")
    ] = ()
    action: Annotated[
        tuple[Glob, ...], Meta(description="The operation as the log names it, with wildcards, in any case.")
    ] = ()
    access: Annotated[tuple[Access, ...], Meta(description="The kind of access, by the catalogue of actions.")] = ()
    stage: Annotated[
        tuple[ActStage, ...], Meta(description="What the call can serve in an intrusion, by the catalogue.")
    ] = ()
    technique: Annotated[
        tuple[Glob, ...], Meta(description="The ATT&CK technique of the call, by the catalogue; with wildcards.")
    ] = ()
    impact: Annotated[float, Meta(ge=0, le=6, description="The least weight of the call in itself, in bits.")] = 0.0
    privileged: Annotated[
        tuple[Truth, ...],
        Meta(description="Whether the call changes, takes or runs something that matters (1.5 bits or more)."),
    ] = ()
    outcome: Annotated[tuple[Outcome, ...], Meta(description="What became of the call.")] = ()
    error_code: Annotated[tuple[Glob, ...], Meta(description="The error, as the log names it.")] = ()
    log_class: Annotated[tuple[LogClass, ...], Meta(description="The kind of log.")] = ()
    interface: Annotated[tuple[Interface, ...], Meta(description="The kind of program: a claim of the caller.")] = ()
    client: Annotated[tuple[Glob, ...], Meta(description="The program: a claim of the caller.")] = ()
    credential_type: Annotated[tuple[CredentialType, ...], Meta(description="The kind of credential.")] = ()
    principal_type: Annotated[
        tuple[Glob, ...], Meta(description="The kind of principal, as the log names it: IAMUser, ServicePrincipal.")
    ] = ()
    actor_type: Annotated[tuple[ActorType, ...], Meta(description="What stands behind the credential.")] = ()
    service_actor: Annotated[
        tuple[Truth, ...],
        Meta(description="Whether the actor is no person: a role, service account or principal, workload, service."),
    ] = ()
    mfa: Annotated[tuple[Truth, ...], Meta(description="Whether the session has a second factor, where shown.")] = ()
    region: Annotated[tuple[Glob, ...], Meta(description="The cloud's region.")] = ()
    country: Annotated[tuple[Glob, ...], Meta(description="The caller's country, by its ISO code.")] = ()
    cloud: Annotated[tuple[Glob, ...], Meta(description="The cloud whose address the caller has.")] = ()
    private: Annotated[tuple[Truth, ...], Meta(description="Whether the caller's address is a private one.")] = ()
    source_service: Annotated[
        tuple[Glob, ...], Meta(description="The cloud service that called for the principal.")
    ] = ()
    resource: Annotated[tuple[Glob, ...], Meta(description="A name of what the call was done to.")] = ()
    workload: Annotated[tuple[Truth, ...], Meta(description="Whether the credential is a workload's.")] = ()
    touched: Annotated[
        tuple[Truth, ...], Meta(description="Whether the call ran code on a workload, or changed its code or role.")
    ] = ()
    issued: Annotated[tuple[Truth, ...], Meta(description="Whether the call handed out a credential.")] = ()
    outside: Annotated[
        tuple[Truth, ...], Meta(description="Whether the call reached into another account than the caller's.")
    ] = ()
    hop: Annotated[
        tuple[Glob, ...], Meta(description="A call by which the actor came to the credential: AssumeRole.")
    ] = ()
    shift: Annotated[
        tuple[Dimension, ...], Meta(description="A live shift of the context: one of these has just changed.")
    ] = ()
    new: Annotated[
        tuple[NewFacet, ...],
        Meta(
            description="A facet whose value the actor's baseline has never seen; `unheard_action`: an operation that "
            "none of its peers does either, by the baseline file (tokentrail baseline); `unshared_service`: a "
            "service that its peers are not known to use either; `lent`: the service account or application that "
            "the actor was lent."
        ),
    ] = ()
    usual: Annotated[
        tuple[UsualFacet, ...],
        Meta(
            description="A facet whose value is usual of the service account or application that the actor was lent, "
            "by the baseline file (tokentrail baseline)."
        ),
    ] = ()


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage of a chain: events that follow those of the stage before."""

    name: Annotated[Line, Meta(description="The stage's name in findings: lower case and underscores.")]
    where: Annotated[
        tuple[Where, ...], Meta(min_length=1, description="What the events are like; of a list, any one holds.")
    ]
    not_: Annotated[tuple[Where, ...], Meta(description="What they are not like; of a list, none holds.")] = (
        msgspec.field(default=(), name="not")
    )
    least: Annotated[int, Meta(ge=1, le=MAX_MARKS, description="So many different ones make the stage.")] = 1
    count: Annotated[Counted, Meta(description="What is told apart: different calls, services, resources …")] = "calls"


class Counter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What speaks for a benign twin: an event of the actor before the chain is complete, within its window."""

    name: Annotated[Line, Meta(description="Its name in counter_evidence: lower case and underscores.")]
    where: Annotated[
        tuple[Where, ...], Meta(min_length=1, description="What the event is like; of a list, any one holds.")
    ]
    bits: Annotated[float, Meta(ge=-4, lt=0, description="What it takes from the score: -2.0.")]
    why: Annotated[Line, Meta(description="What it means, in a few words.")]


class ShiftGate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of the context must have changed when the last stage is reached."""

    least: Annotated[float, Meta(ge=0, le=100, description="Bits of the live shifts together; 0 asks for none.")] = 0.0
    dimensions: Annotated[tuple[Dimension, ...], Meta(description="The shifts that count; none given, all do.")] = ()


class SurpriseGate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How surprising the event of the last stage must be."""

    least: Annotated[float, Meta(ge=0, le=100, description="Bits of surprise; 0 asks for none.")] = 0.0


class Chain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A chain. Where both gates are given, either opens it."""

    name: Annotated[Line, Meta(description="The chain's name, which is the file's: lower case and underscores.")]
    title: Annotated[
        Line, Meta(description="What the finding's title says behind the actor's name; fields as listed below.")
    ]
    bits: Annotated[float, Meta(ge=0, le=10, description="What the shape says beyond its parts.")]
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, description="In order; each after the one before it.")]
    attack: Annotated[tuple[Line, ...], Meta(min_length=1, description="ATT&CK technique ids (v19).")]
    check: Annotated[tuple[Line, ...], Meta(min_length=1, description="What an analyst should check.")]
    benign: Annotated[tuple[Line, ...], Meta(min_length=1, description="Known benign twins.")]
    examples: Annotated[Examples, Meta(description="Events that fire it and events that do not.")]
    window: Annotated[
        Line,
        Meta(
            description="From the first stage to the last: 90s, 15m, 1h; or the policy's `chain_window` or "
            "`recon_window`. Never more than the policy's chain_window."
        ),
    ] = "chain_window"
    story: Annotated[
        Note, Meta(description="Chains of one story are told as one finding; without it the chain's own name.")
    ] = ""
    same: Annotated[tuple[Facet, ...], Meta(description="Facets that all stages share, besides the actor.")] = ()
    apart: Annotated[
        tuple[Facet, ...], Meta(description="Facets in which the last stage differs from all before it.")
    ] = ()
    counter: Annotated[
        tuple[Counter, ...],
        Meta(description="What speaks against it. Only what came before counts: afterwards anybody can tidy up."),
    ] = ()
    shift: Annotated[ShiftGate, Meta(description="Gate: how much of the context has shifted.")] = ShiftGate()
    surprise: Annotated[SurpriseGate, Meta(description="Gate: how surprising the last stage is.")] = SurpriseGate()
    blind_spots: Annotated[
        tuple[Line, ...], Meta(description="What its findings could not see; fields as in the title.")
    ] = ()
