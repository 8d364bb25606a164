"""Pixels and samples as a small film or sound for browsers, with a mark in every picture.

Encoded in a confined process of its own, which never sees anything but pixels and samples: what a
browser's decoders are given was written here, whatever the file was that a part is of.
"""

from __future__ import annotations

import io
import os
import threading
from fractions import Fraction
from typing import Any, BinaryIO

import av
import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.marking import written
from clew.media.parts import FRAMES, Part
from clew.media.pool import ConfinedPool, Job, Result, Task
from clew.media.sound import RATE

_MAGIC = b"\x1a\x45\xdf\xa3"
_MOST_BYTES = 8 * 1024 * 1024
_MOST_LETTERS = 120
_BITS, _BITS_OF_SOUND = 900_000, 32_000
_MILLISECOND = Fraction(1, 1000)
_KEYFRAMES = 2 * FRAMES


class Encoder:
    """Encodes parts, one after the other; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ConfinedPool | None = None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def encoded(self, part: Part, mark: str) -> bytes | None:
        """A part as WebM; None when it cannot be encoded, never one without its mark.

        Args:
            part: of a film or sound.
            mark: what is written into each picture: who was given it, and when.

        Raises:
            clew.media.nursery.ConfinementError: when no process can be started.
        """
        found = None
        with self._lock:
            if self._pool is None:
                self._pool = ConfinedPool(f"{__name__}:serve", 1, accept=_accept)
            for _, event in self._pool.run([_task(part, mark)]):
                if isinstance(event, Result):
                    found = event.content
        return found


def _task(part: Part, mark: str) -> Task:
    descriptor = os.memfd_create("part", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.writelines([*part.pictures, part.samples])
    size = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, 0, os.SEEK_SET)
    shape = (part.width, part.height, part.channels, part.lasts, *part.times)
    return Task(0, descriptor, mark[:_MOST_LETTERS] or " ", size, shape)


def _accept(_task: Task, said: bytes) -> bytes:
    made = msgspec.msgpack.decode(said, type=bytes)
    if not made.startswith(_MAGIC) or len(made) > _MOST_BYTES:
        raise ValueError("no WebM")
    return made


def serve(source: BinaryIO, job: Job, sender: Sender, _limits: Limits) -> None:
    """The task that runs in the confined process: the job's name is the mark."""
    width, height, channels, lasts, *times = job.resume
    shape = (height, width, channels) if channels > 1 else (height, width)
    pictures = []
    for _ in times:
        pixels = np.frombuffer(source.read(width * height * channels), np.uint8)
        pictures.append(pixels.reshape(shape))
    samples = np.frombuffer(source.read(), np.int16)
    sender.part(webm(pictures, times, samples, lasts, job.name))


def webm(
    pictures: list[NDArray[np.uint8]],
    times: list[int],
    samples: NDArray[np.int16],
    lasts: int,
    mark: str,
) -> bytes:
    """A film or a sound as WebM; for confined processes.

    Args:
        pictures: grey or RGB, all of one size; none for a sound.
        times: of each, in milliseconds.
        samples: of the sound; none for a silent film, which has no sound track then.
        lasts: milliseconds for which the last picture is to be seen at least.
        mark: written into every picture.
    """
    out = io.BytesIO()
    with av.open(out, "w", "webm") as container:
        film = track = None
        first = _marked(pictures[0], mark) if pictures else None
        if first is not None:
            film = _film(container, first.width, first.height)
        if len(samples):
            track = container.add_stream("libopus", rate=RATE, layout="mono")
            track.bit_rate = _BITS_OF_SOUND
        heard = 0
        for at, pixels in zip(times, pictures, strict=True):
            # As they are played: what waits for the other stream is held back in memory.
            heard = _sound(container, track, samples, heard, at * RATE // 1000)
            _picture(container, film, _marked(pixels, mark), at)
        if film is not None and lasts - times[-1] > 1000 // FRAMES:
            heard = _sound(container, track, samples, heard, lasts * RATE // 1000)
            _picture(container, film, _marked(pictures[-1], mark), lasts - 1000 // FRAMES)
        _sound(container, track, samples, heard, len(samples))
        for stream in (film, track):
            if stream is not None:
                container.mux(stream.encode())
    return out.getvalue()


def _film(container: av.container.OutputContainer, width: int, height: int) -> Any:
    options = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0"}
    film = container.add_stream("libvpx", rate=FRAMES, options=options)
    film.width, film.height, film.pix_fmt = width, height, "yuv420p"
    film.bit_rate = _BITS
    film.codec_context.time_base = _MILLISECOND
    film.codec_context.gop_size = _KEYFRAMES
    film.codec_context.thread_count = 1
    return film


def _marked(pixels: NDArray[np.uint8], mark: str) -> av.VideoFrame:
    """A frame with its mark, its sides even as the encoder wants them."""
    image = written(Image.fromarray(pixels).convert("RGB"), mark)
    array = np.asarray(image)
    high, wide = (side % 2 for side in array.shape[:2])
    return av.VideoFrame.from_ndarray(np.pad(array, ((0, high), (0, wide), (0, 0))), "rgb24")


def _picture(
    container: av.container.OutputContainer, film: Any, frame: av.VideoFrame, at: int
) -> None:
    frame.pts, frame.time_base = at, _MILLISECOND
    container.mux(film.encode(frame))


def _sound(
    container: av.container.OutputContainer,
    track: Any,
    samples: NDArray[np.int16],
    first: int,
    end: int,
) -> int:
    """Encode some samples; tells up to which that was."""
    end = min(max(first, end), len(samples))
    if track is not None and end > first:
        piece = np.ascontiguousarray(samples[first:end]).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        container.mux(track.encode(frame))
    return end


def rehearse() -> None:
    """Encode a tiny film with sound, made on the spot."""
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    mark = "rehearsal, 2026-01-01 00:00 UTC · é"
    webm([noise, 255 - noise], [0, 100], np.zeros(RATE // 2, np.int16), 500, mark)
    webm([noise[:, :, 0]], [0], np.zeros(0, np.int16), 100, mark)
