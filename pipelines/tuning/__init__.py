"""tokentrail tune: entries for the policy from findings that repeat."""
