"""Sound of places and events: voices, tunes, clocks and mains hum, heard in a room by a device.

float32, shape (samples,), -1..1, one channel at :data:`clew.training.footage.SOUND_RATE`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from clew.training.footage import SOUND_RATE
from clew.training.melodies import make_melody
from clew.training.world.chance import between, one_of, source

Sound = NDArray[np.float32]

SENTENCES = (
    "Please put the kettle on, we will have tea in the garden.",
    "The train to the lake leaves at ten past four.",
    "First mix flour, butter and sugar, then add two eggs.",
    "It will rain in the north tomorrow, with sun from noon.",
    "Turn left behind the bakery and cross the small bridge.",
    "The library is closed on Mondays and on the first of May.",
)
"""What voices say: nothing that matters."""

# Formants in Hz of vowels and voiced consonants of a middle-sized speaker (after Peterson and
# Barney 1952), which another speaker's length of throat scales.
_FORMANTS = {
    "a": (730, 1090, 2440), "e": (530, 1840, 2480), "i": (270, 2290, 3010), "o": (570, 840, 2410),
    "u": (300, 870, 2240), "l": (360, 1300, 2700), "m": (280, 1000, 2200), "n": (280, 1700, 2600),
    "r": (490, 1350, 1690), "w": (300, 610, 2200), "v": (300, 1100, 2300), "y": (300, 2200, 3000),
}  # fmt: skip
_NOISY = {"s": 5500, "f": 4500, "h": 1500, "t": 4000, "k": 2200, "p": 900, "c": 3500, "x": 3000}

_WAVERS = 0.35  # seconds, about a word, over which the pace of speech goes from one to another


@dataclass(frozen=True)
class Voice:
    """A machine's voice: pitch in Hz, length of the throat (1 is the middle), speed."""

    name: str
    pitch: float
    throat: float
    speed: float
    variant: str


def build_voice(seed: int, name: str) -> Voice:
    """The voice of this name; all are of grown-up pitch."""
    random = source(seed, "voice", name)
    variant = one_of(random, ("en+m1", "en+m3", "en+m5", "en+f2", "en+f4", "de+m2", "fr+f3"))
    return Voice(
        name,
        between(random, 85, 210),
        between(random, 0.88, 1.16),
        between(random, 0.85, 1.2),
        variant,
    )


def speaker() -> str:
    """What voices are made with here."""
    return "espeak-ng" if shutil.which("espeak-ng") else "formants"


def spoken(voice: Voice, sentence: str, made_with: str) -> Sound:
    """A sentence in this voice."""
    if made_with == "espeak-ng":
        return _espeak(voice, sentence)
    return _formant_speech(voice, sentence)


def said_once(random: np.random.Generator, said: Sound) -> Sound:
    """Speech at a pace and pitch that waver as they never do the same way twice.

    A machine says a sentence alike every time, to the sample; people do not, so that what two
    events share would be a recording if it were left so.
    """
    knots = np.arange(0, len(said) / SOUND_RATE + 2 * _WAVERS, _WAVERS)
    pace = np.exp(random.normal(0, 0.2, len(knots))) * between(random, 0.93, 1.07)
    samples = np.interp(np.arange(2 * len(said)) / SOUND_RATE, knots, pace)
    at = np.cumsum(samples) - samples[0]
    at = at[at < len(said) - 1]
    return np.asarray(np.interp(at, np.arange(len(said)), said), np.float32)


def _espeak(voice: Voice, sentence: str) -> Sound:
    pitch = str(int(np.clip((voice.pitch - 60) / 2, 0, 99)))
    command = ["espeak-ng", "-v", voice.variant, "-p", pitch, "-s", str(int(160 * voice.speed))]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        subprocess.run([*command, "-w", str(file), sentence], check=True, timeout=60)
        with av.open(str(file)) as container:
            resampler = AudioResampler("flt", "mono", SOUND_RATE)
            pieces = [
                piece.to_ndarray().reshape(-1)
                for frame in container.decode(audio=0)
                for piece in resampler.resample(frame)
            ]
    return np.concatenate(pieces).astype(np.float32)


def _formant_speech(voice: Voice, sentence: str) -> Sound:
    """Letter by letter: a buzz or a hiss through the resonances of the letter."""
    random = source(0, "speech", voice.name, sentence)
    pieces = []
    for place, letter in enumerate(sentence.lower()):
        fall = 1.12 - 0.25 * place / len(sentence)
        if letter in _FORMANTS:
            seconds = (0.13 if letter in "aeiou" else 0.07) / voice.speed
            pitch = voice.pitch * fall * between(random, 0.95, 1.06)
            pieces.append(_voiced(_FORMANTS[letter], seconds, pitch, voice.throat))
        elif letter in _NOISY:
            pieces.append(_hiss(random, _NOISY[letter], 0.06 / voice.speed))
        elif letter in " ,.":
            pieces.append(np.zeros(int((0.05 if letter == " " else 0.2) * SOUND_RATE), np.float32))
        else:
            pieces.append(
                _voiced((450, 1200, 2400), 0.05 / voice.speed, voice.pitch * fall, voice.throat)
            )
    said = np.concatenate(pieces)
    return np.asarray(said / max(float(np.abs(said).max()), 1e-6) * 0.6, np.float32)


def _voiced(formants: tuple[int, ...], seconds: float, pitch: float, throat: float) -> Sound:
    """Harmonics of the pitch, as loud as the resonances let them be."""
    time = np.arange(int(seconds * SOUND_RATE)) / SOUND_RATE
    harmonics = np.arange(1, int(4200 / pitch)) * pitch
    loud = np.zeros(len(harmonics))
    for place, formant in enumerate(formants):
        width = 60 + 50 * place
        loud += (0.6**place) / (1 + ((harmonics - formant / throat) / width) ** 2)
    phases = 2 * np.pi * harmonics[:, None] * time[None, :]
    edge = np.minimum(1, np.minimum(time, seconds - time) / 0.012)
    return np.asarray((loud[:, None] * np.sin(phases)).sum(axis=0) * edge, np.float32)


def _hiss(random: np.random.Generator, middle: float, seconds: float) -> Sound:
    count = int(seconds * SOUND_RATE)
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / SOUND_RATE)
    spectrum *= np.exp(-(((frequencies - middle) / (0.45 * middle)) ** 2))
    noise = np.fft.irfft(spectrum, count) * np.hanning(count)
    return np.asarray(noise / max(float(np.abs(noise).max()), 1e-6) * 0.35, np.float32)


@lru_cache(maxsize=8)
def room_response(seed: int, place: str, spot: int, wide: float, deep: float, tall: float) -> Sound:
    """What a room answers to a clap: first echoes from its six walls, then a decaying murmur.

    The echoes come from mirror images of the source (Allen and Berkley 1979, first order); `spot`
    says where in the room it is heard.
    """
    room, here = source(seed, "response", place), source(seed, "response", place, spot)
    lasts = between(room, 0.25, 0.7)
    count = int(lasts * SOUND_RATE)
    time = np.arange(count) / SOUND_RATE
    murmur = room.standard_normal(count) * np.exp(-6.9 * time / lasts) * 0.05
    size = np.array([wide, deep, tall])
    speaker_at, heard_at = here.uniform(0.2, 0.8, 3) * size, here.uniform(0.2, 0.8, 3) * size
    murmur[0] += 1.0
    direct = float(np.linalg.norm(speaker_at - heard_at))
    for axis in range(3):
        for wall in (0.0, size[axis]):
            image = speaker_at.copy()
            image[axis] = 2 * wall - image[axis]
            path = float(np.linalg.norm(image - heard_at))
            delay = int((path - direct) / 343 * SOUND_RATE)
            if delay < count:
                murmur[delay] += 0.6 * direct / path
    return np.asarray(murmur, np.float32)


def heard_in(sound: Sound, response: Sound) -> Sound:
    """A sound in a room, as long as before."""
    count = len(sound) + len(response)
    size = 1 << (count - 1).bit_length()
    both = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(both, size)[: len(sound)], np.float32)


@dataclass(frozen=True)
class Hearing:
    """What is to be heard at an event.

    Attributes:
        seconds: how long it lasts.
        voices: who speaks, and what.
        tune: name of the music that plays; the same name is the same recording.
        clock: seconds from one tick of a clock to the next; 0 for none.
        mains: frequency of the hum, 50 or 60 Hz; 0 outdoors.
    """

    seconds: float
    voices: tuple[tuple[Voice, str], ...] = ()
    tune: str = ""
    clock: float = 0.0
    mains: int = 50


def event_sound(seed: int, name: str, hearing: Hearing, made_with: str) -> Sound:
    """What was to be heard in the middle of the room; several takes are made from it."""
    random = source(seed, "heard", name)
    total = np.zeros(int(hearing.seconds * SOUND_RATE), np.float32)
    at = between(random, 0.1, 0.8)
    for number, (voice, sentence) in enumerate(hearing.voices):
        said = said_once(source(seed, "said", name, number), spoken(voice, sentence, made_with))
        _add(total, said, at, 0.7)
        at += len(said) / SOUND_RATE + between(random, 0.2, 0.8)
    if hearing.tune:
        whole = make_melody(source(seed, "tune", hearing.tune), 60.0, SOUND_RATE)
        start = int(between(random, 0, 60.0 - hearing.seconds) * SOUND_RATE)
        _add(total, whole[start : start + len(total)], 0.0, 0.45)
    if hearing.clock:
        tick = _hiss(source(seed, "clock", name.split("/")[0]), 3000, 0.018) * 0.25
        for moment in np.arange(between(random, 0, hearing.clock), hearing.seconds, hearing.clock):
            _add(total, tick, float(moment), 1.0)
    return np.asarray(np.clip(total, -1, 1), np.float32)


def _add(total: Sound, piece: Sound, at: float, volume: float) -> None:
    first = int(at * SOUND_RATE)
    piece = piece[: max(0, len(total) - first)]
    total[first : first + len(piece)] += np.float32(volume) * piece


def take(
    random: np.random.Generator, sound: Sound, response: Sound, mains: int, start: float
) -> Sound:
    """What one device records of an event: the room's answer, its own hum, noise and loudness.

    Args:
        random: of this take.
        sound: of the event, from where the take begins to its end.
        response: of the room where the device stands.
        mains: frequency of the hum in Hz, 0 for none.
        start: when in the event the take begins, in seconds: the hum goes on all the while.
    """
    time = start + np.arange(len(sound)) / SOUND_RATE
    heard = np.asarray(heard_in(sound, response), np.float64)
    if mains:
        drift = mains + 0.04 * np.sin(2 * np.pi * time / 97)
        hum = sum(np.sin(2 * np.pi * n * drift * time) / n for n in (1, 2, 3, 5))
        heard += 0.004 * hum
    heard += between(random, 0.001, 0.004) * random.standard_normal(len(heard))
    gain = 0.5 / max(float(np.abs(heard).max()), 0.05)
    return np.asarray(np.clip(heard * gain * between(random, 0.7, 1.3), -1, 1), np.float32)
