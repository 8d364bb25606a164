"""Hearing while a film is seen: its sound is read in the pass that reads its picture."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import av
import av.container

from clew.media.kind import MediaType
from clew.media.sound import Hearing, Stretch
from clew.signals.base import Need
from clew.signals.registry import available

_MOST_SECONDS = 12 * 3600.0


class SoundFeed:
    """Feeds every signal of sound, up to the limits.

    Args:
        media: what is being read, a film or a recording.
        notes: what was left out is appended, for people.
        deadline: when to stop, in seconds of the monotonic clock.

    Attributes:
        signals: those that are fed, with their ``extractors`` in the same order.
        full: whether a limit was reached.
    """

    def __init__(self, media: MediaType, notes: list[str], deadline: float) -> None:
        self.signals = [s for s in available(Need.SOUND) if media in s.media]
        self.extractors = [signal.extractor() for signal in self.signals]
        self.full = False
        self._notes = notes
        self._deadline = deadline

    def take(self, stretches: Iterable[Stretch]) -> None:
        """Take what was heard next, until a limit is reached."""
        if self.full:
            return
        for stretch in stretches:
            for extractor in self.extractors:
                extractor.take(stretch)
            if stretch.end > _MOST_SECONDS:
                self._stop(stretch, "limit")
            elif time.monotonic() > self._deadline:
                self._stop(stretch, "time limit")
            if self.full:
                return

    def _stop(self, stretch: Stretch, limit: str) -> None:
        self._notes.append(f"only the first {stretch.end:.0f} s heard ({limit})")
        self.full = True


class Ear:
    """Hears a film's sound from the packets that come by while its picture is read.

    Args:
        container: the opened film.
        notes: what was wrong or left out is appended, for people.
        deadline: when to stop, in seconds of the monotonic clock.

    Attributes:
        streams: the sound tracks whose packets are wanted.
        feed: what is fed.
    """

    def __init__(
        self, container: av.container.InputContainer, notes: list[str], deadline: float
    ) -> None:
        self._hearing = Hearing(container, notes)
        self.streams = self._hearing.streams
        self.feed = SoundFeed(MediaType.VIDEO, notes, deadline)

    @property
    def full(self) -> bool:
        """Whether it takes no more."""
        return self.feed.full

    def take(self, packet: av.Packet[Any]) -> None:
        """Take the next packet of a sound track."""
        self.feed.take(self._hearing.take(packet))

    def finish(self) -> None:
        """There are no more packets."""
        self.feed.take(self._hearing.finish())
