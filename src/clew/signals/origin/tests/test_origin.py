"""What a JPEG tells of what made it, and that nothing in it breaks the reading."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clew.signals.base import Feature
from clew.signals.origin.extract import Origin, OriginExtractor, origin_of
from clew.signals.origin.tables import estimated_quality, usual_quality
from clew.training.pictures import make_picture

OWN_TABLES = [[n // 3 + 1 for n in range(64)], [n // 2 + 1 for n in range(64)]]


def jpeg(
    *, exif: bool = True, software: str = "Ver.1.02", own: bool = True, wide: int = 320
) -> bytes:
    """A picture as a camera writes it."""
    picture = Image.fromarray(make_picture(5, 1, 240, 320).pixels)
    tags = Image.Exif()
    if exif:
        tags[0x010F], tags[0x0110], tags[0x0131] = "NIKON CORPORATION", "NIKON D70", software
        tags.get_ifd(0x8769).update(
            {0x9003: "2009:01:12 21:14:28", 0x927C: b"Nikon" + bytes(99), 0xA002: wide, 0xA003: 240}
        )
    out = io.BytesIO()
    options = {"qtables": OWN_TABLES} if own else {"quality": 80}
    picture.save(out, "JPEG", exif=tags.tobytes() if exif else b"", **options)
    return out.getvalue()


def read(content: bytes) -> list[Feature]:
    extractor = OriginExtractor()
    extractor.take(content)
    return extractor.finish()


def told(content: bytes) -> Origin:
    (feature,) = read(content)
    found = origin_of(feature)
    assert found is not None
    return found


def test_it_tells_the_camera_and_its_tables() -> None:
    found = told(jpeg())
    assert (found.make, found.model) == ("NIKON CORPORATION", "NIKON D70")
    assert (found.software, found.taken) == ("Ver.1.02", "2009:01:12 21:14:28")
    assert (found.maker_note, found.size_agrees, found.thumbnail_agrees) == (104, True, None)
    assert (found.usual, found.edited) == (False, False)
    assert told(jpeg(wide=640)).size_agrees is False
    assert told(jpeg(own=False)).usual
    assert found.tables != told(jpeg(own=False)).tables


def test_what_libjpeg_wrote_without_exif_tells_nothing() -> None:
    assert read(jpeg(exif=False, own=False)) == []
    assert told(jpeg(exif=False)).make == ""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    assert read(out.getvalue()) == []


@pytest.mark.parametrize("quality", [1, 10, 49, 50, 75, 92, 95, 99, 100])
def test_the_quality_of_libjpeg_is_known_by_its_tables(quality: int) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", quality=quality)
    content, tables = out.getvalue(), {}
    for number in (0, 1):
        at = content.index(b"\xff\xdb\0C" + bytes([number])) + 5
        tables[number] = content[at : at + 64]
    assert usual_quality(tables) == quality
    assert quality < 20 or abs(estimated_quality(tables) - quality) <= 1


def test_the_shape_of_a_thumbnail() -> None:
    small = io.BytesIO()
    for size, agrees in (((160, 120), True), ((100, 100), False)):
        small = io.BytesIO()
        Image.new("RGB", size).save(small, "JPEG")
        # One main entry, then a second directory with where the thumbnail is and how long.
        main = struct.pack("<HHHI4sI", 1, 0x010F, 2, 4, b"ACM\0", 26)
        second = struct.pack(
            *("<HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(small.getvalue()), 0)
        )
        tiff = b"II*\0\x08\0\0\0" + main + second + small.getvalue()
        segment = b"Exif\0\0" + tiff
        plain = jpeg(exif=False)
        length = struct.pack(">H", len(segment) + 2)
        found = told(plain[:2] + b"\xff\xe1" + length + segment + plain[2:])
        assert (found.make, found.thumbnail_agrees) == ("ACM", agrees), size


CAMERAS = jpeg()


@given(st.integers(0, 1200), st.binary(max_size=40))
def test_a_damaged_header_is_read_as_far_as_it_goes(at: int, harm: bytes) -> None:
    content = CAMERAS
    for feature in read(content[:at] + harm + content[at + len(harm) :]) + read(content[:at]):
        assert origin_of(feature) is not None
        assert len(feature.value) < 1000


def test_what_no_honest_process_says_is_no_origin() -> None:
    for value in (b"", b"\xff", b"[]", b'{"tables": 3}'):
        assert origin_of(Feature(variant="header", value=value)) is None
