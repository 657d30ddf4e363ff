"""The parts of CloudTrail's source: identities, calls, names."""
