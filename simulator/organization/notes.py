"""What is taken down of the simulation: a record, the log that it is delivered in, and what is true about it."""

import hashlib
from typing import NamedTuple

import msgspec

from simulator.identities import Json

TRUTH = ("event_id", "label", "scenario", "chain", "actor")
"""The columns of the truth's table."""


class Note(NamedTuple):
    """One record and its ground truth. `at` is its time (ms since 1970 UTC).

    `log` is as in `simulator.hops.scribe.Written`, without the number: aws/ACCOUNT/REGION, gcp/PROJECT/activity,
    gcp/PROJECT/data_access, azure/SUBSCRIPTION/activity, entra/sign-ins, entra/audit, entra/graph-activity,
    okta/system-log. `event_id` is what the function of that name gives. `label` is benign, attack or twin; `scenario`
    names the part of the simulation, `chain` the expected chain; `actor` is who truly acted: a person's address
    (amara.okafor@example.com), or a machine's name.
    """

    at: int
    log: str
    event_id: str
    record: Json
    actor: str
    label: str = "benign"
    scenario: str = ""
    chain: str | None = None

    @property
    def truth(self) -> tuple[str, ...]:
        """The row of the truth's table, in the order of TRUTH; "" for no chain."""
        return (self.event_id, self.label, self.scenario, self.chain or "", self.actor)


def encoded(record: Json) -> bytes:
    """Write a record as it is delivered: one line of JSON."""
    return msgspec.json.encode(record)


def event_id(record: Json) -> str:
    """Give the id that a record has when it is parsed: the provider's own, else a digest of what `encoded` gives.

    CloudTrail eventID, Cloud Logging insertId, Okta uuid; of exports by diagnostic settings the sign-in's or audit
    entry's id and Graph's requestId; the Activity Log's eventDataId where the export has it.
    """
    for name in ("eventID", "insertId", "uuid"):
        if name in record:
            return str(record[name])
    properties = record["properties"]
    name = {"MicrosoftGraphActivityLogs": "requestId", "Administrative": "eventDataId"}.get(record["category"], "id")
    return str(properties.get(name) or "sha256:" + hashlib.sha256(encoded(record)).hexdigest()[:32])
