"""What hostile files cost: time and memory of the decoding process for each, and how each ends.

Known crashers, time-outs and bombs of other projects, and generated ones: pictures and archives
that claim or unpack to far more than they are, cuts of a picture at many points, ten gigabytes of
nothing.
"""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bench.material import scratch, shared_data
from bench.results import Result, Row
from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading
from clew.training.pictures import make_picture

_SPARSE_BYTES = 10 << 30


@dataclass
class _Cost:
    """What one file cost and how it ended."""

    path: Path
    seconds: float
    peak: int
    reading: Reading

    @property
    def lost(self) -> bool:
        """Whether the decoding process was lost over it."""
        return any(
            note.startswith(("stopped:", "the decoder crashed", "the decoding process"))
            for note in self.reading.notes
        )

    @property
    def silent(self) -> bool:
        """Whether it was not read and nobody is told why."""
        failed = self.reading.outcome in (Outcome.UNREADABLE, Outcome.PARTLY)
        return failed and not self.reading.notes


def run() -> Result:
    """Read both sets in one confined process with the limits that a scan has."""
    known = sorted(p for p in (shared_data() / "hostile").rglob("*") if p.is_file())
    with scratch() as name:
        generated = list(_generate(Path(name)))
        sets = {
            "known crashers, time-outs, bombs": _costs(known),
            "generated bombs and cuts": _costs(generated),
            "10 GB of nothing": _costs([_sparse(Path(name))]),
        }
    limits = Limits()
    costs = [cost for found in sets.values() for cost in found]
    fine = not any(cost.lost or cost.silent for cost in costs)
    fine = fine and max(cost.peak for cost in costs) <= limits.memory
    return Result(
        title="Hostile files",
        says=(
            "Every file read in a confined process, as in a scan. Memory is the peak of the "
            "resident set of the process, about 60 MB of it the decoders themselves; its limit is "
            f"{limits.memory >> 20} MiB of address space."
        ),
        rows=[_row(name, found) for name, found in sets.items()],
        bars=[f"no crash, no hang, no memory beyond the limit: {'met' if fine else 'missed'}"],
        figures={
            "files": {
                _label(cost.path): {
                    "seconds": round(cost.seconds, 3),
                    "peak_mebibytes": cost.peak >> 20,
                    "outcome": cost.reading.outcome.value,
                    "notes": cost.reading.notes,
                }
                for cost in costs
            }
        },
    )


def _row(name: str, costs: list[_Cost]) -> Row:
    slowest = max(costs, key=lambda cost: cost.seconds)
    hungriest = max(costs, key=lambda cost: cost.peak)
    return Row(
        cells={
            "set": name,
            "files": str(len(costs)),
            "processes lost": str(sum(cost.lost for cost in costs)),
            "unread without a reason": str(sum(cost.silent for cost in costs)),
            "seconds in all": f"{sum(cost.seconds for cost in costs):.1f}",
            "slowest": f"{slowest.seconds:.2f} s ({slowest.path.name})",
            "most memory": f"{hungriest.peak >> 20} MB ({hungriest.path.name})",
        }
    )


def _label(path: Path) -> str:
    root = shared_data() / "hostile"
    return str(path.relative_to(root)) if path.is_relative_to(root) else path.name


def _costs(paths: Iterable[Path]) -> list[_Cost]:
    found = []
    with ConfinedReader(1) as reader:
        for path in paths:
            for process in _decoders():
                _forget_peak(process)
            begun = time.perf_counter()
            # One by one: a process is given the next file before it is done with the last.
            for event in _read(reader, path):
                seconds = time.perf_counter() - begun
                peak = max((_peak(process) for process in _decoders()), default=0)
                found.append(_Cost(path, seconds, peak, event))
    return found


def _read(reader: ConfinedReader, path: Path) -> Iterator[Reading]:
    """The reading of the file itself."""
    opened = Opened(0, open_untouched(os.fsencode(path)), path.name, path.stat().st_size)
    for _, event in reader.read([opened]):
        if not isinstance(event, Reached) and not event.member:
            yield event


def _decoders() -> list[int]:
    """Processes forked by one that was forked here."""
    return [child for nursery in _children(os.getpid()) for child in _children(nursery)]


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def _peak(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _forget_peak(process: int) -> None:
    """Begin a new peak, where that is permitted; else the peak is that of all files so far."""
    try:
        Path(f"/proc/{process}/clear_refs").write_text("5")
    except OSError:
        return


def _generate(folder: Path) -> Iterator[Path]:
    pixels = make_picture(5, 1, 480, 640).pixels
    contents: dict[str, bytes] = {}
    for name in ("JPEG", "PNG", "WEBP", "GIF", "TIFF"):
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, name)
        whole = out.getvalue()
        for percent in range(5, 100, 10):
            contents[f"cut at {percent} %.{name.lower()}"] = whole[: len(whole) * percent // 100]
    contents["claims 65000 x 65000.png"] = _huge_png(65_000)
    contents["claims 19000 x 19000.png"] = _huge_png(19_000)
    bomb = zlib.compress(bytes(1 << 30), 9)
    contents["a gigabyte of text.png"] = _png(_header(10), _chunk(b"zTXt", b"Comment\0\0" + bomb))
    contents["a gigabyte of profile.png"] = _png(_header(10), _chunk(b"iCCP", b"p\0\0" + bomb))
    zeros = _zip({"zeros": bytes(200 << 20)})
    contents["zeros.zip"] = zeros
    for _ in range(4):
        zeros = _zip({f"{number}.zip": zeros for number in range(8)})
    contents["bombs in bombs.zip"] = zeros
    contents["over each other.zip"] = _overlapping(os.urandom(1 << 20), 20_000)
    for name, content in contents.items():
        path = folder / name
        path.write_bytes(content)
        yield path


def _sparse(folder: Path) -> Path:
    path = folder / "sparse.jpg"
    with path.open("wb") as file:
        Image.fromarray(make_picture(5, 1, 240, 320).pixels).save(file, "JPEG")
        file.truncate(_SPARSE_BYTES)
    return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _header(side: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))


def _png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IEND", b"")


def _huge_png(side: int) -> bytes:
    return _png(_header(side), _chunk(b"IDAT", zlib.compress(bytes(min(side * side * 3, 1 << 30)))))


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _overlapping(content: bytes, times: int) -> bytes:
    """Entries that share one content (D. Fifield, "A better zip bomb", 2019)."""
    whole = _zip({"one.jpg": b"\xff\xd8\xff" + content}, zipfile.ZIP_STORED)
    at = whole.index(b"PK\x01\x02")
    entry = whole[at : whole.index(b"PK\x05\x06")]
    size = len(entry) * times
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, times, times, size, at, 0)
    return whole[:at] + entry * times + end
