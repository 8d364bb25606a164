"""Simple made-up tunes: plucked notes of a five-note scale over a slow bass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SCALE = (0, 2, 4, 7, 9)  # semitones of a major pentatonic: any two of them sound well together


def make_melody(random: np.random.Generator, seconds: float, rate: int) -> NDArray[np.float32]:
    """A tune of this length at `rate` samples a second; float32, shape (samples,), -1..1."""
    total = np.zeros(int(seconds * rate), np.float32)
    root = float(random.uniform(180, 300))
    beat = float(random.uniform(0.22, 0.4))
    step = int(random.integers(10))
    for index, start in enumerate(np.arange(0, seconds, beat)):
        if index % 4 == 0:
            _add_note(total, start, root / 2, 4 * beat, 0.2, rate)
        if random.random() < 0.2:
            continue
        step = int(np.clip(step + random.integers(-2, 3), 0, 9))
        pitch = root * 2 ** ((_SCALE[step % 5] + 12 * (step // 5)) / 12)
        _add_note(total, start, pitch, beat * float(random.choice([1, 1, 2])), 0.3, rate)
    return np.asarray(np.clip(total, -1, 1), np.float32)


def _add_note(
    total: NDArray[np.float32], start: float, pitch: float, seconds: float, volume: float, rate: int
) -> None:
    first = int(start * rate)
    time = np.arange(min(int(seconds * rate), len(total) - first)) / rate
    wave = sum(np.sin(2 * np.pi * pitch * n * time) / n**2 for n in (1, 2, 3, 5))
    envelope = np.minimum(time / 0.01, 1) * np.exp(-3 * time / seconds)
    total[first : first + len(time)] += (volume * wave * envelope).astype(np.float32)
