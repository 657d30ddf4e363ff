"""The record of coverage, equal to `coverage.avsc` beside it as those of records.py are to theirs."""

import msgspec


class Coverage(msgspec.Struct, array_like=True):
    """What an hour of one service's log showed, in one account, region and log class: counts (analytic/coverage)."""

    provider: str
    account: str | None
    region: str | None
    service: str
    log_class: str
    hour: int
    events: int
    reads: int = 0
    changes: int = 0
    data_events: int = 0
    identified: int = 0
    source_addresses: int = 0
    user_agents: int = 0
    credential_ids: int = 0
    mfa: int = 0
    issued_keys: int = 0
    touches: int = 0
    workloads: int = 0
    delegated: int = 0
    cloud_shell: int = 0
    short_lived: int = 0
    copies: int = 0
