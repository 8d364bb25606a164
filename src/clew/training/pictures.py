"""Generated pictures that behave like photos: distinct places, no people, the same for one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training.scenes import interiors, landscapes, outdoors
from clew.training.scenes.palette import Image

Pixels: TypeAlias = NDArray[np.uint8]
"""Shape (height, width, 3), red, green, blue, 0..255."""

SCENES: dict[str, Callable[[np.random.Generator, int, int], Image]] = {
    "sitting room": interiors.sitting_room,
    "landscape": landscapes.landscape,
    "laid table": interiors.laid_table,
    "yard": outdoors.yard,
    "bedroom": interiors.bedroom,
    "coast": landscapes.coast,
    "kitchen": interiors.kitchen,
    "street": outdoors.street,
    "study": interiors.study,
}


@dataclass(frozen=True)
class Picture:
    """One generated picture: what it shows and its pixels."""

    scene: str
    pixels: Pixels


def make_picture(seed: int, number: int, height: int = 900, width: int = 1200) -> Picture:
    """The picture of this number in the series of this seed; height and width in pixels."""
    random = np.random.default_rng([seed, number])
    scene = list(SCENES)[number % len(SCENES)]
    return Picture(scene, _photograph(random, SCENES[scene](random, height, width)))


def _photograph(random: np.random.Generator, light: Image) -> Pixels:
    """What a small camera makes of the light: exposure, tone curve, vignette, softness, grain."""
    height, width = light.shape[:2]
    middle = float(np.median(light[::8, ::8]))
    exposed = light * np.float32(
        np.clip(0.5 / max(middle, 0.05), 0.75, 1.6) * random.uniform(0.92, 1.08)
    )
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    exposed *= (1.03 - 0.16 * (rows**2 + columns**2))[..., None]
    # Straight in the shadows and middle tones, rolling off toward white as film does.
    toned = np.where(exposed < 0.6, exposed, 0.6 + 0.4 * np.tanh((exposed - 0.6) / 0.4))
    soft = cv2.GaussianBlur(toned, (0, 0), 0.7)
    grain = random.standard_normal((height, width), dtype=np.float32) * np.float32(0.012)
    return np.asarray(np.clip((soft + grain[..., None]) * 255, 0, 255), np.uint8)
