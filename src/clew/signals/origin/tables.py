"""Quantisation tables of JPEG: those of the usual library, and others.

The tables of ITU-T T.81, Annex K, scaled by a quality from 1 to 100, are what libjpeg and all that
is built on it write. Cameras and some programs have tables of their own (Kornblum, "Using JPEG
quantization tables to identify imagery processed by software", DFRWS 2008).
"""

from __future__ import annotations

from functools import cache

import numpy as np

_LUMINANCE = """
16 11 12 14 12 10 16 14 13 14 18 17 16 19 24 40 26 24 22 22 24 49 35 37 29 40 58 51 61 60 57 51
56 55 64 72 92 78 64 68 87 69 55 56 80 109 81 87 95 98 103 104 103 62 77 113 121 112 100 120 92
101 103 99
"""
"""In the order of the file (zigzag)."""
_CHROMINANCE = "17 18 18 24 21 24 47 26 26 47 99 66 56 66" + 50 * " 99"


@cache
def _usual() -> tuple[dict[bytes, int], dict[bytes, int]]:
    """Quality by table, for brightness and colour."""
    qualities = np.arange(1, 101)
    scale = np.where(qualities < 50, 5000 // qualities, 200 - 2 * qualities)[:, None]
    found = []
    for words in (_LUMINANCE, _CHROMINANCE):
        scaled = (np.array(words.split(), np.int64) * scale + 50) // 100
        rows = np.clip(scaled, 1, 255).astype(np.uint8)
        found.append({row.tobytes(): quality for quality, row in enumerate(rows, 1)})
    return found[0], found[1]


def usual_quality(tables: dict[int, bytes]) -> int | None:
    """The quality of libjpeg's own tables; None when they are others.

    Args:
        tables: 64 bytes each in the order of the file, by their number; 0 is for brightness.
    """
    brightness, colour = _usual()
    quality = brightness.get(tables.get(0, b""))
    if quality is None or (1 in tables and colour.get(tables[1]) is None):
        return None
    # Above quality 1 the colour table may be that of another quality by rounding; nearly equal.
    return quality


def estimated_quality(tables: dict[int, bytes]) -> int:
    """About which quality of libjpeg a table for brightness is as coarse as, 1 to 100."""
    coarse = 100 * sum(tables.get(0, b"")) / sum(map(int, _LUMINANCE.split()))
    quality = (200 - coarse) / 2 if coarse <= 100 else 5000 / coarse
    return max(1, min(100, round(quality)))
