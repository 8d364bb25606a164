"""What is kept of a file whose decoding process was lost, and where reading goes on behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clew.media.errors import plain
from clew.media.kind import MediaType
from clew.signals.reading import Outcome, Reading

MOST_LOSSES = 20
"""Processes that one archive may cost before the rest of it is left unread."""


@dataclass
class Work:
    """What processes have said of one file, and what it cost.

    Attributes:
        size: of the file.
        descriptor: of the file, kept for going on.
        begun: files and members that are being read.
        resume: position at which the next process goes on; empty for the beginning.
        told: how many readings there were; ``whole`` is true after that of the file itself.
        losses: members at fault, or archives that could not be gone on with, each with why.
        passing: whether one of the losses may have had nothing to do with the file.
    """

    size: int
    descriptor: int
    begun: dict[tuple[bytes, ...], Reading] = field(default_factory=dict)
    resume: tuple[int, ...] = ()
    told: int = 0
    whole: bool = False
    losses: list[tuple[tuple[bytes, ...], str]] = field(default_factory=list)
    passing: bool = False
    _lost: int = 0
    _tried: tuple[int, ...] = ()

    def begin(self, reading: Reading) -> None:
        """A file or member is being read."""
        self.begun[reading.member] = reading

    def finish(self, reading: Reading) -> None:
        """A file or member has been read; losses inside it are added to what is said of it."""
        member = reading.member
        for other in [m for m in self.begun if m[: len(member)] == member]:
            del self.begun[other]
        self.told += 1
        self.whole = not member
        self._blame(reading)
        self._behind(reading.position)

    def lose(self, reason: str, *, passing: bool) -> Iterator[Reading]:
        """Note that a process was lost, and find where to go on.

        Yields:
            What is known of the member at fault. Of everything, the file itself included, when
            there is nothing to be gained by going on: then it is ``whole``.
        """
        self._lost += 1
        self.passing = self.passing or passing
        self.begun.setdefault((), Reading(size=self.size))
        culprit = self.begun[max(self.begun, key=len)]
        further = self.resume > self._tried
        if self._lost >= MOST_LOSSES:
            reason += f"; {self._lost} decoders were lost over it, the rest was not read"
            yield from self._salvaged(culprit, reason)
        elif culprit.type is MediaType.CONTAINER and further:
            self._go_on()  # between two members: none is to blame, the next is tried once more
        elif culprit.member and culprit.position:
            self._give_up(culprit, reason)
            self._behind(culprit.position)
            self._go_on()
            yield culprit
        else:
            yield from self._salvaged(culprit, reason)

    def _go_on(self) -> None:
        self.begun = {(): self.begun[()]}
        self._tried = self.resume

    def _behind(self, position: tuple[int, ...]) -> None:
        """Remember to go on behind a member, if that is further than before."""
        if position:
            self.resume = max(self.resume, (*position[:-1], position[-1] + 1))

    def _give_up(self, culprit: Reading, reason: str) -> None:
        """Say of a file or member that its process was lost."""
        depth = len(culprit.position)
        reached_inside = len(self.resume) > depth and self.resume[:depth] == culprit.position
        culprit.outcome = Outcome.PARTLY if reached_inside else Outcome.UNREADABLE
        culprit.notes.append(f"reading stopped inside it: {reason}" if reached_inside else reason)
        self._blame(culprit)
        self.losses.append((culprit.member, reason))

    def _blame(self, reading: Reading) -> None:
        """Add to what is said of an archive which of its members cost a process."""
        depth = len(reading.member)
        for member, reason in self.losses:
            if len(member) > depth and member[:depth] == reading.member:
                name = plain(member[-1].decode("utf-8", "replace"))
                reading.notes.append(f"reading stopped inside it, at {name}: {reason}")
                if reading.outcome is Outcome.READ:
                    reading.outcome = Outcome.PARTLY
        reading.passing = self.passing and not reading.member

    def _salvaged(self, culprit: Reading, reason: str) -> Iterator[Reading]:
        """What is known of all that was being read, the innermost first."""
        self._give_up(culprit, reason)
        yield culprit
        for member in sorted(self.begun, key=len, reverse=True):
            if member != culprit.member:
                around = self.begun[member]
                self._blame(around)
                yield around
        self.whole = True
