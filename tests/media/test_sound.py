"""Sound as it is decoded: all tracks, one rate, whatever is broken."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from clew.media.sound import MOST_TRACKS, RATE, Stretch, heard


def tone(pitch: float, seconds: float, rate: int) -> NDArray[np.int16]:
    time = np.arange(round(seconds * rate)) / rate
    return np.asarray(8000 * np.sin(2 * np.pi * pitch * time), np.int16)


def recording(*pitches: float, seconds: float = 3.0, rate: int = 44_100) -> bytes:
    """A Matroska file with a track for each pitch, in FLAC, two channels."""
    target = io.BytesIO()
    with av.open(target, "w", "matroska") as out:
        streams = [out.add_stream("flac", rate=rate, layout="stereo") for _ in pitches]
        for start in np.arange(0, seconds, 0.5):
            for stream, pitch in zip(streams, pitches, strict=True):
                samples = tone(pitch, seconds, rate)[int(start * rate) :][: rate // 2]
                frame = av.AudioFrame.from_ndarray(
                    np.repeat(samples, 2)[None].copy(), "s16", "stereo"
                )
                frame.sample_rate, frame.pts = rate, int(start * rate)
                out.mux(stream.encode(frame))
        for stream in streams:
            out.mux(stream.encode(None))
    return target.getvalue()


def listened(content: bytes) -> tuple[list[Stretch], list[str]]:
    notes: list[str] = []
    return list(heard(io.BytesIO(content), notes, lambda _: None)), notes


def pitch_of(samples: NDArray[np.float32]) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


def test_every_track_is_heard_at_one_rate_without_gaps() -> None:
    stretches, notes = listened(recording(440, 1000))
    assert notes == []
    for track, pitch in ((0, 440), (1, 1000)):
        parts = [s for s in stretches if s.track == track]
        assert [p.start for p in parts[1:]] == pytest.approx([p.end for p in parts[:-1]], abs=0.01)
        samples = np.concatenate([p.samples for p in parts])
        assert len(samples) / RATE == pytest.approx(3.0, abs=0.05)
        assert pitch_of(samples) == pytest.approx(pitch, abs=2)
        assert 8000 / 32768 < np.abs(samples).max() < 0.4  # two channels add up


def test_more_tracks_than_are_heard_are_told() -> None:
    stretches, notes = listened(recording(*[300.0 + 50 * n for n in range(MOST_TRACKS + 1)]))
    assert {s.track for s in stretches} == set(range(MOST_TRACKS))
    assert notes == [f"only the first {MOST_TRACKS} of {MOST_TRACKS + 1} sound tracks heard"]


def test_what_is_damaged_is_stepped_over_and_told() -> None:
    content = bytearray(recording(440, seconds=6.0))
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    stretches, notes = listened(bytes(content))
    assert sum(len(s.samples) for s in stretches) > 2.5 * RATE
    assert notes


def test_a_file_cut_off_is_heard_as_far_as_it_goes() -> None:
    content = recording(440, seconds=6.0)
    stretches, _ = listened(content[: len(content) // 2])
    assert 1.5 < stretches[-1].end < 4.5


def test_eight_bits_and_odd_rates_are_heard_too() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(11_025)
        out.writeframes((tone(700, 2.0, 11_025) // 256 + 128).astype(np.uint8).tobytes())
    stretches, notes = listened(file.getvalue())
    assert notes == []
    assert pitch_of(np.concatenate([s.samples for s in stretches])) == pytest.approx(700, abs=2)
