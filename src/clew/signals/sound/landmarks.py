"""Landmarks: the most prominent points of a spectrogram, each described by what is around it.

That prominent points survive noise and coding is the idea of Wang ("An industrial-strength audio
search algorithm", ISMIR 2003). Each point is described by comparing the loudness of pairs of
patches around it, as BRIEF and ORB describe points of pictures (Rublee, Rabaud, Konolige, Bradski,
ICCV 2011). The axis of pitch is logarithmic and patches are placed from the point itself: a
recording played faster or slower, with or without its pitch, moves the points and stretches what
is around them so little that the description stays (Six and Leman, "Panako", ISMIR 2014, have the
same aim).
"""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.sound import RATE

BITS = 256
PER_OCTAVE = 24
"""Bands in an octave."""
STEP = 0.02
"""Seconds from one column of a spectrogram to the next."""
COLUMN = round(STEP * RATE)
"""Likewise in samples."""
EDGE = 1.2
"""Seconds at both ends of a stretch that more sound would change."""

WINDOW = 2048
_LOWEST = 130.0  # Hz
BANDS = 5 * PER_OCTAVE + 1
# A floor under all bands, a part of what is loud within a second: what lies below it is what
# noise at 10 dB would hide, and is not looked at in clean recordings either.
_FLOOR = 0.05
_SILENCE = 1e-8  # mean square of samples from -1 to 1: 80 dB below full scale
_APART = (0.2, PER_OCTAVE // 3)  # no other point within so many seconds and bands is higher
_PROMINENCE = 0.5  # nepers above what is around
_SURGE = 0.2  # nepers above the same band a second around: a steady tone has none
_FEW_BANDS = 6.0  # fewer than so many bands sound at all: a tone, or two
_STEADY = 0.12  # nepers by which what sounds varies within a second: a hum with its overtones


class Landmarks(NamedTuple):
    """Points of one stretch of sound, in order of time.

    Attributes:
        time: float64[n], seconds from the beginning of the stretch.
        band: int64[n], 24 to the octave from 130 Hz.
        rank: int64[n], how many within half a second are more prominent.
        hash: uint8[n, 32].
        tonal: bool[n], whether it lies where nothing but tones is heard.
    """

    time: NDArray[np.float64]
    band: NDArray[np.int64]
    rank: NDArray[np.int64]
    hash: NDArray[np.uint8]
    tonal: NDArray[np.bool_]


class Loudness(NamedTuple):
    """A spectrogram.

    Attributes:
        bands: float32[columns, bands], nepers, with the floor in it.
        power: float64[columns], mean square around each column.
        spread: float64[columns], how many bands sound within a second, by their entropy.
        change: float64[columns], nepers by which a column differs from the second around it.
    """

    bands: NDArray[np.float32]
    power: NDArray[np.float64]
    spread: NDArray[np.float64]
    change: NDArray[np.float64]

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Of each column whether nothing is to be heard."""
        return self.power < _SILENCE

    @property
    def tonal(self) -> NDArray[np.bool_]:
        """Of each column whether nothing but tones is heard around it."""
        if not len(self.power):
            return np.zeros(0, np.bool_)
        second = 2 * round(0.5 / STEP) + 1
        loudest = cv2.dilate(self.power[:, None], np.ones((second, 1), np.uint8))[:, 0]
        audible = loudest >= _SILENCE  # between the beats of a busy tone it is silent
        return audible & ((self.spread < _FEW_BANDS) | (self.change < _STEADY))


def _filters() -> NDArray[np.float32]:
    """Overlapping triangles of equal width in pitch, never narrower than what is resolved."""
    lines = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    centres = _LOWEST * 2 ** (np.arange(BANDS) / PER_OCTAVE)
    width = np.maximum(centres * (2 ** (1 / PER_OCTAVE) - 1), RATE / WINDOW)
    triangles = np.clip(1 - np.abs(lines[:, None] - centres) / width, 0, None)
    return np.asarray(triangles / triangles.sum(axis=0) * width * WINDOW / RATE, np.float32)


def _patches() -> NDArray[np.int64]:
    """Where patches lie around a point: int64[247, 2], columns and bands from it."""
    columns, bands = np.arange(-24, 25, 4), np.arange(-24, 31, 3)
    return np.stack(np.meshgrid(columns, bands, indexing="ij"), axis=-1).reshape(-1, 2)


_FILTERS = _filters()
_HANN = np.hanning(WINDOW).astype(np.float32)
_PATCHES = _patches()
# Chosen as bench/sound_pairs.py says, on recordings of the tuning part: pairs that edits flip
# least, that are set about half the time and say different things.
_PAIRS = np.array(
    resources.files(__package__).joinpath("pairs.txt").read_text(encoding="ascii").split(), np.int64
).reshape(BITS, 2)


def loudness(samples: NDArray[np.float32]) -> Loudness:
    """The spectrogram of a stretch of sound.

    Args:
        samples: float32[n], mono at :data:`clew.media.sound.RATE`, -1 to 1.
    """
    columns = max(0, (len(samples) - WINDOW) // COLUMN + 1)
    energy = np.zeros((columns, BANDS), np.float32)
    if not columns:
        return Loudness(energy, *[np.zeros(0)] * 3)
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::COLUMN]
    for first in range(0, columns, 500):
        energy[first : first + 500] = _powers(windows[first : first + 500] * _HANN) @ _FILTERS
    second = 2 * round(1 / STEP) + 1
    loud = cv2.blur(energy.mean(axis=1, keepdims=True), (1, second), borderType=cv2.BORDER_REFLECT)
    bands = np.log(energy + _FLOOR * loud + 1e-9)
    around = cv2.blur(energy, (1, second), borderType=cv2.BORDER_REFLECT) + 1e-12
    share = around / around.sum(axis=1, keepdims=True)
    spread = np.exp(-(share * np.log(share)).sum(axis=1)).astype(np.float64)
    usual = cv2.blur(bands, (1, second), borderType=cv2.BORDER_REFLECT)
    change = (share * np.abs(bands - usual)).sum(axis=1).astype(np.float64)
    squares = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    starts = np.arange(columns) * COLUMN
    power = (squares[starts + WINDOW] - squares[starts]) / WINDOW
    return Loudness(np.asarray(bands, np.float32), power, spread, change)


def _powers(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The power of each line of the spectra of some windows, float32[n, WINDOW // 2 + 1].

    OpenCV's transform takes a tenth of the time of NumPy's. It gives a row as the first line, real
    and imaginary parts of the others, and the last line, both of these real.
    """
    squares = np.square(cv2.dft(windows, flags=cv2.DFT_ROWS), dtype=np.float32)
    powers = np.empty((len(windows), WINDOW // 2 + 1), np.float32)
    powers[:, 0], powers[:, -1] = squares[:, 0], squares[:, -1]
    np.add(squares[:, 1:-1:2], squares[:, 2:-1:2], out=powers[:, 1:-1])
    return powers


def landmarks(heard: Loudness, most: int) -> Landmarks:
    """The points of a spectrogram, no more than ``most`` within half a second of one another."""
    bands = heard.bands
    if len(bands) < 10:
        nothing = np.zeros(0, np.int64)
        return Landmarks(
            np.zeros(0), nothing, nothing, np.zeros((0, BITS // 8), np.uint8), nothing != 0
        )
    smooth = _smoothed(bands, 2.0, 1.0)
    column, band, height = _peaks(smooth)
    keep = ~heard.silent[column]
    column, band, height = column[keep], band[keep], height[keep]
    rank = _ranks(column, height)
    keep = rank < most
    column, band, rank = column[keep], band[keep], rank[keep]
    time = (column * STEP + WINDOW / 2 / RATE).astype(np.float64)
    return Landmarks(time, band, rank, _described(bands, column, band), heard.tonal[column])


def _smoothed(bands: NDArray[np.float32], time: float, pitch: float) -> NDArray[np.float32]:
    blurred = cv2.GaussianBlur(
        bands, (0, 0), sigmaX=pitch, sigmaY=time, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(blurred, np.float32)


def _peaks(
    smooth: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Columns, bands and heights of the points that stand out from everything around them."""
    columns, bands = 2 * round(_APART[0] / STEP) + 1, 2 * _APART[1] + 1
    highest = cv2.dilate(smooth, np.ones((columns, bands), np.uint8))
    half = round(0.5 / STEP)
    around = cv2.blur(smooth, (2 * PER_OCTAVE + 1, 2 * half + 1), borderType=cv2.BORDER_REPLICATE)
    before = cv2.blur(smooth, (1, 2 * half + 1), borderType=cv2.BORDER_REPLICATE)
    height = smooth - around
    stands = (smooth >= highest) & (height > _PROMINENCE) & (smooth - before > _SURGE)
    stands[:, :3] = stands[:, -3:] = False
    column, band = np.nonzero(stands)
    return column, band, height[column, band]


def _ranks(column: NDArray[np.int64], height: NDArray[np.float32]) -> NDArray[np.int64]:
    """Of each point how many within half a second are higher; columns ascend."""
    half = round(0.5 / STEP)
    first = np.searchsorted(column, column - half)
    last = np.searchsorted(column, column + half, side="right")
    return np.array(
        [np.count_nonzero(height[a:z] > h) for a, z, h in zip(first, last, height, strict=True)],
        np.int64,
    )


def _described(
    bands: NDArray[np.float32], column: NDArray[np.int64], band: NDArray[np.int64]
) -> NDArray[np.uint8]:
    around = patches(bands, column, band)
    return np.packbits(around[:, _PAIRS[:, 0]] > around[:, _PAIRS[:, 1]], axis=1)


def patches(
    bands: NDArray[np.float32], column: NDArray[np.int64], band: NDArray[np.int64]
) -> NDArray[np.float32]:
    """How loud it is in the patches around each of n points, float32[n, patches]."""
    margin = np.abs(_PATCHES).max(axis=0)
    wide = cv2.copyMakeBorder(
        _smoothed(bands, 2.5, 1.5),
        int(margin[0]),
        int(margin[0]),
        int(margin[1]),
        int(margin[1]),
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(
        wide[
            column[:, None] + _PATCHES[None, :, 0] + margin[0],
            band[:, None] + _PATCHES[None, :, 1] + margin[1],
        ],
        np.float32,
    )
