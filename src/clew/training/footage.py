"""Moving pictures in memory, and how they are read from and written to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import cv2
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray
from PIL import Image

from clew.training.pictures import Pixels

_Packet: TypeAlias = "av.Packet[Any]"

SOUND_RATE = 44_100
"""Samples of sound a second, everywhere in this package."""


@dataclass(frozen=True)
class Footage:
    """Frames of one size at a constant rate (frames a second), and perhaps sound.

    Sound is float32, shape (samples,), -1..1, one channel at `SOUND_RATE`. All frames are held in
    memory: at 640x360 and 25 frames a second that is 17 MB for each second.
    """

    frames: list[Pixels]
    rate: Fraction
    sound: NDArray[np.float32] | None = None

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(len(self.frames) / self.rate)

    def part(self, start: float, end: float) -> Footage:
        """From one time to another, in seconds, rounded to whole frames."""
        first, last = round(start * self.rate), round(end * self.rate)
        sound = self.sound
        if sound is not None:
            sound = sound[_samples(first, self.rate) : _samples(last, self.rate)]
        return Footage(self.frames[first:last], self.rate, sound)


def _samples(frames: int, rate: Fraction) -> int:
    return int(Fraction(frames * SOUND_RATE) / rate)


def sound_until(footage: Footage, seconds: float) -> NDArray[np.float32] | None:
    """The sound of the first so many seconds, if there is any."""
    return None if footage.sound is None else footage.sound[: int(seconds * SOUND_RATE)]


def join(parts: list[Footage]) -> Footage:
    """One after the other, in the size and rate of the first, silence where a part has no sound."""
    first = parts[0]
    height, width = first.frames[0].shape[:2]
    frames: list[Pixels] = []
    sounds: list[NDArray[np.float32]] = []
    for part in parts:
        fitted = at_rate(part, first.rate)
        frames += [fit(frame, height, width) for frame in fitted.frames]
        length = _samples(len(fitted.frames), first.rate)
        sound = np.zeros(length, np.float32)
        if fitted.sound is not None:
            sound[: len(fitted.sound[:length])] = fitted.sound[:length]
        sounds.append(sound)
    heard = any(part.sound is not None for part in parts)
    return Footage(frames, first.rate, np.concatenate(sounds) if heard else None)


def at_rate(footage: Footage, rate: Fraction) -> Footage:
    """The same footage with frames dropped or repeated to reach another rate."""
    if rate == footage.rate:
        return footage
    count = max(1, round(len(footage.frames) * rate / footage.rate))
    chosen = [min(int(i * footage.rate / rate), len(footage.frames) - 1) for i in range(count)]
    return Footage([footage.frames[i] for i in chosen], rate, footage.sound)


def fit(frame: Pixels, height: int, width: int) -> Pixels:
    """The frame inside another size, its shape kept, black around it."""
    if frame.shape[:2] == (height, width):
        return frame
    scale = min(height / frame.shape[0], width / frame.shape[1])
    size = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
    inner = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    result = np.zeros((height, width, 3), np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    result[top : top + size[1], left : left + size[0]] = inner
    return result


@dataclass(frozen=True)
class Codec:
    """How footage becomes a file: its usual ending, container, codecs and their settings."""

    suffix: str
    container: str
    video: str
    audio: str | None
    options: tuple[tuple[str, str], ...] = ()
    pixel_format: str = "yuv420p"


_FAST = (("preset", "ultrafast"), ("threads", "1"))
MP4 = Codec(".mp4", "mp4", "libx264", "aac", (("crf", "23"), *_FAST))
MP4_LOW = Codec(".mp4", "mp4", "libx264", "aac", (("crf", "37"), *_FAST))
WEBM = Codec(
    ".webm",
    "webm",
    "libvpx-vp9",
    "libopus",
    (("deadline", "realtime"), ("cpu-used", "8"), ("b", "900k"), ("threads", "1")),
)
AVI = Codec(
    ".avi",
    "avi",
    "mjpeg",
    "pcm_s16le",
    (("qmin", "4"), ("qmax", "4"), ("threads", "1")),
    "yuvj420p",
)


def write(
    footage: Footage, path: Path, codec: Codec = MP4, told: Mapping[str, str] | None = None
) -> None:
    """Write footage to a video file. The bytes are the same each time for one FFmpeg build.

    `told` is what the container says of itself, such as ``creation_time``, ``make`` and ``model``.
    """
    height, width = footage.frames[0].shape[:2]
    options = {"fflags": "+bitexact"}
    if told and codec.container in ("mp4", "mov"):
        options["movflags"] = "use_metadata_tags"
    with av.open(str(path), "w", format=codec.container, options=options) as container:
        container.metadata.update(told or {})
        video = container.add_stream(codec.video, rate=footage.rate, options=dict(codec.options))
        assert isinstance(video, av.VideoStream)
        video.width, video.height = width - width % 2, height - height % 2
        video.pix_fmt = codec.pixel_format
        video.codec_context.flags |= av.codec.context.Flags.bitexact
        packets = _video_packets(video, footage, codec)
        if footage.sound is None or codec.audio is None:
            for packet in packets:
                container.mux(packet)
            return
        rate = 48_000 if codec.audio == "libopus" else SOUND_RATE
        audio = container.add_stream(codec.audio, rate=rate, layout="mono")
        assert isinstance(audio, av.AudioStream)
        audio.codec_context.flags |= av.codec.context.Flags.bitexact
        sound = _sound_packets(audio, footage.sound, rate)
        for packet in _interleaved(packets, sound):
            container.mux(packet)


def write_sound(sound: NDArray[np.float32], path: Path) -> None:
    """Write a recording without pictures, as AAC in MPEG-4 the way phones do."""
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        audio = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        assert isinstance(audio, av.AudioStream)
        audio.codec_context.flags |= av.codec.context.Flags.bitexact
        for packet in _sound_packets(audio, sound, SOUND_RATE):
            container.mux(packet)


def _video_packets(stream: av.VideoStream, footage: Footage, codec: Codec) -> Iterator[_Packet]:
    for index, pixels in enumerate(footage.frames):
        even = np.ascontiguousarray(pixels[: stream.height, : stream.width])
        if codec.pixel_format == "yuv420p":
            # The same colours as FFmpeg's own conversion, in a fifth of the time.
            planes = np.asarray(cv2.cvtColor(even, cv2.COLOR_RGB2YUV_I420), np.uint8)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        else:
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            frame = frame.reformat(format=codec.pixel_format)
        frame.pts, frame.time_base = index, 1 / footage.rate
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _sound_packets(
    stream: av.AudioStream, sound: NDArray[np.float32], rate: int
) -> Iterator[_Packet]:
    resampler = AudioResampler(stream.format.name, "mono", rate, stream.frame_size or 1024)
    frame = av.AudioFrame.from_ndarray(sound[None, :], format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, 0, Fraction(1, SOUND_RATE)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        yield from stream.encode(piece)
    yield from stream.encode(None)


def _interleaved(first: Iterator[_Packet], second: Iterator[_Packet]) -> Iterator[_Packet]:
    """Two streams' packets in the order of their times, so that a player need not search."""
    waiting = [(stream, packet) for stream in (first, second) if (packet := next(stream, None))]
    while waiting:
        stream, packet = min(waiting, key=lambda pair: _time(pair[1]))
        yield packet
        waiting = [pair for pair in waiting if pair[0] is not stream]
        following = next(stream, None)
        if following is not None:
            waiting.append((stream, following))


def _time(packet: _Packet) -> float:
    if packet.dts is None or packet.time_base is None:
        return 0.0
    return float(packet.dts * packet.time_base)


def rewrap(source: Path, target: Path, container: str) -> None:
    """Copy the encoded streams of a file into another container, untouched."""
    with (
        av.open(str(source)) as origin,
        av.open(str(target), "w", format=container, options={"fflags": "+bitexact"}) as result,
    ):
        streams = {s.index: result.add_stream_from_template(s) for s in origin.streams}
        for packet in origin.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                result.mux(packet)


def read(path: Path) -> Footage:
    """Decode a whole video file; see `Footage` for the memory that takes."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.codec_context.thread_count = 1
        rate = video.average_rate or Fraction(25)
        frames = [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in container.decode(video)
        ]
    return Footage(frames, rate, _read_sound(path))


def _read_sound(path: Path) -> NDArray[np.float32] | None:
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        resampler = AudioResampler("flt", "mono", SOUND_RATE)
        pieces = [
            piece.to_ndarray().reshape(-1)
            for frame in container.decode(container.streams.audio[0])
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(pieces) if pieces else None


def write_animation(footage: Footage, path: Path, form: str) -> None:
    """Write an endless animation without sound; `form` is GIF or WEBP."""
    pictures = [Image.fromarray(frame) for frame in footage.frames]
    if form == "GIF":
        pictures = [picture.quantize(64) for picture in pictures]
    pictures[0].save(
        path,
        form,
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / float(footage.rate)),
        loop=0,
    )
