"""Mass-produced things: the same pack, print, bedspread or wallpaper stands in many places.

They are traps, on purpose: two rooms that share one have nothing else in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clew.training.scenes.palette import Image, choose_palette
from clew.training.scenes.renderer import Scene
from clew.training.scenes.shapes import Cover, box, shadow
from clew.training.world.chance import between, source, word
from clew.training.world.prints import art, motif_cloth, pack

PRODUCTS, PRINTS, CLOTHS = 60, 40, 24
"""How many different packs, posters and bedspreads are sold in a world."""


@dataclass(frozen=True)
class Product:
    """One article: what is printed on it, and its measures in metres (wide, tall, deep)."""

    name: str
    front: Image
    side: Image
    size: tuple[float, float, float]


@lru_cache(maxsize=PRODUCTS)
def product(seed: int, number: int) -> Product:
    """The article of this number, the same wherever it stands."""
    random = source(seed, "product", number)
    name = word(random, 2).upper()
    size = between(random, 0.14, 0.3), between(random, 0.14, 0.36), between(random, 0.08, 0.18)
    front = pack(random, int(size[1] * 900), int(size[0] * 900), name)
    side = pack(random, int(size[1] * 600), int(size[2] * 900), name)
    return Product(name, front, side, size)


def stand(scene: Scene, article: Product, x: float, y: float, z: float) -> None:
    """Put an article down with its left near corner at (x, y, z)."""
    wide, _, deep = article.size
    shadow(scene, x + wide / 2, y, z + deep / 2, wide * 1.5, deep * 1.8)
    box(scene, (x, y, z), article.size, lambda *_: article.side, front=lambda *_: article.front)


@lru_cache(maxsize=PRINTS)
def poster_print(seed: int, number: int) -> Image:
    """The poster of this number; shape (330, 260, 3)."""
    return art(source(seed, "print", number), 330, 260)


def bedspread(seed: int, number: int) -> Cover:
    """A cover of the cloth of this number, cut to size."""
    cloth = _bolt(seed, number)

    def cover(height: int, width: int) -> Image:
        return np.ascontiguousarray(cloth[:height, :width])

    return cover


@lru_cache(maxsize=CLOTHS)
def _bolt(seed: int, number: int) -> Image:
    random = source(seed, "cloth", number)
    return motif_cloth(random, 700, 700, choose_palette(random), int(random.integers(44, 80)))
