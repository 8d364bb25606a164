"""From sound to the stretches in which somebody speaks."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from clew.media.sound import RATE, Stretch
from clew.signals.base import Feature
from clew.signals.speech.model import STEP, Listener

SPEECH = "speech"
HEARD = "heard"

# The thresholds and times of the model's authors, but for pauses: an officer jumps to where
# somebody begins to speak, not to every breath.
_SPEAKS, _STILL_SPEAKS = 0.5, 0.35
_LEAST = 0.25  # seconds
_PAUSE = 0.5
_AROUND = 0.03
_SILENCE = 1e-8  # mean square, 80 dB below full scale: not worth asking the model
_SUMMARY = struct.Struct(">II")


class SpeechExtractor:
    """Listens to every track."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def take(self, item: Stretch) -> None:
        """Take the next stretch of any track."""
        self._tracks.setdefault(item.track, _Track(item.track)).take(item)

    def finish(self) -> list[Feature]:
        """Of each track first how much was heard and spoken, then where."""
        return [feature for _, track in sorted(self._tracks.items()) for feature in track.finish()]


@dataclass
class _Spoken:
    start: float
    end: float
    likely: list[float] = field(default_factory=list)


class _Track:
    def __init__(self, number: int) -> None:
        self._before = "" if number == 0 else f"sound track {number + 1}: "
        self._listener = Listener()
        self._rest = np.zeros(0, np.float32)
        self._end = 0.0
        self._heard = 0.0
        self._speaking: _Spoken | None = None
        self._spoken: list[_Spoken] = []

    def take(self, stretch: Stretch) -> None:
        """Hear a stretch; what is less than a step waits for the next."""
        if abs(stretch.start - self._end) > 0.05:
            self._rest, self._listener = np.zeros(0, np.float32), Listener()
        samples = np.concatenate([self._rest, stretch.samples])
        start = stretch.start - len(self._rest) / RATE
        whole = len(samples) // STEP
        steps = samples[: whole * STEP].reshape(-1, STEP)
        audible = np.einsum("ij,ij->i", steps, steps) / STEP >= _SILENCE
        likely = np.zeros(whole, np.float32)
        likely[audible] = self._listener.hear(steps[audible])
        for number, one in enumerate(likely.tolist()):
            self._hear(start + number * STEP / RATE, one)
        self._rest = samples[whole * STEP :]
        self._heard += len(stretch.samples) / RATE
        self._end = stretch.end

    def _hear(self, time: float, likely: float) -> None:
        end = time + STEP / RATE
        speaking = self._speaking
        if likely >= _SPEAKS or (speaking is not None and likely >= _STILL_SPEAKS):
            if speaking is None or time - speaking.end > _PAUSE:
                self._close()
                speaking = self._speaking = _Spoken(time, end)
            speaking.end = end
            speaking.likely.append(likely)
        elif speaking is not None and end - speaking.end > _PAUSE:
            self._close()

    def _close(self) -> None:
        if self._speaking is not None and self._speaking.end - self._speaking.start >= _LEAST:
            self._spoken.append(self._speaking)
        self._speaking = None

    def finish(self) -> list[Feature]:
        """All that was heard, and each stretch of speech."""
        self._close()
        seconds = sum(spoken.end - spoken.start for spoken in self._spoken)
        told = [
            Feature(
                variant=f"{self._before}{HEARD}",
                value=_SUMMARY.pack(
                    min(round(1000 * self._heard), 2**32 - 1), min(round(1000 * seconds), 2**32 - 1)
                ),
                start=0.0,
                end=round(self._end, 2),
            )
        ]
        for spoken in self._spoken:
            likely = round(100 * float(np.mean(spoken.likely)))
            told.append(
                Feature(
                    variant=f"{self._before}{SPEECH}",
                    value=bytes([likely]),
                    quality=likely,
                    start=round(max(0.0, spoken.start - _AROUND), 2),
                    end=round(min(self._end, spoken.end + _AROUND), 2),
                )
            )
        return told
