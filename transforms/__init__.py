"""PTransforms that wire the analytic into Beam; as little logic as possible lives here."""
