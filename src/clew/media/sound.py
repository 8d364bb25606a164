"""The sound of films and sound files, all tracks, as plain samples of one rate.

The sound of a film is heard from the packets that come by while its picture is read. Decoding goes
on behind what is damaged; what was stepped over is said. Samples come in stretches
of about a second: a recording of many hours needs no more memory than one of a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from clew.media.errors import words_of
from clew.media.video import open_container

RATE = 16_000
"""Samples a second of every stretch, whatever the recording has."""
MOST_TRACKS = 8
"""Further sound tracks of one file are not heard."""

_STRETCH = RATE
_RESAMPLED = 0.25  # seconds resampled together: each call costs more than its samples
_GAP = 0.1  # seconds between what a clock says and what was heard that are no mere rounding
_LOUDEST = 4.0  # channels that agree add up to more than one of them
_LATEST = 10 * 365 * 86400.0


@dataclass(frozen=True)
class Stretch:
    """Sound without a gap.

    Attributes:
        samples: float32[n], all channels mixed to one, -1 to 1 for each of them, :data:`RATE` a
            second.
        start: seconds from the start of the film or recording to the first of them.
        track: number of the sound track, from 0.
    """

    samples: NDArray[np.float32]
    start: float
    track: int

    @property
    def end(self) -> float:
        """Seconds at which it ends."""
        return self.start + len(self.samples) / RATE


class Hearing:
    """Hears the sound tracks of an open film or recording, packet by packet.

    Args:
        container: opened; nothing of it is decoded yet.
        notes: what was wrong or left out is appended, for people.

    Attributes:
        streams: the sound tracks whose packets are wanted.
    """

    def __init__(self, container: av.container.InputContainer, notes: list[str]) -> None:
        streams = [s for s in container.streams.audio if s.codec_context is not None]
        if len(streams) > MOST_TRACKS:
            notes.append(f"only the first {MOST_TRACKS} of {len(streams)} sound tracks heard")
        self.streams = streams[:MOST_TRACKS]
        self._notes = notes
        begin = (container.start_time or 0) / av.time_base
        self._tracks = {
            stream.index: _Track(number, begin) for number, stream in enumerate(self.streams)
        }
        for stream in self.streams:
            stream.codec_context.thread_count = 1  # all cores are busy with other files already

    @property
    def reached(self) -> float:
        """Seconds heard so far."""
        return max((track.clock for track in self._tracks.values()), default=0.0)

    def take(self, packet: av.Packet[Any]) -> Iterator[Stretch]:
        """The next packet of the container, whatever stream it belongs to; what it completes."""
        track = self._tracks.get(packet.stream_index)
        if track is not None:  # at the end FFmpeg flushes streams that nobody asked for
            yield from track.take(packet)

    def finish(self) -> Iterator[Stretch]:
        """There are no more packets: what is left of every track."""
        for track in self._tracks.values():
            yield from track.rest()
        if damaged := sum(track.damaged for track in self._tracks.values()):
            self._notes.append(f"{damaged} damaged parts of the sound stepped over")


def heard(
    source: BinaryIO, notes: list[str], progress: Callable[[float], None]
) -> Generator[Stretch, None, None]:
    """All that is to be heard in a file, tracks interleaved, each in order of time.

    Args:
        source: seekable file.
        notes: what was wrong or left out is appended, for people.
        progress: called with the seconds reached, for every packet.

    Raises:
        UnreadableError: when the file cannot be opened.
    """
    with open_container(source) as container:
        hearing = Hearing(container, notes)
        packets = container.demux(hearing.streams) if hearing.streams else iter(())
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except (av.error.FFmpegError, ValueError) as error:
                at = hearing.reached
                notes.append(f"partly heard: broken after {at:.1f} s ({words_of(error)})")
                break
            progress(hearing.reached)
            yield from hearing.take(packet)
        yield from hearing.finish()


@dataclass
class _Track:
    """One sound track on its way from packets to stretches.

    Attributes:
        number: from 0.
        begin: the file's own time at which it starts, seconds.
        clock: seconds heard so far.
        damaged: packets that did not decode.
    """

    number: int
    begin: float
    clock: float = 0.0
    damaged: int = 0
    _start: float = 0.0
    _count: int = 0
    _parts: list[NDArray[np.float32]] = field(default_factory=list)
    _waiting: av.AudioFifo = field(default_factory=av.AudioFifo)
    _resampler: av.AudioResampler | None = None

    def take(self, packet: av.Packet[Any]) -> Iterator[Stretch]:
        """Decode a packet; give what makes a whole stretch."""
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return
        for frame in frames:
            if isinstance(frame, av.AudioFrame):
                yield from self._hear(frame)

    def _hear(self, frame: av.AudioFrame) -> Iterator[Stretch]:
        rate = max(frame.sample_rate, 1)
        reached = self.clock + self._waiting.samples / rate
        time = reached if frame.time is None else frame.time - self.begin
        if abs(time - reached) > _GAP and 0 <= time < _LATEST:
            # The clock leaps, ahead where sound is missing, or back where recordings were joined.
            yield from self.rest()
            if time > self.clock:
                self.clock = self._start = time
        self._gather(frame)
        if self._waiting.samples >= _RESAMPLED * rate:
            self._resample()
        if self._count >= _STRETCH:
            yield self._whole()

    def _gather(self, frame: av.AudioFrame) -> None:
        """Keep a frame until there is enough to be resampled."""
        frame.pts = None  # gaps are seen to here
        try:
            self._waiting.write(frame)
        except (av.error.FFmpegError, ValueError):
            # The format changes in the middle, or makes no sense: begin anew with the next.
            self._resample()
            self._resampler, self._waiting = None, av.AudioFifo()
            self.damaged += 1

    def _resample(self) -> None:
        """Resample what waits."""
        try:
            waiting = self._waiting.read()
            if waiting is None:
                return
            if self._resampler is None:
                self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            self._add(self._resampler.resample(waiting))
        except (av.error.FFmpegError, ValueError):
            self._resampler, self._waiting = None, av.AudioFifo()
            self.damaged += 1

    def _add(self, parts: list[av.AudioFrame]) -> None:
        for part in parts:
            samples = np.frombuffer(memoryview(part.planes[0]), np.float32, part.samples)
            self._parts.append(samples.copy())
            self._count += part.samples
            self.clock += part.samples / RATE

    def _whole(self) -> Stretch:
        samples = np.clip(np.nan_to_num(np.concatenate(self._parts)), -_LOUDEST, _LOUDEST)
        stretch = Stretch(samples.astype(np.float32), self._start, self.number)
        self._start, self._count, self._parts = self.clock, 0, []
        return stretch

    def rest(self) -> Iterator[Stretch]:
        """What is left at the end or before a gap."""
        self._resample()
        if self._resampler is not None:
            with suppress(av.error.FFmpegError, ValueError):
                self._add(self._resampler.resample(None))
            self._resampler = None
        if self._count:
            yield self._whole()
        self._start = self.clock
