"""Files made to crash, hang or fill whoever opens them: each ends in time, with a reason."""

import io
import os
import random
import re
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib

import av
import numpy as np
import py7zr
import pytest
from PIL import Image

from clew.media.kind import MediaType
from clew.signals.confined import open_untouched
from clew.signals.reading import Outcome, read
from clew.training.pictures import make_picture

SECONDS = 20.0
# What a programmer would say: class names, Python values, addresses, paths, numbers of errors.
UNFIT = re.compile(
    r"[A-Z][a-z]+(Error|Exception|Warning)\b|Traceback|None|errno|0x[0-9a-f]+|<[a-z_.]+|"
    r"\bb'|\.py\b|/(work|usr|home|tmp|lib)\b|site-packages|NoneType|object at|\bself\b|-\d+\)",
    re.IGNORECASE,
)


def assert_understandable(reading):
    """Every note is a short line in plain words, and whatever is not read has one."""
    for note in reading.notes:
        assert note.isprintable()
        assert 10 < len(note) <= 300, note
        assert not UNFIT.search(note), note
    if reading.outcome in (Outcome.UNREADABLE, Outcome.PARTLY):
        assert reading.notes, "not (wholly) read, and nobody is told why"


def assert_settled(answer):
    assert answer.seconds < SECONDS
    for reading in (answer.own, *answer.members):
        assert_understandable(reading)


def noise(height=240, width=320):
    return make_picture(5, 1, height, width).pixels


def picture(name="PNG", pixels=None, **options):
    out = io.BytesIO()
    Image.fromarray(noise() if pixels is None else pixels).save(out, name, **options)
    return out.getvalue()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# ── Known crashers, time-outs and bombs ──────────────────────────────────────────────────────


def test_every_known_hostile_file_ends_in_time_with_an_outcome_and_a_reason(hostile_data, read_all):
    files = sorted(p for p in hostile_data.rglob("*") if p.is_file())
    assert len(files) > 200
    for path, answer in read_all(files).items():
        assert_settled(answer)
        # A process lost to one of these would be a crash that nobody has reported yet.
        assert not any("crashed" in note or "stopped" in note for note in answer.own.notes), path
    answers = read_all(files)
    for path in files:
        if path.name.startswith("hopper.") and path.suffix != ".qoi":
            assert answers[path].own.outcome is Outcome.READ, path
            assert answers[path].own.type is MediaType.IMAGE


# ── Bombs ────────────────────────────────────────────────────────────────────────────────────


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(side):
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20), 9) * 4
    parts = [png_chunk(b"IHDR", header), png_chunk(b"IDAT", rows), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif_claiming(side):
    screen = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)
    return screen + b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00;"


def jpeg_claiming(side):
    content = bytearray(picture("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", side, side)
    return bytes(content)


def tiff_claiming(side):
    tags = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, side),
        (279, 4, 1, side * side & (2**32 - 1)),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(4)


def bmp_claiming(side):
    content = bytearray(picture("BMP"))
    content[18:26] = struct.pack("<ii", side, side)
    return bytes(content)


@pytest.mark.parametrize(
    "bomb", [png_claiming, gif_claiming, tiff_claiming, bmp_claiming, jpeg_claiming]
)
def test_a_picture_that_claims_to_be_huge_is_refused_for_its_size(bomb, read_content):
    answer = read_content(bomb(65_000))
    assert_settled(answer)
    assert answer.own.outcome is Outcome.UNREADABLE
    assert re.search("65000 × 65000 pixels, more than the limit", answer.own.notes[0])
    assert answer.own.sha256 is not None


def test_a_png_whose_texts_unpack_to_gigabytes_is_no_danger(read_content):
    bomb = zlib.compress(bytes(512 << 20), 9)
    plain = picture()
    for kind, body in (
        (b"zTXt", b"Comment\0\0" + bomb),
        (b"iTXt", b"Comment\0\1\0\0\0" + bomb),
        (b"iCCP", b"profile\0\0" + bomb),
    ):
        answer = read_content(plain[:33] + png_chunk(kind, body) + plain[33:])
        assert_settled(answer)
        assert answer.own.type is MediaType.IMAGE


def test_a_film_that_claims_to_be_huge_is_no_danger(read_content):
    out = io.BytesIO()
    with av.open(out, "w", "avi") as film:
        stream = film.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        film.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        film.mux(stream.encode())
    content = out.getvalue()
    huge = content.replace(struct.pack("<ii", 64, 48), struct.pack("<ii", 30_000, 30_000))
    assert huge != content
    answer = read_content(huge)
    assert_settled(answer)


ZEROS = bytes(100 << 20)
TOO_MUCH = "it unpacks to far more than its size (a decompression bomb?)"


def seven(content):
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(content, "zeros")
    return out.getvalue()


def tarred(content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("zeros")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    "pack",
    [lambda c: zipped({"zeros": c}), seven, tarred, lambda c: zlib.compress(c, 9, 31)],
    ids=["zip", "7z", "tar.gz", "gz"],
)
def test_an_archive_that_unpacks_to_far_more_than_its_size_is_stopped(pack, read_content):
    answer = read_content(pack(ZEROS))
    assert_settled(answer)
    assert any(TOO_MUCH in note for note in answer.own.notes)


def test_a_bomb_inside_bombs_is_stopped_by_what_it_unpacks_to_in_all(read_content):
    """Each layer alone would pass: it is what all unpack to together that counts."""
    content = zipped({f"{i}": bytes(9 << 20) for i in range(4)})
    for _ in range(3):
        content = zipped({f"{i}.zip": content for i in range(4)})
    answer = read_content(content)
    assert_settled(answer)
    notes = [note for reading in (answer.own, *answer.members) for note in reading.notes]
    assert any(TOO_MUCH in note for note in notes)


def test_archives_that_lie_over_each_other_are_counted_each_time(read_content):
    """After D. Fifield, "A better zip bomb" (2019): a thousand entries share one content."""
    content = zipped({"one": os.urandom(2 << 20)}, zipfile.ZIP_STORED)
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 3000, 3000, len(entry) * 3000, at, 0)
    answer = read_content(content[:at] + entry * 3000 + end)
    assert_settled(answer)
    assert any(TOO_MUCH in note for note in answer.own.notes)
    assert len(answer.members) < 300


def test_a_sparse_archive_that_claims_terabytes_is_stopped(read_content):
    """A tar header may declare holes of any size for nothing."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("holes")
        entry.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0",
            "GNU.sparse.name": "holes", "GNU.sparse.realsize": str(1 << 42),
        }  # fmt: skip
        body = b"1\n0\n512\n".ljust(512, b"\0") + bytes(512)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    answer = read_content(out.getvalue())
    assert_settled(answer)
    (member,) = answer.members
    assert member.outcome is Outcome.UNREADABLE


def test_archives_nested_too_deep_are_not_opened(read_content):
    content = picture()
    for _ in range(60):
        content = zipped({"inner.zip": content}, zipfile.ZIP_STORED)
    answer = read_content(content)
    assert_settled(answer)
    deepest = max(answer.members, key=lambda reading: len(reading.member))
    assert "archives nested more than 4 deep are not opened" in deepest.notes


def test_a_huge_number_of_members_does_not_fill_the_memory(read_content):
    answer = read_content(zipped({f"{i}": b"" for i in range(20_000)}))
    assert_settled(answer)
    assert len(answer.members) == 20_000


# ── Damage ───────────────────────────────────────────────────────────────────────────────────


def samples():
    pixels = noise()
    frames = [np.roll(pixels, 8 * i, axis=1) for i in range(12)]
    out = {
        "jpg": picture("JPEG"), "png": picture("PNG"), "bmp": picture("BMP"),
        "tif": picture("TIFF"), "webp": picture("WEBP"), "heic": picture("HEIF"),
        "avif": picture("AVIF", speed=10), "ico": picture("ICO"), "jp2": picture("JPEG2000"),
    }  # fmt: skip
    images = [Image.fromarray(frame) for frame in frames[:4]]
    for name in ("GIF", "WEBP", "PNG"):
        film = io.BytesIO()
        images[0].save(film, name, save_all=True, append_images=images[1:], duration=200)
        out[f"moving.{name.lower()}"] = film.getvalue()
    for container, codec in (
        ("mp4", "mpeg4"),
        ("matroska", "mpeg4"),
        ("avi", "mjpeg"),
        ("mpegts", "mpeg2video"),
    ):
        film = io.BytesIO()
        with av.open(film, "w", container) as target:
            stream = target.add_stream(codec, rate=25)
            stream.width, stream.height = 320, 240
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            for frame in frames:
                target.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
            target.mux(stream.encode())
        out[container] = film.getvalue()
    out["zip"] = zipped({"a.png": out["png"], "b.jpg": out["jpg"]})
    out["tar"] = gunzip(tarred(out["png"]))
    out["tgz"] = tarred(out["png"])
    out["7z"] = seven(out["png"])
    return out


def gunzip(content):
    return zlib.decompress(content, 31)


@pytest.fixture(scope="module")
def damaged_folder(tmp_path_factory):
    """Every format cut at many points, and with bytes of it overwritten."""
    folder = tmp_path_factory.mktemp("damaged")
    chance = random.Random(20)
    for name, content in samples().items():
        (folder / f"whole.{name}").write_bytes(content)
        points = {1, 8, 20, 100, len(content) // 3, len(content) // 2, len(content) - 9}
        for point in sorted(points):
            (folder / f"cut-{point}.{name}").write_bytes(content[:point])
        for number in range(5):
            broken = bytearray(content)
            for _ in range(20):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            (folder / f"broken-{number}.{name}").write_bytes(broken)
    return folder


def test_damage_anywhere_ends_with_a_reason_or_with_what_is_left(damaged_folder, read_all):
    answers = read_all(sorted(damaged_folder.iterdir()))
    for path, answer in answers.items():
        assert_settled(answer)
        if path.name.startswith("whole."):
            assert answer.own.outcome is Outcome.READ, (path.name, answer.own.notes)
        assert answer.own.sha256 is not None or answer.own.outcome is Outcome.OTHER


def test_a_wrong_ending_changes_nothing(read_content):
    for content, name in ((picture("JPEG"), "letter.docx"), (picture("PNG"), "film.mp4")):
        answer = read_content(content, name)
        assert (answer.own.outcome, answer.own.type) == (Outcome.READ, MediaType.IMAGE)


@pytest.mark.parametrize(
    "content", [b"MZ\x90" + os.urandom(5000), b"Dear all,\n" * 50, bytes(9999)]
)
def test_what_is_named_like_a_picture_and_is_none_is_told(content, read_content):
    answer = read_content(content, "holiday.jpg")
    assert answer.own.outcome is Outcome.UNREADABLE
    assert answer.own.notes[0].startswith(
        "its name says picture, film or sound, its content is neit"
    )
    answer = read_content(content, "notes.dat")
    assert (answer.own.outcome, answer.own.notes) == (Outcome.OTHER, [])


def test_an_empty_file_is_told_as_empty(read_content):
    assert read_content(b"", "a.jpg").own.notes == ["the file is empty"]


# ── Files that are not what they were ────────────────────────────────────────────────────────


def sparse(path, size):
    with path.open("wb") as file:
        file.write(picture("JPEG"))
        file.truncate(size)
    return path


def test_a_sparse_file_is_read_like_any_other(tmp_path, read_all):
    path = sparse(tmp_path / "sparse.jpg", 300 << 20)
    answer = read_all([path])[path]
    assert_settled(answer)
    assert (answer.own.outcome, answer.own.size) == (Outcome.READ, 300 << 20)


@pytest.mark.soak
def test_ten_gigabytes_of_nothing_are_hashed_within_their_time(tmp_path, read_all):
    path = sparse(tmp_path / "sparse.jpg", 10 << 30)
    answer = read_all([path])[path]
    assert (answer.own.outcome, answer.own.size) == (Outcome.READ, 10 << 30)
    assert answer.seconds < 300


def test_a_file_that_shrinks_while_it_is_read_ends_with_what_is_left(tmp_path, small_reader):
    from clew.media.pool import Reached
    from clew.signals.confined import Opened

    path = sparse(tmp_path / "shrinks.jpg", 2 << 30)
    descriptor = open_untouched(os.fsencode(path))
    for _, event in small_reader.read([Opened(0, descriptor, path.name, 2 << 30)]):
        if isinstance(event, Reached):
            os.truncate(path, 1000)
        else:
            last = event
    assert last.size < 2 << 30
    assert last.outcome in (Outcome.PARTLY, Outcome.UNREADABLE)
    assert_understandable(last)


class FailingDrive(io.BytesIO):
    """A drive with a bad sector behind the first so many bytes."""

    def __init__(self, content, good):
        super().__init__(content)
        self.good = good

    def read(self, size=-1):
        if self.tell() + (size if size >= 0 else 1 << 30) > self.good:
            raise OSError(5, "Input/output error")
        return super().read(size)

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize("good", [0, 5000])
def test_a_drive_that_fails_is_told_as_what_it_is(good):
    told = []

    class Listener:
        def reached(self, phase, position): ...

        def digested(self, reading): ...

        def finished(self, reading):
            told.append(reading)

    content = picture("JPEG")
    read(FailingDrive(content, good), len(content), "a.jpg", Listener())
    (reading,) = told
    assert reading.outcome is Outcome.UNREADABLE
    assert reading.notes == ["it cannot be read from the drive (Input/output error)"]
    assert reading.sha256 is None


def test_what_takes_the_place_of_a_file_after_it_was_listed_is_not_opened(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x")
    os.close(open_untouched(os.fsencode(path)))
    path.unlink()
    os.mkfifo(path)
    begun = time.monotonic()
    with pytest.raises(OSError, match="not a regular file any more"):
        open_untouched(os.fsencode(path))
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        open_untouched(os.fsencode(path))
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="not a regular file any more"):
        open_untouched(os.fsencode(path))
    assert time.monotonic() - begun < 1.0


def test_reading_leaves_the_time_of_access_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)
    os.utime(path, (1000, 1000))
    descriptor = open_untouched(os.fsencode(path))
    os.read(descriptor, 10)
    os.close(descriptor)
    assert path.stat().st_atime == 1000


# ── Names ────────────────────────────────────────────────────────────────────────────────────

NAMES = ["../../etc/passwd", "/abs/x.png", "a\\..\\b.png", "new\nline.png", "\x1b[31mred.png",
         "\u202egnp.exe", "x" * 5000 + ".png", "n\u0000l.png", "  ", "ü.png"]  # fmt: skip


def test_members_keep_their_names_and_go_nowhere(read_content, tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in [*NAMES, "bytes\udcff\udcfe.png", "twice.png", "twice.png"]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content := picture())
            archive.addfile(entry, io.BytesIO(content))
    answer = read_content(out.getvalue(), "names.tar")
    names = [reading.member[0] for reading in answer.members]
    assert all(reading.outcome is Outcome.READ for reading in answer.members)
    assert len(set(names)) == len(names) == len(NAMES) + 3
    assert {b"../../etc/passwd", b"bytes\xff\xfe.png", b"twice.png", b"twice.png (2)"} <= set(names)
    assert not any(b"\0" in name or len(name) > 1000 for name in names)
    assert {entry.name for entry in tmp_path.iterdir()} == {"names.tar"}


UNPRIVILEGED = """
import ctypes, os, sys
folder = os.fsencode(sys.argv[1])
if os.geteuid() == 0:
    # Not another user, who may have no way to this Python; but no more rights than one.
    libc = ctypes.CDLL(None)
    for capability in range(64):
        libc.prctl(24, capability, 0, 0, 0)
    assert libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()) == 0
from clew.intake.walk import walk
from clew.signals.confined import ConfinedReader, Opened, open_untouched
def opened(entries):
    for number, entry in enumerate(entries):
        try:
            file = open_untouched(os.path.join(folder, entry.path))
        except OSError as error:
            print(f"{entry.path.decode()}: {error.strerror}")
            continue
        yield Opened(number, file, entry.path.decode(), entry.size)
entries = list(walk(folder))
for entry in entries:
    if entry.problem:
        print(f"{entry.path.decode()}: {entry.problem}")
with ConfinedReader(1) as reader:
    for _, reading in reader.read(opened([e for e in entries if not e.problem])):
        if hasattr(reading, "outcome"):
            print(f"open.png: {reading.outcome.value}")
    assert {"limits", "seccomp", "no new privileges"} <= set(reader.layers), reader.layers
"""


def test_an_officer_without_rights_is_told_what_may_not_be_read(tmp_path):
    (tmp_path / "open.png").write_bytes(picture())
    (tmp_path / "closed.png").write_bytes(picture())
    (tmp_path / "closed.png").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    command = [sys.executable, "-c", UNPRIVILEGED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (tmp_path / "closed").chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == [
        "closed.png: Permission denied",
        "closed: the folder cannot be listed (Permission denied)",
        "open.png: read",
    ]
