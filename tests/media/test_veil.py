"""A veil shows nothing that could be made out, and hostile previews cost nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from clew.media.veil import SIDE, Screen
from clew.training.pictures import make_picture


def jpeg(pixels: np.ndarray) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95)
    return out.getvalue()


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with Screen() as made:
        yield made


def test_a_veil_is_means_of_grey_over_sixteenths(screen):
    pixels = make_picture(5, 1, 240, 320).pixels
    (veil,) = screen.veils([jpeg(pixels)])
    dots = np.frombuffer(veil, np.uint8).reshape(SIDE, SIDE).astype(int)
    grey = pixels @ [0.299, 0.587, 0.114]
    means = grey.reshape(SIDE, 240 // SIDE, SIDE, 320 // SIDE).mean(axis=(1, 3))
    assert np.abs(dots - means).max() < 4


def test_what_cannot_be_opened_stays_plain_and_the_others_do_not(screen):
    good = jpeg(np.full((20, 30, 3), 128, np.uint8))
    found = screen.veils([b"", good, b"\xff\xd8\xff broken", good])
    assert [one is None for one in found] == [True, False, True, False]
    assert screen.marked(b"no picture", "ana") is None


def test_a_picture_bears_its_mark(screen):
    plain = jpeg(np.full((60, 200, 3), 128, np.uint8))
    marked = np.asarray(Image.open(BytesIO(screen.marked(plain, "ana · 2026"))))
    assert marked.shape[0] > 60
    assert marked[60:].max() > 200
