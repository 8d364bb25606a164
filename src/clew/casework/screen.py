"""What is put on an officer's screen: veils of what they see, and a picture once they ask for it.

A reveal is noted, with its purpose, and counted before anything is opened; the picture then bears
the officer's name.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from django.db import connection
from django.utils import timezone

from clew.access.acting import acting, officer, require_authority
from clew.access.connections import prepared
from clew.access.models import Officer
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.acts import reason, viewed
from clew.casework.desk import desk
from clew.casework.errors import StatementError
from clew.casework.sounding import both, spectrogram, with_mark
from clew.casework.things import MEDIA, Thing, seen
from clew.media.veil import Screen
from clew.records.models import Media
from clew.vault.errors import NotStoredError, VaultError
from clew.workspace import Workspace

Shown: TypeAlias = Literal["preview", "storyboard", "spectrogram"]
"""What of a media can be put on a screen."""
_MOST = 200
_REMEMBERED = 20_000
"""Veils kept in memory: 5 MB."""


class Screens:
    """Makes what is put on screens, in one confined process; for a process that serves."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._drawing = threading.Lock()
        self._screen: Screen | None = None
        self._veils: OrderedDict[str, bytes] = OrderedDict()

    def veils(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Veils (:mod:`clew.media.veil`) of some media that the acting officer sees.

        Those that have no preview, such as sounds, are left out.

        Raises:
            clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        """
        with acting():
            require_authority()
            rows = Media.objects.filter(pk__in=list(numbers)[:_MOST]).values_list("pk", "sha256")
            wanted = {number: bytes(sha256).hex() for number, sha256 in rows}
            viewed("veils", media=len(wanted))
        self._make([sha256 for sha256 in wanted.values() if sha256 not in self._veils])
        found = {number: self._veils.get(sha256) for number, sha256 in wanted.items()}
        return {number: veil for number, veil in found.items() if veil is not None}

    def picture(self, number: int, what: Shown = "preview") -> bytes:
        """What was revealed of a media, as a JPEG with the officer's name on it.

        Args:
            number: of the media.
            what: its preview, a film's keyframes on one sheet, or what is heard in it.

        Raises:
            NotSeenError: the acting officer sees no such media.
            clew.vault.errors.VaultError: there is none, or it is damaged.
        """
        with acting():
            require_authority()
            seen(Thing(MEDIA, number))
            sha256 = bytes(Media.objects.only("sha256").get(pk=number).sha256).hex()
            name = Officer.objects.values_list("sign_in_name", flat=True).get(pk=officer() or 0)
        if what == "spectrogram":
            preview = self._heard(spectrogram, number)
        else:
            preview = self._workspace.vault.get_derivative(what, sha256)
        mark = f"{name} · {timezone.now():%Y-%m-%d %H:%M} UTC"
        made = self._open().marked(preview, mark)
        if made is None:
            raise NotStoredError(f"The {what} of media:{number} cannot be opened.")
        return made

    def shared_sound(self, match: int) -> bytes:
        """Spectrograms of what two media share, as a JPEG with the officer's name on it.

        Raises:
            NotSeenError: the acting officer sees no such match of sounds.
            clew.vault.errors.VaultError: one of the two is not at hand, or cannot be read.
        """
        return with_mark(self._open(), self._heard(both, match))

    def _heard(self, draw: Callable[[Workspace, int], bytes], number: int) -> bytes:
        try:
            with self._drawing:
                return draw(self._workspace, number)
        except ValueError as error:
            raise NotStoredError(f"It cannot be drawn: {error}.") from error

    def close(self) -> None:
        """End the process."""
        if self._screen is not None:
            self._screen.close()

    def _make(self, missing: list[str]) -> None:
        previews: dict[str, bytes] = {}
        for sha256 in missing:
            try:
                previews[sha256] = self._workspace.vault.get_derivative("preview", sha256)
            except VaultError:
                continue  # it stays without one
        if not previews:
            return
        made = self._open().veils(list(previews.values()))
        with self._lock:
            for sha256, veil in zip(previews, made, strict=True):
                if veil is not None:
                    self._veils[sha256] = veil
            while len(self._veils) > _REMEMBERED:
                self._veils.popitem(last=False)

    def _open(self) -> Screen:
        with self._lock:
            if self._screen is None:
                self._screen = Screen()
            return self._screen


def note_reveal(number: int, purpose: str, what: str = "preview", **more: object) -> None:
    """Note that the acting officer is about to look at a media, and count it.

    Args:
        number: of the media.
        purpose: why it has to be looked at.
        what: its preview, a film's keyframes on one sheet, what is heard in it, or a part of it.
        more: what else the log is to say, such as from when to when.

    Raises:
        NotSeenError: the acting officer sees no such media.
        StatementError: they work blind, or have seen as much as they wanted to see today.
    """
    require_authority()
    purpose = reason(purpose)
    seen(Thing(MEDIA, number))
    chosen = desk()
    if chosen.blind:
        raise StatementError("You work blind: nothing is revealed until you switch that off.")
    if chosen.over_limit:
        raise StatementError(
            f"You have revealed {chosen.reveals} media today, as many as you wanted to. Go on "
            "tomorrow, ask a colleague, or raise your own limit."
        )
    record(
        Event.REVEAL, about=f"media:{number}", details={"what": what, "purpose": purpose, **more}
    )
    count_reveal()


def count_reveal() -> None:
    """Count one more media that the acting officer looks at."""
    prepared(connection, "SELECT access.exposed()")
