"""The chain *shift -> privileged*: the context changed, then something that matters was done in the new context.

ATT&CK T1078.004 (valid accounts: cloud accounts); DET0078, AN0215.
What an analyst checks: does the person know the new network and client? Was the act asked for (ticket, change)?
Benign twin: a person who travels, or changes laptops, and goes on with their work.
"""

from analytic.chains.moment import LEAST_SHIFT, Match, Moment
from analytic.session import Trigger

NAME = "shift_to_privileged"

_LEAST_IMPACT_UNPROVEN = 2.0
"""Where nothing shifted and only the history is missing, the act itself must weigh more."""


def match(moment: Moment) -> Match | None:
    """Fire on a privileged act in a shifted context."""
    if not moment.privileged or moment.shift_bits < LEAST_SHIFT:
        return None
    unproven = all(trigger.shift.dimension in ("history", "identity") for trigger in moment.live)
    if unproven and moment.act.impact < _LEAST_IMPACT_UNPROVEN:
        return None
    return Match(NAME, moment.stage("privileged"), [], moment.live, 0, subject(moment), [])


def subject(moment: Moment) -> str:
    """Say what was done after what shifted."""
    event = moment.step.event
    return f"called {event.service}:{event.action} {cause(moment.live)}"


def cause(live: list[Trigger]) -> str:
    """Say the heaviest of the live shifts in a few words."""
    shift = max((trigger.shift for trigger in live), key=lambda shift: (shift.bits, shift.dimension))
    if shift.dimension == "history":
        return "with a long-term key, without a second factor and without any history in these logs"
    if shift.dimension == "issue":
        return f"from {shift.after} with a credential issued to {shift.before}"
    if shift.before is None:
        return f"with a {shift.dimension} never seen before: {shift.after}"
    return f"after the {shift.dimension} changed from {shift.before} to {shift.after}"
