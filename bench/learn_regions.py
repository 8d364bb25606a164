"""Learns the projections of the ``regions`` signal from photos that no benchmark edits.

Views of one region are found by changing photos in known ways (turned, scaled, blurred, darker,
with noise, as poor JPEG) and pairing the regions that must lie on each other. What differs between
such views gives one covariance, what differs between regions another; the projections are the
directions in which the second is large against the first (Strecha and others, "LDAHash", 2012),
turned at random among themselves so that every bit says about as much.

python -m bench.learn_regions writes src/clew/signals/regions/projections.npy anew.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.material import distinct_photos
from clew.signals.regions.describe import BITS, SIDE, rooted
from clew.training.pictures import make_picture

TABLE = Path("src/clew/signals/regions/projections.npy")
KEPT = 24
"""Directions kept of each symmetry, of 64."""

_VIEWS = 6
_LAID = np.arange(128).reshape(4, 4, 8)
MIRROR = _LAID[::-1][:, :, -np.arange(8) % 8].ravel()
"""How mirroring a picture permutes a descriptor."""


def main() -> None:
    """Learn, and write the table."""
    random = np.random.default_rng(5)
    views = [pairs_of(grey, random) for grey in _pictures()]
    one, other = (rooted(np.concatenate(side)) for side in zip(*views, strict=True))
    np.save(TABLE, learned(one, other, random).astype(np.float16))


def learned(
    one: NDArray[np.float32],
    other: NDArray[np.float32],
    random: np.random.Generator,
    kept: int = KEPT,
) -> NDArray[np.float32]:
    """Mean and projections, float32[1 + 256, 128], from pairs of views."""
    one = np.concatenate([one, one[:, MIRROR]])
    other = np.concatenate([other, other[:, MIRROR]])
    both = np.concatenate([one, other])
    mean = both.mean(axis=0)
    within, between = np.cov((one - other).T), np.cov(both.T)
    rows = [mean]
    swap = np.eye(128)[MIRROR]
    for sign in (1, -1):
        # A basis of what mirroring leaves as it is, then of what it inverts.
        values, vectors = np.linalg.eigh((swap + swap.T) / 2)
        basis = vectors[:, np.sign(np.round(values, 6)) == sign]
        inside, outside = basis.T @ within @ basis, basis.T @ between @ basis
        inside += 1e-3 * np.trace(inside) / len(inside) * np.eye(len(inside))
        spread, axes = np.linalg.eigh(inside)
        white = axes / np.sqrt(spread)
        strength, turned = np.linalg.eigh(white.T @ outside @ white)
        best = turned[:, np.argsort(-strength)[:kept]]
        directions = basis @ white @ best
        turn = random.standard_normal((best.shape[1], BITS // 2))
        rows.extend((directions @ turn).T)
    return np.array(rows, np.float32)


def pairs_of(
    grey: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Descriptors of the same regions in a picture and in changed views of it."""
    sift = cv2.SIFT_create(contrastThreshold=0.02)
    found: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    points, descriptors = sift.detectAndCompute(grey, None)
    for _ in range(_VIEWS):
        view, matrix, scale, angle = _changed(grey, random)
        others, theirs = sift.detectAndCompute(view, None)
        if len(points) < 2 or len(others) < 2:
            continue
        here = np.array([(*p.pt, p.size, p.angle) for p in points])
        there = np.array([(*p.pt, p.size, p.angle) for p in others])
        moved = here[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        away = np.linalg.norm(moved[:, None] - there[None, :, :2], axis=2)
        sizes = np.abs(np.log2(here[:, None, 2] * scale / there[None, :, 2]))
        turned = np.abs((here[:, None, 3] + angle - there[None, :, 3] + 180) % 360 - 180)
        fits = (away < 0.15 * there[None, :, 2] + 0.5) & (sizes < 0.35) & (turned < 20)
        rows, columns = np.nonzero(fits)
        found.append((descriptors[rows], theirs[columns]))
    if not found:
        return np.empty((0, 128), np.float32), np.empty((0, 128), np.float32)
    return np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found])


def _changed(
    grey: NDArray[np.uint8], random: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float64], float, float]:
    height, width = grey.shape
    scale, degrees = float(2 ** random.uniform(-1.3, 0.6)), float(random.normal(0, 12))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, :2] += random.normal(0, 0.04, (2, 2)) * scale
    view = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_AREA)
    view = cv2.GaussianBlur(view, (0, 0), float(random.uniform(0.3, 1.3)))
    light = np.clip(view / 255.0, 0, 1) ** float(2 ** random.uniform(-0.6, 0.6))
    light = light * random.uniform(0.6, 1.1) + random.uniform(-0.05, 0.1)
    light += random.standard_normal(view.shape) * random.uniform(0, 0.03)
    view = np.asarray(np.clip(light * 255, 0, 255), np.uint8)
    quality = int(random.integers(15, 80))
    view = cv2.imdecode(
        cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE
    )
    return np.asarray(view, np.uint8), matrix, scale, -degrees


def _pictures() -> list[NDArray[np.uint8]]:
    """Photos that the film benchmark does not edit, and made-up pictures, small and grey."""
    found = []
    for file in distinct_photos():
        if "vacation" in str(file.parent):
            with Image.open(file) as image:
                found.append(_small(np.asarray(image.convert("L"))))
    for number in range(30):
        made = make_picture(4001, number, 300, 400).pixels
        found.append(_small(cv2.cvtColor(made, cv2.COLOR_RGB2GRAY)))
    return found


def _small(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = SIDE / min(grey.shape)
    size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


if __name__ == "__main__":
    main()
