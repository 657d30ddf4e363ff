"""Dataflow: the entry of the Flex Templates, and the graphs that a running job is updated by."""
