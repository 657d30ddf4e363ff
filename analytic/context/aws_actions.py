"""All rows of the AWS tables. The tables themselves lie beside this module, split by meaning."""

from typing import Final

from analytic.context import (
    aws_actions_build,
    aws_actions_compute,
    aws_actions_data,
    aws_actions_databases,
    aws_actions_identity,
    aws_actions_impairment,
    aws_actions_network,
    aws_actions_organization,
    aws_actions_recon,
)
from analytic.context.aws_actions_row import Row

_TABLES: Final = (
    aws_actions_identity,
    aws_actions_organization,
    aws_actions_compute,
    aws_actions_build,
    aws_actions_network,
    aws_actions_impairment,
    aws_actions_data,
    aws_actions_databases,
    aws_actions_recon,
)

ROWS: Final[tuple[Row, ...]] = tuple(row for table in _TABLES for group in table.GROUPS for row in group.rows())
