"""Finding a part of a film or sound in its file: seeking, stepping over damage, in few pictures.

For confined processes; :mod:`clew.media.parts` starts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import av
import av.container
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.clock import FilmClock
from clew.media.errors import UnreadableError, words_of
from clew.media.image import Picture
from clew.media.limits import Limits
from clew.media.sound import RATE, Hearing, Stretch
from clew.media.video import FilmReader, open_container

_INSTANT = 1e-3
_NEAR = 0.5  # seconds: a seek that comes out later than so was none
_STAYS = 2.0  # seconds that the last picture of a film is still it
_APART = 5.0  # seconds by which sound may lie behind the picture in the file
_PREROLL = 1.0  # seconds before a part from which its sound is decoded
_DAMAGED = (av.error.FFmpegError, ValueError)


@dataclass
class Cutting:
    """Cuts one part out of one file.

    Args:
        source: seekable file.
        start: seconds from the beginning of the film or sound.
        seconds: how long.
        limits: of reading.
        progress: called with the seconds reached, for every packet.
        send: takes each picture, with its milliseconds from the start of the part.
        side: most pixels of the longer side.
        rate: most pictures a second.
        colour: whether in colour.

    Attributes:
        lasts: seconds of the part that there are.
        notes: what was wrong or left out, for people.
    """

    source: BinaryIO
    start: float
    seconds: float
    limits: Limits
    progress: Callable[[float], None]
    send: Callable[[int, NDArray[np.uint8]], None]
    side: int
    rate: int
    colour: bool
    lasts: float = 0.0
    notes: list[str] = field(default_factory=list)
    _samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _last_sample: int = 0
    _tracks: int = 0
    _size: tuple[int, int] | None = None

    def cut(self, *, picture: bool, sound: bool) -> None:
        """Do so.

        Raises:
            UnreadableError: there is nothing of it to be had.
            clew.media.errors.NotMediaError: it is neither film nor sound.
        """
        if sound:
            self._samples = np.zeros(round(self.seconds * RATE), np.float32)
        if picture:
            self._watch(sound=sound)
        else:
            self._listen()
        if not self.lasts:
            raise UnreadableError(
                "; ".join(self.notes) or "nothing is to be seen or heard of it from there on"
            )
        if sound and self._tracks != 1:
            all_of_them = f"only the first 1 of {self._tracks} sound tracks heard"
            self.notes.append(all_of_them if self._tracks else "it has no sound track")
        if self._last_sample:
            self.lasts = max(self.lasts, self._last_sample / RATE)

    def heard(self) -> NDArray[np.int16]:
        """The sound of the part, as far as there is any."""
        samples = np.clip(self._samples[: self._last_sample], -1, 1)
        return np.asarray(np.round(samples * 32767), np.int16)

    def _listen(self) -> None:
        """Only sound: packets before the part are passed over, which no clock can mislead."""
        with open_container(self.source) as container:
            hearing = Hearing(container, self.notes)
            if not hearing.streams:
                raise UnreadableError("nothing is to be heard in it: it has no sound track")
            self._tracks = len(container.streams.audio)
            begin = (container.start_time or 0) / av.time_base
            for packet in self._packets(container, hearing.streams[:1]):
                at = _time(packet)
                if at is not None and at - begin < self.start - _PREROLL:
                    continue
                self._hear(hearing.take(packet), self.start)
                if hearing.reached > self.start + self.seconds:
                    break
            self._hear(hearing.finish(), self.start)
        self.lasts = self._last_sample / RATE

    def _watch(self, *, sound: bool) -> None:
        """Pictures, with sound or without: by seeking, or from the beginning where that fails."""
        if self.start > 0 and self._sought(sound=sound):
            return
        self.notes.clear()
        reader = FilmReader(self.source, self.limits)
        clock = FilmClock(reader.facts.frame_rate or 25.0)
        begins: list[float] = []

        def tell(frame: av.VideoFrame) -> float:
            begins.append(frame.time or 0.0)
            return clock.tick(frame.time)

        with reader.container:
            first = (reader.container.start_time or 0) / av.time_base
            self._run(reader, tell, lambda: begins[0] if begins else first, sound=sound)

    def _sought(self, *, sound: bool) -> bool:
        """Whether the part was found by seeking; nothing was sent otherwise."""
        reader = FilmReader(self.source, self.limits)
        stream = reader.stream
        with reader.container as container:
            if stream is None or stream.time_base is None:
                return False
            stream.codec_context.thread_count = 1
            try:
                begins = next(container.decode(stream)).time or 0.0
                container.seek(int((begins + self.start) / stream.time_base), stream=stream)
            except (*_DAMAGED, StopIteration):
                return False
            last: float | None = None

            def tell(frame: av.VideoFrame) -> float:
                nonlocal last
                if frame.time is not None:
                    at = frame.time - begins
                elif last is not None:
                    at = last + 1 / (reader.facts.frame_rate or 25.0)
                else:
                    raise _LostError
                if last is None and at > self.start + _NEAR:
                    raise _LostError
                last = at
                return at

            try:
                self._run(reader, tell, lambda: begins, sound=sound)
            except _LostError:
                return False
            return bool(self.lasts) or (last is not None and not self.notes)

    def _run(
        self,
        reader: FilmReader,
        tell: Callable[[av.VideoFrame], float],
        begins: Callable[[], float],
        *,
        sound: bool,
    ) -> None:
        """Read on until the part is over, from where the container stands."""
        stream = reader.stream
        if stream is None:
            raise UnreadableError("nothing is to be seen in it: it is sound alone")
        if not stream.codec_context.is_open:
            stream.codec_context.thread_count = 1
        hearing = Hearing(reader.container, self.notes) if sound else None
        tracks = hearing.streams[:1] if hearing is not None else []
        self._tracks = len(reader.container.streams.audio)
        showing = _Showing(self, reader, tell)
        offset = (reader.container.start_time or 0) / av.time_base
        for packet in self._packets(reader.container, [stream, *tracks]):
            if packet.stream_index == stream.index:
                showing.take(packet)
            elif hearing is not None:
                self._hear(hearing.take(packet), self.start + begins() - offset)
            at = _time(packet)
            if showing.over and (
                not tracks
                or self._last_sample >= len(self._samples)
                or (at is not None and at - begins() > self.start + self.seconds + _APART)
            ):
                break
        if hearing is not None:
            self._hear(hearing.finish(), self.start + begins() - offset)
        self.lasts = showing.finish()
        if showing.damaged:
            self.notes.append(f"{showing.damaged} damaged parts stepped over")

    def _packets(
        self, container: av.container.InputContainer, streams: list[Any]
    ) -> Iterator[av.Packet[Any]]:
        packets, reached = container.demux(streams), 0.0
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except _DAMAGED as error:
                self.notes.append(f"partly read: broken after {reached:.1f} s ({words_of(error)})")
                return
            reached = _time(packet) or reached
            self.progress(reached)
            yield packet

    def _hear(self, stretches: Iterator[Stretch], start: float) -> None:
        for stretch in stretches:
            at = round((stretch.start - start) * RATE)
            part = stretch.samples[max(0, -at) : max(0, len(self._samples) - at)]
            if stretch.track == 0 and len(part):
                self._samples[max(0, at) : max(0, at) + len(part)] = part
                self._last_sample = max(self._last_sample, max(0, at) + len(part))

    def show(self, picture: Picture, at: float) -> None:
        """Send a picture of the part.

        Args:
            picture: as people see it.
            at: seconds from the start of the part.
        """
        self.send(round(1000 * at), self._pixels(picture.pixels))

    def _pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._size is None:
            height, width = pixels.shape[:2]
            scale = min(1.0, self.side / max(height, width))
            self._size = (_even(width * scale, self.side), _even(height * scale, self.side))
        small = cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA)
        return np.asarray(small if self.colour else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))


class _LostError(Exception):
    """Seeking led somewhere else."""


class _Showing:
    """Chooses which frames of a film are shown, of all that are decoded."""

    def __init__(
        self, cutting: Cutting, reader: FilmReader, tell: Callable[[av.VideoFrame], float]
    ) -> None:
        self.over = False
        self.damaged = 0
        self._cutting, self._reader, self._tell = cutting, reader, tell
        self._before: tuple[float, av.VideoFrame] | None = None
        self._slot = -1
        self._until = 0.0

    def take(self, packet: av.Packet[Any]) -> None:
        """The next packet of the picture."""
        if self.over:
            return
        try:
            frames = packet.decode()
        except _DAMAGED:
            self.damaged += 1
            return
        for frame in frames:
            if not isinstance(frame, av.VideoFrame):
                continue
            at = self._tell(frame) - self._cutting.start
            if at < 0:
                self._before = at, frame
                continue
            self._open(at)
            self.over = at >= self._cutting.seconds
            if self.over:
                return
            self._show(frame, at)
            self._until = at + 1 / (self._reader.facts.frame_rate or 25.0)

    def finish(self) -> float:
        """There is no more; tells for how many seconds something is shown."""
        if self.over:
            return self._cutting.seconds
        if self._slot < 0 and self._before is not None and self._before[0] > -_STAYS:
            self._until = self._before[0] + _STAYS
            self._open(_STAYS)
        return min(self._until, self._cutting.seconds)

    def _open(self, at: float) -> None:
        """Begin with what was to be seen already, where the next picture comes later."""
        if self._slot < 0 and self._before is not None and at > _INSTANT:
            self._show(self._before[1], 0.0)

    def _show(self, frame: av.VideoFrame, at: float) -> None:
        slot = int(at * self._cutting.rate + _INSTANT)
        if slot > self._slot:
            self._slot = slot
            self._cutting.show(self._reader.reduced(frame), at)


def _time(packet: av.Packet[Any]) -> float | None:
    """When it is to be seen or heard, by the file's own clock."""
    at = packet.dts if packet.pts is None else packet.pts
    return None if at is None or packet.time_base is None else float(at * packet.time_base)


def _even(length: float, most: int) -> int:
    return min(max(2, round(length / 2) * 2), most)
