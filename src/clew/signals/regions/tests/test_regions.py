"""Local regions: the same in a mirrored picture, packed without loss that matters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from clew.media.image import Picture
from clew.media.sampling import Frame
from clew.signals.base import Feature
from clew.signals.regions import SIGNAL
from clew.signals.regions.describe import mirrored, regions_of
from clew.signals.regions.extract import ASKED, INDEXED, KEPT, REGION, VIEW, asked
from clew.signals.regions.view import asked_of, packed, unpacked
from clew.signals.space import REGIONS
from clew.training.edits.pictures import logo
from clew.training.pictures import Pixels, make_picture

SCENE = make_picture(8, 0, 360, 640).pixels


def read(*frames: Pixels, shots: bool = False) -> list[Feature]:
    extractor = SIGNAL.extractor()
    for step, pixels in enumerate(frames):
        picture = Picture(pixels, pixels.shape[1], pixels.shape[0])
        extractor.take(Frame(picture, float(step), step + 1.0, shot=step if shots else 0))
    return extractor.finish()


def test_a_mirrored_picture_has_the_same_regions_with_the_bits_of_the_space() -> None:
    found = regions_of(SCENE, KEPT)
    other = regions_of(np.ascontiguousarray(SCENE[:, ::-1]), KEPT)
    bits = mirrored(found.bits)
    assert (bits == [REGIONS.queries(one.tobytes())[1] for one in found.bits]).all()
    apart = np.bitwise_count(bits[:, None] ^ other.bits[None]).sum(axis=2).min(axis=1)
    assert np.mean(apart <= 20) > 0.8
    assert np.bitwise_count(found.bits ^ bits).sum() == 128 * len(found)


def test_a_view_keeps_places_and_bits() -> None:
    found = regions_of(SCENE, KEPT)
    value = packed(found, 640, 360, np.array([5, 2]))
    view = unpacked(value)
    assert (view.width, view.height) == pytest.approx((640 / 360, 1.0), abs=0.01)
    assert view.place[:, :2] == pytest.approx(found.place[:, :2], abs=0.01)
    assert view.place[:, 2] == pytest.approx(found.place[:, 2], rel=0.02)
    assert view.plain == found.plain == len(found)
    turned = np.angle(np.exp(1j * (view.place[:, 3] - found.place[:, 3])))
    assert np.abs(turned).max() < 0.02
    assert (view.bits.view(np.uint8) == found.bits).all()
    assert asked_of(value) == [found.bits[5].tobytes(), found.bits[2].tobytes()]


@pytest.mark.parametrize("value", [b"", b"x", b"\xff" * 7, b"\xff" * 50])
def test_any_bytes_are_a_view(value: bytes) -> None:
    view = unpacked(value)
    assert len(view.place) == len(view.bits) == max(0, len(value) - 4) // 36
    assert view.plain <= len(view.place)
    assert not any(asked_of(value)) or len(view.place)
    assert view.width >= 1.0
    assert view.height >= 1.0


def test_views_are_not_searched_and_few_regions_are() -> None:
    moved = [np.roll(SCENE, 40 * step, axis=1) for step in range(5)]
    found = read(*moved)
    views = [feature for feature in found if feature.variant == VIEW]
    regions = [feature for feature in found if feature.variant == REGION]
    indexed = [region for region in regions if region.quality >= SIGNAL.usable_quality]
    assert len(views) == 5
    assert len(indexed) == 2 * INDEXED
    assert regions == indexed
    assert [len(asked(view)) for view in views] == [ASKED] * 5
    assert {region.value for region in regions} <= {bits for view in views for bits in asked(view)}


def test_while_nothing_moves_a_view_lasts() -> None:
    views = [feature for feature in read(SCENE, SCENE, SCENE) if feature.variant == VIEW]
    assert [(view.start, view.end) for view in views] == [(0.0, 3.0)]


def test_of_a_view_that_lasts_more_regions_are_searched() -> None:
    searched = [f.value for f in read(*[SCENE] * 9) if f.variant == REGION]
    assert len(set(searched)) == len(searched) == 3 * INDEXED


def test_every_shot_has_a_view() -> None:
    other = make_picture(8, 1, 360, 640).pixels
    views = [f for f in read(SCENE, other, SCENE, shots=True) if f.variant == VIEW]
    assert [view.start for view in views] == [0.0, 1.0, 2.0]


def test_a_logo_is_not_all_that_is_searched() -> None:
    with_logo = [f.value for f in read(logo(SCENE, 0.25)) if f.variant == REGION]
    without = asked_for(SCENE)
    distances = [
        min(SIGNAL.compare(_feature(a), _feature(b)).distance for b in without) for a in with_logo
    ]
    assert sum(distance <= 40 for distance in distances) >= 3


def tank(noise: float = 0.0) -> Pixels:
    """Small, dim things on a pale ground, of which the usual look sees next to nothing."""
    random = np.random.default_rng(4)
    grey = np.full((360, 640), 190.0)
    for down, across, turn in random.uniform((30, 30, 0), (330, 610, 180), (40, 3)):
        fish = cv2.ellipse(
            np.zeros_like(grey), (int(across), int(down)), (7, 2), turn, 0, 360, 1.0, -1
        )
        grey -= 22 * cv2.GaussianBlur(fish, (0, 0), 1.0)
    grey += random.normal(0, noise, grey.shape)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_where_little_is_to_be_seen_a_second_look_is_taken() -> None:
    found, again = regions_of(tank(), KEPT), regions_of(tank(noise=0.5), KEPT)
    assert found.plain < 15
    assert len(found) > 30
    apart = np.bitwise_count(found.bits[:, None] ^ again.bits[None]).sum(axis=2).min(axis=1)
    assert np.mean(apart[found.plain :] <= 40) > 0.6


def test_of_one_colour_no_second_look_finds_anything() -> None:
    assert len(regions_of(np.full((360, 640, 3), 90, np.uint8), KEPT)) == 0


def test_what_is_asked_for_comes_from_few_places_where_there_are_few() -> None:
    corner = np.full_like(SCENE, 120)
    corner[:120, :160] = SCENE[100:220, 200:360]
    assert len(asked_for(corner)) == ASKED


def asked_for(*frames: Pixels) -> list[bytes]:
    return [bits for feature in read(*frames) for bits in asked(feature)]


def _feature(value: bytes) -> Feature:
    return Feature(variant=REGION, value=value)


def test_a_flat_film_has_no_regions() -> None:
    assert read(np.full((360, 640, 3), 90, np.uint8)) == []


def test_no_value_makes_more_be_asked_for_than_a_view_may() -> None:
    found = regions_of(SCENE, KEPT)
    value = packed(found, 640, 360, np.array([1])) + bytes(100_000)
    assert len(asked_of(value)) < 2 * ASKED + 1
