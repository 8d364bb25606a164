"""Readings into the database: what counts once, what is never merged, what is renewed."""

from __future__ import annotations

import os

import pytest

from clew.records.models import Media, Sighting, StoredTrace
from clew.records.readings import Seen, store
from clew.signals.exact.extract import MD5
from clew.signals.reading import Outcome, Reading


def at(path: bytes, reading: Reading, modified: int = 1) -> Seen:
    return Seen(path, modified, reading)


def test_a_place_counts_once_however_often_it_is_stored(folder, made):
    for _ in range(3):
        store(folder, [at(b"a.jpg", made.picture(b"one"))])
    assert Sighting.objects.count() == Media.objects.count() == 1
    assert StoredTrace.objects.count() == 2


def test_one_content_in_two_places_is_one_media_with_two_sightings(folder, made):
    store(folder, [at(b"a.jpg", made.picture(b"one")), at(b"b.jpg", made.picture(b"one"))])
    (media,) = Media.objects.all()
    assert {bytes(s.path) for s in media.sightings.all()} == {b"a.jpg", b"b.jpg"}


def test_colliding_md5s_do_not_merge_two_files(folder, made):
    collision = bytes(16)
    for path, content in ((b"a.jpg", b"one"), (b"b.jpg", b"two")):
        exact = made.exact(content, md5=collision)
        store(folder, [at(path, made.picture(content, traces=[exact]))])
    stored = StoredTrace.objects.filter(signal="exact")
    assert {bytes(trace.value)[MD5] for trace in stored} == {collision}
    assert Media.objects.count() == 2
    assert Sighting.objects.values("media").distinct().count() == 2


def test_names_need_not_be_text(folder, made):
    name = b"caf\xe9 \xff\xfe\n.jpg"
    store(folder, [at(name, made.picture(b"one"))])
    assert bytes(Sighting.objects.get().path) == name


def test_members_of_archives_are_places_of_their_own(folder, made):
    inside = made.picture(b"one", member=(b"inner.zip", b"a/b.jpg"))
    store(folder, [at(b"outer.zip", inside), at(b"a.jpg", made.picture(b"one"))])
    paths = {bytes(s.path): s.modified_ns for s in Sighting.objects.all()}
    assert paths == {b"outer.zip\0inner.zip\0a/b.jpg": None, b"a.jpg": 1}
    assert Media.objects.count() == 1


@pytest.mark.parametrize("note", ["a\0b", "bad \udcff surrogate", "x" * 100_000])
def test_notes_quote_decoders_and_may_hold_anything(folder, made, note):
    store(folder, [at(b"a.jpg", made.unreadable(b"one", note))])
    (kept,) = Sighting.objects.get().notes
    assert 0 < len(kept) <= 2000


def test_an_unreadable_file_keeps_its_place_its_reason_and_its_bytes_identity(folder, made):
    store(folder, [at(b"a.jpg", made.unreadable(b"broken", "the decoder crashed"))])
    sighting = Sighting.objects.get()
    assert (sighting.outcome, sighting.notes) == ("unreadable", ["the decoder crashed"])
    assert sighting.media is not None, "it can still be recognised by its bytes"
    assert sighting.media.outcome == "unreadable"


def test_a_file_that_could_not_be_hashed_keeps_its_place_without_a_media(folder, made):
    store(folder, [at(b"a.jpg", made.unreadable(None, "it cannot be opened"))])
    assert Sighting.objects.get().media is None
    assert not Media.objects.exists()


def test_empty_files_and_other_files_are_no_media(folder, made):
    empty = made.picture(b"", outcome=Outcome.UNREADABLE)
    text = Reading(size=3, outcome=Outcome.OTHER, traces=[made.exact(b"abc")])
    store(folder, [at(b"empty.jpg", empty), at(b"note.txt", text)])
    assert Sighting.objects.count() == 2
    assert not Media.objects.exists()


def test_a_place_with_new_content_is_brought_up_to_date(folder, made):
    store(folder, [at(b"a.jpg", made.unreadable(b"half", "cut short"), modified=1)])
    store(folder, [at(b"a.jpg", made.picture(b"whole"), modified=2)])
    sighting = Sighting.objects.get()
    assert (sighting.outcome, sighting.notes, sighting.modified_ns) == ("read", [], 2)
    assert sighting.media == Media.objects.get(outcome="read")


def test_what_was_read_better_the_second_time_is_compared_again(folder, made):
    store(folder, [at(b"a.jpg", made.unreadable(b"one", "stopped: no progress"))])
    Media.objects.update(compared=True)
    store(folder, [at(b"copy.jpg", made.picture(b"one"))])
    media = Media.objects.get()
    assert (media.outcome, media.width, media.notes) == ("read", 640, [])
    assert not media.compared
    assert media.traces.filter(signal="picture").count() == 1


def test_what_was_read_worse_the_second_time_takes_nothing_away(folder, made):
    store(folder, [at(b"a.jpg", made.picture(b"one"))])
    Media.objects.update(compared=True)
    store(folder, [at(b"copy.jpg", made.unreadable(b"one", "stopped: no progress"))])
    media = Media.objects.get()
    assert (media.outcome, media.compared) == ("read", True)
    assert media.traces.count() == 2


def test_of_two_readings_in_one_batch_the_richer_counts(folder, made):
    poor, rich = made.unreadable(b"one", "crashed"), made.picture(b"one")
    for batch in ([rich, poor], [poor, rich]):
        Sighting.objects.all().delete()
        Media.objects.all().delete()
        store(folder, [at(b"%d.jpg" % number, one) for number, one in enumerate(batch)])
        assert Media.objects.get().outcome == "read"


def test_a_batch_is_stored_whole_or_not_at_all(folder, made):
    too_long = made.picture(b"two", format="x" * 100)
    with pytest.raises(Exception, match="too long"):
        store(folder, [at(b"a.jpg", made.picture(b"one")), at(b"b.jpg", too_long)])
    assert not Media.objects.exists()
    assert not Sighting.objects.exists()


def test_sizes_beyond_four_gigabytes(folder, made):
    size = 10 * 2**40
    store(folder, [at(os.fsencode("disk.mp4"), made.picture(b"one", size=size))])
    assert Sighting.objects.get().size == Media.objects.get().size == size


def test_a_better_outcome_brings_a_media_up_to_date_without_more_traces(folder, made):
    """A decoder was lost over it the first time; what it is was not known then."""
    exact = made.exact(b"one")
    lost = Reading(size=3, outcome=Outcome.UNREADABLE, notes=["killed"], traces=[exact])
    store(folder, [at(b"a.mp3", lost)])
    store(folder, [at(b"a.mp3", made.picture(b"one", traces=[exact]))])
    media = Media.objects.get()
    assert (media.type, media.format, media.outcome, media.notes) == ("image", "jpeg", "read", [])
    store(folder, [at(b"b.mp3", lost)])
    assert Media.objects.get().outcome == "read", "a worse reading takes nothing away"
