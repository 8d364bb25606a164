"""Uploads: announced in a list, arriving piece by piece, read by a job once all of it is there.

What is acknowledged is encrypted and kept; it is decrypted into memory alone, for being read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clew.access import acting
from clew.access.connections import Connection, worker
from clew.intake.contributions import PORTION, ContributionError, begin, locked
from clew.intake.queues import Phase, enqueue_reading, enqueue_standing
from clew.intake.sharing import Shared
from clew.records.models import ContributedFile, Exhibit, FileState, Upload
from clew.vault.errors import NotStoredError
from clew.vault.spool import Spool
from clew.workspace import Workspace

LARGEST = 2**50
"""Bytes of one file that could be announced at all; CLEW_UPLOAD_LIMIT is what may be: it is
decrypted into memory for being read. Larger ones are handed in by path, where a worker is."""
MOST_FILES = 10_000
PATIENCE = timedelta(days=7)
"""An upload of which nothing arrived for so long is given up."""


UPLOADED = b"/uploads/"
"""What the paths of uploaded files begin with; they lie on no machine."""


class WrongOffsetError(Exception):
    """A piece does not begin where the last one ended.

    Attributes:
        offset: so much was acknowledged.
    """

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next piece begins at {offset}")
        self.offset = offset


class TooMuchError(Exception):
    """More arrives than was announced."""


@dataclass(frozen=True)
class Announced:
    """A file that is to be uploaded.

    Attributes:
        path: where it lies, there where it is uploaded from.
        size: bytes.
        sha256: of its content, hexadecimal.
        modified_ns: when it was last changed, nanoseconds since 1970, if that is known.
    """

    path: str
    size: int
    sha256: str
    modified_ns: int | None = None


@dataclass(frozen=True)
class Expected:
    """An upload, and how much of it has arrived.

    Attributes:
        upload: its name; None once it is complete.
        path: as it was announced.
        offset: so much was acknowledged.
        size: bytes.
        file: number of the file in its contribution.
        modified_ns: as it was announced.
        state: of the file.
    """

    upload: UUID | None
    path: str
    offset: int
    size: int
    file: int
    modified_ns: int | None
    state: FileState


def announce(
    files: Sequence[Announced],
    largest: int,
    *,
    exhibit: Exhibit | None = None,
    shared: Shared | None = None,
) -> int:
    """Begin a contribution of files that will be uploaded; its number.

    Args:
        files: what will be uploaded.
        largest: bytes that one of them may have.
        exhibit: what they were found on.
        shared: with whom, if not with the own agency alone.

    Raises:
        ContributionError: a file cannot be announced like this.
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    _check(files, largest)
    with acting.acting():
        contribution = begin(exhibit, shared, len(files))
        number = contribution.pk
        rows = ContributedFile.objects.bulk_create(
            ContributedFile(
                contribution=contribution,
                path=_place(number, one.path),
                portion=place // PORTION,
                modified_ns=one.modified_ns,
                state=FileState.ARRIVING if one.size else FileState.WAITING,
            )
            for place, one in enumerate(files)
        )
        Upload.objects.bulk_create(
            Upload(file=row, size=one.size, sha256=bytes.fromhex(one.sha256))
            for row, one in zip(rows, files, strict=True)
        )
        for portion in sorted({row.portion for row in rows if row.state == FileState.WAITING}):
            enqueue_reading(number, portion, Phase.READING)
        if not files:
            enqueue_standing(number)
    return int(number)


def _check(files: Sequence[Announced], largest: int) -> None:
    if len(files) > MOST_FILES:
        raise ContributionError(
            f"one contribution has at most {MOST_FILES} uploads; make several of it"
        )
    for one in files:
        if not one.path or "\0" in one.path or ".." in one.path.split("/"):
            raise ContributionError(f"{one.path!r} is no path that can be kept")
        if not 0 <= one.size <= largest:
            raise ContributionError(
                f"{one.path} has {one.size} bytes; at most {largest} can be uploaded "
                "(CLEW_UPLOAD_LIMIT). Hand it in on the machine of a worker: clew contribute"
            )
        if re.fullmatch(r"[0-9a-f]{64}", one.sha256, re.ASCII) is None:
            raise ContributionError(f"{one.sha256!r} is no SHA-256 of {one.path}")
    if len({one.path for one in files}) < len(files):
        raise ContributionError("a file is announced twice")


def _place(number: int, path: str) -> bytes:
    """Where an uploaded file is said to lie: many machines have a folder of the same name."""
    return _beginning(number) + path.lstrip("/").encode("utf-8", "surrogateescape")


def _beginning(number: int) -> bytes:
    return UPLOADED + b"%d/" % number


def as_announced(number: int, path: bytes) -> str:
    """How a file of a contribution was named by whoever uploaded it; for others where it lay."""
    return path.removeprefix(_beginning(number)).decode("utf-8", "replace")


def expected(number: int) -> list[Expected]:
    """The uploads of a running contribution, in a transaction of the officer who announced it.

    Raises:
        ContributionError: there is none, or all of its files have their answer.
    """
    if (contribution := locked(number)) is None:
        raise ContributionError(
            f"{number} is no contribution of yours that runs; see: clew contribution list"
        )
    rows = contribution.files.order_by("pk").select_related("upload")
    return [_expected(number, row) for row in rows]


def _expected(number: int, row: ContributedFile) -> Expected:
    upload: Upload | None = getattr(row, "upload", None)
    path = as_announced(number, bytes(row.path))
    told = row.pk, row.modified_ns, FileState(row.state)
    if upload is None or upload.offset == upload.size:
        size = row.size if upload is None else upload.size
        return Expected(None, path, size, size, *told)
    return Expected(upload.pk, path, upload.offset, upload.size, *told)


def arrived(upload: UUID) -> Upload:
    """An upload as it is, in a transaction of the officer who announced it.

    Raises:
        NotStoredError: that officer has none of that name.
    """
    found = Upload.objects.filter(pk=upload).first()
    if found is None:
        raise NotStoredError("there is no such upload of yours")
    return found


def take_piece(workspace: Workspace, upload: UUID, offset: int, piece: bytes) -> Upload:
    """Keep a piece; with the last one, have the file read. Acknowledge it once this returns.

    Raises:
        NotStoredError: that officer has no such upload.
        WrongOffsetError: it does not begin where the last one ended.
        TooMuchError: it goes beyond what was announced.
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    with acting.acting():
        acting.require_authority()
        arrived(upload)
        found = Upload.objects.select_for_update(no_key=True).get(pk=upload)
        if offset != found.offset:
            raise WrongOffsetError(found.offset)
        if offset + len(piece) > found.size:
            raise TooMuchError
        if piece:
            Spool(workspace.vault).put(str(upload), offset, piece)
        found.offset, found.written_at = offset + len(piece), timezone.now()
        found.save(update_fields=["offset", "written_at"])
        if found.offset == found.size:
            _complete(found)
    return found


def _complete(upload: Upload) -> None:
    row = upload.file
    # Locked, so that a job that looks for what is there sees it, or is followed by another.
    if locked(row.contribution_id) is None:
        return
    waiting = ContributedFile.objects.filter(pk=row.pk, state=FileState.ARRIVING)
    if waiting.update(state=FileState.WAITING):
        enqueue_reading(row.contribution_id, row.portion, Phase.READING)


class DifferentError(Exception):
    """What arrived is not what was announced."""


def in_memory(workspace: Workspace, upload: Upload) -> int:
    """All of an upload as a descriptor of memory, verified; to be closed by the caller.

    Raises:
        DifferentError: it is not what was announced.
        clew.vault.errors.VaultError: it cannot be read.
    """
    descriptor = os.memfd_create("upload", os.MFD_CLOEXEC)
    try:
        digest = hashlib.sha256()
        for piece in _acknowledged(Spool(workspace.vault), upload):
            digest.update(piece)
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        if digest.digest() != bytes(upload.sha256):
            raise DifferentError(
                "what arrived is not what was announced: it changed while it was uploaded. "
                "Upload it again"
            )
        os.lseek(descriptor, 0, os.SEEK_SET)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _acknowledged(spool: Spool, upload: Upload) -> Iterator[bytes]:
    """Its pieces; one that was kept and never acknowledged lies beyond the end, or is replaced."""
    wanted = [one for one in spool.offsets(str(upload.pk)) if one < upload.size]
    return spool.read(str(upload.pk), wanted)


def erase_what_is_done_with(workspace: Workspace) -> int:
    """Take away uploads that are in the vault or were given up, as the worker; how many."""
    spool = Spool(workspace.vault)
    with worker().cursor() as cursor:
        cursor.execute(
            "SELECT upload FROM access.uploads_done(make_interval(days => %s))", [PATIENCE.days]
        )
        done = [upload for (upload,) in cursor.fetchall()]
    for upload in done:
        with suppress(NotStoredError):
            spool.erase(str(upload))
        with transaction.atomic(using=Connection.WORKER.value):
            Upload.objects.using(Connection.WORKER.value).filter(pk=upload).delete()
    return len(done)
