"""What a log says of an event: its action, interface and network."""
