"""What lies where in a backup folder, and how it is read and checked."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from clew.backup.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
LOCK = "backup.lock"
GENERATION = "generation-"
DATABASE, LISTING, KEYS, TOMBSTONES = (
    "database.sealed",
    "objects.jsonl",
    "keys.tar",
    "tombstones.tar",
)
PARTS = (DATABASE, LISTING, KEYS, TOMBSTONES)
_CHUNK_BYTES = 8 * 1024 * 1024


class Manifest(msgspec.Struct, frozen=True):
    """What a complete backup is made of.

    Attributes:
        format: version of this layout.
        made: when it was begun: it holds what was committed then.
        clew: version of Clew that made it.
        vault: identity of the vault that was backed up.
        generation: the folder that counts.
        key: what its dump of the database is encrypted with, wrapped.
        parts: SHA-256 of each file in it.
        objects: how many ciphertexts belong to it.
        size: their bytes.
        key_versions: numbers of the key-encryption keys that its keys are wrapped by.
    """

    format: int
    made: datetime
    clew: str
    vault: str
    generation: str
    key: bytes
    parts: dict[str, str]
    objects: int
    size: int
    key_versions: list[int]


def place_of_key(generation: str) -> str:
    """What the key of a generation's dump is bound to."""
    return f"backup/{generation}"


class Listed(msgspec.Struct, frozen=True):
    """One ciphertext of a backup: where it lies, in the vault and in the folder."""

    path: str
    size: int
    modified: datetime
    sha256: str


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a complete backup.

    Raises:
        BackupError: there is none, or none that this version knows.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError:
        half = folder.is_dir() and any(folder.glob(f"{GENERATION}*"))
        raise BackupError(
            f"The backup in {folder} is not complete: it was cut short. Use an older one, or make "
            "it again with the same command."
            if half
            else f"There is no backup in {folder}."
        ) from None
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as problem:
        raise BackupError(f"{folder / MANIFEST} is damaged. Use another backup.") from problem
    if manifest.format != FORMAT:
        raise BackupError(
            f"The backup in {folder} has format {manifest.format}, this Clew knows {FORMAT}. Use "
            f"Clew {manifest.clew} or newer."
        )
    return manifest


def check_parts(folder: Path, manifest: Manifest) -> Path:
    """See that the files of the generation that counts are whole; returns its folder.

    Raises:
        BackupError: one is missing or damaged.
    """
    generation = folder / manifest.generation
    for name in PARTS:
        try:
            found = sha256_of(generation / name)
        except OSError:
            found = "missing"
        if found != manifest.parts.get(name):
            raise BackupError(
                f"{generation / name} is {'missing' if found == 'missing' else 'damaged'}: the "
                "backup cannot be restored. Use another one."
            )
    return generation


def read_listing(generation: Path) -> Iterator[Listed]:
    """The ciphertexts of a backup."""
    decoder = msgspec.json.Decoder(Listed)
    with (generation / LISTING).open("rb") as file:
        for line in file:
            yield decoder.decode(line)


def packed(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Small objects of an archive, with their paths in the vault.

    Raises:
        BackupError: it is none.
    """
    try:
        with tarfile.open(archive, "r:") as opened:
            for member in opened:
                content = opened.extractfile(member) if member.isreg() else None
                if content is not None:
                    yield member.name, content.read()
    except (tarfile.TarError, OSError) as problem:
        raise BackupError(f"{archive} cannot be read: {problem}") from problem


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    for piece in pieces(file):
        digest.update(piece)
    return digest.hexdigest()


def pieces(file: Path) -> Iterator[bytes]:
    """A file's content, in pieces that fit in memory."""
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK_BYTES):
            yield piece


def new_file(path: Path) -> BinaryIO:
    """A new file for its owner alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Put a small file in its place in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with new_file(fresh) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)
