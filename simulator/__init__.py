"""The open generator: cloud audit logs of made-up accounts, in the provider's own format, with ground truth.

Deterministic by seed and free of any clock, so that a benchmark, a test and the files under examples/ are the same
on every machine: one AWS account's working day (`simulator.day`), chains of identities over three clouds
(`simulator.hops`), and load for the benchmarks (`simulator.load`, `simulator.load_mix`). Nothing in it comes from a
real log.
"""
