"""The tactics of each ATT&CK technique, and a technique's whole name.

Tactics and techniques are those of the IaaS platform of MITRE ATT&CK v19, as in analytic/context/attack.py (the notice
that ATT&CK's terms of use ask for stands there).
"""

from typing import Final

from analytic.context.attack import TECHNIQUES

TACTICS: Final[dict[str, str]] = {
    "TA0001": "Initial Access",
    "TA0002": "Execution",
    "TA0003": "Persistence",
    "TA0004": "Privilege Escalation",
    "TA0005": "Stealth",
    "TA0112": "Defense Impairment",
    "TA0006": "Credential Access",
    "TA0007": "Discovery",
    "TA0008": "Lateral Movement",
    "TA0009": "Collection",
    "TA0010": "Exfiltration",
    "TA0040": "Impact",
}
"""Every tactic of the IaaS platform in v19: id to name."""

_TECHNIQUES_OF: Final[dict[str, str]] = {
    "TA0001": "T1078 T1078.001 T1078.004 T1190 T1199",
    "TA0002": "T1059 T1059.009 T1204 T1204.003 T1648 T1651",
    "TA0003": """
        T1078 T1078.001 T1078.004 T1098 T1098.001 T1098.003 T1098.004 T1136 T1136.003 T1525 T1546 T1556
        T1556.006 T1556.007 T1556.009
    """,
    "TA0004": "T1078 T1078.001 T1078.004 T1098 T1098.001 T1098.003 T1098.004 T1546 T1548 T1548.005",
    "TA0005": "T1036.010 T1078 T1078.001 T1078.004 T1211 T1535",
    "TA0112": """
        T1556 T1556.006 T1556.007 T1556.009 T1578 T1578.001 T1578.002 T1578.003 T1578.004 T1578.005 T1666
        T1685 T1685.002 T1686.001 T1687
    """,
    "TA0006": """
        T1040 T1110 T1110.001 T1110.003 T1110.004 T1528 T1552 T1552.001 T1552.005 T1555 T1555.006 T1556
        T1556.006 T1556.007 T1556.009 T1606 T1606.001 T1606.002 T1621
    """,
    "TA0007": """
        T1040 T1046 T1049 T1069 T1069.003 T1082 T1087 T1087.004 T1201 T1518 T1518.001 T1526 T1538 T1580
        T1614 T1619 T1654 T1680
    """,
    "TA0008": "T1021 T1021.007 T1021.008 T1550 T1550.001 T1550.004",
    "TA0009": "T1074 T1074.002 T1119 T1213 T1213.006 T1530",
    "TA0010": "T1020.001 T1048 T1537",
    "TA0040": """
        T1485 T1485.001 T1486 T1489 T1490 T1491 T1491.002 T1496 T1496.001 T1496.002 T1498 T1498.001
        T1498.002 T1499 T1499.002 T1499.003 T1499.004 T1531
    """,
}

_TACTICS_OF: Final[dict[str, list[str]]] = {
    technique: [tactic for tactic, ids in _TECHNIQUES_OF.items() if technique in ids.split()]
    for technique in TECHNIQUES
}

_PARENTS: Final[dict[str, str]] = {
    "T1020": "Automated Exfiltration",
    "T1036": "Masquerading",
}
"""Names of techniques that are not of the IaaS platform themselves, of which a sub-technique is.

T1686 (above T1686.001 Cloud Firewall) is new in v19, and its name was not at hand: it goes by its id.
"""


def tactics_of(technique: str) -> list[str]:
    """Give the ids of a technique's tactics; none for an id that v19's IaaS platform has not."""
    return _TACTICS_OF.get(technique, [])


def named(technique: str) -> str | None:
    """Give a technique's name, a sub-technique's behind its technique's: "Valid Accounts: Cloud Accounts"."""
    name = TECHNIQUES.get(technique)
    parent, dot, _ = technique.partition(".")
    above = parent_name(parent) if dot else None
    return f"{above}: {name}" if name and above else name


def parent_name(technique: str) -> str | None:
    """Give the name of a technique that is no sub-technique."""
    return TECHNIQUES.get(technique) or _PARENTS.get(technique)
