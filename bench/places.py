"""How methods known to everybody find the same place again: on real photos and in the world.

Each method says of two photos whether they show one place. What they are asked is the same on both
sides: pairs of one place, pairs of different places. Of real places it is not known which pairs
overlap; of the world's it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pdqhash

_LONGEST = 800


@dataclass(frozen=True)
class Photo:
    """What the methods see of a photo."""

    hash: np.ndarray
    sift: tuple[np.ndarray, np.ndarray]
    orb: tuple[np.ndarray, np.ndarray]


def look(file: Path) -> Photo:
    """Read a photo, reduced to 800 pixels, for all methods."""
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)
    scale = _LONGEST / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    bits, _ = pdqhash.compute(np.ascontiguousarray(pixels[..., ::-1]))
    return Photo(
        np.packbits(bits), _points(cv2.SIFT_create(1500), grey), _points(cv2.ORB_create(1500), grey)
    )


def _points(reader, grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    points, described = reader.detectAndCompute(grey, None)
    places = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
    return places, described if described is not None else np.zeros((0, 32), np.uint8)


def _inliers(
    one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray], norm: int
) -> int:
    """Matches that pass Lowe's ratio of 0.8 and agree on one fundamental matrix."""
    if min(len(one[0]), len(other[0])) < 8:
        return 0
    found = cv2.BFMatcher(norm).knnMatch(one[1], other[1], k=2)
    good = [m[0] for m in found if len(m) == 2 and m[0].distance < 0.8 * m[1].distance]
    if len(good) < 8:
        return len(good)
    here = one[0][[m.queryIdx for m in good]]
    there = other[0][[m.trainIdx for m in good]]
    cv2.setRNGSeed(1)
    _, inside = cv2.findFundamentalMat(here, there, cv2.FM_RANSAC, 3.0, 0.99, 500)
    return int(inside.sum()) if inside is not None else 0


Method = Callable[[Photo, Photo], bool]

METHODS: Mapping[str, Method] = {
    "PDQ at 31 bits": lambda a, b: int(np.bitwise_count(a.hash ^ b.hash).sum()) <= 31,
    "ORB, 20 inliers": lambda a, b: _inliers(a.orb, b.orb, cv2.NORM_HAMMING) >= 20,
    "SIFT, 40 inliers": lambda a, b: _inliers(a.sift, b.sift, cv2.NORM_L2) >= 40,
    "SIFT, 20 inliers": lambda a, b: _inliers(a.sift, b.sift, cv2.NORM_L2) >= 20,
}
"""From the strictest to the loosest."""


def shares(
    photos: Mapping[Path, Photo], pairs: list[tuple[Path, Path]]
) -> dict[str, tuple[int, int]]:
    """By method, how many of the pairs it says to be of one place, of how many."""
    return {
        name: (sum(method(photos[a], photos[b]) for a, b in pairs), len(pairs))
        for name, method in METHODS.items()
    }


def sampled(pairs: list[tuple[Path, Path]], most: int) -> list[tuple[Path, Path]]:
    """At most so many of the pairs, always the same ones."""
    if len(pairs) <= most:
        return pairs
    chosen = np.random.default_rng(1).choice(len(pairs), most, replace=False)
    return [pairs[int(number)] for number in sorted(chosen)]


def pairs_by_place(
    places: Mapping[Path, str], most: int
) -> tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]]:
    """Pairs of one place, and pairs of different ones."""
    every = list(combinations(sorted(places), 2))
    same = [(a, b) for a, b in every if places[a] == places[b]]
    other = [(a, b) for a, b in every if places[a] != places[b]]
    return sampled(same, most), sampled(other, most)
