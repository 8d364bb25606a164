"""A decoder lost inside an archive costs the member it was at, and nothing else."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened
from clew.signals.reading import Outcome
from clew.signals.salvage import MOST_LOSSES

HERE = Path(__file__).parent


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def packed_7z(members):
    py7zr = pytest.importorskip("py7zr")
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return out.getvalue()


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(scope="module")
def reader():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE))
        limits = Limits(seconds_without_progress=3.0)
        with ConfinedReader(1, limits, task="lethal:serve") as reader:
            yield reader


@pytest.fixture
def read(reader):
    def read(content, name="archive"):
        descriptor = os.memfd_create("archive")
        os.write(descriptor, content)
        before = descriptors()
        told = []
        for _, event in reader.read([Opened(0, descriptor, name, len(content))]):
            if not isinstance(event, Reached):
                told.append(event)
        assert descriptors() < before, "descriptors are closed"
        assert not told[-1].member
        assert len({one.member for one in told}) == len(told), "nothing is told twice"
        return {b"/".join(one.member).decode(): one for one in told}

    return read


LETHAL = b"RIFF\x10\0\0\0AVI crash"
HANGING = b"RIFF\x10\0\0\0AVI hang"
KILLED = b"RIFF\x10\0\0\0AVI killed"


def outcomes(told):
    return {name: one.outcome.value for name, one in told.items()}


@pytest.mark.parametrize("pack", [zipped, tarred, packed_7z])
def test_a_crash_costs_one_member(read, pack):
    told = read(pack({"1.txt": b"one", "2.avi": LETHAL, "3.txt": b"three", "4.txt": b"four"}))
    assert outcomes(told) == {
        "1.txt": "other",
        "2.avi": "unreadable",
        "3.txt": "other",
        "4.txt": "other",
        "": "partly",
    }
    assert told["2.avi"].sha256, "its bytes were known before"
    assert told["2.avi"].notes == ["the decoder crashed on it (Aborted)"]
    (note,) = told[""].notes
    assert note == "reading stopped inside it, at 2.avi: the decoder crashed on it (Aborted)"
    assert not told[""].passing


def test_a_hang_costs_one_member(read):
    told = read(zipped({"1.avi": HANGING, "2.txt": b"two"}))
    assert outcomes(told) == {"1.avi": "unreadable", "2.txt": "other", "": "partly"}


def test_an_archive_in_an_archive_is_gone_on_with(read):
    inner = zipped({"a.txt": b"a", "b.avi": LETHAL, "c.txt": b"c"})
    told = read(zipped({"1.txt": b"1", "in.zip": inner, "in2.zip": inner, "2.txt": b"2"}))
    assert outcomes(told) == {
        "1.txt": "other",
        **{f"{name}/a.txt": "other" for name in ("in.zip", "in2.zip")},
        **{f"{name}/b.avi": "unreadable" for name in ("in.zip", "in2.zip")},
        **{f"{name}/c.txt": "other" for name in ("in.zip", "in2.zip")},
        "in.zip": "partly",
        "in2.zip": "partly",
        "2.txt": "other",
        "": "partly",
    }


def test_a_name_held_twice_stays_told_apart(read):
    content = zipped({"x.avi": b"1", "y.avi": LETHAL, "z.avi": b"3"})
    told = read(content.replace(b"y.avi", b"x.avi").replace(b"z.avi", b"x.avi"))
    assert set(told) == {"x.avi", "x.avi (2)", "x.avi (3)", ""}


def test_the_losses_over_one_archive_are_bounded(read):
    told = read(zipped({f"{number:02}.avi": LETHAL for number in range(MOST_LOSSES + 5)}))
    assert len(told) == MOST_LOSSES + 1
    assert told[""].outcome is Outcome.PARTLY
    assert "the rest was not read" in " ".join(told[""].notes)


def test_a_kill_may_be_over_the_next_time(read):
    assert read(KILLED, "x.avi")[""].passing
    assert read(zipped({"1.avi": KILLED, "2.txt": b"two"}))[""].passing
    assert not read(LETHAL, "x.avi")[""].passing
    assert not read(HANGING, "x.avi")[""].passing


def test_a_death_between_members_blames_none(read):
    told = read(zipped({"1.txt": b"one", "once.txt": b"die behind this once", "3.txt": b"three"}))
    assert set(outcomes(told).values()) <= {"other", "read", "partly"}
    assert {"1.txt", "once.txt", "3.txt", ""} == set(told)
