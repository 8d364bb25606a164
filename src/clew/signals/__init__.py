"""Traces a file has: one folder per kind of trace, each registered once."""
