"""Where raw JSON is read: one module a log, and the envelopes that logs arrive in."""
