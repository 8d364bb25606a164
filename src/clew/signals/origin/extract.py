"""What a JPEG's header tells of what made it, read in one look at its beginning."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

import msgspec

from clew.signals.base import Feature
from clew.signals.origin.exif import (
    HEIGHT,
    MAKE,
    MAKER_NOTE,
    MODEL,
    SOFTWARE,
    TAKEN,
    THUMBNAIL,
    THUMBNAIL_LENGTH,
    WIDTH,
    Tags,
)
from clew.signals.origin.tables import estimated_quality, usual_quality

_TABLES, _SCAN, _EXIF, _PHOTOSHOP = 0xDB, 0xDA, 0xE1, 0xED
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3})
_ASPECT = 0.02
"""So much may the sides' ratio of a thumbnail differ: it has few pixels."""
_THUMBNAIL = (160, 120)
"""As JEITA CP-3461 (DCF) has it."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of what made it. It can be forged: a sign, never a finding.

    Attributes:
        tables: digest of the quantisation tables, hexadecimal.
        quality: about which quality of libjpeg they are as coarse as, 1 to 100.
        usual: whether they are libjpeg's own, which most programs that write a picture anew use.
        make: of the camera; and
        model: likewise.
        software: the program or firmware that is named.
        taken: when the picture was taken, as the camera wrote it.
        maker_note: bytes of the maker's own notes.
        size_agrees: whether the size in EXIF is the picture's; None when EXIF names none.
        thumbnail_agrees: whether the thumbnail has the picture's shape; None when there is none,
            or it is of the one shape that cameras fit every picture into.
        edited: whether Photoshop or a program of its kind left its own segment.
    """

    tables: str
    quality: int
    usual: bool
    make: str = ""
    model: str = ""
    software: str = ""
    taken: str = ""
    maker_note: int = 0
    size_agrees: bool | None = None
    thumbnail_agrees: bool | None = None
    edited: bool = False


def origin_of(feature: Feature) -> Origin | None:
    """What a feature tells; None when it is not as this version writes it."""
    try:
        return msgspec.json.decode(feature.value, type=Origin)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


class OriginExtractor:
    """Reads the header of a JPEG; of other files, and where nothing speaks for a camera, nothing.

    The header has to be in the first chunk, which is megabytes: EXIF has at most 64 KiB.
    """

    def __init__(self) -> None:
        self._begun = False
        self._found: Origin | None = None

    def take(self, item: bytes) -> None:
        """Take the next chunk."""
        if not self._begun and item:
            self._begun = True
            if item[:3] == b"\xff\xd8\xff":
                self._found = _read(item)

    def finish(self) -> list[Feature]:
        """One feature, an :class:`Origin` in JSON, or none."""
        found = self._found
        if found is None or (found.usual and not (found.make or found.software or found.taken)):
            return []
        return [Feature(variant="header", value=msgspec.json.encode(found))]


def _read(content: bytes) -> Origin | None:
    tables: dict[int, bytes] = {}
    size = exif = None
    edited = False
    for marker, segment in _segments(content):
        if marker == _TABLES:
            tables |= _tables(segment)
        elif marker in _FRAMES and len(segment) >= 5:
            size = _size(segment)
        elif marker == _EXIF and exif is None and segment[:6] == b"Exif\0\0":
            exif = segment[6:]
        elif marker == _PHOTOSHOP:
            edited |= segment[:9] == b"Photoshop"
    if not tables or size is None:
        return None
    usual = usual_quality(tables)
    if usual is not None and exif is None:
        return None  # as most files, and nothing in them speaks for a camera
    digest = hashlib.sha256(b"".join(tables[number] for number in sorted(tables)))
    plain = Origin(
        tables=digest.hexdigest()[:16],
        quality=usual or estimated_quality(tables),
        usual=usual is not None,
        edited=edited,
    )
    if exif is None:
        return plain
    try:
        return _with_exif(plain, Tags(exif), size)
    except (ValueError, struct.error):
        return plain


def _with_exif(plain: Origin, tags: Tags, size: tuple[int, int]) -> Origin:
    said = tags.number(tags.exif, WIDTH), tags.number(tags.exif, HEIGHT)
    return msgspec.structs.replace(
        plain,
        make=tags.text(tags.main, MAKE),
        model=tags.text(tags.main, MODEL),
        software=tags.text(tags.main, SOFTWARE),
        taken=tags.text(tags.exif, TAKEN),
        maker_note=tags.length(tags.exif, MAKER_NOTE),
        size_agrees=None if None in said else sorted(size) == sorted(filter(None, said)),
        thumbnail_agrees=_thumbnail_agrees(tags, size),
    )


def _thumbnail_agrees(tags: Tags, size: tuple[int, int]) -> bool | None:
    at = tags.number(tags.thumbnail, THUMBNAIL)
    length = tags.number(tags.thumbnail, THUMBNAIL_LENGTH)
    if not at or not length:
        return None
    for marker, segment in _segments(tags.content[at : at + length]):
        if marker in _FRAMES and len(segment) >= 5:
            width, height = _size(segment)
            if not (width and height and size[0] and size[1]):
                return None
            shapes = width / height, height / width  # it may be turned
            if any(abs(one * size[1] / size[0] - 1) < _ASPECT for one in shapes):
                return True
            # Cameras put bars beside a picture of another shape.
            return None if (width, height) == _THUMBNAIL else False
    return None


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers of a JPEG with what belongs to them, up to the picture's own data."""
    at = 2 if content[:2] == b"\xff\xd8" else len(content)
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN or length < 2:
            return
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + length


def _tables(segment: bytes) -> dict[int, bytes]:
    """Tables of eight bits by their number; coarser ones than that are left out."""
    found, at = {}, 0
    while at + 65 <= len(segment):
        wide, number = divmod(segment[at], 16)
        if wide or number > 3:
            break
        found[number] = segment[at + 1 : at + 65]
        at += 65
    return found


def _size(segment: bytes) -> tuple[int, int]:
    """Width and height of a frame."""
    height, width = struct.unpack_from(">HH", segment, 1)
    return width, height
