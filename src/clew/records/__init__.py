"""The case database."""
