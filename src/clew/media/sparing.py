"""Which frames of a film need not be decoded.

Of some frames of H.264 no other is made, which the head of every packet says. Between two that are
handed on, such a frame tells only where shots begin, which those around it tell as well: it is left
out, and counts with its time as any other.
"""

from __future__ import annotations

import math
from bisect import bisect, insort
from typing import Any

import av
import av.error

from clew.media.clock import FilmClock
from clew.media.sampling import Pace

_CODECS = {"h264"}
_SLICES = (1, 2, 5)  # kinds of units that hold a picture, ITU-T H.264, table 7-1
_HEAD = 4096  # bytes at the beginning of a packet, in which the first of them is looked for
_APART = 0.101  # seconds between frames that are decoded, at most,
_FRAMES_APART = 2.1  # or so many frames
_MOST_LEFT_OUT = 1000  # frames in a row: where nothing comes out for so long, nothing decodes


class Sparing:
    """Gives packets to a film's decoder, but for those that are left out.

    Where a film does not say when a frame is shown, its clock jumps, or something is damaged, all
    is decoded from there on.

    Args:
        stream: the picture, whose decoder gives frames in the order in which they are shown.
        clock: the film's.
        pace: which frames are handed on.
        rate: frames a second.
    """

    def __init__(self, stream: av.VideoStream, clock: FilmClock, pace: Pace, rate: float) -> None:
        context, base = stream.codec_context, stream.time_base
        self._ticks, self._parts = (base.numerator, base.denominator) if base else (0, 1)
        self._clock = clock
        self._pace = pace
        self._apart = max(_APART, _FRAMES_APART / rate)
        self._spares = base is not None and context.name in _CODECS
        extra = context.extradata or b""
        # As in MP4, each unit behind its length (ISO/IEC 14496-15), or else behind a start code.
        self._length_bytes = (extra[4] & 3) + 1 if len(extra) > 4 and extra[0] == 1 else 0
        self._sent: list[float] = []  # the last that came out and those to come, by the clock
        self._left_out: list[float] = []  # by what the film says
        self._last = -math.inf  # likewise

    def stop(self) -> None:
        """From here on leave nothing out."""
        self._spares = False

    def decode(self, packet: av.Packet[Any]) -> list[av.VideoFrame]:
        """What a packet of the picture completes.

        Raises:
            av.error.FFmpegError: when it is damaged.
        """
        if self._spares and packet.size and self._leaves_out(packet):
            return []
        try:
            return packet.decode()
        except av.error.FFmpegError:
            self.stop()
            raise

    def _leaves_out(self, packet: av.Packet[Any]) -> bool:
        if packet.pts is None or len(self._left_out) == _MOST_LEFT_OUT:
            self.stop()
            return False
        if packet.is_discard:  # cut off by an edit list: decoded for others, and never comes out
            return False
        told = packet.pts * self._ticks / self._parts
        time = self._clock.ahead(told)
        if time is None:
            return False
        if self._is_near_others(time) and not self._is_handed_on(time) and self._is_alone(packet):
            self._left_out.append(told)
            return True
        insort(self._sent, time)
        return False

    def _is_near_others(self, time: float) -> bool:
        """Whether enough is to be seen around a frame."""
        at = bisect(self._sent, time)
        return 0 < at < len(self._sent) and self._sent[at] - self._sent[at - 1] <= self._apart

    def _is_handed_on(self, time: float) -> bool:
        """Whether a frame is, as far as can be known by now."""
        taken = self._pace.taken
        for other in self._sent:
            if other > time:
                break
            if self._pace.is_due(other, taken):
                taken = other
        return self._pace.is_due(time, taken)

    def _is_alone(self, packet: av.Packet[Any]) -> bool:
        """Whether a packet's frame is one of which no other is made; false in doubt."""
        head = bytes(memoryview(packet)[:_HEAD])
        at = 0
        while True:
            if self._length_bytes:
                unit = at + self._length_bytes
                at = unit + int.from_bytes(head[at:unit], "big")
            elif (start := head.find(b"\0\0\1", at)) >= 0:
                unit = at = start + 3
            else:
                return False
            if unit >= len(head):
                return False
            if head[unit] & 31 in _SLICES:
                return not head[unit] & 0x60

    def left_out_before(self, frame: av.VideoFrame) -> list[float]:
        """What the film says of the times of those left out since the frame before."""
        told, last = frame.time, self._last
        if told is None or frame.is_corrupt:
            self.stop()
        if told is None:
            return []
        self._last = told
        if told <= last:
            self.stop()
        if not self._left_out:
            return []
        until = told if told > last else math.inf
        gone = [time for time in self._left_out if last < time < until]
        self._left_out = [time for time in self._left_out if not last < time < until]
        return sorted(gone)

    def came(self, time: float) -> None:
        """A frame came out, at a time by the clock."""
        del self._sent[: max(0, bisect(self._sent, time) - 1)]

    def left_out_at_end(self) -> list[float]:
        """The same behind the last frame."""
        return sorted(time for time in self._left_out if time > self._last)
