"""Panels: films inside films and beside them are found, logos and windows are not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from clew.media.borders import Box, luma
from clew.signals.frames.panels import panels
from clew.training.edits.pictures import logo
from clew.training.pictures import Pixels, make_picture


def moving(number: int) -> list[Pixels]:
    scene = make_picture(31, number, 400, 700).pixels
    return [np.ascontiguousarray(scene[6 * n :, 9 * n :][:320, :568]) for n in range(6)]


def inside(around: list[Pixels], frames: list[Pixels], top: int, left: int) -> list[Pixels]:
    result = []
    for back, frame in zip(around, frames, strict=True):
        small = cv2.resize(frame, (228, 128), interpolation=cv2.INTER_AREA)
        composed = back.copy()
        composed[top : top + 128, left : left + 228] = small
        result.append(composed)
    return result


def seen(frames: list[Pixels], known: Sequence[Box] = ()) -> list[Box]:
    return panels([luma(frame) for frame in frames], known)


def test_a_picture_in_the_picture_is_found_to_the_pixel() -> None:
    found = seen(inside(moving(0), moving(1), 20, 30))
    assert any(np.abs(np.subtract(box, (20, 148, 30, 258))).max() <= 2 for box in found)


def test_films_side_by_side_are_two_seen() -> None:
    beside = [
        np.hstack([a[:, :300], b[:, :268]]) for a, b in zip(moving(2), moving(3), strict=True)
    ]
    left, right, *_ = sorted(seen(beside), key=lambda box: box.left)
    assert (left.left, left.right) == pytest.approx((0, 300), abs=3)
    assert (right.left, right.right) == pytest.approx((300, 568), abs=3)


def test_a_logo_is_no_panel() -> None:
    assert seen([logo(frame, 0.25) for frame in moving(4)]) == []


def test_one_frame_does_not_tell_what_stays() -> None:
    assert seen(inside(moving(0), moving(1), 20, 30)[:1]) == []


def test_a_known_panel_goes_on_where_its_edges_are_hard_to_see() -> None:
    frames = inside(moving(5), moving(6), 20, 30)
    known = seen(frames)
    faint = [(frame * 0.3 + 80).astype(np.uint8) for frame in frames]
    assert seen(faint) == []
    assert seen(faint, known) == known
