"""Colours that go together, and the arithmetic on them.

A colour is a float32 array of shape (3,), red, green, blue in 0..1.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Colour: TypeAlias = NDArray[np.float32]
Image: TypeAlias = NDArray[np.float32]
"""Shape (height, width, 3), red, green, blue in 0..1; height and width in pixels."""

PALETTES: tuple[tuple[str, ...], ...] = (
    ("e8dcc4", "c96f4a", "3f5e5a", "e3b04b", "2b3a42"),
    ("dfe6e2", "5b8a8f", "d98e73", "f0cf8e", "38464f"),
    ("f1e3d3", "99b2a5", "d4a373", "b5524a", "4a3f3a"),
    ("e5e1ee", "7d7aa8", "c58fa0", "efc88b", "3a3550"),
    ("eef0e4", "8aa35c", "cfa14a", "6b8f9c", "40503b"),
    ("f3e9dc", "c08552", "895737", "8fae9b", "5e3023"),
    ("dbe7f0", "4f81a8", "f2b666", "b85c51", "24384d"),
    ("f4dfd5", "d77a61", "8d9f87", "e9c46a", "223843"),
    ("e9ecd9", "b7b27a", "7a8450", "c7684f", "333d29"),
    ("e6eef2", "9fbcc9", "4d7186", "e0b1a0", "5a4a4a"),
    ("f6edd9", "e09f3e", "9e4a3b", "5f8f8b", "33435b"),
    ("ece4db", "a58d7f", "6d6875", "e5a08d", "3d405b"),
)

WOODS: tuple[str, ...] = ("b98a5a", "8a5a36", "d2ab7b", "6b4630", "a3764a", "c79e6e", "4d3527")


def colour(code: str) -> Colour:
    """The colour of a six-digit hexadecimal code."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` 0 gives the first colour, 1 the second."""
    return np.asarray(first + (second - first) * np.float32(share), np.float32)


def choose_palette(random: np.random.Generator) -> list[Colour]:
    """Five colours: a light ground, three accents, a dark one."""
    codes = PALETTES[int(random.integers(len(PALETTES)))]
    return [colour(code) for code in codes]


def choose_wood(random: np.random.Generator) -> Colour:
    """The colour of some timber."""
    return colour(WOODS[int(random.integers(len(WOODS)))])
