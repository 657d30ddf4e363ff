"""Measurements, each reproducible with one command."""
