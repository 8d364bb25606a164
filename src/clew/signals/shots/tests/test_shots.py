"""Shots begin where a film changes, and each has a keyframe worth looking at."""

from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest

from clew.media.image import Picture
from clew.media.sampling import Moment, sampled
from clew.media.shots import MINIATURE, ShotFinder
from clew.media.storyboard import MOST_STILLS, Storyboard, clock
from clew.signals.registry import signals
from clew.signals.shots.extract import keyframe_miniature, keyframe_time
from clew.training.pictures import make_picture

RATE = 25
ROWS, COLUMNS = MINIATURE


@cache
def scene(number):
    return make_picture(21, number, 180, 320).pixels


def shaking(number, seconds):
    """A shot of one scene by a hand that is not quite still."""
    rng = np.random.default_rng(number)
    places = np.cumsum(rng.normal(0, 0.4, (round(seconds * RATE), 2)), axis=0)
    shots = [np.roll(scene(number), place, axis=(0, 1)) for place in places.round().astype(int)]
    return [np.ascontiguousarray(pixels) for pixels in shots]


def moments(frames, rate=RATE):
    for i, pixels in enumerate(frames):
        gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(gray, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        yield Moment(i / rate, small, lambda pixels=pixels: Picture(pixels, 320, 180))


def boundaries(frames, rate=RATE):
    finder, found = ShotFinder(), []
    for moment in moments(frames, rate):
        found += finder.take(moment.time, moment.miniature)
    return sorted(found + finder.finish())


def read(frames, rate=RATE):
    extractor = signals()["shots"].extractor()
    for frame in sampled(moments(frames, rate), 1 / rate):
        extractor.take(frame)
    return extractor.finish()


def mixed(first, second, length):
    """Two shots with a dissolve between them."""
    shares = [(i + 1) / (length + 1) for i in range(length)]
    between = [
        cv2.addWeighted(a, 1 - share, b, share, 0)
        for a, b, share in zip(first[-length:], second[:length], shares, strict=True)
    ]
    return first[:-length] + between + second[length:]


def test_a_cut_is_found_to_the_frame():
    assert boundaries(shaking(1, 2) + shaking(2, 2)) == [2.0]


def test_a_cut_near_the_end_is_found():
    assert boundaries(shaking(1, 2) + shaking(2, 2)[:2]) == [2.0]


def test_every_picture_of_a_slide_show_is_a_shot():
    assert boundaries([scene(n) for n in range(6)], rate=0.5) == [2.0, 4.0, 6.0, 8.0, 10.0]


@pytest.mark.parametrize("length", [12, 25, 40])
def test_a_dissolve_is_one_boundary_in_its_middle(length):
    (found,) = boundaries(mixed(shaking(3, 3), shaking(4, 3), length))
    assert found == pytest.approx(3.0 - length / 2 / RATE, abs=0.25)


def test_a_fade_through_black_is_one_boundary():
    first, second = shaking(5, 2), shaking(6, 2)
    for i in range(12):
        first[-1 - i] = cv2.convertScaleAbs(first[-1 - i], alpha=i / 12)
        second[i] = cv2.convertScaleAbs(second[i], alpha=i / 12)
    (found,) = boundaries(first + second)
    assert found == pytest.approx(2.0, abs=0.2)


def flash(frames):
    for i in (25, 26):
        frames[i] = cv2.convertScaleAbs(frames[i], alpha=1.3, beta=120)
    return frames


def pan(_frames):
    wide = np.concatenate([scene(7), scene(8)], axis=1)
    return [np.ascontiguousarray(wide[:, 5 * i : 5 * i + 320]) for i in range(64)]


def light(frames):
    return frames[:25] + [cv2.convertScaleAbs(frame, alpha=0.5) for frame in frames[25:]]


@pytest.mark.parametrize("trap", [flash, pan, light])
def test_what_is_no_boundary(trap):
    assert boundaries(trap(shaking(7, 3))) == []


def test_shots_cover_the_film_and_have_their_keyframe_inside():
    shots = read(mixed(shaking(3, 3), shaking(4, 3), 20) + shaking(1, 2))
    assert len(shots) == 3
    assert shots[0].start == 0.0
    assert shots[-1].end == pytest.approx(7.2, abs=0.1)
    for shot, following in pairwise(shots):
        assert shot.end == following.start
    for shot in shots:
        assert shot.start <= keyframe_time(shot) <= shot.end
        assert shot.quality > 20


def test_the_keyframe_is_sharp_and_exposed():
    frames = [scene(1)] * 100
    blurred = cv2.GaussianBlur(scene(1), (0, 0), 6)
    dark = cv2.convertScaleAbs(scene(1), alpha=0.1)
    spoilt = [blurred] * 45 + frames[45:60] + [dark] * 40
    (shot,) = read(spoilt)
    assert 45 / RATE <= keyframe_time(shot) < 60 / RATE
    expected = cv2.resize(cv2.cvtColor(scene(1), cv2.COLOR_RGB2GRAY), (8, 8), None, 0, 0, 3)
    assert np.abs(keyframe_miniature(shot).astype(int) - expected).max() <= 1


def test_a_blank_film_has_a_shot_but_nothing_to_see():
    black = [np.zeros((180, 320, 3), np.uint8)] * 50
    (shot,) = read(black)
    assert shot.quality == 0
    board = storyboard(black)
    assert board.sheet() is None
    assert board.preview() is not None


def storyboard(frames):
    board = Storyboard()
    for frame in sampled(moments(frames), 1 / RATE):
        board.take(frame)
    board.finish()
    return board


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)


def test_a_storyboard_shows_each_shot_once_with_its_time():
    sheet = decoded(storyboard(shaking(1, 2) + shaking(2, 2) + shaking(3, 2)).sheet())
    assert sheet.shape == (90 + 16 + 2 * 4, 3 * (160 + 4) + 4, 3)
    for column, number in enumerate((1, 2, 3)):
        still = sheet[4:94, 4 + 164 * column : 164 + 164 * column]
        expected = cv2.resize(scene(number), (160, 90), interpolation=cv2.INTER_AREA)
        apart = [
            np.abs(still.astype(int) - np.roll(expected, (y, x), (0, 1))).mean()
            for y in range(-6, 7)
            for x in range(-6, 7)
        ]
        assert min(apart) < 14
        beneath = sheet[95:110, 4 + 164 * column : 60 + 164 * column]
        assert beneath.max() > 180  # the time


def test_the_storyboard_of_a_film_with_many_shots_has_room_for_some():
    frames = [scene(1 + n % 6) for n in range(130) for _ in range(13)]
    sheet = decoded(storyboard(frames).sheet())
    assert sheet.shape[0] <= MOST_STILLS // 5 * (90 + 16 + 4) + 4
    assert sheet.shape[0] > 4 * 110


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0:00.0"), (59.96, "1:00.0"), (3723.4, "1:02:03.4")]
)
def test_times_as_people_read_them(seconds, words):
    assert clock(seconds) == words
