"""Example events of a chain, as a chain file writes them: one short row an event. examples.py makes events of them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from analytic.policy_entries import Glob, Interface, Line

Note = Annotated[str, Meta(max_length=200, extra={"kind": "line"})]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One event, or several alike. What is not given has an everyday value."""

    at: Annotated[Line, Meta(description="When, from the example's beginning: 0, 90s, 5m, 2h, 3d; -20d is before it.")]
    by: Annotated[
        Line,
        Meta(
            description="Who: `alice` (an AWS user with a second factor), `root`, `role:deploy/session`, "
            "`sso:alice@example.com`, `account:444455556666`, `instance:i-1`, `function:resize`, "
            "`gcp:alice@example.com`, "
            "`gcp:build@example-project.iam.gserviceaccount.com`, `entra:alice`, `app:invoices`, `okta:alice`."
        ),
    ]
    call: Annotated[Line, Meta(description="What, service:Action as the log names it.")]
    from_: Annotated[
        Note, Meta(description="Where from: `office`, `home`, `cafe`, `datacentre`, `vps`, or an address.")
    ] = msgspec.field(default="", name="from")
    interface: Annotated[Interface, Meta(description="The kind of program.")] = "cli"
    client: Annotated[Note, Meta(description="The program.")] = ""
    os: Annotated[Note, Meta(description="The operating system.")] = ""
    country: Annotated[Note, Meta(description="The caller's country.")] = ""
    mfa: Annotated[Literal["true", "false", "unknown"], Meta(description="A second factor.")] = "unknown"
    outcome: Annotated[Literal["success", "denied", "error"], Meta(description="What became of it.")] = "success"
    key: Annotated[Note, Meta(description="The credential's id, where it is not the one that `by` implies.")] = ""
    issued: Annotated[
        Note,
        Meta(
            description="What it handed out: the session of a principal as in `by` (`role:deploy/session`), or "
            "`key:<id>`, of another principal `key:<id> <principal>`."
        ),
    ] = ""
    delegation: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Who took the token of the service account that calls, as the log names them, the first first."
        ),
    ] = ()
    touched: Annotated[tuple[Glob, ...], Meta(description="Workloads that it ran code on: `instance:i-1`.")] = ()
    resource: Annotated[
        tuple[Glob, ...], Meta(description="What it was done to; `{n}` becomes the number of the repetition.")
    ] = ()
    target: Annotated[Note, Meta(description="Another account that it reached into.")] = ""
    account: Annotated[Note, Meta(description="The account, project or subscription.")] = ""
    region: Annotated[Note, Meta(description="The region.")] = ""
    log_class: Annotated[Literal["management", "data", "signin"], Meta(description="The kind of log.")] = "management"
    times: Annotated[int, Meta(ge=1, le=500, description="So many of them.")] = 1
    every: Annotated[Line, Meta(description="How long after each other: 1m.")] = "1m"


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One story of events."""

    name: Annotated[Line, Meta(description="What happens, in a few words.")]
    events: Annotated[tuple[Row, ...], Meta(min_length=1, description="The events, in any order.")]


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stories that the chain must tell, and stories on which it must stay silent."""

    fires: Annotated[tuple[Example, ...], Meta(min_length=1, description="On these it fires.")]
    silent: Annotated[tuple[Example, ...], Meta(min_length=1, description="On these it does not.")]
