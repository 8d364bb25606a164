"""Which patches around a landmark are compared: the choice behind ``signals/sound/pairs.txt``.

python -m bench.sound_pairs FILE    chooses anew, on the tuning part of the recordings

The shipped file was chosen in this way, among 6,000 random pairs, by landmarks of the tuning part
and of made-up melodies under noise, coding, rooms and speed. A new choice makes other values: it
needs a new version of the signal. Kept are, from the least likely to be flipped by an edit on,
those that are set about half the time and correlated with none kept so far by more than a limit;
the limit is raised until 256 are found (as ORB chooses its tests: Rublee and others, ICCV 2011).
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from bench.sounds import EDITS, held_out, recordings
from clew.media.sound import RATE
from clew.signals.sound import landmarks as sound

_CANDIDATES = 6000
_LANDMARKS = 8000
_LEAST_SET = 0.3
_EDITS = (
    "white noise, 10 dB",
    "pink noise, 10 dB",
    "MP3, 32 kbit/s",
    "another room and place",
    "5 % slower, pitch too",
    "5 % faster, pitch kept",
)


def choose() -> NDArray[np.int64]:
    """256 pairs of patches, int64[256, 2]."""
    before, after = (np.concatenate(sides) for sides in zip(*_seen(), strict=True))
    random = np.random.default_rng(3)
    pairs = random.integers(0, before.shape[1], (_CANDIDATES, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    some = random.permutation(len(before))[:_LANDMARKS]
    bits = before[some][:, pairs[:, 0]] > before[some][:, pairs[:, 1]]
    flipped = bits != (after[some][:, pairs[:, 0]] > after[some][:, pairs[:, 1]])
    mean = bits.mean(axis=0)
    even = mean * (1 - mean)
    order = np.argsort(flipped.mean(axis=0) / (2 * even + 1e-3))
    order = order[np.minimum(mean, 1 - mean)[order] >= _LEAST_SET]
    alike = ((bits - mean) / np.sqrt(even * len(bits) + 1e-6)).astype(np.float32)
    for limit in np.arange(0.35, 1.0, 0.05):
        kept: list[int] = []
        for candidate in order.tolist():
            if not kept or np.abs(alike[:, kept].T @ alike[:, candidate]).max() < limit:
                kept.append(candidate)
            if len(kept) == sound.BITS:
                return np.asarray(pairs[kept], np.int64)
    raise RuntimeError("too few recordings to choose on")


def _seen() -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Patches around the same landmarks before and after each edit."""
    seen = []
    for name in _EDITS:
        edit, speed = EDITS[name]
        shift = sound.PER_OCTAVE * np.log2(speed) if "pitch too" in name else 0.0
        for recording, samples in recordings().items():
            if held_out(recording):
                continue
            part = samples[: 15 * RATE]
            changed = edit(part, np.random.default_rng(0))
            one, other = sound.loudness(part), sound.loudness(changed)
            found = sound.landmarks(one, 8)
            column = np.round((found.time - sound.WINDOW / 2 / RATE) / sound.STEP).astype(np.int64)
            moved, band = np.round(column / speed).astype(np.int64), np.round(found.band + shift)
            inside = (moved < len(other.bands)) & (band > 0) & (band < sound.BANDS)
            seen.append(
                (
                    sound.patches(one.bands, column[inside], found.band[inside]),
                    sound.patches(other.bands, moved[inside], band[inside].astype(np.int64)),
                )
            )
    return seen


if __name__ == "__main__":
    np.savetxt(sys.argv[1], choose(), fmt="%d")
