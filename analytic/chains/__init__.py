"""The chains, the most specific first: an event belongs to the first that takes it."""

from analytic.chains import (
    command_execution_credential_used,
    issue_used_elsewhere,
    recon_to_change,
    shift_to_privileged,
)
from analytic.chains.moment import Chain

CHAINS: tuple[Chain, ...] = (
    command_execution_credential_used.match,
    issue_used_elsewhere.match,
    recon_to_change.match,
    shift_to_privileged.match,
)

SIBLINGS = {recon_to_change.NAME: shift_to_privileged.NAME, shift_to_privileged.NAME: recon_to_change.NAME}
"""Two readings of one story: whichever fired first in a session takes the other's events, so that it is told once."""
