"""The same picture: close to the reference, in all orientations, with and without borders."""

from __future__ import annotations

from functools import cache

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.media.image import Picture
from clew.signals.base import Feature
from clew.signals.picture import SIGNAL
from clew.signals.picture.pdq import SAMPLES, _banded, _reduction, eight_hashes
from clew.signals.space import PDQ
from clew.training.edits.pictures import PICTURE_EDITS
from clew.training.pictures import make_picture

Pixels = NDArray[np.uint8]


@cache
def scene(number: int, height: int = 448, width: int = 576) -> Pixels:
    return make_picture(11, number, height, width).pixels


def features(pixels: Pixels) -> list[Feature]:
    extractor = SIGNAL.extractor()
    extractor.take(Picture(pixels, pixels.shape[1], pixels.shape[0]))
    return extractor.finish()


def reference(pixels: Pixels) -> tuple[Pixels, int]:
    bits, quality = pdqhash.compute(pixels)
    return np.packbits(bits), int(quality)


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.bitwise_count(one ^ other).sum())


@pytest.mark.parametrize("number", range(6))
def test_the_hash_of_a_full_size_picture_is_the_reference_s(number: int) -> None:
    pixels = scene(number)
    hashes, quality = eight_hashes(luma(pixels), *pixels.shape[:2])
    expected, expected_quality = reference(pixels)
    assert apart(hashes[0], expected) <= 2
    assert quality == expected_quality


@pytest.fixture(scope="module")
def large() -> Pixels:
    return scene(3, 1440, 1920)


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_a_reduced_picture_gives_the_hash_of_the_full_one_within_10_bits(
    large: Pixels, factor: int
) -> None:
    blocks = large.reshape(1440 // factor, factor, 1920 // factor, factor, 3)
    reduced = blocks.mean(axis=(1, 3)).astype(np.uint8)
    hashes, _ = eight_hashes(luma(reduced), 1440, 1920)
    assert apart(hashes[0], reference(large)[0]) <= 10


# The reference blurs and samples up to a pixel off centre, so it differs from itself by a few bits
# after turning; unrelated pictures differ by 128.
LOPSIDED = 16

TURNS = {
    "as it is": lambda p: p,
    "mirrored": lambda p: p[:, ::-1],
    "upside down": lambda p: p[::-1],
    "turned by 180°": lambda p: p[::-1, ::-1],
    "turned by 90°": lambda p: np.rot90(p, -1),
    "turned by 270°": lambda p: np.rot90(p, 1),
    "mirrored and turned by 90°": lambda p: np.rot90(p[:, ::-1], -1),
    "mirrored and turned by 270°": lambda p: np.rot90(p[:, ::-1], 1),
}


@pytest.mark.parametrize("orientation", PDQ.orientations)
def test_each_orientation_is_the_hash_of_the_picture_turned_so(orientation: str) -> None:
    pixels = scene(2)
    hashes, _ = eight_hashes(luma(pixels), *pixels.shape[:2])
    turned = np.ascontiguousarray(TURNS[orientation](pixels))
    expected, _ = reference(turned)
    assert apart(hashes[PDQ.orientations.index(orientation)], expected) <= LOPSIDED


@pytest.mark.parametrize("orientation", PDQ.orientations)
def test_the_score_says_how_the_first_must_be_turned(orientation: str) -> None:
    pixels = scene(4)
    turned = np.ascontiguousarray(TURNS[orientation](pixels))
    score = SIGNAL.compare(features(pixels)[0], features(turned)[0])
    assert score.distance <= LOPSIDED
    assert score.orientation == orientation


@pytest.mark.parametrize("edit", ["border", "letterbox", "pillarbox", "crop 10 %"])
def test_a_part_of_the_picture_agrees_where_the_whole_does_not(edit: str) -> None:
    original = features(scene(5))
    copy = features(PICTURE_EDITS[edit].pixels(scene(5)))
    wholes = SIGNAL.compare(original[0], copy[0]).distance
    best = min(SIGNAL.compare(a, b).distance for a in original for b in copy)
    assert wholes > 52
    assert best <= 40


def test_a_border_inside_a_border_is_found() -> None:
    framed = PICTURE_EDITS["border"].pixels(PICTURE_EDITS["letterbox"].pixels(scene(1)))
    variants = {feature.variant: feature for feature in features(framed)}
    inner = variants["inside its inner border"]
    assert SIGNAL.compare(features(scene(1))[0], inner).distance <= 16


def test_pages_are_told_apart() -> None:
    extractor = SIGNAL.extractor()
    for number in (1, 2):
        extractor.take(Picture(scene(number), 576, 448))
    variants = [feature.variant for feature in extractor.finish()]
    assert "whole" in variants
    assert "whole, page 2" in variants


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 200),
    st.integers(1, 200),
    st.integers(0, 2**32 - 1),
)
def test_any_picture_has_eight_hashes_and_a_quality(rows: int, columns: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (rows, columns), np.uint8)
    hashes, quality = eight_hashes(noise, rows, columns)
    assert hashes.shape == (8, 32)
    assert 0 <= quality <= 100


@pytest.mark.parametrize(("full", "reduced"), [(1080, 320), (720, 320), (180, 180), (3, 2)])
def test_the_bands_hold_all_of_the_matrix(full: int, reduced: int) -> None:
    whole = np.zeros((SAMPLES, reduced), np.float32)
    for samples, pixels, weights in _banded(full, reduced):
        whole[samples, pixels] = weights
    assert np.array_equal(whole, _reduction(full, reduced))
    assert whole.sum(axis=1) == pytest.approx(1, abs=1e-5)
