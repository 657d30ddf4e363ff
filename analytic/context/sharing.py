"""The operations that share a copy of data, or a network, with accounts that their request names: who gets it is known.

An event of one of them names in `target_account` the one account that it was shared with, and none where it was more
than one, everybody or an organization (analytic/sources/aws/sharing.py).
"""

from typing import Final

SHARES: Final = frozenset(
    {
        ("ec2", "ModifySnapshotAttribute"),
        ("ec2", "ModifyImageAttribute"),
        ("ec2", "CreateVpcPeeringConnection"),
        ("rds", "ModifyDBSnapshotAttribute"),
        ("rds", "ModifyDBClusterSnapshotAttribute"),
    }
)
"""Service and operation, as CloudTrail names them."""
