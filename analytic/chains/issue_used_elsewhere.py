"""The chain *issue -> used elsewhere -> privileged*: a credential was issued to one place and acts from another.

ATT&CK T1550.001 (application access token), T1078.004. What an analyst checks: where did the issuing call come
from, and does anything carry credentials from there to where they are used (a broker, a build system)?
Benign twin: a credential broker that assumes roles for machines in another network, always the same pair of networks.
"""

from analytic.chains.moment import Match, Moment
from analytic.chains.shift_to_privileged import cause

NAME = "issue_used_elsewhere"


def match(moment: Moment) -> Match | None:
    """Fire on a privileged act with a credential that was issued to another network."""
    triggers = [trigger for trigger in moment.live if trigger.shift.dimension == "issue"]
    same = [trigger for trigger in triggers if trigger.credential_id == moment.step.event.credential_id]
    if not same or not moment.privileged:
        return None
    event = moment.step.event
    subject = f"called {event.service}:{event.action} {cause(same)}"
    return Match(NAME, moment.stage("privileged"), [], moment.live, 0, subject, [])
