"""What a folder of the vault has, safe from power cuts: many files together, which costs less."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

_AT_ONCE = 8
"""A disk writes what several ask for at one time in one go."""

Explained = Callable[[str], AbstractContextManager[None]]


class Disk:
    """The disk under a vault's folder.

    Args:
        folder: of the vault.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Path] = set()

    def settle(self, files: set[Path]) -> None:
        """Have files on the disk, and every folder on the way to them that may be new.

        Raises:
            OSError: the disk does not take them.
        """
        folders = {folder for file in files for folder in self._way_to(file)}
        # All must be there before anybody is told of any: so their order does not matter.
        waiting = [*files, *folders]
        if len(waiting) == 1:
            sync(waiting[0])
        else:
            # A share for each: to hand over every single one would cost more than to write it.
            list(self._threads.map(_sync_all, (waiting[n::_AT_ONCE] for n in range(_AT_ONCE))))
        self._known |= folders

    def _way_to(self, file: Path) -> list[Path]:
        """The folders to settle. Of one settled before only what is in it can be new."""
        folder = file.parent
        found = [folder]
        while folder != self._folder and folder not in self._known:
            folder = folder.parent
            found.append(folder)
        return found

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_AT_ONCE, "settling")


class Settling:
    """Objects that were written, or found, and may be lost in a power cut until they are settled.

    Whoever is told of an object that somebody else is still writing must settle it as well: so
    what was found is settled like what was written. Several threads may add to one.

    Args:
        disk: under the folder; None where the store keeps what it has taken.
        explained: turns the errors of the disk into those of the vault.
    """

    def __init__(self, disk: Disk | None, explained: Explained) -> None:
        self._disk = disk
        self._explained = explained
        self._files: set[Path] = set()
        self._turn = threading.Lock()

    def add(self, file: Path) -> None:
        """Have a file settled with the others."""
        with self._turn:
            self._files.add(file)

    def settle(self) -> None:
        """Once this returns, neither a kill nor a power cut takes away what was added.

        Raises:
            clew.vault.errors.UnavailableError: the disk does not take it; nothing added may be
                taken for stored.
        """
        with self._turn:
            files, self._files = self._files, set()
        if self._disk is not None and files:
            with self._explained("settling"):
                self._disk.settle(files)


def _sync_all(paths: list[Path]) -> None:
    for path in paths:
        sync(path)


def sync(path: Path) -> None:
    """Have a file or folder on the disk; nothing happens when it was deleted meanwhile.

    Raises:
        OSError: the disk does not take it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
