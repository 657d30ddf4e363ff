"""The chain *recon -> change*: somebody looked around in a shifted context, then changed something.

ATT&CK T1526 (cloud service discovery), T1087.004. Counting reads alone separates nothing: real consoles reach
63 distinct reads in five minutes, Terraform 58, real attackers 8 to 16 (DESIGN.md). So a shift or a new facet gates it.
What an analyst checks: does the person usually look at these services?
Benign twin: a new colleague's first day, a console page that lists everything.
"""

from analytic.chains.moment import LEAST_SHIFT, Match, Moment
from analytic.chains.shift_to_privileged import cause

NAME = "recon_to_change"

LEAST_KINDS = 3
"""Distinct kinds of reconnaissance that make looking around."""


def match(moment: Moment) -> Match | None:
    """Fire on a privileged act in a shifted context, with reconnaissance in that context shortly before."""
    shifted = any(trigger.shift.dimension not in ("history", "identity") for trigger in moment.live)
    if not moment.privileged or not shifted or moment.shift_bits < LEAST_SHIFT:
        return None  # Whoever is merely new here looks around by right.
    event = moment.step.event
    began = min(trigger.shift.time for trigger in moment.live)
    since = max(began, event.time - moment.policy.recon_window)
    seen = [
        noted
        for noted in moment.state.recon.values()
        if noted.stage.time >= since and noted.evidence.credential_id == event.credential_id
    ]
    if len(seen) < LEAST_KINDS:
        return None
    seen.sort(key=lambda noted: (noted.stage.time, noted.stage.event_id))
    subject = f"looked around ({len(seen)} kinds of calls), then called {event.service}:{event.action}"
    return Match(NAME, moment.stage("change"), seen, moment.live, len(seen), f"{subject} {cause(moment.live)}", [])
