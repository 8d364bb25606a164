"""Which frames of a film need not be decoded.

Of some frames no other is made. Between two that are handed on, such a frame tells only where shots
begin, which those around it tell as well: it is left out, and counts with its time as any other.
The decoder knows which packets hold such frames; here it is said which are decoded in any case.
"""

from __future__ import annotations

import math
from typing import Any

import av
import av.error

from clew.media.clock import FilmClock
from clew.media.sampling import Pace

_CODECS = {"h264", "hevc", "mpeg2video", "mpeg4"}
"""Others have hardly any such frames, or their decoders cannot be told packet by packet."""

_INSTANT = 1e-6  # seconds: less than any two frames lie apart


class Sparing:
    """Gives packets to a film's decoder, some of them to be left out if no other needs them.

    Where a film does not say when a frame is shown, its clock jumps, or something is damaged, all
    is decoded from there on.

    Args:
        context: the decoder; it gives frames in the order in which they are shown.
        clock: the film's.
        pace: which frames are handed on.
    """

    def __init__(self, context: av.VideoCodecContext, clock: FilmClock, pace: Pace) -> None:
        self._context = context
        self._clock = clock
        self._pace = pace
        self._spares = context.name in _CODECS
        self._needed: list[float] = []  # by the clock; not come out yet, likewise the next
        self._doubtful: list[float] = []  # by what the film says
        self._last = -math.inf

    def stop(self) -> None:
        """From here on leave nothing out."""
        self._spares = False
        self._context.skip_frame = "DEFAULT"

    def decode(self, packet: av.Packet[Any]) -> list[av.VideoFrame]:
        """What a packet of the picture completes.

        Raises:
            av.error.FFmpegError: when it is damaged.
        """
        doubtful = self._spares and packet.size > 0 and self._is_doubtful(packet)
        try:
            return packet.decode()
        except av.error.FFmpegError:
            self.stop()
            if doubtful:
                self._doubtful.pop()
            raise

    def _is_doubtful(self, packet: av.Packet[Any]) -> bool:
        """Whether a packet may be left out; the decoder is told."""
        if packet.pts is None or packet.is_discard:
            self.stop()
            return False
        base = packet.time_base
        told = float(packet.pts) * base.numerator / base.denominator
        time = self._clock.ahead(told)
        if time is None:
            return False
        if self._is_needed(time):
            self._context.skip_frame = "DEFAULT"
            self._needed.append(time)
            return False
        self._context.skip_frame = "NONREF"
        self._doubtful.append(told)
        return True

    def _is_needed(self, time: float) -> bool:
        """Whether a frame at a time is handed on, as far as can be known by now."""
        taken = self._pace.taken
        for other in sorted([*self._needed, time]):
            if self._pace.is_due(other, taken):
                if other == time:
                    return True
                taken = other
        return False

    def left_out_before(self, frame: av.VideoFrame) -> list[float]:
        """What the film says of the times of those left out since the frame before."""
        told, last = frame.time, self._last
        if told is None or frame.is_corrupt:
            self.stop()
        if told is None:
            return []
        self._last = told
        if told > last:
            gone = [time for time in self._doubtful if time < told - _INSTANT]
            self._doubtful = [time for time in self._doubtful if time > told + _INSTANT]
        else:
            self.stop()
            gone = [time for time in self._doubtful if time > last]
            self._doubtful = [time for time in self._doubtful if told < time <= last]
        return sorted(gone)

    def came(self, time: float) -> None:
        """A frame came out, at a time by the clock."""
        self._needed = [other for other in self._needed if other > time]

    def left_out_at_end(self) -> list[float]:
        """The same behind the last frame."""
        self.stop()
        return sorted(self._doubtful)
