"""A match of sounds as a picture: two spectrograms, one above the other, in step.

Landmarks that agree are circled and joined; where the match is right, the joining lines stand
upright and what is circled looks alike.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Match, Span
from clew.compare.hearing import Line, agreeing
from clew.compare.subject import Subject
from clew.compare.ways.sound import heard_of
from clew.media.sound import RATE
from clew.signals.sound.landmarks import BANDS, COLUMN, PER_OCTAVE, STEP, WINDOW

MOST_SECONDS = 40.0
"""Of a longer stretch the beginning is shown."""
AROUND = 1.0
"""Seconds shown before and after the stretch."""

_WIDTH, _PANEL, _GAP, _LEFT, _TOP = 1400, 330, 46, 64, 24
_MIDDLE = (WINDOW - COLUMN) / 2 / RATE
_LINE, _EDGE, _WORDS = (120, 220, 255), (90, 255, 90), (235, 235, 235)


class Marks(NamedTuple):
    """Landmarks that agree in a stretch, pairwise.

    Attributes:
        first: float64[n, 2], seconds and band in the first recording; and
        second: in the second.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]


def marks(first: Subject, second: Subject, match: Match, span: Span) -> Marks:
    """The landmarks that agree in one span of a match of sounds."""
    one = heard_of(first, match.first_variant)
    other = heard_of(second, match.second_variant)
    slope = 1 / span.speed
    shifts = [0.0, -PER_OCTAVE * float(np.log2(slope))]
    best = max(
        (
            agreeing(one, other, Line(span.second_start - slope * span.first_start, slope, shift))
            for shift in shifts
        ),
        key=lambda found: len(found[0]),
    )
    rows, keys = best
    inside = (one.time[rows] >= span.first_start) & (one.time[rows] <= span.first_end)
    rows, keys = rows[inside], keys[inside]
    return Marks(
        np.column_stack([one.time[rows], one.band[rows]]),
        np.column_stack([other.time[keys], other.band[keys]]),
    )


def window(span: Span, *, of_second: bool) -> tuple[float, float]:
    """From when to when a recording is shown, seconds."""
    start, end = (
        (span.second_start, span.second_end) if of_second else (span.first_start, span.first_end)
    )
    rate = 1 / span.speed if of_second else 1.0
    return start - AROUND * rate, min(end, start + MOST_SECONDS * rate) + AROUND * rate


def drawn(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    span: Span,
    agree: Marks,
    names: tuple[str, str],
) -> bytes:
    """The picture, as PNG.

    Args:
        first: uint8[columns, bands], the first recording's spectrogram, 50 columns a second, from
            the later of its beginning and the start of its :func:`window`.
        second: the second's, likewise.
        span: what they share.
        agree: the landmarks to mark.
        names: what the recordings are called; what is no ASCII is left out.
    """
    canvas = np.full((_TOP + 2 * _PANEL + _GAP + 30, _LEFT + _WIDTH + 10, 3), 24, np.uint8)
    tops = (_TOP, _TOP + _PANEL + _GAP)
    for number, columns in enumerate((first, second)):
        _panel(canvas, tops[number], columns, window(span, of_second=number == 1), names[number])
        start, end = (
            (span.second_start, span.second_end) if number else (span.first_start, span.first_end)
        )
        for time in (start, end):
            x = _x(time, window(span, of_second=number == 1))
            cv2.line(canvas, (x, tops[number]), (x, tops[number] + _PANEL), _EDGE, 1)
    for one, other in zip(agree.first, agree.second, strict=True):
        ends = [
            (_x(mark[0], window(span, of_second=number == 1)), _y(mark[1], tops[number]))
            for number, mark in enumerate((one, other))
        ]
        if all(x <= _LEFT + _WIDTH for x, _ in ends):
            cv2.line(canvas, ends[0], ends[1], _LINE, 1, cv2.LINE_AA)
            for centre in ends:
                cv2.circle(canvas, centre, 7, _LINE, 2, cv2.LINE_AA)
    encoded, png = cv2.imencode(".png", canvas)
    assert encoded
    return bytes(png)


def _x(time: float, shown: tuple[float, float]) -> int:
    return _LEFT + round((time - shown[0]) / (shown[1] - shown[0]) * _WIDTH)


def _y(band: float, top: int) -> int:
    return top + _PANEL - round((band + 0.5) / BANDS * _PANEL)


def _panel(
    canvas: NDArray[np.uint8],
    top: int,
    columns: NDArray[np.uint8],
    shown: tuple[float, float],
    name: str,
) -> None:
    """One spectrogram with its scales."""
    begin = max(0.0, shown[0])
    if columns.size:
        low, high = np.percentile(columns, [20, 99.7])
        level = np.clip((columns.astype(np.float32) - low) / max(float(high - low), 1.0), 0, 1)
        # A column is about what lies in the middle of its window.
        left = _x(begin + _MIDDLE, shown)
        right = _x(begin + _MIDDLE + len(columns) * STEP, shown)
        right = min(right, _LEFT + _WIDTH)
        if right > left:
            shades = np.ascontiguousarray((255 * level).astype(np.uint8).T[::-1])
            shades = cv2.resize(shades, (right - left, _PANEL), interpolation=cv2.INTER_LINEAR)
            canvas[top : top + _PANEL, left:right] = cv2.applyColorMap(shades, cv2.COLORMAP_MAGMA)
    for octave, pitch in enumerate((130, 260, 520, 1040, 2080, 4160)):
        _write(canvas, f"{pitch} Hz", (4, min(_y(PER_OCTAVE * octave, top) + 4, top + _PANEL)))
    step = next(s for s in (1, 2, 5, 10) if (shown[1] - shown[0]) / s <= 24)
    for second in range(int(np.ceil(begin)), int(shown[1]) + 1):
        if second % step == 0:
            minutes, rest = divmod(second, 60)
            _write(canvas, f"{minutes}:{rest:02d}", (_x(second, shown) - 12, top + _PANEL + 14))
    plain = name.encode("ascii", "ignore").decode()
    _write(canvas, plain[-150:], (_LEFT, top - 8))


def _write(canvas: NDArray[np.uint8], words: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, _WORDS, 1, cv2.LINE_AA)
