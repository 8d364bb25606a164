"""XXH64, a fast checksum of 64 bits, as specified by Yann Collet (xxHash, version 0.1.1).

It finds damage at about the speed of memory; it does not protect against anyone who can write
the files. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.machine import load_u8, load_u32, load_u64, prefetch

_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)


@njit(inline="always")
def _rotated(value: Any, bits: Any) -> Any:
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@njit(inline="always")
def _round(lane: Any, word: Any) -> Any:
    return _rotated(lane + word * _P2, 31) * _P1


@njit(inline="always")
def _joined(value: Any, lane: Any) -> Any:
    return (value ^ _round(np.uint64(0), lane)) * _P1 + _P4


@kernel
def _xxh64(here: Any, length: Any) -> Any:
    end = here + length
    if length >= np.uint64(32):
        a, b, c, d = _P1 + _P2, _P2, np.uint64(0), np.uint64(0) - _P1
        while here + np.uint64(32) <= end:
            prefetch(here + np.uint64(2048))
            a = _round(a, load_u64(here))
            b = _round(b, load_u64(here + np.uint64(8)))
            c = _round(c, load_u64(here + np.uint64(16)))
            d = _round(d, load_u64(here + np.uint64(24)))
            here += np.uint64(32)
        value = _rotated(a, 1) + _rotated(b, 7) + _rotated(c, 12) + _rotated(d, 18)
        value = _joined(_joined(_joined(_joined(value, a), b), c), d)
    else:
        value = _P5
    value += length
    while here + np.uint64(8) <= end:
        value = _rotated(value ^ _round(np.uint64(0), load_u64(here)), 27) * _P1 + _P4
        here += np.uint64(8)
    if here + np.uint64(4) <= end:
        value = _rotated(value ^ (np.uint64(load_u32(here)) * _P1), 23) * _P2 + _P3
        here += np.uint64(4)
    while here < end:
        value = _rotated(value ^ (np.uint64(load_u8(here)) * _P5), 11) * _P1
        here += np.uint64(1)
    value = (value ^ (value >> np.uint64(33))) * _P2
    value = (value ^ (value >> np.uint64(29))) * _P3
    return value ^ (value >> np.uint64(32))


def checksum(values: NDArray[Any]) -> int:
    """XXH64 (seed 0) of the bytes of a C-contiguous array."""
    assert values.flags.c_contiguous
    return int(_xxh64(np.uint64(values.ctypes.data), np.uint64(values.nbytes)))
