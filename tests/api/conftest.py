"""A workspace that is served, and officers of two agencies who ask it."""
