"""Archives walked as containers: every member is read where it lies, nothing is unpacked to disk.

Zip, tar (plain or compressed), 7z and single compressed files. Members are visited one at a time
and in memory; what is encrypted, too large or damaged is visited too, with the reason instead of
its content. Sizes are counted as they are unpacked, since what an archive declares may be a lie.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

import py7zr
import py7zr.exceptions
import py7zr.io

from clew.media.errors import OverLimitError, UnreadableError, words_of
from clew.media.limits import MEBIBYTE, Limits

_CHUNK = MEBIBYTE
_RATIO_FROM = 64 * MEBIBYTE
_ZIP_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = "encrypted: needs a password"
_CUT_OFF = "cut off inside the archive"
_NOT_REACHED = "not read: what is wrong before it in the archive stopped the reading"
_UNKNOWN_METHOD = "packed by a method that is not known"


@dataclass
class Member:
    """One file inside a container.

    Attributes:
        name: its path inside, as the container spells it.
        size: bytes; what the container declares when the member was not unpacked.
        source: its content, seekable; None when it could not be unpacked.
        problem: why not, for people; empty when all is well.
        incomplete: whether ``source`` holds only the beginning.
    """

    name: str
    size: int
    source: BinaryIO | None
    problem: str = ""
    incomplete: bool = False


Visit = Callable[[Member], None]
Wanted = Callable[[str], bool]
"""Asked for each member by its name, in order, before it is visited."""


def _nobody(_unpacked_bytes: int) -> None:
    """Is told how unpacking goes on when nobody else wants to know."""


def _all(_name: str) -> bool:
    """Wants every member."""
    return True


class Budget:
    """What may still be unpacked from one outermost container, however deep it is nested.

    Args:
        size: bytes of the outermost container.
        limits: what reading may cost.
        progress: told of every piece, with its bytes.
    """

    def __init__(
        self, size: int, limits: Limits, progress: Callable[[int], None] = _nobody
    ) -> None:
        self.limits = limits
        self._progress = progress
        self._bytes_left = min(
            limits.container_bytes, max(_RATIO_FROM, size * limits.container_ratio)
        )
        self._members_left = limits.container_members

    def member(self) -> None:
        """Count one member.

        Raises:
            OverLimitError: when there are too many.
        """
        self._members_left -= 1
        if self._members_left < 0:
            raise OverLimitError(
                f"more than {self.limits.container_members} files inside; the rest was not read"
            )

    def spend(self, count: int) -> None:
        """Count bytes to read, before they are unpacked where that is known, else at once after.

        Raises:
            OverLimitError: when the container unpacks to more than is allowed.
        """
        self._progress(count)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise OverLimitError(
                "it unpacks to far more than its size (a decompression bomb?); the rest was not "
                "read"
            )


def walk(source: BinaryIO, name: str, budget: Budget, visit: Visit, wanted: Wanted = _all) -> None:
    """Visit every file inside a container.

    Args:
        source: seekable file of the container.
        name: its format as :func:`clew.media.kind.sniff` names it.
        budget: shared by all containers inside one file.
        visit: called with each member in the order of the container.
        wanted: asked by name before a member is unpacked, where the format lets one be left out,
            and always before it is visited.

    Raises:
        UnreadableError: when the container itself is damaged, encrypted or over a limit; members
            visited before stay visited.
    """
    walkers: dict[str, Callable[[BinaryIO, Budget, Visit, Wanted], None]] = {
        "zip": _walk_zip,
        "tar": _walk_tar,
        "7z": _walk_7z,
    }
    source.seek(0)
    try:
        if name in walkers:
            walkers[name](source, budget, visit, wanted)
        else:
            _walk_compressed(source, name, budget, visit, wanted)
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # each format has its own ways of saying "damaged"
        raise UnreadableError(f"the archive is damaged ({words_of(error)})") from error


class _Window(io.RawIOBase):
    """A part of a file as a file of its own, so that nothing stored as it is need be copied."""

    def __init__(self, source: BinaryIO, start: int, size: int) -> None:
        self._source, self._start, self._size, self._at = source, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._source.seek(self._start + self._at)
        data = self._source.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _stored(name: str, source: BinaryIO, start: int, size: int, budget: Budget) -> Member:
    """A member that lies in the container as it is."""
    there = min(size, max(0, source.seek(0, io.SEEK_END) - start))
    budget.spend(there)  # not unpacked, but read; and a thousand members may lie over each other
    window = cast(BinaryIO, io.BufferedReader(_Window(source, start, there)))
    if there < size:
        return Member(name, there, window if there else None, _CUT_OFF, incomplete=True)
    return Member(name, there, window)


def _unpacked(name: str, declared: int, stream: BinaryIO, budget: Budget) -> Member:
    """Unpack one member into memory, as far as the limits and its health allow."""
    limit = budget.limits.member_bytes
    if declared > limit:
        return Member(name, declared, None, _too_large(declared, limit))
    content = io.BytesIO()
    try:
        while chunk := stream.read(_CHUNK):
            budget.spend(len(chunk))
            content.write(chunk)
            if content.tell() > limit:
                return Member(name, content.tell(), None, _too_large(content.tell(), limit))
    except OverLimitError:
        raise
    except MemoryError:
        return Member(name, declared, None, "unpacking it needs more memory than the limit allows")
    except NotImplementedError:
        return Member(name, declared, None, _UNKNOWN_METHOD)
    except Exception as error:  # each format has its own ways of saying "damaged"
        problem = f"damaged inside the archive ({words_of(error)})"
        if not content.tell():
            return Member(name, declared, None, problem)
        return Member(name, content.tell(), content, problem, incomplete=True)
    return Member(name, content.tell(), content)


def _too_large(size: int, limit: int) -> str:
    return (
        f"{size / MEBIBYTE:.0f} MiB packed inside an archive, more than the {limit / MEBIBYTE:.0f} "
        "MiB that are unpacked in memory; unpack it and scan it as a file"
    )


def _walk_zip(source: BinaryIO, budget: Budget, visit: Visit, wanted: Wanted) -> None:
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            budget.member()
            if wanted(entry.filename):
                visit(_zip_member(archive, entry, source, budget))


def _zip_member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: BinaryIO, budget: Budget
) -> Member:
    name, size = entry.filename, entry.file_size
    if entry.flag_bits & 1:
        return Member(name, size, None, _ENCRYPTED)
    stored = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == size
    if stored and size > _CHUNK:  # a size that lies would reach into other members
        source.seek(entry.header_offset)
        header = source.read(_ZIP_HEADER.size)
        if len(header) == _ZIP_HEADER.size and header.startswith(b"PK\x03\x04"):
            _, name_length, extra_length = _ZIP_HEADER.unpack(header)
            start = entry.header_offset + _ZIP_HEADER.size + name_length + extra_length
            return _stored(name, source, start, size, budget)
    try:
        stream = cast(BinaryIO, archive.open(entry))
    except NotImplementedError:
        return Member(name, size, None, _UNKNOWN_METHOD)
    except Exception as error:
        return Member(name, size, None, f"damaged inside the archive ({words_of(error)})")
    with stream:
        return _unpacked(name, size, stream, budget)


def _walk_tar(source: BinaryIO, budget: Budget, visit: Visit, wanted: Wanted) -> None:
    with tarfile.open(fileobj=source, mode="r:") as archive:
        _walk_open_tar(archive, source, budget, visit, wanted, packed=False)


def _walk_open_tar(
    archive: tarfile.TarFile,
    source: BinaryIO,
    budget: Budget,
    visit: Visit,
    wanted: Wanted,
    *,
    packed: bool,
) -> None:
    for entry in archive:
        # It remembers every member for those who want to go back.
        archive.members.clear()  # type: ignore[attr-defined]
        if entry.isdir():
            continue
        budget.member()
        if not wanted(entry.name):
            continue
        if not entry.isfile():
            visit(Member(entry.name, 0, None, "a link or device inside the archive, not a file"))
        elif packed or entry.issparse() or entry.size <= _CHUNK:
            stream = cast(BinaryIO, archive.extractfile(entry))
            visit(_unpacked(entry.name, entry.size, stream, budget))
        else:
            visit(_stored(entry.name, source, entry.offset_data, entry.size, budget))
    # A damaged header ends the list like the two blocks of zeros that end a whole archive.
    source.seek(archive.offset)
    if source.read(tarfile.BLOCKSIZE).strip(b"\0"):
        raise UnreadableError("the archive is damaged; what comes after was not read")


def _walk_compressed(
    source: BinaryIO, name: str, budget: Budget, visit: Visit, wanted: Wanted
) -> None:
    """A compressed tar, or else a single compressed file."""
    openers: dict[str, Callable[[BinaryIO], object]] = {
        "gzip": gzip.open,
        "bzip2": bz2.open,
        "xz": lzma.open,
    }
    with cast(BinaryIO, openers[name](source)) as stream:
        head = stream.read(512)
        stream.seek(0)
        if head[257:262] == b"ustar":
            with tarfile.open(fileobj=stream, mode="r:") as archive:
                _walk_open_tar(archive, stream, budget, visit, wanted, packed=True)
        else:
            budget.member()
            if wanted("content"):
                visit(_unpacked("content", 0, stream, budget))


def _walk_7z(source: BinaryIO, budget: Budget, visit_wanted: Visit, wanted: Wanted) -> None:
    def visit(member: Member) -> None:
        if wanted(member.name):  # unpacked already: many members share one stream
            visit_wanted(member)

    try:
        with py7zr.SevenZipFile(source) as archive:
            files = [entry for entry in archive.files if not entry.is_directory]
            for _ in files:
                budget.member()
            if archive.password_protected:
                for entry in files:
                    visit(Member(entry.filename, entry.uncompressed, None, _ENCRYPTED))
                return
            # Not ``extract``: that wants a file system to unpack to and refuses a whole archive
            # for one name that would lead out of it.
            waiting = [_Unpacking(entry.filename, entry.uncompressed) for entry in files]
            for entry, one in zip(files, waiting, strict=True):
                writers = _Writers(one, budget, visit)
                archive.worker.register_filelike(entry.id, py7zr.io.MemIO(one.name, writers))
            try:
                archive.worker.extract(archive.fp, None, parallel=False)
            finally:
                for one in waiting:
                    if not one.visited:
                        visit(one.damaged())
    except py7zr.exceptions.PasswordRequired:
        raise UnreadableError(_ENCRYPTED) from None
    except py7zr.exceptions.UnsupportedCompressionMethodError:
        raise UnreadableError(_UNKNOWN_METHOD) from None


@dataclass
class _Unpacking:
    """A member of a 7z archive on its way."""

    name: str
    declared: int
    size: int = 0
    content: io.BytesIO | None = None
    visited: bool = False

    def damaged(self) -> Member:
        """The member that was being unpacked when it ended, or one behind it."""
        if self.content is None or not self.size:
            return Member(self.name, self.declared, None, _NOT_REACHED)
        return Member(self.name, self.size, self.content, "damaged inside the archive", True)


@dataclass
class _Writers(py7zr.io.WriterFactory):
    """Lets py7zr unpack in its one pass, visiting each member as it is complete."""

    member: _Unpacking
    budget: Budget
    visit: Visit

    def create(self, filename: str) -> _Writer:  # noqa: ARG002
        return _Writer(self)


class _Writer(py7zr.io.Py7zIO):
    def __init__(self, writers: _Writers) -> None:
        self._member, self._budget = writers.member, writers.budget
        self._visit = writers.visit
        self._content = self._member.content = io.BytesIO()

    def write(self, data: bytes | bytearray) -> int:
        self._budget.spend(len(data))
        self._member.size += len(data)
        if self._member.size <= self._budget.limits.member_bytes:
            self._content.write(data)
        return len(data)

    def read(self, size: int | None = None) -> bytes:
        return self._content.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return self._member.size

    def close(self) -> None:
        """Is called when the member is whole, and then only."""
        name, size, limit = self._member.name, self._member.size, self._budget.limits.member_bytes
        self._member.visited = True
        if size > limit:
            self._visit(Member(name, size, None, _too_large(size, limit)))
        else:
            self._visit(Member(name, size, self._content))
        self._member.content = None
