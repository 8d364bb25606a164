"""A part of a film or sound, for people to watch or hear, cut out in a confined process.

It comes as plain pixels and samples, bounded and counted: a decoder that was taken over can send
other pictures, never a file for the next decoder. They are encoded anew by :mod:`clew.media.webm`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

import av
import av.error
import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.media.child import Sender
from clew.media.cutting import Cutting
from clew.media.errors import NotMediaError, UnreadableError, plain
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Failed, Job, Task
from clew.media.sound import RATE

LONGEST = 20.0
"""Seconds of a part."""
SIDE = 480
"""Most pixels of the longer side of its pictures."""
FRAMES = 12
"""Most pictures a second."""
LIMITS = Limits(seconds_without_progress=15.0, seconds_per_file=40.0, seconds_per_mebibyte=0.0)
"""What cutting out one part may cost."""
_MOST_NOTES = 8
_PICTURE, _SOUND, _COLOUR = 1, 2, 4


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part.

    Attributes:
        start: seconds from the beginning.
        seconds: how long, at most :data:`LONGEST`.
        picture: whether to see it.
        sound: whether to hear it.
        colour: whether in colour, not in grey.
    """

    start: float
    seconds: float
    picture: bool
    sound: bool
    colour: bool = False


class _Frame(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: a picture, so many milliseconds from the start of the part."""

    at: int
    width: int
    height: int
    pixels: bytes


class _Told(msgspec.Struct, frozen=True, tag=True):
    """Child to parent, last: how long the part came to be, what is heard, what was wrong."""

    lasts: int
    samples: bytes
    notes: list[str]
    problem: str


@dataclass
class Part:
    """Pixels and samples of a part.

    Attributes:
        channels: of a pixel, 1 for grey and 3 for colour.
        width: of all pictures in pixels; ``height`` likewise.
        pictures: uint8, row by row.
        times: of each, milliseconds from the start of the part.
        samples: int16, :data:`clew.media.sound.RATE` a second; empty where nothing is heard.
        lasts: milliseconds of it that there are, for people as for the player.
        notes: what was wrong or left out, for people.
        problem: why there is nothing, for people.
    """

    channels: int
    width: int = 0
    height: int = 0
    pictures: list[bytes] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    samples: bytes = b""
    lasts: int = 0
    notes: list[str] = field(default_factory=list)
    problem: str = ""


def part_of(descriptor: int, name: str, size: int, wanted: Wanted, limits: Limits = LIMITS) -> Part:
    """Cut out a part of a film or sound, by a process that does nothing else and then ends.

    Args:
        descriptor: open for reading, seekable; it is closed then.
        name: what it is called.
        size: of it, in bytes.
        wanted: which part; of sounds, and of films without a picture, only what is heard.
        limits: what it may cost.

    Raises:
        UnreadableError: there is nothing of it to be had; it says why.
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    part = Part(3 if wanted.colour else 1)
    flags = _PICTURE * wanted.picture | _SOUND * wanted.sound | _COLOUR * wanted.colour
    asked = (round(1000 * wanted.start), round(1000 * min(wanted.seconds, LONGEST)), flags)
    ended = "the decoding process gave no result"
    with ConfinedPool(f"{__name__}:serve", 1, limits, accept=_collecting(part, asked[1])) as pool:
        for _, event in pool.run([Task(0, descriptor, name, size, asked)]):
            if isinstance(event, Failed):
                ended = event.reason
    if part.problem or not (part.pictures or part.samples):
        raise UnreadableError(part.problem or ended)
    if not part.lasts:  # it was lost on the way: what came before is there
        part.notes.append(ended)
        part.lasts = part.times[-1] if part.times else 0
    return part


def _collecting(part: Part, longest: int) -> Callable[[Task, bytes], None]:
    """Puts what a sound child may say into a part, and refuses anything else."""
    decoder = msgspec.msgpack.Decoder(_Frame | _Told)
    most = FRAMES * longest // 1000 + 2

    def accept(_task: Task, said: bytes) -> None:
        told = decoder.decode(said)
        if part.lasts or part.problem:
            raise ValueError("something after the last")
        if isinstance(told, _Told):
            _finish(part, told, longest)
            return
        part.width, part.height = part.width or told.width, part.height or told.height
        if not (
            (part.width, part.height) == (told.width, told.height)
            and min(told.width, told.height) >= 2
            and max(told.width, told.height) <= SIDE
            and len(told.pixels) == told.width * told.height * part.channels
            and (part.times[-1] if part.times else -1) < told.at <= longest
            and len(part.times) < most
        ):
            raise ValueError("no picture of a part")
        part.pictures.append(told.pixels)
        part.times.append(told.at)

    return accept


def _finish(part: Part, told: _Told, longest: int) -> None:
    if not 0 <= told.lasts <= longest or len(told.samples) > 2 * RATE * longest // 1000:
        raise ValueError("longer than asked")
    if len(told.samples) % 2 or len(told.notes) > _MOST_NOTES:
        raise ValueError("no sound")
    part.samples, part.lasts = told.samples, told.lasts
    part.notes += [plain(note) for note in told.notes]
    part.problem = plain(told.problem)


def serve(source: BinaryIO, job: Job, sender: Sender, limits: Limits) -> None:
    """The task that runs in the confined process."""
    start, length, flags = job.resume
    cutting = Cutting(
        *(source, start / 1000, length / 1000, limits),
        progress=lambda at: sender.reached("part", at),
        send=lambda at, pixels: sender.part(
            _Frame(at, pixels.shape[1], pixels.shape[0], pixels.tobytes())
        ),
        side=SIDE,
        rate=FRAMES,
        colour=bool(flags & _COLOUR),
    )
    try:
        cutting.cut(picture=bool(flags & _PICTURE), sound=bool(flags & _SOUND))
    except (UnreadableError, NotMediaError) as error:
        sender.part(_Told(0, b"", [], str(error)))
        return
    notes = cutting.notes[:_MOST_NOTES]
    sender.part(_Told(round(1000 * cutting.lasts), cutting.heard().tobytes(), notes, ""))


def rehearse() -> None:
    """Cut a part out of a tiny film, made on the spot."""
    sent: list[NDArray[np.uint8]] = []
    for colour in (False, True):
        cutting = Cutting(
            *(io.BytesIO(_tiny()), 0.5, 1.0, Limits()),
            progress=lambda _at: None,
            send=lambda _at, pixels: sent.append(pixels),
            side=32,
            rate=FRAMES,
            colour=colour,
        )
        cutting.cut(picture=True, sound=True)


def _tiny() -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    film = io.BytesIO()
    with av.open(film, "w", "avi") as container:
        stream = container.add_stream("mjpeg", rate=4, options={"strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        track = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for shade in (noise, 255 - noise, noise, 255 - noise):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 2000), np.int16), "s16", "mono")
            sound.sample_rate = 8000
            container.mux(track.encode(sound))
        container.mux(stream.encode())
        container.mux(track.encode())
    return film.getvalue()
