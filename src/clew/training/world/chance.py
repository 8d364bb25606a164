"""Where everything made up comes from: one source of random numbers for each thing, by its name.

A thing's source depends on the seed of the world and the thing's own name, and on nothing that was
made before it. So things can be made in any order, by any process, alone or again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

TUNING_SEED = 7
"""For demos, for tests, and for looking at while thresholds and methods are chosen."""
BENCHMARK_SEED = 20_261
"""For published figures alone. Nothing may be tuned on the world of this seed."""

T = TypeVar("T")

_HEADS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "br", "dr", "kr", "tr")
_TAILS = ("a", "e", "i", "o", "u", "ar", "el", "in", "or")


def source(seed: int, *name: str | int) -> np.random.Generator:
    """The random numbers of the thing of this name in the world of this seed."""
    words = "\0".join(str(part) for part in (seed, *name))
    return np.random.default_rng(list(hashlib.sha256(words.encode()).digest()))


def one_of(random: np.random.Generator, choices: Sequence[T]) -> T:
    """One of several, each as likely."""
    return choices[int(random.integers(len(choices)))]


def between(random: np.random.Generator, low: float, high: float) -> float:
    """A number between two."""
    return float(random.uniform(low, high))


def word(random: np.random.Generator, parts: int) -> str:
    """A made-up word of so many syllables, capitalised; it means nothing in any language known."""
    return "".join(
        one_of(random, _HEADS) + one_of(random, _TAILS) for _ in range(parts)
    ).capitalize()
