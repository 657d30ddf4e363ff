"""Real servers for tests, each on a free port of this machine, started by a fixture and gone after it."""
