"""Where somebody speaks: how much of it is found, and how much is told that is none.

The truth is the pyannote sample's annotation, and mixtures made here: utterances of five speakers
with pauses between them, under recorded noise.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bench.material import shared_data
from bench.results import Result, Row, freeze
from bench.sounds import Samples, decoded, recordings, tune
from clew.media.sound import RATE, Stretch
from clew.signals.speech import SIGNAL
from clew.signals.speech.extract import SPEECH

_MIXTURES = 10
_TICK = 0.01


def run() -> Result:
    """Listen to all, tick by tick."""
    folder = shared_data() / "audio_misc/pyannote_diarisation_sample"
    spoken = [
        (float(words[3]), float(words[3]) + float(words[4]))
        for words in map(str.split, (folder / "sample.rttm").read_text().splitlines())
        if words
    ]
    rows = [_row("telephone talk (pyannote sample)", [(decoded(folder / "sample.wav"), spoken)])]
    rows.extend(
        _row(f"voices in recorded noise, {ratio} dB", _mixtures(ratio)) for ratio in (20, 10, 5, 0)
    )
    random = np.random.default_rng(7)
    music = [(tune(random, 20.0), []) for _ in range(_MIXTURES)]
    noise = [(s, []) for n, s in recordings().items() if "speechbrain_noise" in n]
    rows.append(_row("made-up tunes", music))
    rows.append(_row("recorded noise alone (crowds among it)", noise))
    ten = recordings()["voices/3080/3080-5032-0009.flac"][: 10 * RATE]
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        _said(ten)
        taken.append(time.perf_counter() - begin)
    return Result(
        title="Speech found",
        says=(
            "Shares of time: of what is spoken, how much was told; of what was told, how much is "
            "spoken. Pauses below half a second count as spoken; in mixtures an utterance counts "
            "from its beginning to its end, longer pauses of its own included, so that less is "
            f"found than is spoken. {_MIXTURES} mixtures each of six utterances with pauses. "
            f"Ten seconds of sound took {min(taken):.3f} s at best."
        ),
        rows=rows,
        figures={"seconds for ten": taken},
    )


def _row(name: str, given: Iterable[tuple[Samples, list[tuple[float, float]]]]) -> Row:
    both = spoken = told = total = 0
    for samples, truth in given:
        count = round(len(samples) / RATE / _TICK)
        is_spoken, is_told = _ticks(_joined(truth), count), _ticks(_said(samples), count)
        both += int((is_spoken & is_told).sum())
        spoken += int(is_spoken.sum())
        told += int(is_told.sum())
        total += count
    return Row(
        cells={
            "what": name,
            "minutes": f"{total * _TICK / 60:.1f}",
            "spoken, found": f"{both / spoken:.3f}" if spoken else "–",
            "told, spoken": f"{both / told:.3f}" if told and spoken else "–",
            "silent of speech, told": f"{(told - both) / max(total - spoken, 1):.3f}",
        }
    )


def _said(samples: Samples) -> list[tuple[float, float]]:
    extractor = SIGNAL.extractor()
    for start in range(0, len(samples), RATE):
        extractor.take(Stretch(samples[start : start + RATE], start / RATE, 0))
    return [(f.start or 0.0, f.end or 0.0) for f in extractor.finish() if f.variant == SPEECH]


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < 0.5:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _ticks(spans: list[tuple[float, float]], count: int) -> NDArray[np.bool_]:
    ticks = np.zeros(count, np.bool_)
    for start, end in spans:
        ticks[round(start / _TICK) : round(end / _TICK)] = True
    return ticks


def _mixtures(ratio: float) -> list[tuple[Samples, list[tuple[float, float]]]]:
    random = np.random.default_rng(11)
    voices = [s for n, s in recordings().items() if n.startswith("voices/")]
    noises = [s for n, s in recordings().items() if "speechbrain_noise" in n]
    made = []
    for _ in range(_MIXTURES):
        parts: list[NDArray[np.float32]] = []
        truth, at = [], 0
        for number in random.choice(len(voices), 6, replace=False).tolist():
            pause = round(float(random.uniform(1, 4)) * RATE)
            # The utterances begin and end with a little silence of their own.
            loud = np.flatnonzero(np.abs(voices[number]) > 0.02 * np.abs(voices[number]).max())
            voice = voices[number][loud[0] : loud[-1] + 1]
            parts += [np.zeros(pause, np.float32), voice]
            truth.append(((at + pause) / RATE, (at + pause + len(voice)) / RATE))
            at += pause + len(voice)
        speech = np.concatenate([*parts, np.zeros(2 * RATE, np.float32)])
        noise = np.resize(noises[int(random.integers(len(noises)))], len(speech))
        level = np.sqrt((speech**2).mean() / (noise**2).mean()) / 10 ** (ratio / 20)
        made.append((np.asarray(0.5 * (speech + level * noise), np.float32), truth))
    return made


if __name__ == "__main__":
    freeze("speech_found", run())
