"""The picture of a sound match: what agrees is drawn in step, from sound read in confinement."""

from __future__ import annotations

import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from clew import matches, read
from clew.compare.spectrograms import drawn, marks, window
from clew.compare.subject import Subject
from clew.media.sound import RATE
from clew.signals.spectrogram import spectrogram
from clew.training.melodies import make_melody


def written(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((20_000 * samples).astype("<i2").tobytes())
    return path


def test_what_agrees_stands_upright_and_looks_alike(place: Path) -> None:
    tune = make_melody(np.random.default_rng(1), 14.0, RATE)
    paths = (
        written(place / "whole.wav", tune),
        written(place / "part.wav", tune[4 * RATE : 10 * RATE]),
    )
    one, other = read(*paths)
    (match,) = matches(one, other)
    span = match.spans[0]
    subjects = [Subject.of(reading.type, reading.traces) for reading in (one, other)]
    agree = marks(*subjects, match, span)
    assert len(agree.first) == pytest.approx(span.frames, rel=0.2)
    offsets = agree.second[:, 0] - agree.first[:, 0]
    assert offsets == pytest.approx(np.full(len(offsets), -4.0), abs=0.1)

    shown = [window(span, of_second=second) for second in (False, True)]
    columns = [
        spectrogram(path, 0, max(0.0, start), end)
        for path, (start, end) in zip(paths, shown, strict=True)
    ]
    # The first is shown from one second before the stretch, the second begins with it.
    alike = np.corrcoef(columns[0][50:250].ravel(), columns[1][:200].ravel())[0, 1]
    assert alike > 0.9
    png = drawn(columns[0], columns[1], span, agree, ("whole.wav", "part.wav"))
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    lines = (picture == (120, 220, 255)).all(axis=2)
    assert lines.sum() > 30 * len(agree.first)


def test_a_file_that_cannot_be_read_is_named(place: Path) -> None:
    broken = place / "broken.wav"
    broken.write_bytes(b"RIFF\x10\0\0\0WAVEfmt nothing")
    with pytest.raises(ValueError, match=r"broken\.wav"):
        spectrogram(broken, 0, 0.0, 1.0)
