"""A sealed segment: one immutable file that any number of processes map into memory.

Layout. 64 bytes of preamble (magic with the version, length of the header, size of the file,
SHA-256 of the header), the header as JSON, then the sections, each on a page boundary. The
header names every section with its type, length, place and XXH64. The manifest repeats the
preamble's SHA-256, so a file cannot be mistaken for another.

Damage. Opening checks the preamble, the header and the size of the file, which takes about a
millisecond whatever the size. A probe touches pages all over the file, so checking only the pages
a query touches would check nearly all of them at the first query. Instead the first use of a
segment waits for :meth:`Segment.verify`, which reads the whole file once at the speed of memory
(or disk) and compares all checksums; :meth:`Segment.verify` can be called ahead, in another
thread. Who has verified a file leaves a note beside it with the file's inode, size and times of
change, so that other processes need not do it again while the note is younger than a day and the
file has not been touched since. Kernels check bounds all the same, so that damage that arises
later cannot lead them outside the file.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import secrets
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.index.block import Block, Entries
from clew.index.checksum import checksum
from clew.index.durable import replace_file, sync_folder
from clew.index.errors import SegmentDamaged
from clew.index.plan import HASH_BITS, choose_widths
from clew.index.tables import PADDING, Table, build_tables

SUFFIX = ".segment"
BUILDING_SUFFIX = ".building"
VERIFIED_SUFFIX = ".verified"
VERIFIED_FOR_SECONDS = 24 * 3600

_MAGIC = b"clew hamming 001"
_PREAMBLE = struct.Struct("<16s Q Q 32s")
_PAGE = 4096
_ROOM_FOR_HEADER = 16 * _PAGE
# A file changed within this time of being read could have the same time of change.
_CLOCK_GRAIN_SECONDS = 2.0


@dataclass(frozen=True)
class SegmentFile:
    """What the manifest must know of a written segment.

    Attributes:
        name: file name in the index folder.
        header_sha256: checksum of its header, in hexadecimal.
        size: bytes.
        keys: how many keys it holds.
    """

    name: str
    header_sha256: str
    size: int
    keys: int


@dataclass(frozen=True)
class _Section:
    name: str
    dtype: str
    count: int
    offset: int

    @property
    def end(self) -> int:
        return self.offset + self.count * np.dtype(self.dtype).itemsize


def _sections(entries: int, more: int, widths: tuple[int, ...]) -> Iterator[_Section]:
    """All sections of a segment in file order."""
    counts = [
        ("hashes", "<u8", 4 * entries),
        ("keys", "<i8", entries),
        ("more_keys", "<i8", more),
        ("more_entries", "<u4", more),
        ("more_by_key", "<u4", more),
    ]
    for chunk, width in enumerate(widths):
        counts += [
            (f"table {chunk} offsets", "<u4", (1 << width) + 1),
            (f"table {chunk} sketches", "<u2", 2 * entries + PADDING),
            (f"table {chunk} rows", "<u4", entries),
        ]
    offset = _ROOM_FOR_HEADER
    for name, dtype, count in counts:
        section = _Section(name, dtype, count, offset)
        yield section
        offset = -(-section.end // _PAGE) * _PAGE


def _write_all(file: int, values: NDArray[Any], offset: int) -> None:
    rest = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
    while rest.nbytes:
        written = os.pwrite(file, rest, offset)
        rest, offset = rest[written:], offset + written


def write_segment(
    folder: Path, keys: NDArray[np.int64], hashes: NDArray[np.uint64], threads: int
) -> SegmentFile:
    """Fold, build and write a segment; when this returns it is on disk under its final name.

    Until then it has a name ending in ``.building``, which the next writer removes if this one
    dies.

    Args:
        folder: where the index lives.
        keys: int64[n], ascending, n >= 1.
        hashes: uint64[n, 4], C-contiguous.
        threads: how many tables to build at a time.

    Raises:
        OSError: the disk is full or failing; nothing is published.
    """
    entries = Entries.folded(keys, hashes)
    widths = choose_widths(len(entries.keys))
    sections = {s.name: s for s in _sections(len(entries.keys), len(entries.more_keys), widths)}
    size = -(-max(section.end for section in sections.values()) // _PAGE) * _PAGE
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(6)}{SUFFIX}"
    building = folder / (name + BUILDING_SUFFIX)
    file = os.open(building, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    sums: dict[str, str] = {}

    def put(section_name: str, values: NDArray[Any]) -> None:
        section = sections[section_name]
        assert values.dtype == np.dtype(section.dtype)
        assert values.size == section.count
        sums[section_name] = f"{checksum(values):016x}"
        _write_all(file, values, section.offset)

    def put_table(chunk: int, table: Table) -> Table:
        for part in ("offsets", "sketches", "rows"):
            put(f"table {chunk} {part}", getattr(table, part))
        flushes.append(flushing.submit(os.fdatasync, file))  # while the next tables are built
        gone = np.empty(0, np.uint32)
        return Table(table.start, table.width, gone, np.empty(0, np.uint16), gone)

    flushing, flushes = ThreadPoolExecutor(1), list[Future[None]]()
    try:
        os.posix_fallocate(file, 0, size)  # a full disk is found before the work is done
        with flushing:
            for part in ("hashes", "keys", "more_keys", "more_entries", "more_by_key"):
                put(part, getattr(entries, part))
            build_tables(entries.hashes, widths, threads, put_table)
            flushing.shutdown(cancel_futures=True)
        for flush in flushes:
            if not flush.cancelled():
                flush.result()  # a failed write is told once, so fsync would not tell it again
        header_sha256 = _write_header(file, size, widths, entries, sections, sums)
        os.fsync(file)
    except BaseException:
        building.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)
    building.chmod(0o400)
    building.rename(folder / name)
    sync_folder(folder)
    return SegmentFile(name, header_sha256, size, entries.key_count)


def _write_header(
    file: int,
    size: int,
    widths: tuple[int, ...],
    entries: Entries,
    sections: dict[str, _Section],
    sums: dict[str, str],
) -> str:
    header = json.dumps(
        {
            "entries": len(entries.keys),
            "more": len(entries.more_keys),
            "widths": widths,
            "sections": [
                [s.name, s.dtype, s.count, s.offset, sums[s.name]] for s in sections.values()
            ],
        }
    ).encode()
    assert _PREAMBLE.size + len(header) <= _ROOM_FOR_HEADER
    digest = hashlib.sha256(header)
    preamble = _PREAMBLE.pack(_MAGIC, len(header), size, digest.digest())
    _write_all(file, np.frombuffer(preamble + header, np.uint8), 0)
    return digest.hexdigest()


class Segment:
    """An open segment: its block lies in the mapped file.

    Opening raises FileNotFoundError if there is no such file, and SegmentDamaged if its size or
    header are not what was published. The file may be unlinked while it is open.
    """

    def __init__(self, folder: Path, published: SegmentFile) -> None:
        self.path = folder / published.name
        self.published = published
        self._verified = False
        self._verifying = threading.Lock()
        file = os.open(self.path, os.O_RDONLY)
        try:
            self._status = os.fstat(file)
            header = self._read_header(file)
            self._map = mmap.mmap(file, published.size, prot=mmap.PROT_READ)
        finally:
            os.close(file)
        self._sums = {section[0]: int(section[4], 16) for section in header["sections"]}
        self._arrays = self._lay_out(header)
        self.block = self._make_block(tuple(header["widths"]))

    def __len__(self) -> int:
        return len(self.block)

    def _damaged(self, reason: str) -> SegmentDamaged:
        return SegmentDamaged(self.path, reason)

    def _read_header(self, file: int) -> dict[str, Any]:
        if self._status.st_size != self.published.size:
            reason = f"is {self._status.st_size} bytes long instead of {self.published.size}"
            raise self._damaged(reason)
        start = os.pread(file, _ROOM_FOR_HEADER, 0)
        magic, length, size, digest = _PREAMBLE.unpack_from(start)
        header = start[_PREAMBLE.size : _PREAMBLE.size + length]
        if magic != _MAGIC or size != self.published.size:
            raise self._damaged("does not begin like a segment of this version")
        found = hashlib.sha256(header).digest()
        if found != digest or found.hex() != self.published.header_sha256:
            raise self._damaged("has another header than the one that was published")
        parsed: dict[str, Any] = json.loads(header)
        return parsed

    def _lay_out(self, header: dict[str, Any]) -> dict[str, NDArray[Any]]:
        widths = tuple(header["widths"])
        expected = list(_sections(header["entries"], header["more"], widths))
        named = [_Section(*section[:4]) for section in header["sections"]]
        if named != expected or sum(widths) not in (0, HASH_BITS):
            raise self._damaged("has sections that do not fit its header")
        return {s.name: np.frombuffer(self._map, s.dtype, s.count, s.offset) for s in expected}

    def _make_block(self, widths: tuple[int, ...]) -> Block:
        arrays = self._arrays
        entries = Entries(
            arrays["hashes"].reshape(-1, 4),
            arrays["keys"],
            arrays["more_keys"],
            arrays["more_entries"],
            arrays["more_by_key"],
        )
        starts = np.cumsum([0, *widths])
        tables = [
            Table(
                int(starts[chunk]),
                width,
                arrays[f"table {chunk} offsets"],
                arrays[f"table {chunk} sketches"],
                arrays[f"table {chunk} rows"],
            )
            for chunk, width in enumerate(widths)
        ]
        return Block(entries, tuple(tables))

    def ensure_verified(self) -> None:
        """Verify the segment unless this process has, or another one lately did.

        Raises:
            SegmentDamaged: a section is not what was written.
        """
        if self._verified:
            return
        with self._verifying:
            if not self._verified and self._noted():
                self._verified = True
        self.verify()

    def verify(self, threads: int = 2, again: bool = False) -> None:
        """Compare all checksums, whatever notes say; once done, nothing more unless ``again``.

        Reads the whole file. May run in a thread of its own while the index is used; searches of
        this segment wait for it.

        Raises:
            SegmentDamaged: a section is not what was written.
        """
        with self._verifying:
            if self._verified and not again:
                return
            self._verified = False
            started = time.time()
            status = self._present_status()

            def fits(name: str) -> bool:
                return checksum(self._arrays[name]) == self._sums[name]

            with ThreadPoolExecutor(max(1, threads)) as pool:
                names = list(self._arrays)
                damaged = [
                    n for n, fit in zip(names, pool.map(fits, names), strict=True) if not fit
                ]
            if damaged:
                raise self._damaged(f"is damaged in {', '.join(damaged)}")
            self._verified = True
            if status is not None:
                self._note(status, started)

    def _present_status(self) -> os.stat_result | None:
        try:
            return self.path.stat()
        except FileNotFoundError:
            return None  # compacted away while it is open

    @property
    def _note_path(self) -> Path:
        return self.path.with_name(self.path.name + VERIFIED_SUFFIX)

    @staticmethod
    def _identity(status: os.stat_result) -> list[int]:
        return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]

    def _note(self, status: os.stat_result, started: float) -> None:
        """Leave word that the file was verified, if a later change would be seen by its times."""
        if started - status.st_ctime < _CLOCK_GRAIN_SECONDS:
            return
        note = json.dumps({"file": self._identity(status), "at": started}).encode()
        try:
            replace_file(self._note_path, note, durable=False)
        except OSError:
            return  # a reader without the right to write here verifies for itself

    def _noted(self) -> bool:
        try:
            note = json.loads(self._note_path.read_bytes())
            age = time.time() - note["at"]
            unchanged = note["file"] == self._identity(self.path.stat())
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return bool(unchanged and 0 <= age < VERIFIED_FOR_SECONDS)
