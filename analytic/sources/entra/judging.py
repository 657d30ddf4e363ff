"""What a change of the directory weighs by what its record shows of it, beyond its name."""

from collections.abc import Iterable
from typing import Any

from analytic.context.action import granting, routine
from analytic.context.action_kinds import Act
from analytic.sources.entra.granting import scope_of
from analytic.sources.entra.hardening import hardens


def judge(act: Act, operation: str, changes: Iterable[Any]) -> Act:
    """Give the act of a change as its record shows it. `changes` are the modified properties of each of its targets."""
    grants = set()
    for properties in changes:
        if hardens(operation, properties):
            return routine(act)
        grants.add(scope_of(properties))
    if "everything" in grants:
        return granting(act, "everything")
    return granting(act, "sign-in") if grants - {None} == {"sign-in"} else act
