"""A preview that leaves Clew says who was given it, and is opened in a confined process only."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from clew.media.marking import Marker, marked
from clew.training.pictures import make_picture

TEXT = "anna · 2026-11-29 05:08 UTC"


def jpeg(pixels: np.ndarray) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


def pixels(picture: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(picture)), np.int16)


@pytest.fixture(scope="module")
def marker() -> Iterator[Marker]:
    with Marker(TEXT) as made:
        yield made


def test_the_mark_is_below_the_picture_and_faint_across_it(marker):
    plain = jpeg(make_picture(5, 1, 240, 320).pixels)
    found = marker.mark(plain)
    before, after = pixels(plain), pixels(found)
    assert after.shape[1] == 320
    strip = after[240:]
    assert strip.max() > 200, "letters"
    assert (strip < 60).mean() > 0.5, "on black"
    changed = np.abs(after[:240] - before).max(axis=2)
    rows = np.flatnonzero((changed > 25).sum(axis=1) > 5)
    assert rows.size > 0
    assert rows.min() > 100, "only its middle differs by more than compression"
    assert rows.max() < 140
    assert changed.mean() < 6, "what is to be seen stays to be seen"


def test_it_says_who_and_when_however_small_the_picture_is(marker):
    tiny = jpeg(np.full((9, 7, 3), 128, np.uint8))
    one, other = (pixels(marked(tiny, text)) for text in (TEXT, "berta" + TEXT[4:]))
    assert one.shape[1] > 100
    assert one.shape != other.shape or np.abs(one - other).max() > 100
    assert pixels(marker.mark(tiny)).shape == one.shape


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff broken"])
def test_what_cannot_be_opened_is_left_out_and_the_next_is_marked(marker, content):
    assert marker.mark(content) is None
    assert marker.mark(jpeg(np.zeros((20, 20, 3), np.uint8))) is not None
