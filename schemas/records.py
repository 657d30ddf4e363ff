"""The records that flow, as classes equal to the `.avsc` files beside them (a test holds the two together).

In flight and in state a record is msgspec MessagePack, positional (`array_like`): a new field is appended with a
default, so that bytes written by an older version still decode. At the edges it is Avro or JSON with field names.

All times are UTC microseconds since 1970-01-01. A text field that a log does not give is None, never "".
"""

from typing import Any

import msgspec


class Issued(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A credential, or a name to be known by, that a call handed out."""

    credential_id: str | None = None
    principal_id: str | None = None
    expires: int | None = None
    issued_to: str | None = None
    session_id: str | None = None
    known_as: str | None = None
    delegates: list[str] = []


class ApiEvent(msgspec.Struct, array_like=True, gc=False):
    """One call of a cloud's control plane, or one sign-in: OCSF API Activity (6003), Authentication (3002)."""

    event_id: str
    time: int
    provider: str
    log_class: str
    service: str
    action: str
    shared_event_id: str | None = None
    organization: str | None = None
    account: str | None = None
    region: str | None = None
    access: str = "unknown"
    stage: str | None = None
    technique: str | None = None
    outcome: str = "success"
    error_code: str | None = None
    principal_id: str | None = None
    principal_type: str = "unknown"
    principal_name: str | None = None
    principal_arn: str | None = None
    principal_account: str | None = None
    credential_id: str | None = None
    credential_type: str = "unknown"
    session_name: str | None = None
    session_created: int | None = None
    mfa: bool | None = None
    source_identity: str | None = None
    issuer: str | None = None
    issuer_id: str | None = None
    invoked_by: str | None = None
    delegation: list[str] = []
    issued_to: str | None = None
    issued: Issued | None = None
    touched: list[str] = []
    source_ip: str | None = None
    source_service: str | None = None
    asn: int | None = None
    as_org: str | None = None
    country: str | None = None
    cloud: str | None = None
    vpc_endpoint: str | None = None
    interface: str = "unknown"
    user_agent: str | None = None
    client: str | None = None
    os: str | None = None
    resources: list[str] = []
    target_account: str | None = None
    origin: str = ""
    action_basis: str | None = None
    interface_conflict: str | None = None
    network: str | None = None
    private: bool | None = None
    latitude: float | None = None
    longitude: float | None = None
    session_id: str | None = None
    session_tags: list[str] = []
    on_behalf_of: str | None = None
    in_scope_of: str | None = None
    home: str | None = None
    credential_age: int | None = None
    known_as: list[str] = []
    clock_ahead: int | None = None


class Actor(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Who is behind a credential, as far as the logs show: OCSF `actor.user`."""

    id: str
    type: str
    name: str
    account: str | None
    provider: str


class Hop(msgspec.Struct, array_like=True, frozen=True, rename={"from_": "from"}, gc=False):
    """One step of identity: `from_` obtained what `to` used, by the call `how`.

    `certainty` is certain, probable or ambiguous.
    """

    from_: str
    to: str
    how: str
    time: int
    event_id: str | None
    certainty: str
    candidates: list[str] = []


class Shift(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A facet of context that changed within one credential or across a hop."""

    dimension: str
    before: str | None
    after: str | None
    time: int
    event_id: str
    bits: float
    why: str


class Step(msgspec.Struct, array_like=True, gc=False):
    """An event with the actor behind it, the hops that lead there and what shifted: the output of Follow.

    `cuts` are the caps that may have cost something of it (analytic/caps.py).
    """

    event: ApiEvent
    actor: Actor
    hops: list[Hop]
    shifts: list[Shift]
    late: bool = False
    cuts: list[str] = []


class Session(msgspec.Struct, array_like=True):
    """An actor's unbroken run of activity. The sets are sorted, and capped by the policy."""

    started: int
    ended: int
    credentials: list[str] = []
    interfaces: list[str] = []
    networks: list[str] = []
    accounts: list[str] = []
    services: list[str] = []


class Stage(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A stage of a chain, reached by one event."""

    stage: str
    time: int
    event_id: str
    service: str
    action: str
    technique: str | None


class Reason(msgspec.Struct, array_like=True, frozen=True):
    """A signal with its weight in bits: positive in `reasons`, negative in `counter_evidence`."""

    signal: str
    bits: float
    why: str


class Evidence(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The pointer from a finding to one event, and through `origin` to its raw record."""

    event_id: str
    time: int
    service: str
    action: str
    outcome: str
    interface: str
    source_ip: str | None
    credential_id: str | None
    origin: str


class Attack(msgspec.Struct, array_like=True, frozen=True):
    """The ATT&CK techniques of a finding's stages, with the version of ATT&CK that their ids are from."""

    version: str
    techniques: list[str]


class Automation(msgspec.Struct, array_like=True, frozen=True):
    """The documented automation that a finding fell under, and where it left its envelope."""

    envelope: str | None = None
    deviations: list[str] = []


class Suppressed(msgspec.Struct, array_like=True, frozen=True):
    """The suppression of the policy that a finding fell under."""

    by: str
    reason: str
    expires: int | None = None


class Remedy(msgspec.Struct, array_like=True, frozen=True):
    """One thing to undo, or one credential to revoke, with the event that shows it."""

    do: str
    kind: str
    names: list[str]
    provider: str
    account: str | None
    service: str
    action: str
    time: int
    event_id: str


class Finding(msgspec.Struct, array_like=True):
    """What Tokentrail says about one actor's session: OCSF Detection Finding (2004)."""

    finding_id: str
    revision: int
    status: str
    analytic: str
    chain: str
    title: str
    severity: str
    severity_rank: int
    score: float
    first_event_time: int
    last_event_time: int
    detected_at: int | None
    actor: Actor
    hops: list[Hop]
    session: Session
    shifts: list[Shift]
    stages: list[Stage]
    reasons: list[Reason]
    counter_evidence: list[Reason]
    blind_spots: list[str]
    evidence: list[Evidence]
    evidence_total: int
    attack: Attack
    automation: Automation = Automation()
    suppressed: Suppressed | None = None
    schema_version: str = "1"
    rollback: list[Remedy] = []
    revoke: list[Remedy] = []
    pull: list[str] = []


class DeadLetter(msgspec.Struct, array_like=True, frozen=True):
    """A record, or a whole input, that a step could not take. `raw` is base64 in JSON, bytes in Avro."""

    raw: bytes
    origin: str
    step: str
    error_type: str
    error: str
    time: int | None = None
    attempts: int = 0
    attributes: dict[str, str] = {}
    raw_size: int = 0


class ValueCount(msgspec.Struct, array_like=True, frozen=True):
    """One value, and the sessions that showed it."""

    value: str
    sessions: float


class FacetCounts(msgspec.Struct, array_like=True, frozen=True):
    """The values of one facet."""

    name: str
    new: float
    values: list[ValueCount] = []
    shown: float = 0.0


class BaselineRow(msgspec.Struct, array_like=True, frozen=True):
    """What one actor, or a group of peers, has shown: decayed counts of sessions (analytic/baseline.py)."""

    key: str
    half_life: int
    sessions: float
    facets: list[FacetCounts] = []


def to_dict(record: msgspec.Struct) -> dict[str, Any]:
    """Give a record as the dict that Avro and JSON write: field names as in the `.avsc`, nested records likewise."""
    named = zip(record.__struct_encode_fields__, record.__struct_fields__, strict=True)
    return {name: _plain(getattr(record, attribute)) for name, attribute in named}


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return to_dict(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
