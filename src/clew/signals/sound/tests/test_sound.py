"""What is special about sound: what survives, and what is never matched."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clew.media.sound import RATE, Stretch
from clew.signals.base import Feature
from clew.signals.sound import SIGNAL
from clew.signals.sound.extract import HEARD, PRESENT, SILENCE, TONES
from clew.training.melodies import make_melody

Samples = NDArray[np.float32]
TIME = np.arange(8 * RATE) / RATE


def listened(samples: Samples, step: int = RATE, track: int = 0, start: float = 0) -> list[Feature]:
    extractor = SIGNAL.extractor()
    for at in range(0, len(samples), step):
        part = samples[at : at + step].astype(np.float32)
        extractor.take(Stretch(part, start + at / RATE, track))
    return extractor.finish()


def matched(features: list[Feature]) -> list[Feature]:
    return [feature for feature in features if feature.quality >= PRESENT]


def melody(number: int, seconds: float) -> Samples:
    return make_melody(np.random.default_rng(number), seconds, RATE)


def tone(*pitches: float) -> Samples:
    return np.asarray(sum(0.2 * np.sin(2 * np.pi * p * TIME) for p in pitches), np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        tone(1000),
        tone(350, 440),
        tone(*(50.0 * k for k in range(1, 10))),
        tone(425) * (TIME % 1 < 0.5),
        tone(1000) + np.random.default_rng(1).normal(0, 0.03, len(TIME)),
    ],
    ids=["test tone", "dial tone", "hum", "busy tone", "tone in noise"],
)
def test_tones_are_marked_and_propose_nothing(samples: Samples) -> None:
    features = listened(samples)
    assert not matched(features)
    (tones,) = [f for f in features if f.variant == TONES]
    assert tones.start is not None
    assert tones.end is not None
    assert tones.end - tones.start > 7


def test_silence_is_marked_and_what_sounds_around_it_is_not() -> None:
    quiet = np.zeros(4 * RATE, np.float32)
    features = listened(np.concatenate([melody(1, 5), quiet, melody(2, 5)]))
    (silence,) = [f for f in features if f.variant == SILENCE]
    assert silence.start == pytest.approx(5, abs=0.3)
    assert silence.end == pytest.approx(9, abs=0.3)
    assert not [f for f in matched(features) if 5.3 < (f.start or 0) < 8.7]


def test_blocks_do_not_show_however_sound_comes_in() -> None:
    long = melody(3, 100)
    whole, pieces = matched(listened(long, 10_000_000)), matched(listened(long, 1000))
    assert len(whole) > 400
    one = {(f.start, f.value) for f in whole}
    other = {(f.start, f.value) for f in pieces}
    assert len(one & other) > 0.97 * max(len(one), len(other))


def test_tracks_are_told_apart_and_times_start_where_the_track_does() -> None:
    features = listened(melody(4, 4), track=1, start=2.5)
    assert {f.variant for f in matched(features)} == {"sound track 2"}
    assert min(f.start or 0 for f in matched(features)) > 2.5
    (extent,) = [f for f in features if f.variant.endswith(HEARD)]
    assert (extent.start, extent.end) == (2.5, pytest.approx(6.5, abs=0.01))


def test_an_index_of_1000_hours_has_its_share_of_entries_at_most() -> None:
    features = listened(melody(5, 60))
    indexed = [f for f in features if f.quality >= SIGNAL.usable_quality]
    assert 60 < len(indexed) <= 60 * 7000 / 3600 * 1.25  # dense in places, not over an hour
