"""What a responder does about a finding: what to roll back, what to revoke, which logs to pull."""
