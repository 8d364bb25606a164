"""Sketches of sounds as pages draw them: where something is heard, where somebody speaks."""

from __future__ import annotations

from dataclasses import dataclass

from clew.casework.sounding import COLUMNS, Sketch

WIDTH, HEIGHT = 1000, 100
"""Of a drawing, in its own units."""
_GAP = 4
_LEAST = 2


@dataclass(frozen=True)
class Drawing:
    """A sketch for SVG.

    Attributes:
        bars: data of one path.
        spoken: left edge and width of each stretch in which somebody speaks.
    """

    bars: str
    spoken: tuple[tuple[int, int], ...]


def drawing(sketch: Sketch) -> Drawing:
    """A sketch, :data:`WIDTH` wide and :data:`HEIGHT` high."""
    step = WIDTH / COLUMNS
    parts = []
    for column, bar in enumerate(sketch.bars):
        high = max(_LEAST, round(bar / 255 * (HEIGHT - 24)))
        left, top = round(column * step + _GAP / 2), (HEIGHT - 12 - high) / 2
        parts.append(f"M{left} {top:g}h{step - _GAP:g}v{high}h-{step - _GAP:g}z")
    spoken = tuple((start, max(_LEAST, end - start)) for start, end in sketch.spoken)
    return Drawing("".join(parts), spoken)
