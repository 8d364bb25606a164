"""What every signal must do, whatever it reads. A new signal is held to it by being there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

import clew.signals
from clew.media.image import Picture
from clew.media.kind import MediaType
from clew.media.sound import RATE, Stretch
from clew.media.video import Frame
from clew.signals.base import Feature, Need, Signal
from clew.signals.registry import available, signals
from clew.training.melodies import make_melody
from clew.training.pictures import make_picture

ALL = list(signals().values())
CONNECTING = [signal for signal in ALL if signal.connects]
SEARCHED = [signal for signal in ALL if signal.space is not None]


@cache
def picture(number: int, height: int = 240, width: int = 320) -> Picture:
    pixels = make_picture(3, number, height, width).pixels
    return Picture(pixels, width, height)


def items(need: Need, number: int) -> list[Any]:
    """A small media of each kind that a signal can be fed."""
    if need is Need.PICTURE:
        return [picture(number)]
    if need is Need.FRAMES:
        shown = [picture(number + 100), picture(number + 200)]
        return [Frame(one, i * 0.5, i * 0.5 + 0.5, shot=i) for i, one in enumerate(shown)]
    if need is Need.SOUND:
        tune = make_melody(np.random.default_rng(number), 6.0 + number, RATE)
        return [Stretch(tune[at : at + RATE], at / RATE, 0) for at in range(0, len(tune), RATE)]
    file = io.BytesIO()
    Image.fromarray(picture(number).pixels).save(file, "PNG")
    return [file.getvalue()[:5000], file.getvalue()[5000:]]


def read(signal: Signal, fed: list[Any]) -> list[Feature]:
    extractor = signal.extractor()
    for item in fed:
        extractor.take(item)
    return extractor.finish()


@pytest.fixture(params=ALL, ids=lambda signal: signal.name)
def signal(request: pytest.FixtureRequest) -> Signal:
    chosen: Signal = request.param
    return chosen


def test_all_signals_are_found() -> None:
    assert {"exact", "picture", "frames", "sound", "speech"} <= set(signals())


def test_it_reads_the_same_from_the_same(signal: Signal) -> None:
    assert read(signal, items(signal.need, 1)) == read(signal, items(signal.need, 1))


def test_a_media_agrees_with_itself_at_distance_0(signal: Signal) -> None:
    for feature in read(signal, items(signal.need, 1)):
        assert signal.compare(feature, feature).distance == 0


@pytest.mark.parametrize("connecting", CONNECTING, ids=lambda signal: signal.name)
def test_different_media_are_apart(connecting: Signal) -> None:
    one, other = (read(connecting, items(connecting.need, number))[0] for number in (1, 2))
    assert connecting.compare(one, other).distance > 0


@pytest.mark.parametrize("signal", CONNECTING, ids=lambda signal: signal.name)
def test_comparing_is_symmetric_where_that_is_declared(signal: Signal) -> None:
    one, other = (read(signal, items(signal.need, number))[0] for number in (1, 2))
    there, back = signal.compare(one, other), signal.compare(other, one)
    assert signal.symmetric
    assert there.distance == back.distance


def test_features_survive_being_stored(signal: Signal) -> None:
    for feature in read(signal, items(signal.need, 1)):
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(feature), type=Feature)
        assert stored == feature


def test_quality_is_between_0_and_100(signal: Signal) -> None:
    for feature in read(signal, items(signal.need, 1)):
        assert 0 <= feature.quality <= 100


def test_nothing_to_read_gives_no_picture_and_no_error(signal: Signal) -> None:
    features = read(signal, [])
    assert all(feature.variant for feature in features)


def difficult() -> Iterator[Picture]:
    for height, width in ((1, 1), (1, 500), (500, 1), (2, 3), (63, 64), (64, 64)):
        yield Picture(np.full((height, width, 3), 127, np.uint8), width, height)
    yield Picture(np.zeros((200, 300, 3), np.uint8), 300, 200)
    noise = np.random.default_rng(5).integers(0, 256, (90, 120, 3), np.uint8)
    yield Picture(noise, 12_000, 9_000)


@pytest.mark.parametrize("one", list(difficult()), ids=lambda one: f"{one.width}x{one.height}")
def test_it_survives_difficult_pictures(signal: Signal, one: Picture) -> None:
    if signal.need is Need.PICTURE:
        features = read(signal, [one])
    elif signal.need is Need.FRAMES:
        features = read(signal, [Frame(one, 0.0, 0.5, shot=0)])
    elif signal.need is Need.SOUND:
        hum = np.resize(one.pixels[:, :, 0].ravel() / 255 - 0.5, one.width).astype(np.float32)
        features = read(signal, [Stretch(hum, 0.0, 0)])
    else:
        features = read(signal, [b""])
    # Parts of a picture that stand out there need not be.
    assert features or not signal.connects or signal.need is Need.FRAMES
    for feature in features:
        assert signal.compare(feature, feature).distance == 0


def test_flat_pictures_are_kept_but_propose_nothing() -> None:
    flat = Picture(np.full((200, 300, 3), 127, np.uint8), 300, 200)
    (feature, *_) = read(signals()["picture"], [flat])
    assert feature.quality < signals()["picture"].usable_quality


@pytest.mark.parametrize("searched", SEARCHED, ids=lambda signal: signal.name)
def test_a_searched_hash_is_one_of_its_own_queries(searched: Signal) -> None:
    space = searched.space
    assert space is not None
    for feature in read(searched, items(searched.need, 1)):
        queries = space.queries(feature.value)
        assert queries.shape == (len(space.orientations), space.bits // 8)
        assert np.array_equal(queries[0], space.indexed(feature.value))
        assert space.orientations[0] == "as it is"


@pytest.mark.parametrize(
    "signal", [s for s in SEARCHED if s.asked is not None], ids=lambda signal: signal.name
)
def test_what_one_feature_stands_for_can_be_asked_for(signal: Signal) -> None:
    space = signal.space
    assert space is not None
    assert signal.asked is not None
    told = [value for kept in read(signal, items(signal.need, 1)) for value in signal.asked(kept)]
    assert told
    for value in told:
        assert space.indexed(value).shape == (space.bits // 8,)


def test_it_is_documented_with_its_method_and_limits(signal: Signal) -> None:
    readme = Path(clew.signals.__path__[0]) / signal.name / "README.md"
    text = readme.read_text(encoding="utf-8")
    for heading in ("## Catches", "## Misses", "## Method", "## Measured"):
        assert heading in text, f"{readme} lacks {heading}"


def test_it_declares_what_it_reads(signal: Signal) -> None:
    assert signal.media <= {MediaType.IMAGE, MediaType.VIDEO, MediaType.SOUND}
    assert signal.media
    assert signal.version >= 1
    assert signal in available(signal.need) or signal.missing
