"""Harmless made-up material with known answers."""
