"""Confined processes that run what a test wants, and media made on the spot."""

import io
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Task
from clew.training.pictures import make_picture

Pixels = NDArray[np.uint8]


def opened(content: bytes) -> int:
    descriptor = os.memfd_create("test")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def pools() -> Iterator[Callable[..., ConfinedPool]]:
    made: list[ConfinedPool] = []

    def make(workers: int = 1, **limits: float) -> ConfinedPool:
        pool = ConfinedPool(
            "tasks:serve",
            workers,
            Limits(**limits),
            accept=lambda task, part: msgspec.msgpack.decode(part),
        )
        made.append(pool)
        return pool

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        yield make
    for pool in made:
        pool.close()


@pytest.fixture
def make_pool() -> Iterator[Callable[..., ConfinedPool]]:
    """Confined processes that run tasks.py beside this file."""
    yield from pools()


@pytest.fixture(scope="module")
def pool() -> Iterator[ConfinedPool]:
    """One such process for all tests of a module that leave it as it was."""
    for make in pools():
        yield make()


@pytest.fixture
def run() -> Callable[..., list[tuple[str, object]]]:
    """Have a pool do tasks named; what happened, with the name of each."""

    def run(pool: ConfinedPool, names: Sequence[str], content: bytes = b"hello") -> list[object]:
        tasks = [Task(i, opened(content), name, len(content)) for i, name in enumerate(names)]
        return [(task.name, event) for task, event in pool.run(tasks)]

    return run


@cache
def photo(number: int = 1, height: int = 240, width: int = 320) -> Pixels:
    pixels = make_picture(11, number, height, width).pixels
    pixels.flags.writeable = False
    return pixels


def encoded(pixels: Pixels, name: str = "PNG", mode: str | None = None, **options: object) -> bytes:
    image = Image.fromarray(pixels)
    out = io.BytesIO()
    (image.convert(mode) if mode else image).save(out, name, **options)
    return out.getvalue()


def film(
    frames: Sequence[Pixels],
    rate: int = 10,
    container: str = "mp4",
    codec: str = "mpeg4",
    sound: bool = False,
    rotation: int = 0,
) -> bytes:
    """A film of the frames; with ``sound`` a tone under it."""
    out = io.BytesIO()
    with av.open(out, "w", container) as target:
        if frames:
            stream = target.add_stream(codec, rate=rate)
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.bit_rate = 4_000_000
        if sound:
            tone = target.add_stream("mp3" if container == "mp3" else "aac", rate=44100)
        for pixels in frames:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        if frames:
            target.mux(stream.encode())
        if sound:
            seconds = max(3, len(frames) // rate)
            wave = np.sin(np.arange(44100 * seconds) * 2 * np.pi * 440 / 44100).astype(np.float32)
            for start in range(0, len(wave), 1152):
                part = wave[None, start : start + 1152]
                frame = av.AudioFrame.from_ndarray(part, "fltp", "mono")
                frame.sample_rate, frame.pts = 44100, start
                frame.time_base = Fraction(1, 44100)
                target.mux(tone.encode(frame))
            target.mux(tone.encode())
    return out.getvalue()


@pytest.fixture(name="photo")
def photo_fixture() -> Callable[..., Pixels]:
    return photo


@pytest.fixture(name="encoded")
def encoded_fixture() -> Callable[..., bytes]:
    return encoded


@pytest.fixture(name="film")
def film_fixture() -> Callable[..., bytes]:
    return film
