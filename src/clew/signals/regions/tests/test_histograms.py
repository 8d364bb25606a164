"""Descriptors: those of OpenCV's SIFT but for little, wherever a region lies and however turned."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.signals.regions.describe import bits_of, looked_at
from clew.signals.regions.histograms import described
from clew.training.pictures import make_picture

GREY = looked_at(luma(make_picture(8, 0, 360, 640).pixels))


def found(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places of regions, and OpenCV's descriptors of them."""
    sift = cv2.SIFT_create(60, contrastThreshold=0.02)  # type: ignore[attr-defined]
    points, descriptors = sift.detectAndCompute(grey, None)
    place = np.array([(*p.pt, p.size, np.radians(p.angle)) for p in points], np.float32)
    place[:, :2] -= 0.25
    return place, descriptors


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray(np.bitwise_count(bits_of(one) ^ bits_of(other)).sum(axis=1), np.int64)


def test_they_are_those_of_opencv_but_for_little() -> None:
    place, descriptors = found(GREY)
    ours = described(GREY, place)
    alike = [np.corrcoef(one, other)[0, 1] for one, other in zip(ours, descriptors, strict=True)]
    assert np.median(alike) > 0.97
    assert np.median(apart(ours, descriptors)) <= 24


def test_a_turned_picture_has_the_same() -> None:
    place, _ = found(GREY)
    turned = place.copy()
    turned[:, 0], turned[:, 1] = GREY.shape[0] - 1 - place[:, 1], place[:, 0]
    turned[:, 3] += np.pi / 2
    upright = described(GREY, place)
    assert np.median(apart(upright, described(np.rot90(GREY, -1).copy(), turned))) <= 12


def test_regions_at_the_edge_and_larger_than_the_picture_have_some() -> None:
    place = np.array([(0, 0, 1.6, 0), (255, 143, 30, 1), (128, 72, 400, 6.2)], np.float32)
    assert np.isfinite(described(GREY, place)).all()


def test_no_region_has_none() -> None:
    assert described(GREY, np.empty((0, 4), np.float32)).shape == (0, 128)
