"""A finding in the formats that people have: OCSF, ECS, flat rows, a ticket, an ATT&CK layer."""
