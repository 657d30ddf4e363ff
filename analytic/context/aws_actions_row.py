"""The shape of the AWS tables, and the authorities that a row may cite for its stage.

The service and the action name the operation as CloudTrail records it (`eventSource` without its domain, `eventName`
without the API date), so that the AWS API reference of that operation is always found from the row itself. What a row
has to justify is the *stage*: `source` names who says that the operation serves it. The technique is the nearest one
of ATT&CK v19's IaaS matrix; the impacts are this project's own judgement on the scale of `action.py`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Row(NamedTuple):
    """One operation: how it is classified, and on whose word.

    `access` and `stage` are from the closed sets of `action.py`; `technique` is an ATT&CK id and is only given with a
    stage; `impact` is in bits, 0.0 to 6.0; `source` is a key of `SOURCES`.
    """

    service: str
    action: str
    access: str
    stage: str | None
    technique: str | None
    impact: float
    source: str


class Group(NamedTuple):
    """Rows of one service that differ in nothing but the action and its impact in bits."""

    service: str
    access: str
    stage: str | None
    technique: str | None
    source: str
    impacts: Mapping[str, float]

    def rows(self) -> list[Row]:
        """Give the group as one row an operation."""
        return [
            Row(self.service, action, self.access, self.stage, self.technique, impact, self.source)
            for action, impact in self.impacts.items()
        ]


ATTACK: Final = "ATT&CK"
PERMISSIONS: Final = "SAR permissions"
LEVEL: Final = "SAR level"
GUIDE: Final = "AWS guide"
CLOUDTRAIL: Final = "CloudTrail guide"

SOURCES: Final[Mapping[str, str]] = {
    ATTACK: "MITRE ATT&CK v19: the row's technique describes what the operation does",
    PERMISSIONS: "AWS Service Authorization Reference: the action manages permissions (level or condition keys)",
    LEVEL: "AWS Service Authorization Reference: the action's access level; no stage of its own",
    GUIDE: "AWS user guide and API reference of the operation: its effect, read as the stage",
    CLOUDTRAIL: "AWS CloudTrail User Guide and the service's page on it: sign-in, console and service events",
}
