"""Writing one file of a vault's folder: under its name it is whole, or not there.

Plain calls rather than a library for all kinds of stores: in a folder of small files the threads
between which such a library hands every call cost more than writing does.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Literal

Mode = Literal["create", "overwrite"]


def write(file: Path, content: Iterable[bytes], mode: Mode) -> None:
    """Write a file, and give it its name when its content came to an end without an error.

    Nobody else may read it. It is not safe from a power cut before it is settled
    (:class:`clew.vault.settling.Settling`).

    Args:
        file: its path; folders on the way are made, for their owner alone.
        content: in pieces.
        mode: ``create`` never replaces anything, ``overwrite`` does.

    Raises:
        FileExistsError: with mode ``create``, when there is something of this name.
        OSError: the folder cannot be used, or the disk is full.
    """
    half, descriptor = _begin(file)
    try:
        with open(descriptor, "wb", buffering=0) as out:  # noqa: PTH123 - a descriptor
            for piece in content:
                rest = memoryview(piece)
                while rest:
                    rest = rest[out.write(rest) :]
        if mode == "create":
            os.link(half, file)  # unlike renaming, this replaces nothing
        else:
            half.replace(file)
    finally:
        with suppress(FileNotFoundError):
            half.unlink()


def _begin(file: Path) -> tuple[Path, int]:
    """A new file beside the one that is to be: ``NAME#1``, or a further one of several writers."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for number in count(1):
        half = file.with_name(f"{file.name}#{number}")
        try:
            return half, os.open(half, flags, 0o600)
        except FileExistsError:
            continue
        except FileNotFoundError:
            _make_folders(file.parent)
            return _begin(file)
    raise AssertionError


def _make_folders(folder: Path) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
