"""Borders are found where somebody put one, and nowhere else."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.media.borders import Box, content_box, crop
from clew.training.pictures import make_picture

PHOTOS = range(12)

sides = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda s: max(s) >= 4)
colours = st.tuples(*[st.integers(0, 255)] * 3)


@cache
def photo_of(number):
    return make_picture(9, number, 240, 320).pixels


def bordered(pixels, sides, colour):
    top, bottom, left, right = sides
    height, width = pixels.shape[:2]
    out = np.full((height + top + bottom, width + left + right, 3), colour, np.uint8)
    out[top : top + height, left : left + width] = pixels
    return out


@given(st.sampled_from(PHOTOS), sides, colours)
@settings(max_examples=60)
def test_an_added_border_is_found_within_two_pixels(number, sides, colour):
    photo = photo_of(number)
    edges = [photo[0], photo[-1], photo[:, 0], photo[:, -1]]
    box = content_box(bordered(photo, sides, colour))
    top, _, left, _ = sides
    expected = Box(top, top + 240, left, left + 320)
    assert box is not None
    for found, true, added, edge in zip(box, expected, sides, edges, strict=True):
        # Where the picture itself begins in the border's colour it may be taken for more of it.
        like_it = np.abs(edge.astype(int) - colour).max(axis=1).mean() < 40
        assert abs(found - true) <= (30 if like_it else 2), (sides, added, box)


@given(st.sampled_from(PHOTOS))
@settings(max_examples=len(PHOTOS))
def test_a_picture_without_a_border_is_left_whole(number):
    assert content_box(photo_of(number)) is None


@given(st.integers(0, 255), st.integers(1, 80), st.integers(1, 80))
def test_a_flat_picture_is_flat_and_not_bordered(shade, height, width):
    assert content_box(np.full((height, width, 3), shade, np.uint8)) is None


def test_a_border_that_leaves_next_to_nothing_is_none():
    pixels = np.zeros((300, 300, 3), np.uint8)
    pixels[140:160, 140:160] = photo_of(0)[:20, :20]
    assert content_box(pixels) is None


def test_bars_of_letterboxed_films_survive_compression_noise():
    noise = np.random.default_rng(1).integers(0, 4, (320, 320, 3), np.uint8)
    framed = bordered(photo_of(1), (40, 40, 0, 0), (16, 16, 16)) + noise
    box = content_box(framed)
    assert box is not None
    assert abs(box.top - 40) <= 2
    assert abs(box.bottom - 280) <= 2
    assert (box.left, box.right) == (0, 320)


def test_the_union_of_boxes_holds_both():
    one, other = Box(10, 90, 5, 60), Box(20, 100, 0, 50)
    assert one.union(other) == Box(10, 100, 0, 60)
    assert crop(photo_of(0), Box(10, 100, 0, 60)).shape == (90, 60, 3)
