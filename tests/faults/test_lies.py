"""A decoding process that a file has taken over says what it likes, and breaks nothing with it."""

import os
import sys
from pathlib import Path

import pytest

from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened
from clew.signals.reading import Outcome
from clew.signals.vetting import vetted

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from lies import MESSAGES, READINGS, reading  # noqa: E402

sys.path.pop(0)

NONSENSE = "the decoder was led to send nonsense by it"
HONEST = "an honest file"


@pytest.fixture(scope="module")
def reader():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE))
        with ConfinedReader(1, Limits(container_members=1000), task="lies:serve") as reader:
            yield reader


def read(reader, *names):
    files = [Opened(i, os.open(os.devnull, os.O_RDONLY), n, 5) for i, n in enumerate(names)]
    found = [(names[i], e) for i, e in reader.read(files) if not isinstance(e, Reached)]
    for name in names:
        own = [reading for n, reading in found if n == name and not reading.member]
        assert len(own) == names.count(name), "every file ends with exactly one reading of its own"
    return found


def own(found, name):
    return next(reading for n, reading in found if n == name and not reading.member)


@pytest.mark.parametrize("lie", READINGS)
def test_what_no_honest_process_says_is_refused(lie):
    with pytest.raises(ValueError, match=r"^(no|two|deeper|cannot|buffer)"):
        vetted(READINGS[lie], Limits())


def test_what_an_honest_process_says_is_taken_as_it_is():
    honest = reading(width=640, height=480, duration=2.5, notes=["partly read: cut off"])
    assert vetted(honest, Limits()) == honest


@pytest.mark.parametrize("lie", [*MESSAGES, "value too short", "huge preview"])
def test_a_lie_costs_the_file_it_is_about(reader, lie):
    found = read(reader, lie, HONEST)
    assert own(found, lie).outcome is Outcome.UNREADABLE
    assert own(found, lie).notes in ([NONSENSE], ["the decoding process gave no result"])
    assert own(found, HONEST).format == "honest"


@pytest.mark.parametrize("flood", ["endless beginnings", "endless members"])
def test_a_flood_of_members_is_stopped_at_the_limit(reader, flood):
    found = read(reader, flood, HONEST)
    assert own(found, flood).notes[-1].endswith(NONSENSE)
    assert len(found) <= 1000 + 10
    assert own(found, HONEST).format == "honest"


@pytest.mark.parametrize("late", ["told twice", "member after the end", "crash after the end"])
def test_what_was_told_whole_stays_told_and_nothing_is_added(reader, late):
    found = read(reader, late, HONEST)
    assert own(found, late).outcome is Outcome.READ
    assert own(found, late).sha256 is not None
    assert [reading for n, reading in found if n == late and reading.member] == []


def test_what_was_known_before_a_crash_is_kept_and_the_member_at_fault_named(reader):
    found = read(reader, "crash in a member", HONEST)
    (_, inside), (_, whole) = found[:2]
    assert (inside.outcome, whole.outcome) == (Outcome.UNREADABLE, Outcome.PARTLY)
    assert inside.notes == ["the decoder crashed on it (Aborted)"]
    (note,) = whole.notes
    assert note.startswith("reading stopped inside it, at in [31m")
    assert note.isprintable()
    assert whole.sha256 is not None


def test_text_is_cut_and_cleaned_and_numbers_are_numbers(reader):
    reading = own(read(reader, "bad manners"), "bad manners")
    assert len(reading.notes) == 100
    assert all(note.isprintable() and len(note) <= 2000 for note in reading.notes)
    assert len(reading.format) <= 32
    assert len(reading.codecs) <= 100
    assert (reading.format + reading.codecs).isprintable()
    assert (reading.duration, reading.frame_rate) == (None, None)
