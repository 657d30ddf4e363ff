"""The parts of the Cloud Audit Logs' source: identities, calls, names."""
