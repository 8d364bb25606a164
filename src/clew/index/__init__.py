"""Search among many: exact Hamming search over 256-bit binary signals.

``HammingIndex`` finds every stored hash within a radius of a query, or the k nearest, and never
misses one. It knows arrays and files only; the database that feeds it is the caller's.
"""

from clew.index.errors import IndexDamaged, ManifestDamaged, SegmentDamaged
from clew.index.hits import Hits
from clew.index.index import HammingIndex
from clew.index.warming import warm

__all__ = [
    "HammingIndex",
    "Hits",
    "IndexDamaged",
    "ManifestDamaged",
    "SegmentDamaged",
    "warm",
]
