"""Archives are walked member by member, in memory, and what cannot be had of them is told."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.media.container import Budget, walk
from clew.media.errors import OverLimitError, UnreadableError
from clew.media.kind import sniff
from clew.media.limits import Limits

MEBIBYTE = 1 << 20
FILES = {"a.txt": b"first", "folder/b.bin": bytes(range(256)) * 40, "empty": b""}
LARGE = os.urandom(3 * MEBIBYTE)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def sevened(files, **options):
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return out.getvalue()


PACKED = {
    "zip": zipped,
    "zip, stored": lambda files: zipped(files, zipfile.ZIP_STORED),
    "zip, bzip2": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "zip, lzma": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "tar": tarred,
    "tar.gz": lambda files: tarred(files, "w:gz"),
    "tar.bz2": lambda files: tarred(files, "w:bz2"),
    "tar.xz": lambda files: tarred(files, "w:xz"),
    "7z": sevened,
}


def visited(content, **limits):
    """The members of an archive: name, content (None when it was not to be had), problem."""
    found = []

    def visit(member):
        data = None
        if member.source is not None:
            member.source.seek(0)
            data = member.source.read()
            assert len(data) == member.size
            member.source.seek(0)
            assert member.source.read(3) == data[:3], "members can be read again"
        found.append((member.name, data, member.problem))

    chosen = Limits(**limits)
    try:
        walk(io.BytesIO(content), sniff(content[:4096]).format, Budget(len(content), chosen), visit)
    except UnreadableError as error:
        return found, error
    return found, None


@pytest.mark.parametrize("pack", PACKED)
def test_every_member_is_visited_with_its_content(pack):
    found, error = visited(PACKED[pack](FILES | {"large": LARGE}))
    assert error is None
    assert {name: data for name, data, _ in found} == FILES | {"large": LARGE}
    assert {problem for _, _, problem in found} == {""}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_single_compressed_file_is_one_member(pack):
    assert visited(pack(b"just this")) == ([("content", b"just this", "")], None)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary(max_size=500), min_size=1
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_what_goes_in_comes_out(files):
    for pack in ("zip", "tar", "tar.gz"):
        found, error = visited(PACKED[pack](files))
        assert error is None
        assert {name: data for name, data, _ in found} == files


def test_large_members_that_lie_as_they_are_are_not_copied():
    """A window on the archive: a film of gigabytes in a zip is read where it lies."""
    for pack in ("zip, stored", "tar"):
        content = PACKED[pack]({"large": LARGE})
        kinds = []
        source = io.BytesIO(content)
        limits = Limits(member_bytes=1000)
        walk(
            source,
            sniff(content[:4096]).format,
            Budget(len(content), limits),
            lambda member, kinds=kinds: kinds.append(member.source.read()),
        )
        assert kinds == [LARGE]


def test_what_is_too_large_to_unpack_is_told_and_the_rest_visited():
    for pack in ("zip", "tar.gz", "7z"):
        found, error = visited(PACKED[pack]({"large": LARGE, "z": b"small"}), member_bytes=MEBIBYTE)
        assert error is None
        (large,) = [(data, problem) for name, data, problem in found if name == "large"]
        assert large[0] is None
        assert "more than the 1 MiB that are unpacked in memory" in large[1]
        assert ("z", b"small", "") in found


def test_encrypted_members_are_listed_by_their_names():
    content = bytearray(zipped({"secret.jpg": b"x" * 100}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert visited(bytes(content)) == ([("secret.jpg", None, "encrypted: needs a password")], None)
    found, error = visited(sevened({"secret.jpg": b"x" * 100}, password="p"))
    assert (found, error) == ([("secret.jpg", None, "encrypted: needs a password")], None)


def test_an_archive_that_hides_its_names_is_told_as_encrypted():
    content = sevened({"secret.jpg": b"x" * 100}, password="p", header_encryption=True)
    found, error = visited(content)
    assert (found, str(error)) == ([], "encrypted: needs a password")


@pytest.mark.parametrize("pack", ["zip", "tar.gz", "7z"])
def test_unpacking_far_more_than_the_size_is_stopped(pack):
    found, error = visited(PACKED[pack]({"ok": b"here", "zeros": bytes(80 * MEBIBYTE)}))
    assert isinstance(error, OverLimitError)
    assert "decompression bomb?" in str(error)
    assert ("ok", b"here", "") in found


def test_the_total_is_limited():
    files = {str(i): os.urandom(1000) for i in range(100)}
    found, error = visited(zipped(files), container_bytes=50_000)
    assert isinstance(error, OverLimitError)
    assert len(found) == 50


@pytest.mark.parametrize("pack", ["zip", "tar", "7z"])
def test_the_count_is_limited(pack):
    _, error = visited(PACKED[pack]({str(i): b"" for i in range(20)}), container_members=10)
    assert str(error) == "more than 10 files inside; the rest was not read"


def test_a_size_that_lies_is_not_believed():
    honest = zipped({"a": b"x" * 1000})
    for claimed in (0, 10, 2**32 - 2):
        content = bytearray(honest)
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            at = content.index(signature) + offset
            content[at : at + 4] = struct.pack("<I", claimed)
        found, _ = visited(bytes(content))
        ((name, data, problem),) = found
        assert name == "a"
        assert data == b"x" * 1000 or problem


def test_a_damaged_member_does_not_hide_the_others():
    content = bytearray(zipped({"one": LARGE[:9000], "two": b"fine"}))
    content[100:140] = bytes(40)
    found, error = visited(bytes(content))
    assert error is None
    assert [name for name, _, _ in found] == ["one", "two"]
    assert found[0][2].startswith("damaged inside the archive (")
    assert found[1] == ("two", b"fine", "")


def test_a_damaged_solid_archive_names_what_it_hides():
    content = bytearray(sevened({"one": LARGE[:9000], "two": b"fine"}))
    content[3000] ^= 0xFF
    found, error = visited(bytes(content))
    assert str(error).startswith("the archive is damaged (")
    assert [name for name, _, _ in found] == ["one", "two"]
    assert all(problem for _, _, problem in found)


def test_a_tar_damaged_between_its_members_is_not_taken_for_whole():
    content = bytearray(tarred({"one": b"1", "two": b"2", "three": b"3"}))
    content[1024 + 100 : 1024 + 160] = b"\xff" * 60
    found, error = visited(bytes(content))
    assert [name for name, _, _ in found] == ["one"]
    assert str(error) == "the archive is damaged; what comes after was not read"


@pytest.mark.parametrize("pack", ["tar", "tar.gz", "zip", "7z"])
def test_a_cut_archive_is_told(pack):
    content = PACKED[pack]({"one": LARGE[:5000], "large": LARGE})
    found, error = visited(content[: len(content) - 2 * MEBIBYTE])
    assert error is not None or any(problem for _, _, problem in found)


def test_of_a_cut_tar_what_is_there_is_had():
    content = tarred({"large": LARGE})
    ((name, data, problem),), error = visited(content[:MEBIBYTE])
    assert (name, problem) == ("large", "cut off inside the archive")
    assert str(error) == "the archive is damaged (unexpected end of data)"
    assert LARGE.startswith(data)
    assert len(data) == MEBIBYTE - 512


def test_links_and_devices_are_told_and_lead_nowhere():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"kind {kind.decode()}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    found, error = visited(out.getvalue())
    assert error is None
    assert [(data, problem) for _, data, problem in found] == [
        (None, "a link or device inside the archive, not a file")
    ] * 4


@pytest.mark.parametrize("pack", ["zip", "tar"])
@pytest.mark.parametrize("name", ["../../up", "/absolute", "a/../../b", "C:\\windows\\x"])
def test_names_that_lead_out_are_only_names(pack, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found, _ = visited(PACKED[pack]({name: b"x"}))
    assert found == [(name, b"x", "")]
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_not_text_are_kept():
    header = bytearray(tarred({"NAME": b"x"}))
    header[0:4] = b"\xff\xfe\x80\xfd"
    checksum = sum(header[:148]) + 8 * 32 + sum(header[156:512])
    header[148:156] = b"%06o\0 " % checksum
    ((name, _, _),), _ = visited(bytes(header))
    assert name.encode("utf-8", "surrogateescape") == b"\xff\xfe\x80\xfd"


READY = {pack: make(FILES) for pack, make in PACKED.items()}


@given(st.sampled_from(sorted(READY)), st.data())
@settings(max_examples=120)
def test_damage_never_gets_out_as_anything_but_a_reason(pack, data):
    content = bytearray(READY[pack])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(1, len(content)))])
    name = sniff(content).format
    if name in ("zip", "tar", "7z", "gzip", "bzip2", "xz"):
        _, error = visited(content)
        assert error is None or 10 < len(str(error)) < 300


def test_a_stored_member_whose_size_lies_never_reaches_into_others():
    content = bytearray(zipped({"a.bin": LARGE, "secret.bin": LARGE}, zipfile.ZIP_STORED))
    entry = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, entry + 24, len(LARGE) + MEBIBYTE)  # unpacked, so it claims
    found = []
    walk(
        io.BytesIO(content), "zip", Budget(len(content), Limits()),
        lambda m: found.append((m.name, m.source.read() if m.source else b"")),
    )  # fmt: skip
    assert dict(found)["a.bin"] in (LARGE, b"")
    assert dict(found)["secret.bin"] == LARGE
