"""The few tags of EXIF that tell what made a file (EXIF 2.32, JEITA CP-3451; TIFF 6.0).

Not by a library for all of EXIF: that takes longer than hashing the picture. Whatever is not as
the standard has it is left out.
"""

from __future__ import annotations

import struct

from clew.media.errors import plain

MAKE, MODEL, SOFTWARE, EXIF_IFD = 0x010F, 0x0110, 0x0131, 0x8769
TAKEN, MAKER_NOTE, WIDTH, HEIGHT = 0x9003, 0x927C, 0xA002, 0xA003
THUMBNAIL, THUMBNAIL_LENGTH = 0x0201, 0x0202

_MOST_ENTRIES = 200
_LONGEST_TEXT = 80
_BYTE, _TEXT, _SHORT, _LONG, _UNDEFINED = 1, 2, 3, 4, 7


class Tags:
    """Tags of a TIFF structure, as it stands in a APP1 segment of a JPEG behind ``Exif``.

    Args:
        content: the structure.

    Raises:
        ValueError: it is none.
    """

    def __init__(self, content: bytes) -> None:
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
        if order is None or len(content) < 8:
            raise ValueError("no TIFF structure")
        self.content = content
        self._entry = struct.Struct(order + "HHI4s")
        self._short, self._long = struct.Struct(order + "H"), struct.Struct(order + "I")
        self.main, following = self._directory(self._long.unpack_from(content, 4)[0])
        self.exif = self._directory(self.number(self.main, EXIF_IFD) or 0)[0]
        self.thumbnail = self._directory(following)[0]

    def _directory(self, at: int) -> tuple[dict[int, tuple[int, int, bytes]], int]:
        """Entries of a directory (type, count, value or offset), and where the next one is."""
        content = self.content
        if not 8 <= at <= len(content) - 2:
            return {}, 0
        (count,) = self._short.unpack_from(content, at)
        end = at + 2 + 12 * count
        if count > _MOST_ENTRIES or end > len(content):
            return {}, 0
        entries = {
            tag: (kind, number, value)
            for tag, kind, number, value in self._entry.iter_unpack(content[at + 2 : end])
        }
        following = self._long.unpack_from(content, end)[0] if end + 4 <= len(content) else 0
        return entries, following

    def text(self, directory: dict[int, tuple[int, int, bytes]], tag: int) -> str:
        """A tag's words, shortened; empty when it has none."""
        kind, count, value = directory.get(tag, (0, 0, b""))
        if kind != _TEXT:
            return ""
        if count > 4:
            (at,) = self._long.unpack(value)
            value = self.content[at : at + min(count, _LONGEST_TEXT)]
        words = value[:count].partition(b"\0")[0].decode("ascii", "replace")
        return plain(" ".join(words.split()))

    def number(self, directory: dict[int, tuple[int, int, bytes]], tag: int) -> int | None:
        """A tag's number, None when it has none."""
        kind, count, value = directory.get(tag, (0, 0, b""))
        if count != 1 or kind not in (_SHORT, _LONG):
            return None
        number = self._short.unpack_from(value) if kind == _SHORT else self._long.unpack(value)
        return int(number[0])

    def length(self, directory: dict[int, tuple[int, int, bytes]], tag: int) -> int:
        """How many bytes of a tag of bytes are there."""
        kind, count, value = directory.get(tag, (0, 0, b""))
        if kind not in (_BYTE, _UNDEFINED) or count <= 4:
            return 0
        (at,) = self._long.unpack(value)
        return count if at + count <= len(self.content) else 0
