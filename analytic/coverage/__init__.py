"""What the logs could have shown: cells an hour, an account's rhythm, blind spots, digests."""
