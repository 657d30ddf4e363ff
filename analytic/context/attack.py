"""ATT&CK techniques by id and name, and which ids the versions before and after April 2026 know them by.

The ids and names are those of the IaaS platform of MITRE ATT&CK Enterprise v19 (attack.mitre.org, matrices, cloud,
IaaS); facts alone, no text of ATT&CK is reproduced. Its terms of use ask for this notice:

    © 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
    LICENSE: The MITRE Corporation (MITRE) hereby grants you a non-exclusive, royalty-free license to use ATT&CK® for
    research, development, and commercial purposes. Any copy you make for such purposes is authorized provided that you
    reproduce MITRE's copyright designation and this license in any such copy.

ATT&CK v19 (28 April 2026) split the tactic Defense Evasion into Stealth (TA0005) and Defense Impairment (TA0112) and
revoked T1562 Impair Defenses with all below it. Logs that carry labels (findings of other products, policies, older
reports) still say T1562.008; `crosswalk_v19` reads those, `crosswalk_v18` writes for whoever has not moved yet.
Sources: ATT&CK's list of v19's IaaS techniques, whose names agree with those of the ids that were revoked, and public
maps of the change that agree with each other. MITRE's own STIX bundle of v19 was not at hand when this was written.
"""

from typing import Final

VERSION: Final = "19"
"""The version of ATT&CK whose ids the events and findings carry."""

TECHNIQUES: Final[dict[str, str]] = {
    "T1020.001": "Traffic Duplication",
    "T1021": "Remote Services",
    "T1021.007": "Cloud Services",
    "T1021.008": "Direct Cloud VM Connections",
    "T1036.010": "Masquerade Account Name",
    "T1040": "Network Sniffing",
    "T1046": "Network Service Discovery",
    "T1048": "Exfiltration Over Alternative Protocol",
    "T1049": "System Network Connections Discovery",
    "T1059": "Command and Scripting Interpreter",
    "T1059.009": "Cloud API",
    "T1069": "Permission Groups Discovery",
    "T1069.003": "Cloud Groups",
    "T1074": "Data Staged",
    "T1074.002": "Remote Data Staging",
    "T1078": "Valid Accounts",
    "T1078.001": "Default Accounts",
    "T1078.004": "Cloud Accounts",
    "T1082": "System Information Discovery",
    "T1087": "Account Discovery",
    "T1087.004": "Cloud Account",
    "T1098": "Account Manipulation",
    "T1098.001": "Additional Cloud Credentials",
    "T1098.003": "Additional Cloud Roles",
    "T1098.004": "SSH Authorized Keys",
    "T1110": "Brute Force",
    "T1110.001": "Password Guessing",
    "T1110.003": "Password Spraying",
    "T1110.004": "Credential Stuffing",
    "T1119": "Automated Collection",
    "T1136": "Create Account",
    "T1136.003": "Cloud Account",
    "T1190": "Exploit Public-Facing Application",
    "T1199": "Trusted Relationship",
    "T1201": "Password Policy Discovery",
    "T1204": "User Execution",
    "T1204.003": "Malicious Image",
    "T1211": "Exploitation for Stealth",
    "T1213": "Data from Information Repositories",
    "T1213.006": "Databases",
    "T1485": "Data Destruction",
    "T1485.001": "Lifecycle-Triggered Deletion",
    "T1486": "Data Encrypted for Impact",
    "T1489": "Service Stop",
    "T1490": "Inhibit System Recovery",
    "T1491": "Defacement",
    "T1491.002": "External Defacement",
    "T1496": "Resource Hijacking",
    "T1496.001": "Compute Hijacking",
    "T1496.002": "Bandwidth Hijacking",
    "T1498": "Network Denial of Service",
    "T1498.001": "Direct Network Flood",
    "T1498.002": "Reflection Amplification",
    "T1499": "Endpoint Denial of Service",
    "T1499.002": "Service Exhaustion Flood",
    "T1499.003": "Application Exhaustion Flood",
    "T1499.004": "Application or System Exploitation",
    "T1518": "Software Discovery",
    "T1518.001": "Security Software Discovery",
    "T1525": "Implant Internal Image",
    "T1526": "Cloud Service Discovery",
    "T1528": "Steal Application Access Token",
    "T1530": "Data from Cloud Storage",
    "T1531": "Account Access Removal",
    "T1535": "Unused Unsupported Cloud Regions",
    "T1537": "Transfer Data to Cloud Account",
    "T1538": "Cloud Service Dashboard",
    "T1546": "Event Triggered Execution",
    "T1548": "Abuse Elevation Control Mechanism",
    "T1548.005": "Temporary Elevated Cloud Access",
    "T1550": "Use Alternate Authentication Material",
    "T1550.001": "Application Access Token",
    "T1550.004": "Web Session Cookie",
    "T1552": "Unsecured Credentials",
    "T1552.001": "Credentials In Files",
    "T1552.005": "Cloud Instance Metadata API",
    "T1555": "Credentials from Password Stores",
    "T1555.006": "Cloud Secrets Management Stores",
    "T1556": "Modify Authentication Process",
    "T1556.006": "Multi-Factor Authentication",
    "T1556.007": "Hybrid Identity",
    "T1556.009": "Conditional Access Policies",
    "T1578": "Modify Cloud Compute Infrastructure",
    "T1578.001": "Create Snapshot",
    "T1578.002": "Create Cloud Instance",
    "T1578.003": "Delete Cloud Instance",
    "T1578.004": "Revert Cloud Instance",
    "T1578.005": "Modify Cloud Compute Configurations",
    "T1580": "Cloud Infrastructure Discovery",
    "T1606": "Forge Web Credentials",
    "T1606.001": "Web Cookies",
    "T1606.002": "SAML Tokens",
    "T1614": "System Location Discovery",
    "T1619": "Cloud Storage Object Discovery",
    "T1621": "Multi-Factor Authentication Request Generation",
    "T1648": "Serverless Execution",
    "T1651": "Cloud Administration Command",
    "T1654": "Log Enumeration",
    "T1666": "Modify Cloud Resource Hierarchy",
    "T1680": "Local Storage Discovery",
    "T1685": "Disable or Modify Tools",
    "T1685.002": "Disable or Modify Cloud Log",
    "T1686.001": "Cloud Firewall",
    "T1687": "Exploitation for Defense Impairment",
}
"""Every technique of the IaaS platform in v19: id to name."""

_REVOKED: Final[dict[str, str]] = {
    "T1562": "T1685",
    "T1562.001": "T1685",
    "T1562.006": "T1685",
    "T1562.007": "T1686.001",
    "T1562.008": "T1685.002",
}
"""Ids of v18 that cloud logs and rules carry, to what revokes them in v19.

T1562 Impair Defenses, T1562.001 Disable or Modify Tools and T1562.006 Indicator Blocking became T1685 Disable or Modify
Tools; T1562.007 Disable or Modify Cloud Firewall is T1686.001 Cloud Firewall; T1562.008 Disable or Modify Cloud Logs is
T1685.002 Disable or Modify Cloud Log. The rest of T1562 (Windows, Linux, history, boot) is of no cloud's log.
"""

_OF_V18: Final[dict[str, str]] = {
    "T1685": "T1562.001",
    "T1685.002": "T1562.008",
    "T1686.001": "T1562.007",
    "T1687": "T1211",
}
"""Ids that are new in v19, to the nearest of v18.

T1685 has three predecessors; its name is T1562.001's. T1687 Exploitation for Defense Impairment has no predecessor of
its name: it was cut from T1211, then Exploitation for Defense Evasion and now Exploitation for Stealth. That
one is a reading, not certain; the others are the revocations read backwards.
"""


def crosswalk_v18(technique_id: str) -> str | None:
    """Give the v18 id of a v19 technique: its own where it kept it, None for an id that v19's IaaS platform has not."""
    return _OF_V18.get(technique_id, technique_id) if technique_id in TECHNIQUES else None


def crosswalk_v19(technique_id: str) -> str | None:
    """Give the v19 id of a v18 technique: its own where it kept it, None for an id that v19's IaaS platform has not."""
    current = _REVOKED.get(technique_id, technique_id)
    return current if current in TECHNIQUES else None
