"""Benchmarks: one module for each table of docs/benchmarks.md, frozen results beside them."""
