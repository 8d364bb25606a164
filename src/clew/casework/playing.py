"""Parts of films and sounds, for an officer who asks to see them move or to hear them.

Asking is a reveal: noted with its purpose and counted before anything is opened. The part is cut
out of the original in a confined process, encoded anew in another, and bears the officer's name.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec
from django.utils import timezone

from clew.access.acting import acting, officer, require_authority
from clew.access.models import Officer
from clew.casework.errors import StatementError
from clew.casework.gather import items
from clew.casework.originals import out_of_vault
from clew.casework.screen import note_reveal
from clew.casework.things import MEDIA, Thing, seen
from clew.media.errors import UnreadableError
from clew.media.parts import LIMITS, Wanted, part_of
from clew.media.webm import Encoder
from clew.vault.errors import NotStoredError
from clew.workspace import Workspace

Played: TypeAlias = Literal["motion", "motion and sound", "sound"]
"""What of a part is asked for."""
SECONDS: dict[Played, float] = {"motion": 10.0, "motion and sound": 10.0, "sound": 15.0}
"""How long a part is."""
LARGEST = 1024 * 1024 * 1024
"""Bytes of an original of which parts are played: it is held in memory meanwhile."""
LATEST = 1_000_000.0
"""Seconds from the beginning at which a part can begin."""
_AT_ONCE = 2
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Playable:
    """A part as a browser is given it.

    Attributes:
        content: WebM.
        lasts: seconds that there are of it.
        notes: what was wrong in it, for people.
    """

    content: bytes
    lasts: float
    notes: tuple[str, ...]


class Parts:
    """Makes parts, a few at a time and for each officer one; for a process that serves."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._encoder = Encoder()
        self._turn = threading.Condition()
        self._busy: set[int] = set()
        self._waiting: set[int] = set()

    def close(self) -> None:
        """End the process that encodes."""
        self._encoder.close()

    def part(self, number: int, what: Played, start: float, *, colour: bool) -> Playable:
        """A part that was asked for, with the officer's name in every picture.

        Args:
            number: of the media.
            what: what of it.
            start: seconds from its beginning.
            colour: whether in colour, not in grey.

        Raises:
            NotSeenError: the acting officer sees no such media.
            StatementError: there is nothing of it to be played, or too much is asked at once.
            clew.vault.errors.VaultError: its original is not at hand.
        """
        with acting():
            require_authority()
            _at_hand(number)
            me = officer() or 0
            name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=me)
        wanted = Wanted(
            start=start,
            seconds=SECONDS[what],
            picture=what != "sound",
            sound=what != "motion",
            colour=colour,
        )
        with self._turn_of(me):
            return self._made(number, wanted, f"{name} · {timezone.now():%Y-%m-%d %H:%M} UTC")

    def _made(self, number: int, wanted: Wanted, mark: str) -> Playable:
        limits = msgspec.structs.replace(LIMITS, memory=self._workspace.settings.memory_limit)
        descriptor = out_of_vault(self._workspace, number, "part", LARGEST)
        size = os.fstat(descriptor).st_size
        try:
            part = part_of(descriptor, f"media {number}", size, wanted, limits)
        except UnreadableError as error:
            raise StatementError(f"This part cannot be played: {error}.") from error
        made = self._encoder.encoded(part, mark)
        if made is None:
            raise StatementError("This part cannot be played: it could not be encoded.")
        return Playable(made, part.lasts / 1000, tuple(part.notes))

    @contextmanager
    def _turn_of(self, who: int) -> Iterator[None]:
        with self._turn:
            if who in self._waiting:
                raise StatementError("One part at a time: wait until the one before has come.")
            self._waiting.add(who)
            free = self._turn.wait_for(
                lambda: who not in self._busy and len(self._busy) < _AT_ONCE, _PATIENCE_SECONDS
            )
            self._waiting.discard(who)
            if not free:
                raise StatementError(
                    "The decoders are busy with what others watch. Ask again in a moment."
                )
            self._busy.add(who)
        try:
            yield
        finally:
            with self._turn:
                self._busy.discard(who)
                self._turn.notify_all()


def note_part(number: int, purpose: str, what: Played, start: float, *, colour: bool) -> None:
    """Note that the acting officer is about to watch or hear a part, and count it.

    Args:
        number: of the media.
        purpose: why.
        what: what of it.
        start: seconds from its beginning.
        colour: whether in colour, not in grey.

    Raises:
        NotSeenError: the acting officer sees no such media.
        StatementError: they work blind, or have seen as much as they wanted to see today.
        clew.vault.errors.NotStoredError: its original is not at hand.
    """
    require_authority()
    if _at_hand(number) == "sound" and what != "sound":
        raise StatementError(
            "This part cannot be played: nothing is to be seen in it: it is sound alone."
        )
    end = start + SECONDS[what]
    more = {"from": round(start, 2), "to": round(end, 2), **({"colour": True} if colour else {})}
    note_reveal(number, purpose, what, **more)


def _at_hand(number: int) -> str:
    """See that its original may be opened by the acting officer; tells what kind of media it is."""
    seen(Thing(MEDIA, number))
    item = items([number])[number]
    if item.type == "image":
        raise StatementError("A picture does not move, and nothing is to be heard in it.")
    if not item.in_vault:
        # It may be there: of another agency, which keeps to itself that it handed it in.
        raise NotStoredError(
            f"No original of media:{number} was handed in by your agency, or shared with it. Hand "
            "it in, then it can be played."
        )
    if item.size > LARGEST:
        raise StatementError(
            f"media:{number} has {item.size} bytes; parts are played of at most {LARGEST}."
        )
    return item.type
