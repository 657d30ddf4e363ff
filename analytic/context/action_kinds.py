"""The closed sets of the action facet, and the answer it gives.

Impact is in bits, 0.0 to 6.0: how rare and consequential the action is in itself, whoever does it, on whatever cloud.
    5 to 6      turns audit logging off for an account or organization, leaves the organization
    4 to 4.5    makes a credential or login for another identity, changes who may assume a role, shares an image
    3 to 3.5    runs commands on hosts, changes a function's code, attaches a policy, opens a security group
    2 to 2.5    reads one secret, starts instances, makes what can carry a role
    1 to 1.5    routine changes with some abuse
    0 to 0.5    reads, and what everyone does all day
These weights are the project's own judgement; the surprise model of a later version judges who does it, and when.
"""

from typing import Final, Literal, NamedTuple, get_args

Access = Literal["list", "read", "write", "permissions", "credential", "execute", "unknown"]

ActStage = Literal[
    "recon",
    "credential_access",
    "privilege",
    "persistence",
    "execution",
    "impairment",
    "lateral",
    "collection",
    "exfiltration",
    "impact",
]

MOST_BITS: Final = 6.0
"""The end of the scale."""

Scope = Literal["everything", "reading", "sign-in"]
"""What a grant gives, where its record shows it."""

ACCESSES: Final = frozenset(get_args(Access))
"""Kinds of access an event can have. `unknown` is for records that name no operation: no name is classified so."""

STAGES: Final = frozenset(get_args(ActStage))
"""What an action can serve in an intrusion."""

BASES: Final = frozenset({"catalogue", "table", "record", "wide_grant", "narrow_grant", "naming"})
"""What a classification can rest on, best first (`action.py` says which is which)."""


class Act(NamedTuple):
    """How one operation is classified.

    `access` is one of `ACCESSES`; `stage` one of `STAGES` or None; `technique` the ATT&CK v19 id of the stage (of the
    IaaS matrix, `attack.py`), None without a stage; `impact` in bits; `basis` one of `BASES`.
    """

    access: str
    stage: str | None
    technique: str | None
    impact: float
    basis: str
