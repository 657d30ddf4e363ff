"""`tokentrail coverage`: what the logs could have shown, and whether they are what was delivered."""
