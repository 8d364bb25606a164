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
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

import py7zr
import py7zr.exceptions
import py7zr.io

from clew.media.errors import OverLimitError, UnreadableError
from clew.media.limits import MEBIBYTE, Limits

_CHUNK = MEBIBYTE
_RATIO_FROM = 64 * MEBIBYTE


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


class Budget:
    """What may still be unpacked from one outermost container, however deep it is nested."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.limits = limits
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
        """Count unpacked bytes.

        Raises:
            OverLimitError: when the container unpacks to more than is allowed.
        """
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise OverLimitError(
                "it unpacks to far more than its size (a decompression bomb?); the rest was not "
                "read"
            )


def walk(source: BinaryIO, name: str, budget: Budget, visit: Visit) -> None:
    """Visit every file inside a container.

    Args:
        source: seekable file of the container.
        name: its format as :func:`clew.media.kind.sniff` names it.
        budget: shared by all containers inside one file.
        visit: called with each member in the order of the container.

    Raises:
        UnreadableError: when the container itself is damaged, encrypted or over a limit; members
            visited before stay visited.
    """
    walkers: dict[str, Callable[[BinaryIO, Budget, Visit], None]] = {
        "zip": _walk_zip,
        "tar": _walk_tar,
        "7z": _walk_7z,
    }
    source.seek(0)
    try:
        if name in walkers:
            walkers[name](source, budget, visit)
        else:
            _walk_compressed(source, name, budget, visit)
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, tarfile.TarError, py7zr.exceptions.ArchiveError) as error:
        raise UnreadableError(f"the archive is damaged ({error})") from error
    except (EOFError, OSError, ValueError, lzma.LZMAError, RuntimeError, LookupError) as error:
        raise UnreadableError(f"the archive is damaged ({_says(error)})") from error


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
    except NotImplementedError as error:
        return Member(name, declared, None, f"packed by a method that is not known ({error})")
    except Exception as error:  # each format has its own ways of saying "damaged"
        if not content.tell():
            return Member(name, declared, None, f"damaged inside the archive ({_says(error)})")
        return Member(
            name, content.tell(), content, f"damaged inside the archive ({_says(error)})", True
        )
    return Member(name, content.tell(), content)


def _too_large(size: int, limit: int) -> str:
    return (
        f"{size / MEBIBYTE:.0f} MiB packed inside an archive, more than the {limit / MEBIBYTE:.0f} "
        "MiB that are unpacked in memory; unpack it and scan it as a file"
    )


def _walk_zip(source: BinaryIO, budget: Budget, visit: Visit) -> None:
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            budget.member()
            if entry.flag_bits & 1:
                visit(Member(entry.filename, entry.file_size, None, "encrypted: needs a password"))
                continue
            try:
                stream = cast(BinaryIO, archive.open(entry))
            except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
                problem = f"damaged inside the archive ({_says(error)})"
                visit(Member(entry.filename, entry.file_size, None, problem))
                continue
            with stream:
                if entry.compress_type == zipfile.ZIP_STORED and entry.file_size > _CHUNK:
                    visit(Member(entry.filename, entry.file_size, stream))  # a window, no copy
                else:
                    visit(_unpacked(entry.filename, entry.file_size, stream, budget))


def _walk_tar(source: BinaryIO, budget: Budget, visit: Visit) -> None:
    with tarfile.open(fileobj=source, mode="r:") as archive:
        _walk_open_tar(archive, budget, visit, packed=False)


def _walk_open_tar(archive: tarfile.TarFile, budget: Budget, visit: Visit, *, packed: bool) -> None:
    for entry in archive:
        if entry.isdir():
            continue
        budget.member()
        if not entry.isfile():
            visit(Member(entry.name, 0, None, "a link or device inside the archive, not a file"))
            continue
        stream = cast(BinaryIO, archive.extractfile(entry))
        if packed or entry.size <= _CHUNK:
            visit(_unpacked(entry.name, entry.size, stream, budget))
        else:
            visit(Member(entry.name, entry.size, stream))


def _walk_compressed(source: BinaryIO, name: str, budget: Budget, visit: Visit) -> None:
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
                _walk_open_tar(archive, budget, visit, packed=True)
        else:
            budget.member()
            visit(_unpacked("content", 0, stream, budget))


def _walk_7z(source: BinaryIO, budget: Budget, visit: Visit) -> None:
    try:
        with py7zr.SevenZipFile(source) as archive:
            for entry in archive.list():
                if not entry.is_directory:
                    budget.member()
            archive.extract(factory=_Visiting(budget, visit))
    except py7zr.exceptions.PasswordRequired:
        raise UnreadableError("encrypted: needs a password") from None


class _Visiting(py7zr.io.WriterFactory):
    """Lets py7zr unpack in its one pass, visiting each member as it is complete."""

    def __init__(self, budget: Budget, visit: Visit) -> None:
        self._budget = budget
        self._visit = visit

    def create(self, filename: str) -> _VisitedMember:
        return _VisitedMember(filename, self._budget, self._visit)


class _VisitedMember(py7zr.io.Py7zIO):
    def __init__(self, name: str, budget: Budget, visit: Visit) -> None:
        self._name, self._budget, self._visit = name, budget, visit
        self._content = io.BytesIO()
        self._size = 0

    def write(self, data: bytes | bytearray) -> int:
        self._budget.spend(len(data))
        self._size += len(data)
        if self._size <= self._budget.limits.member_bytes:
            self._content.write(data)
        return len(data)

    def read(self, size: int | None = None) -> bytes:
        return self._content.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return self._size

    def close(self) -> None:
        limit = self._budget.limits.member_bytes
        if self._size > limit:
            self._visit(Member(self._name, self._size, None, _too_large(self._size, limit)))
        else:
            self._visit(Member(self._name, self._size, self._content))


def _says(error: Exception) -> str:
    text = " ".join(str(getattr(error, "strerror", None) or error).split())
    return text or type(error).__name__
