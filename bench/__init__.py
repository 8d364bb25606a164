"""Benchmarks: one module for each table of docs/benchmarks.md, frozen results beside them."""

import os

# Before NumPy is imported anywhere: one thread of linear algebra in each of several processes,
# for Clew and for its peers alike.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
