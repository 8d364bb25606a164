"""Things that sound again and again: clocks, beepers, machines, and music that goes in loops.

Two recordings of one clock are as alike as two copies of one recording of it, tick by tick: what
can be measured is how seldom the first are taken for the second, and what that costs of the second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.sounds import EDITS, Samples, in_room, noisy, rooms, subject, tune
from clew.compare.pair import compare
from clew.media.sound import RATE
from clew.training.melodies import make_melody

SECONDS = 8
LOOPS = (1.0, 2.0, 4.0, 6.0)


def recorded_twice(count: int) -> int:
    """How many of so many repeating things are taken for one recording when recorded twice.

    In the same room and place, begun at another moment, each time with noise of its own.
    """
    wrong = 0
    for number in range(count):
        random = np.random.default_rng([31, number])
        bar, sounds = _rhythm(random)
        response = rooms()[int(random.integers(len(rooms())))]
        one, other = (
            noisy(
                np.asarray(in_room(_played(bar, sounds, random), response), np.float32),
                random.standard_normal(SECONDS * RATE),
                float(random.choice([20, 30])),
            )
            for _ in range(2)
        )
        wrong += bool(compare(subject(one), subject(other)))
    return wrong


def loops_found(seconds: float, count: int) -> int:
    """How many of so many noisy MP3 copies of looped music, loops of such a length, are found."""
    found = 0
    for number in range(count):
        random = np.random.default_rng([37, number])
        loop = tune(random, seconds) if number % 2 else make_melody(random, seconds, RATE)
        whole = np.tile(loop, int(12 / seconds) + 1)[: 12 * RATE].astype(np.float32)
        part = noisy(whole[3 * RATE : 11 * RATE], random.standard_normal(SECONDS * RATE), 15)
        copy = EDITS["MP3, 32 kbit/s"][0](part, random)
        found += bool(compare(subject(copy), subject(whole)))
    return found


Sounding = tuple[float, NDArray[np.float64]]
"""From when in a bar, in seconds; and what sounds."""


def _rhythm(random: np.random.Generator) -> tuple[float, list[Sounding]]:
    """How long a bar is, in seconds, and the one to three sounds in it."""
    bar = float(random.choice([0.4, 0.5, 0.75, 1.0, 2.0]))
    return bar, [
        (float(random.uniform(0, bar)), float(random.uniform(0.4, 1)) * _stroke(random))
        for _ in range(int(random.integers(1, 4)))
    ]


def _stroke(random: np.random.Generator) -> NDArray[np.float64]:
    """A tick, a ring, a beep, or a tick and a tock."""
    time = np.arange(int(RATE * random.uniform(0.01, 0.12))) / RATE
    match int(random.integers(4)):
        case 0:
            return _dying(random.standard_normal(len(time)), time, random)
        case 1:
            pitches = random.uniform(300, 3500, int(random.integers(1, 5)))
            rings = [_dying(np.sin(2 * np.pi * f * time), time, random) for f in pitches]
            return np.asarray(np.sum(rings, axis=0) / len(rings), np.float64)
        case 2:
            pitch = random.uniform(500, 2500)
            return np.asarray(np.sin(2 * np.pi * pitch * time) * np.hanning(len(time)))
        case _:
            tock = _dying(np.sin(2 * np.pi * random.uniform(400, 3000) * time), time, random)
            tick = _dying(random.standard_normal(len(time)), time, random)
            return np.concatenate([tick, np.zeros(int(0.2 * RATE)), tock])


def _dying(
    samples: NDArray[np.float64], time: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    sound = samples * np.exp(-time * random.uniform(20, 200))
    return np.asarray(sound / np.abs(sound).max(), np.float64)


def _played(bar: float, sounds: list[Sounding], random: np.random.Generator) -> Samples:
    """The rhythm from a moment of its own on."""
    total = np.zeros((SECONDS + 3) * RATE)
    phase = float(random.uniform(0, bar))
    for begins, sound in sounds:
        for at in np.arange((begins - phase) % bar, SECONDS, bar).tolist():
            first = round(at * RATE)
            total[first : first + len(sound)] += sound
    return total[: SECONDS * RATE].astype(np.float32)
