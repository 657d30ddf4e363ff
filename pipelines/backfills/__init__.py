"""Backfills: windows of the past, run by hand or by a scheduler."""
