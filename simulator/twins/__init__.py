"""Benign twins: what looks like an attack of `simulator.attacks` on the organization, and is somebody's work."""
