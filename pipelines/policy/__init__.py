"""The policy file: read, checked, and its published schema."""
