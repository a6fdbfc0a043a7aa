"""Kills, cuts and floods the real processes, and counts what the guarantees say about it."""
