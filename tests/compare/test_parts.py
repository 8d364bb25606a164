"""Films that share parts of their pictures: cropped, overlaid, turned, beside others."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from clew.compare.calibration import Thresholds, says
from clew.compare.evidence import Match, MatchKind, Span
from clew.compare.pair import all_hits, compare, says_enough
from clew.compare.subject import Subject
from clew.compare.ways import ways
from clew.media.image import Picture
from clew.media.kind import MediaType
from clew.media.sampling import Frame
from clew.signals.base import Feature
from clew.signals.reading import Trace
from clew.signals.registry import signals
from clew.training.edits import pictures
from clew.training.pictures import Pixels, make_picture

SECONDS = 8


@cache
def scene(number: int) -> Pixels:
    return make_picture(29, number, 480, 800).pixels


def moving(number: int) -> list[Pixels]:
    """Two frames a second of a camera that moves over a scene."""
    return [
        np.ascontiguousarray(scene(number)[step * 11 :, step * 19 :][:300, :500])
        for step in range(2 * SECONDS)
    ]


def film(frames: list[Pixels]) -> Subject:
    traces = []
    for name in ("frames", "regions"):
        extractor = signals()[name].extractor()
        for step, pixels in enumerate(frames):
            picture = Picture(pixels, pixels.shape[1], pixels.shape[0])
            extractor.take(Frame(picture, step / 2, (step + 1) / 2, shot=0))
        traces += [Trace(name, signals()[name].version, f) for f in extractor.finish()]
    return Subject.of(MediaType.VIDEO, traces)


def crop(frame: Pixels) -> Pixels:
    return np.ascontiguousarray(pictures.crop(frame, 0.25))


def askew(frame: Pixels) -> Pixels:
    matrix = cv2.getRotationMatrix2D((250, 150), 10, 1.0)
    return np.asarray(cv2.warpAffine(frame, matrix, (500, 300)), np.uint8)


def logo(frame: Pixels) -> Pixels:
    return pictures.logo(frame, 0.25)


def one(matches: list[Match]) -> Match:
    (match,) = matches
    return match


@pytest.mark.parametrize("change", [askew, logo])
def test_a_copy_of_which_no_frame_looks_the_same_is_found_with_its_seconds(change) -> None:
    original, copy = film(moving(1)), film([change(frame) for frame in moving(1)][6:])
    match = one(compare(original, copy, Thresholds(frame=8, still=8)))
    assert match.kind is MatchKind.FILM
    assert match.first_variant == "parts of the picture"
    (span,) = match.spans
    assert (span.first_start, span.first_end) == pytest.approx((3, SECONDS), abs=1.1)
    assert (span.second_start, span.second_end) == pytest.approx((0, SECONDS - 3), abs=0.6)
    assert span.regions is not None
    assert span.regions >= Thresholds().regions
    assert span.best is not None
    assert span.best.first - span.best.second == pytest.approx(3, abs=1.1)
    assert span.best.regions is not None
    assert 0 < span.best.regions <= span.regions + 4


def test_a_crop_is_found() -> None:
    match = one(compare(film(moving(1)), film([crop(frame) for frame in moving(1)])))
    assert match.first_variant == match.second_variant == "parts of the picture"
    assert match.seconds > SECONDS / 2


def test_what_agrees_in_a_mirrored_copy_says_mirrored() -> None:
    mirrored = film([np.ascontiguousarray(crop(frame)[:, ::-1]) for frame in moving(2)])
    assert one(compare(film(moving(2)), mirrored)).orientation == "mirrored"


def test_two_films_with_the_same_logo_have_nothing_in_common() -> None:
    assert compare(film([logo(f) for f in moving(3)]), film([logo(f) for f in moving(4)])) == []


def still(number: int) -> list[Pixels]:
    """Two frames a second of a camera on a stand: nothing moves but its noise."""
    random = np.random.default_rng(number)
    frame = scene(number)[:300, :500].astype(np.int16)
    noise = [random.integers(-4, 5, frame.shape) for _ in range(2 * SECONDS)]
    return [np.clip(frame + one, 0, 255).astype(np.uint8) for one in noise]


def badge(frame: Pixels) -> Pixels:
    """A quarter of the picture, right in its middle."""
    covered = frame.copy()
    covered[75:225, 125:375] = scene(9)[:150, :250]
    return covered


def test_two_films_in_which_nothing_moves_have_nothing_in_common_but_their_badge() -> None:
    covered = [film([badge(f) for f in still(number)]) for number in (3, 4)]
    assert compare(covered[0], covered[1], Thresholds(frame=8, still=8)) == []


def test_what_stands_still_all_around_a_badge_is_a_film() -> None:
    original = still(5)
    for step, frame in enumerate(original):  # something passes at the foot of the picture
        frame[232:292, 25 * step :][:, :80] = scene(8)[:60, :80]
    copy = film([badge(frame) for frame in original])
    match = one(compare(film(original), copy, Thresholds(frame=8, still=8)))
    assert match.first_variant == "parts of the picture"


def wall(number: int) -> list[Pixels]:
    """A camera along a bare wall: shades that change slowly, of nothing in particular."""
    random = np.random.default_rng(number)
    low = random.integers(90, 150, (3, 24)).astype(np.float32)
    shades = cv2.resize(low, (1100, 300), interpolation=cv2.INTER_CUBIC).clip(0, 255)
    whole = np.repeat(shades.astype(np.uint8)[..., None], 3, axis=2)
    return [np.ascontiguousarray(whole[:, 30 * step :][:, :500]) for step in range(2 * SECONDS)]


def banner(frame: Pixels) -> Pixels:
    """The lowest quarter, with letters."""
    told = frame.copy()
    told[225:] = (24, 40, 120)
    cv2.putText(told, "BREAKING NEWS", (8, 270), cv2.FONT_HERSHEY_DUPLEX, 1.2, (250, 250, 250), 2)
    return told


def test_a_banner_before_bare_walls_is_no_lead_though_whole_frames_are_alike() -> None:
    films = [film([banner(f) for f in wall(number)]) for number in (1, 2)]
    near = all_hits(films[0], films[1], ways()["pdq"], Thresholds())
    assert (near.distance <= Thresholds().frame).sum() > 3
    assert compare(films[0], films[1]) == []


def coin(number: int) -> list[Pixels]:
    """A small thing that is pushed about on a table, of which next to nothing is to be seen."""
    random = np.random.default_rng(number)
    path = np.cumsum(random.normal(0, 12, (2 * SECONDS, 2)), axis=0) + random.uniform(120, 300, 2)
    table = (wall(number)[0] * 0.6 + 60).astype(np.uint8)
    frames = [table.copy() for _ in range(2 * SECONDS)]
    for frame, (down, across) in zip(frames, path, strict=True):
        place = int(np.clip(across, 30, 460)), int(np.clip(down, 30, 270))
        cv2.circle(frame, place, 14, (80, 60, 50), -1, cv2.LINE_AA)
    return frames


def test_a_film_of_a_small_thing_on_a_plain_table_is_found() -> None:
    original = film(coin(1))
    qualities = [t.feature.quality for t in original.traces if t.signal == "frames"]
    assert max(qualities) < signals()["picture"].usable_quality
    poor = [cv2.GaussianBlur(frame, (5, 5), 1.5) for frame in coin(1)]
    assert one(compare(original, film(poor))).seconds > SECONDS / 2
    assert compare(original, film(coin(2))) == []


def test_a_copy_of_a_film_with_a_banner_before_a_bare_wall_is_found() -> None:
    frames = [banner(f) for f in wall(1)]
    darker = [(frame * 0.9).astype(np.uint8) for frame in frames]
    assert one(compare(film(frames), film(darker))).seconds == pytest.approx(SECONDS, abs=0.6)


def test_other_films_are_no_lead_either_way_round() -> None:
    assert compare(film(moving(5)), film(moving(6))) == []
    assert compare(film(moving(6)), film(moving(5))) == []


def test_a_film_beside_another_agrees_as_a_panel() -> None:
    beside = [np.hstack([a, b]) for a, b in zip(moving(7), moving(8), strict=True)]
    for number in (7, 8):
        match = one(compare(film(moving(number)), film(beside)))
        assert match.second_variant.startswith("panel")
        assert match.seconds == pytest.approx(SECONDS, abs=0.6)
        assert match.spans[0].share == 1.0


def test_the_figures_are_those_of_films_that_agree_by_parts() -> None:
    original, copy = film(moving(1)), film([crop(frame) for frame in moving(1)])
    said = says(one(compare(original, copy)))
    assert "pairs of different media matched" in said
    assert "among a million media" in said


@pytest.mark.parametrize(
    ("distance", "frames", "enough"),
    [
        (42.7, 3, False),  # a logo before darkness
        (34.0, 5, True),  # a coin on a plain table
        (44.5, 17, True),  # fish in a pale tank
        (28.0, 1, False),
        (28.0, 3, True),
        (16.0, 1, True),
    ],
)
def test_frames_that_no_regions_bear_out_must_be_more(distance, frames, enough) -> None:
    span = Span(
        first_start=0.0, first_end=4.0, second_start=0.0, second_end=4.0,
        distance=distance, frames=frames,
    )  # fmt: skip
    assert says_enough(span, Thresholds()) is enough


def test_a_film_ends_with_its_pictures_though_they_are_dark_and_not_with_its_sound() -> None:
    dark = [np.zeros((300, 500, 3), np.uint8)] * 4
    original, copy = film([*moving(1), *dark]), film([*moving(1), *dark])
    (span,) = one(compare(original, copy)).spans
    assert (span.first_end, span.second_end) == pytest.approx((SECONDS + 2, SECONDS + 2), abs=0.01)
    heard = Trace("sound", 1, Feature(variant="whole", value=b"", start=0.0, end=60.0))
    longer = Subject.of(MediaType.VIDEO, [*original.traces, heard])
    assert longer.until == original.until == SECONDS + 2
