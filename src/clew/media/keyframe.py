"""Which frame of a shot shows it best: sharp, well exposed, not blank."""

from __future__ import annotations

import math

import cv2
import numpy as np

from clew.media.image import Picture

_LOOKED_AT = 160  # rows or columns of the shorter side, about
_SHARP = 12.0
_CONTRAST = 40.0
_DARK, _BRIGHT = 16, 240
_BLANK_SPREAD = 6.0


def worth(picture: Picture) -> float:
    """How good a picture of its shot a frame is, from 0 (blank) to 1.

    Three things each take away what they lack: contrast; edges, measured by the mean absolute
    Laplacian (after the focus measures that Pertuz, Puig and García compare, "Analysis of focus
    measure operators for shape-from-focus", Pattern Recognition, 2013); and exposure, the share of
    pixels neither black nor burnt out. A picture without contrast is worth nothing.
    """
    step = max(1, min(picture.pixels.shape[:2]) // _LOOKED_AT)
    # The green channel is most of the brightness, and needs no computing.
    green = np.ascontiguousarray(picture.pixels[::step, ::step, 1])
    (mean,), (spread,) = (v.ravel() for v in cv2.meanStdDev(green))
    if spread < _BLANK_SPREAD:
        return 0.0
    edges = float(cv2.norm(cv2.Laplacian(green, cv2.CV_16S), cv2.NORM_L1)) / green.size
    exposed = int(cv2.countNonZero(cv2.inRange(green, _DARK, _BRIGHT))) / green.size
    contrast = min(1.0, float(spread) / _CONTRAST)
    # Noise in the dark has edges too: what is nearly black counts for less again.
    lit = min(1.0, float(mean) / 40.0)
    sharp = math.sqrt(min(1.0, edges / _SHARP))
    return contrast * sharp * (0.2 + 0.8 * exposed) * lit
