"""The same moving picture: spans, bars over a whole shot, flat frames."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from clew.media.image import Picture
from clew.media.video import Frame
from clew.signals.base import Feature
from clew.signals.frames import SIGNAL
from clew.training.edits.pictures import bars
from clew.training.pictures import make_picture

Pixels = NDArray[np.uint8]


@cache
def scene(number: int) -> Pixels:
    return make_picture(13, number, 240, 426).pixels


def frames(shown: list[Pixels], shots: list[int]) -> list[Feature]:
    extractor = SIGNAL.extractor()
    for number, (pixels, shot) in enumerate(zip(shown, shots, strict=True)):
        picture = Picture(pixels, pixels.shape[1], pixels.shape[0])
        extractor.take(Frame(picture, number * 0.5, number * 0.5 + 0.5, shot))
    return extractor.finish()


def test_frames_that_look_alike_become_one_span() -> None:
    (feature,) = frames([scene(1)] * 6, [0] * 6)
    assert (feature.start, feature.end) == (0.0, 3.0)


def test_a_shot_begins_a_new_span_even_when_it_looks_the_same() -> None:
    found = frames([scene(1)] * 4, [0, 0, 1, 1])
    assert [(f.start, f.end) for f in found] == [(0.0, 1.0), (1.0, 2.0)]


def test_bars_are_removed_as_a_second_hash_that_agrees_with_the_film_without_bars() -> None:
    barred = [bars(scene(n), 0.16, 0.0) for n in (1, 2)]
    plain = frames([scene(1), scene(2)], [0, 1])
    inside = [f for f in frames(barred, [0, 1]) if f.variant == "inside its border"]
    assert [SIGNAL.compare(a, b).distance <= 12 for a, b in zip(plain, inside, strict=True)] == [
        True,
        True,
    ]


def test_what_is_dark_in_one_frame_of_a_shot_is_no_bar() -> None:
    dark_top = scene(1).copy()
    dark_top[:80] = 0
    found = frames([dark_top, scene(1)], [0, 0])
    assert {feature.variant for feature in found} == {"whole"}


def test_black_frames_do_not_hide_the_bars_of_a_shot() -> None:
    black = np.zeros_like(bars(scene(1), 0.16, 0.0))
    found = frames([black, bars(scene(1), 0.16, 0.0)], [0, 0])
    assert "inside its border" in {feature.variant for feature in found}


def test_features_come_in_order_of_time() -> None:
    found = frames([scene(n) for n in range(5)], [0, 0, 1, 2, 2])
    starts = [feature.start for feature in found]
    assert starts == sorted(starts, key=lambda start: start or 0.0)


def test_beside_a_hash_inside_bars_few_wholes_are_searched_and_all_are_asked_for() -> None:
    shown = [bars(scene(n), 0.16, 0.0) for n in range(14)]
    found = frames(shown, list(range(14)))
    searched = [f.variant for f in found if f.quality >= SIGNAL.usable_quality]
    asked = [f.variant for f in found if f.quality >= (SIGNAL.asked_quality or 100)]
    assert (searched.count("inside its border"), searched.count("whole")) == (14, 2)
    assert (asked.count("inside its border"), asked.count("whole")) == (14, 14)


def test_without_bars_every_whole_is_searched() -> None:
    found = frames([scene(n) for n in range(10)], list(range(10)))
    assert [f.quality >= SIGNAL.usable_quality for f in found] == [True] * 10
