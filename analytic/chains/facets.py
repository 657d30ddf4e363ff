"""What the keys of a chain read: a closed table, key by key. Nothing else can be asked of an event.

Each reader gives the values that an event has for a key, none where the log does not say. A call's own facets
(`OF_CALL`) repeat from event to event, and what follows from them is worked out once (rules.py); those `OF_MOMENT` are
asked of each event that may be a stage.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analytic.context.action import Act
from schemas.records import ApiEvent

if TYPE_CHECKING:
    from analytic.chains.moment import Moment
    from analytic.session import Trigger

LEAST_IMPACT = 1.5
"""Bits from which an act is privileged: what is below it (README, How it thinks) people do all day."""

NO_PERSON = frozenset({"role", "account", "service_account", "service_principal", "workload", "service"})
"""Types of actor that are no person's login: programs work as these, or somebody whom the logs do not show."""


def privileged(act: Act) -> bool:
    """Whether an act changes, takes or runs something that matters."""
    return act.impact >= LEAST_IMPACT and act.stage not in (None, "recon")


def _given(value: str | None) -> Sequence[str]:
    return () if value is None else (value,)


def _truth(value: bool | None) -> Sequence[str]:
    return () if value is None else ("true",) if value else ("false",)


OF_CALL: dict[str, Callable[[ApiEvent, Act], Sequence[str]]] = {
    "provider": lambda event, act: (event.provider,),
    "service": lambda event, act: (event.service,),
    "action": lambda event, act: (event.action,),
    "access": lambda event, act: (act.access,),
    "stage": lambda event, act: _given(act.stage),
    "technique": lambda event, act: _given(act.technique),
    "privileged": lambda event, act: _truth(privileged(act)),
    "outcome": lambda event, act: (event.outcome,),
    "log_class": lambda event, act: (event.log_class,),
    "interface": lambda event, act: (event.interface,),
    "credential_type": lambda event, act: (event.credential_type,),
    "principal_type": lambda event, act: (event.principal_type,),
    "workload": lambda event, act: _truth(event.issued_to is not None),
    "touched": lambda event, act: _truth(bool(event.touched) and event.outcome == "success"),
    "issued": lambda event, act: _truth(event.issued is not None and event.outcome == "success"),
    "outside": lambda event, act: _truth(event.target_account is not None),
}
"""Facets of a call; rules.py's `Rules.possible` knows calls by just these, and by the act's impact."""

OF_MOMENT: dict[str, Callable[["Moment"], Sequence[str]]] = {
    "error_code": lambda moment: _given(moment.step.event.error_code),
    "client": lambda moment: _given(moment.step.event.client),
    "actor_type": lambda moment: (moment.step.actor.type,),
    "service_actor": lambda moment: _truth(moment.step.actor.type in NO_PERSON),
    "mfa": lambda moment: _truth(moment.step.event.mfa),
    "region": lambda moment: _given(moment.step.event.region),
    "country": lambda moment: _given(moment.step.event.country),
    "cloud": lambda moment: _given(moment.step.event.cloud),
    "private": lambda moment: _truth(moment.step.event.private),
    "source_service": lambda moment: _given(moment.step.event.source_service),
    "resource": lambda moment: moment.step.event.resources,
    "hop": lambda moment: [hop.how for hop in moment.step.hops],
    "shift": lambda moment: [trigger.shift.dimension for trigger in own_triggers(moment)],
    "new": lambda moment: sorted(moment.new),
    "usual": lambda moment: sorted(moment.usual),
}


def own_triggers(moment: "Moment") -> list["Trigger"]:
    """Give the live shifts that concern the event: where a credential was issued is a fact of that credential alone."""
    credential = moment.step.event.credential_id
    return [
        trigger for trigger in moment.live if trigger.shift.dimension != "issue" or trigger.credential_id == credential
    ]


def shared(facet: str, event: ApiEvent, network: str | None, obtains: bool) -> list[str]:
    """Give an event's values of a facet that stages share.

    `issued` and `workload` are what an event of a stage that `obtains` handed out or touched, else what it was made
    with. An identity's facets are "" where the log does not say: two events that say nothing differ in nothing.
    """
    match facet:
        case "credential":
            return [event.credential_id or ""]
        case "network":
            return [network or ""]
        case "account":
            return [event.account or ""]
        case "service":
            return [event.service]
        case "resource":
            return list(event.resources)
        case "workload":
            return list(event.touched) if obtains else [event.issued_to] if event.issued_to else []
    issued = event.issued
    found: tuple[str | None, ...] = (event.credential_id, event.session_id, event.principal_id)
    if obtains:
        if issued is None:
            return []
        # What was issued without an id of its own (Google Cloud's impersonation) is known by its principal alone.
        named = issued.credential_id is not None or issued.session_id is not None
        found = (issued.credential_id, issued.session_id) if named else (issued.principal_id,)
    return [value for value in found if value]


def counted(what: str, event: ApiEvent) -> str:
    """Give what tells an event apart from others of its stage; "" where the log does not say."""
    match what:
        case "services":
            return event.service
        case "resources":
            return "\x1f".join(event.resources)
        case "accounts":
            return event.account or ""
        case "events":
            return event.event_id
    return f"{event.service}:{event.action}"
