"""Stills of films are those of their time, and made in confined processes."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from clew.media.stills import StillMaker


def opened(content: bytes) -> tuple[int, str, int]:
    descriptor = os.memfd_create("film", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor, "film.mp4", len(content)


def test_each_still_shows_what_is_seen_then(film: Callable[..., bytes]) -> None:
    shades = [np.full((120, 160, 3), 10 + 2 * n, np.uint8) for n in range(100)]
    with StillMaker() as maker:
        # Out of order, near a key frame and far from one, and once behind the end.
        times = (7.05, 14.0, 0.0, 9.9, 2.2)
        made = dict(zip(times, maker.make(*opened(film(shades)), times), strict=True))
        assert made.pop(14.0) is None
        for time, still in made.items():
            assert still is not None
            shown = np.asarray(Image.open(BytesIO(still)))
            assert shown.mean() == pytest.approx(10 + 2 * int(time * 10), abs=2)
        assert maker.make(*opened(b"\0" * 5000), (0.0, 1.0)) == [None, None]
        assert None not in maker.make(*opened(film(shades[:20])), (1.0,))
