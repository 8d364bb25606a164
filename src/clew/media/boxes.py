"""What an MP4 or QuickTime file lacks that no decoder can do without.

Cameras write the index of a film (the box ``moov`` of ISO/IEC 14496-12: codec, sizes, where each
frame lies) when the recording ends. Where power was lost or a file was carved from a drive there
is none, though all pictures are there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_HEAD = struct.Struct(">I4s")
_LONG = struct.Struct(">Q")
_MOST_BOXES = 10_000


def lacks_index(source: BinaryIO) -> bool:
    """Whether a file holds the pictures and sound of a film but nothing that tells them apart.

    Args:
        source: seekable file.
    """
    kinds = set(_boxes(source))
    return b"mdat" in kinds and not kinds & {b"moov", b"moof"}


def _boxes(source: BinaryIO) -> Iterator[bytes]:
    """The kinds of the outermost boxes, as far as they follow one another."""
    end = source.seek(0, 2)
    at = 0
    for _ in range(_MOST_BOXES):
        source.seek(at)
        head = source.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        size, kind = _HEAD.unpack(head)
        least = _HEAD.size
        if size == 1:  # the size is in eight bytes that follow
            long = source.read(_LONG.size)
            if len(long) < _LONG.size:
                return
            (size,) = _LONG.unpack(long)
            least += _LONG.size
        yield kind
        if size < least or at + size > end:  # 0 stands for all the rest
            return
        at += size
