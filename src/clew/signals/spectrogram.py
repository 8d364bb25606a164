"""Spectrograms of files, made in confined processes, for people to look at."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Failed, Job, Result, Task
from clew.media.sound import RATE, heard
from clew.signals.files import open_file
from clew.signals.sound.landmarks import BANDS, COLUMN, WINDOW, loudness

_STEPS_A_NEPER = 9.0
_LEAST_NEPERS = -14.0
_MOST_COLUMNS = 100_000


class _Columns(msgspec.Struct, frozen=True):
    """Child to parent: all that was asked for."""

    content: bytes


def spectrogram(
    path: Path, track: int, start: float, end: float, limits: Limits | None = None
) -> NDArray[np.uint8]:
    """What is heard in a file from one time to another.

    Args:
        path: film or sound file.
        track: number of the sound track, from 0.
        start: seconds from its start; and
        end: likewise.
        limits: what reading it may cost.

    Returns:
        uint8[columns, bands], 50 columns a second, 24 bands an octave from 130 Hz; loudness in
        ninths of a neper. Shorter where the sound ends.

    Raises:
        OSError: when the file cannot be opened.
        ValueError: when it cannot be read.
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    return spectrogram_of(open_file(path), path.name, track, (start, end), limits)


def spectrogram_of(
    descriptor: int,
    name: str,
    track: int,
    window: tuple[float, float],
    limits: Limits | None = None,
) -> NDArray[np.uint8]:
    """The same of what somebody holds open; it is closed then.

    Args:
        descriptor: open for reading, seekable.
        name: what it is called.
        track: number of the sound track, from 0.
        window: seconds from its start, from when to when.
        limits: what reading it may cost.

    Raises:
        ValueError: when it cannot be read.
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    wanted = (track, *(round(1000 * time) for time in window))
    task = Task(0, descriptor, name, os.fstat(descriptor).st_size, wanted)
    decoder = msgspec.msgpack.Decoder(_Columns)

    def accept(_task: Task, part: bytes) -> NDArray[np.uint8]:
        columns = np.frombuffer(decoder.decode(part).content, np.uint8).reshape(-1, BANDS)
        if len(columns) > _MOST_COLUMNS:
            raise ValueError("more than there can be")
        return columns

    with ConfinedPool(f"{__name__}:serve", 1, limits, accept=accept) as pool:
        for _, event in pool.run([task]):
            if isinstance(event, Result):
                columns: NDArray[np.uint8] = event.content
                return columns
            if isinstance(event, Failed):
                raise ValueError(f"{name} cannot be read: {event.reason}")
    raise ValueError(f"{name} cannot be read: the decoding process gave no result")


def serve(source: BinaryIO, job: Job, sender: Sender, _limits: Limits) -> None:
    """The task that runs in the confined process."""
    track, start, end = job.resume
    sender.part(_Columns(_read(source, track, start / 1000, end / 1000, sender).tobytes()))


def _read(
    source: BinaryIO, track: int, start: float, end: float, sender: Sender | None = None
) -> NDArray[np.uint8]:
    first, count = round(start * RATE), round(min(end - start, _MOST_COLUMNS / 50) * RATE)
    samples = np.zeros(count + WINDOW - COLUMN, np.float32)
    last = 0
    for stretch in heard(source, [], lambda at: sender.reached("sound", at) if sender else None):
        at = round(stretch.start * RATE) - first
        if stretch.track != track or at + len(stretch.samples) <= 0:
            continue
        if at >= len(samples):
            break
        part = stretch.samples[max(0, -at) : len(samples) - at]
        samples[max(0, at) : max(0, at) + len(part)] = part
        last = max(0, at) + len(part)
    bands = loudness(samples[:last]).bands
    return np.asarray(np.clip((bands - _LEAST_NEPERS) * _STEPS_A_NEPER, 0, 255), np.uint8)


def rehearse() -> None:
    """Read a tiny sound, made on the spot."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(np.arange(8000, dtype="<i2").tobytes())
    _read(file, 0, 0.0, 1.0)
