"""Which stretches two recordings share."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from clew.compare.calibration import Thresholds, false_matches, says
from clew.compare.evidence import Match, MatchKind
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.media.kind import MediaType
from clew.media.sound import RATE, Stretch
from clew.signals.reading import Trace
from clew.signals.sound import SIGNAL
from clew.training.melodies import make_melody

Samples = NDArray[np.float32]


def recording(*tracks: Samples, kind: MediaType = MediaType.SOUND) -> Subject:
    extractor = SIGNAL.extractor()
    for track, samples in enumerate(tracks):
        extractor.take(Stretch(samples.astype(np.float32), 0.0, track))
    traces = [Trace(SIGNAL.name, SIGNAL.version, feature) for feature in extractor.finish()]
    return Subject.of(kind, traces)


def melody(number: int, seconds: float = 20) -> Samples:
    return make_melody(np.random.default_rng(number), seconds, RATE)


def noisy(samples: Samples, seed: int = 1) -> Samples:
    noise = np.random.default_rng(seed).normal(0, samples.std() / 10**0.5, len(samples))
    return np.asarray(samples + noise, np.float32)


def played(samples: Samples, speed: float) -> Samples:
    at = np.arange(int(len(samples) / speed)) * speed
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def only(matches: list[Match]) -> Match:
    (match,) = matches
    assert match.kind is MatchKind.SOUND
    return match


def test_five_noisy_seconds_are_found_where_they_are() -> None:
    whole = melody(1)
    match = only(compare(recording(noisy(whole[8 * RATE : 13 * RATE])), recording(whole)))
    span = match.spans[0]
    assert (span.first_start, span.first_end) == pytest.approx((0, 5), abs=0.5)
    assert (span.second_start, span.second_end) == pytest.approx((8, 13), abs=0.5)
    assert span.speed == pytest.approx(1, abs=0.01)
    assert match.distance <= match.threshold == Thresholds().sound


@pytest.mark.parametrize("speed", [0.95, 1.05])
def test_another_speed_is_found_and_told(speed: float) -> None:
    whole = melody(2)
    match = only(compare(recording(whole), recording(played(whole[5 * RATE : 15 * RATE], speed))))
    assert match.spans[0].speed == pytest.approx(speed, abs=0.01)
    assert match.swapped().spans[0].speed == pytest.approx(1 / speed, abs=0.01)
    assert match.spans[0].first_start == pytest.approx(5, abs=0.5)


def test_what_two_recordings_share_twice_has_two_spans() -> None:
    one, other, between = melody(3, 8), melody(4, 8), melody(5, 6)
    match = only(
        compare(
            recording(np.concatenate([one, other])),
            recording(np.concatenate([other, between, one])),
        )
    )
    starts = {(round(span.first_start), round(span.second_start)) for span in match.spans}
    assert {(0, 14), (8, 0)} <= starts


def test_a_film_and_a_sound_agree_by_the_track_they_share() -> None:
    film = recording(melody(6), melody(7), kind=MediaType.VIDEO)
    match = only(compare(film, recording(melody(7)[3 * RATE : 12 * RATE])))
    assert match.first_variant == "sound track 2"


def test_different_tunes_hum_and_silence_do_not_agree() -> None:
    time = np.arange(10 * RATE) / RATE
    hum = sum(0.1 * np.sin(2 * np.pi * 50 * k * time) for k in range(1, 10))
    assert compare(recording(melody(8)), recording(melody(9))) == []
    assert compare(recording(hum), recording(hum)) == []
    assert compare(recording(0 * hum), recording(0 * hum)) == []


def ticking(phase: float, seconds: float, every: float = 1.0) -> Samples:
    """A clock, with the noise of a recording of its own."""
    tick = np.random.default_rng(1).normal(0, 1, 900) * np.exp(-np.arange(900) / 200)
    tock = np.sin(np.arange(900) * 0.9) * np.exp(-np.arange(900) / 250)
    samples = np.random.default_rng(round(phase * 1000)).normal(0, 0.01, round(seconds * RATE))
    for at in np.arange(phase, seconds - 0.6, every):
        for sound, later in ((tick, 0.0), (tock, 0.4)):
            first = round((at + later) * RATE)
            samples[first : first + 900] += sound
    return np.asarray(samples / np.abs(samples).max(), np.float32)


@pytest.mark.parametrize("seconds", [8, 90])
def test_a_clock_recorded_twice_is_not_one_recording(seconds: float) -> None:
    assert compare(recording(ticking(0.1, seconds)), recording(ticking(0.45, seconds))) == []


def test_what_is_said_over_a_clock_is_found() -> None:
    clock, voice = ticking(0.1, 12), melody(3, 12)
    whole = np.asarray(0.5 * clock + voice, np.float32)
    match = only(compare(recording(noisy(whole[3 * RATE : 9 * RATE])), recording(whole)))
    assert match.spans[0].second_start == pytest.approx(3, abs=0.5)


def test_a_refrain_agrees_with_its_own_recording() -> None:
    tune = np.tile(melody(4, 6), 4)
    match = only(compare(recording(noisy(tune[2 * RATE : 20 * RATE])), recording(tune)))
    assert match.seconds > 15


def test_a_sound_match_shows_how_often_it_is_wrong_and_on_how_many_pairs() -> None:
    measured = false_matches(MatchKind.SOUND, Thresholds().sound)
    assert measured is not None
    assert measured.pairs >= 1_000_000
    assert f"{measured.pairs:,}" in says(
        Match(kind=MatchKind.SOUND, distance=Thresholds().sound, threshold=Thresholds().sound)
    )
