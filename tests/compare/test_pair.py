"""Two media compared: pictures, stills and films, explained."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from clew.compare.calibration import Thresholds, false_matches, says
from clew.compare.evidence import Match, MatchKind, Span
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.media.image import Picture
from clew.media.kind import MediaType
from clew.media.video import Frame
from clew.signals.base import Feature
from clew.signals.reading import Trace
from clew.signals.registry import signals
from clew.training.edits.pictures import PICTURE_EDITS, mirror, rotate
from clew.training.pictures import make_picture

Pixels = NDArray[np.uint8]


@cache
def scene(number: int) -> Pixels:
    return make_picture(17, number, 300, 400).pixels


def as_picture(pixels: Pixels) -> Picture:
    return Picture(pixels, pixels.shape[1], pixels.shape[0])


def traces(name: str, items: list[object]) -> list[Trace]:
    signal = signals()[name]
    extractor = signal.extractor()
    for item in items:
        extractor.take(item)
    return [Trace(signal.name, signal.version, feature) for feature in extractor.finish()]


def photo(pixels: Pixels) -> Subject:
    read = traces("exact", [pixels.tobytes()]) + traces("picture", [as_picture(pixels)])
    return Subject.of(MediaType.IMAGE, read)


def film(*scenes: Pixels, seconds: float = 2.0) -> Subject:
    frames = [
        Frame(as_picture(pixels), n * seconds, (n + 1) * seconds, shot=n)
        for n, pixels in enumerate(scenes)
    ]
    content = b"".join(pixels.tobytes() for pixels in scenes)
    return Subject.of(MediaType.VIDEO, traces("exact", [content]) + traces("frames", frames))


def one(matches: list[Match]) -> Match:
    (match,) = matches
    return match


def test_the_same_bytes_are_the_same_file_and_nothing_more_is_said() -> None:
    match = one(compare(photo(scene(1)), photo(scene(1))))
    assert match.kind is MatchKind.SAME_FILE


def test_different_pictures_are_no_lead() -> None:
    assert compare(photo(scene(1)), photo(scene(2))) == []


def test_an_edited_picture_is_a_lead_with_its_evidence() -> None:
    match = one(compare(photo(scene(1)), photo(PICTURE_EDITS["greyscale"].pixels(scene(1)))))
    assert match.kind is MatchKind.PICTURE
    assert match.distance <= match.threshold == Thresholds().picture
    assert match.versions == {"exact": 1, "picture": 1}
    assert match.orientation == "as it is"


def test_the_evidence_says_how_the_first_picture_must_be_turned() -> None:
    turned = np.ascontiguousarray(rotate(scene(1), 90))
    there = one(compare(photo(scene(1)), photo(turned)))
    back = one(compare(photo(turned), photo(scene(1))))
    assert {there.orientation, back.orientation} == {"turned by 90°", "turned by 270°"}
    assert there.swapped().orientation == back.orientation


def test_the_evidence_says_which_part_agrees() -> None:
    match = one(compare(photo(scene(1)), photo(PICTURE_EDITS["letterbox"].pixels(scene(1)))))
    assert (match.first_variant, match.second_variant) == ("whole", "inside its border")


def test_a_threshold_can_be_changed_for_one_question() -> None:
    logo = PICTURE_EDITS["logo 25 %"].pixels(scene(1))
    strict = Thresholds(picture=8)
    loose = Thresholds(picture=110)
    assert compare(photo(scene(1)), photo(logo), strict) == []
    assert one(compare(photo(scene(1)), photo(logo), loose)).threshold == 110


def test_a_still_of_a_film_says_when_it_is_to_be_seen() -> None:
    shown = film(scene(1), scene(2), scene(3))
    match = one(compare(photo(scene(2)), shown))
    assert match.kind is MatchKind.STILL
    assert (match.spans[0].second_start, match.spans[0].second_end) == (2.0, 4.0)
    best = match.spans[0].best
    assert best is not None
    assert (best.first, best.second, best.distance) == (0.0, 3.0, match.distance)
    assert one(compare(shown, photo(scene(2)))).spans[0].best == best.swapped()


def test_a_film_that_shows_a_photo_says_when_too() -> None:
    match = one(compare(film(scene(1), scene(2), scene(3)), photo(scene(3))))
    assert match.kind is MatchKind.STILL
    assert (match.spans[0].first_start, match.spans[0].first_end) == (4.0, 6.0)


def test_films_share_aligned_seconds() -> None:
    long = film(*(scene(n) for n in range(8)))
    cut = film(*(scene(n) for n in range(2, 6)))
    match = one(compare(long, cut))
    assert match.kind is MatchKind.FILM
    (span,) = match.spans
    assert (span.first_start, span.first_end) == (4.0, 12.0)
    assert (span.second_start, span.second_end) == (0.0, 8.0)
    assert match.seconds == pytest.approx(8.0)


def test_a_stretch_says_in_which_frames_it_is_best_seen() -> None:
    changed = [PICTURE_EDITS["logo 10 %"].pixels(scene(n)) for n in range(2, 6)]
    long, cut = film(*(scene(n) for n in range(8))), film(*changed[:2], scene(4), changed[3])
    (span,) = one(compare(long, cut)).spans
    assert span.best is not None
    assert (span.best.first, span.best.second) == (9.0, 5.0)
    assert span.best.distance == 0
    (back,) = one(compare(cut, long)).spans
    assert back.best == span.best.swapped()
    older = {k: v for k, v in msgspec.to_builtins(span).items() if k != "best"}
    assert msgspec.convert(older, Span).best is None


def test_a_mirrored_film_is_a_lead_that_says_mirrored() -> None:
    mirrored = film(*(np.ascontiguousarray(mirror(scene(n))) for n in range(4)))
    match = one(compare(film(*(scene(n) for n in range(4))), mirrored))
    assert match.orientation == "mirrored"
    assert match.seconds == pytest.approx(8.0)


def test_films_of_different_things_are_no_lead() -> None:
    assert compare(film(scene(1), scene(2)), film(scene(3), scene(4))) == []


def test_one_loosely_agreeing_frame_is_not_enough_for_films() -> None:
    logo = PICTURE_EDITS["logo 10 %"].pixels(scene(1))
    alone = compare(film(scene(1)), film(logo), Thresholds(frame=100, frame_alone=20))
    assert alone == []


def with_title(before: int, seconds: float) -> Subject:
    """Two seconds of something, a title, two more seconds."""
    shown = [
        (before, 0.0, 2.0),
        (9, 2.0, 2.0 + seconds),
        (before + 1, 2.0 + seconds, 4.0 + seconds),
    ]
    frames = [
        Frame(as_picture(scene(number)), start, end, shot=shot)
        for shot, (number, start, end) in enumerate(shown)
    ]
    return Subject.of(
        MediaType.VIDEO, traces("exact", [bytes([before])]) + traces("frames", frames)
    )


def test_a_title_that_is_shown_for_a_moment_is_no_lead_between_films() -> None:
    assert compare(with_title(20, 0.1), with_title(40, 0.1)) == []
    assert compare(with_title(20, 1.0), with_title(40, 1.0))


def test_a_film_of_one_moment_is_found_in_another() -> None:
    moment = film(scene(9), seconds=0.1)
    assert one(compare(moment, with_title(20, 0.1))).kind is MatchKind.FILM


def test_flat_pictures_propose_nothing() -> None:
    grey = np.full((300, 400, 3), 128, np.uint8)
    lighter = np.full((300, 400, 3), 130, np.uint8)
    assert compare(photo(grey), photo(lighter)) == []


def test_comparing_the_other_way_round_tells_the_same() -> None:
    long = film(*(scene(n) for n in range(6)))
    cut = film(*(scene(n) for n in range(1, 4)))
    there, back = one(compare(long, cut)), one(compare(cut, long))
    assert there.spans == back.swapped().spans


@pytest.mark.parametrize("kind", [MatchKind.PICTURE, MatchKind.STILL, MatchKind.FILM])
def test_every_kind_shows_how_often_it_is_wrong_and_on_how_many_pairs(kind: MatchKind) -> None:
    measured = false_matches(kind, Thresholds().of(kind))
    assert measured is not None
    assert measured.pairs > 500
    limit = Thresholds().of(kind)
    assert f"{measured.pairs:,}" in says(Match(kind=kind, distance=limit, threshold=limit))


def test_where_nothing_was_measured_that_is_what_is_said() -> None:
    assert "too little was measured" in says(
        Match(kind=MatchKind.PICTURE, distance=127, threshold=127)
    )


def test_the_distance_of_a_film_match_is_that_of_the_shared_stretch() -> None:
    """One frame that agrees by chance elsewhere says nothing about the stretch."""
    logo = PICTURE_EDITS["logo 10 %"]
    first = film(*(scene(n) for n in range(5)), scene(30), seconds=0.5)
    second = film(scene(30), *(logo.pixels(scene(n)) for n in range(5)), seconds=0.5)
    match = one(compare(first, second))
    assert [span.frames for span in match.spans] == [5]
    assert match.distance > 16


def hashed(variant: str, apart: int) -> Subject:
    """A film of three frames, each so many bits apart from that of the same film with other bits.

    Args:
        variant: of what of each frame the hashes are.
        apart: how many bits are turned.
    """
    signal = signals()["frames"]
    read = []
    for number in range(3):
        random = np.random.default_rng(number)
        bits = random.integers(0, 2, 8 * 256).astype(np.uint8)
        bits[random.permutation(256)[:apart]] ^= 1
        value = np.packbits(bits).tobytes()
        feature = Feature(variant=variant, value=value, start=2.0 * number, end=2.0 * number + 2)
        read.append(Trace(signal.name, signal.version, feature))
    return Subject.of(MediaType.VIDEO, read)


def test_what_fills_one_film_may_agree_loosely_with_a_panel_of_another() -> None:
    assert one(compare(hashed("whole", 0), hashed("panel 1", 46))).kind is MatchKind.FILM
    assert not compare(hashed("panel 1", 0), hashed("panel 1", 46))
    assert not compare(hashed("whole", 0), hashed("whole", 46))
