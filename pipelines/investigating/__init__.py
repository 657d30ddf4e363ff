"""Commands that follow credentials and tell what was done, without any finding: investigate, actors, drill."""
