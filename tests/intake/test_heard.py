"""Recordings that share seconds are connected, whether films or sounds, by the very next search."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from left import connected
from numpy.typing import NDArray

from clew.casework.find import find_file
from clew.compare.evidence import MatchKind
from clew.intake.progress import Progress
from clew.intake.reading import read_one
from clew.media.sound import RATE
from clew.records.models import StoredTrace
from clew.settings import Settings
from clew.training.melodies import make_melody
from clew.training.practice import practice


def written(path: Path, samples: NDArray[np.float32], rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((20_000 * samples).astype("<i2").tobytes())
    return path


def test_shared_seconds_are_found_and_kept(
    place: Path, workspace: Path, scan: Callable[[Path], Progress]
) -> None:
    evidence = place / "evidence"
    evidence.mkdir()
    long, other = (make_melody(np.random.default_rng(n), 20.0, RATE) for n in (1, 2))
    written(evidence / "long.wav", long)
    written(evidence / "part.wav", long[6 * RATE : 14 * RATE])
    written(evidence / "other.wav", other)
    scan(evidence)
    with practice(workspace, Settings.from_environment({"CLEW_WORKERS": "1"})) as opened:
        ((_, _, kind),) = connected()
        assert kind == MatchKind.SOUND.value
        assert StoredTrace.objects.filter(signal="speech").exists()
        asked = written(place / "asked.wav", other[5 * RATE : 12 * RATE : 2], RATE // 2)
        (found,) = find_file(opened, read_one(opened, asked)).found
        assert [place.path for place in found.item.places] == ["other.wav"]
        span = found.match.spans[0]
        assert abs(span.second_start - 5) < 0.5
        assert abs(span.second_end - 12) < 0.5
        # Melodies do not speak; what was stored of two sound tracks is told once and in order.
        speaks = {"media_id": found.item.id, "signal": "speech", "version": 1, "quality": 90}
        stretches = (
            (6.5, 9.0, "speech"),
            (1.0, 2.5, "speech"),
            (1.0, 2.5, "sound track 2: speech"),
        )
        for ordinal, (start, end, variant) in enumerate(stretches, 100):
            StoredTrace.objects.using("worker").create(
                **speaks, ordinal=ordinal, start=start, end=end, variant=variant, value=b"Z"
            )
        (again,) = find_file(opened, read_one(opened, asked)).found
        assert [(one.start, one.end) for one in again.item.spoken] == [(1.0, 2.5), (6.5, 9.0)]
