"""The chain *command execution, then its credential used elsewhere*: code ran on a workload, its credential left it.

ATT&CK T1651 (cloud administration command), T1552.005 (instance metadata API), T1078.004 (cloud accounts).
What an analyst checks: the command's document and parameters on the instance, and every call of the credential since.
Benign twin: an operator who patches instances, which go on working from their own network.
"""

from analytic.chains.moment import Match, Moment

NAME = "command_execution_credential_used"


def match(moment: Moment) -> Match | None:
    """Fire on each use off home of a workload's credential by whoever touched the workload before."""
    hop = moment.step.hops[-1] if moment.step.hops else None
    if hop is None or hop.certainty != "probable" or moment.step.event.issued_to is None:
        return None
    earlier = [noted for noted in moment.state.executions if noted.evidence.event_id == hop.event_id]
    triggers = [trigger for trigger in moment.live if trigger.shift.dimension == "home"]
    blind_spots = [f"the theft itself is not in the logs: {hop.from_} is inferred from {hop.how} on {hop.to} before"]
    if not earlier:
        blind_spots.append(f"the {hop.how} that opened {hop.to} was made by another session than those shown here")
    if any(trigger.shift.before is None for trigger in triggers):
        blind_spots.append(f"no use of the credential on {hop.to} itself was seen: its home network is not known")
    where = moment.context.network or "elsewhere"
    subject = f"ran {hop.how} on {hop.to}, then used its credential from {where}"
    return Match(NAME, moment.stage("credential_used"), earlier, triggers, 0, subject, blind_spots)
