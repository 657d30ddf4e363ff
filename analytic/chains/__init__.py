"""Chains: what Tokentrail looks for, as data (docs/chains.md), and the engine that finds them."""
