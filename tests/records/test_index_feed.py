"""A committed trace is found by the very next query, whatever else commits, breaks or is lost."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import psycopg
import pytest
from django.db import connection, connections

from clew.index import HammingIndex
from clew.index.durable import locked
from clew.records.index_feed import FedIndex
from clew.records.models import Folder, Media, StoredTrace
from clew.records.readings import Seen, store
from clew.signals.registry import signals
from clew.signals.space import PDQ


def hash_of(made, number: int) -> np.ndarray:
    return PDQ.indexed(made.look(number).feature.value)


def found(index: FedIndex, made, number: int) -> int:
    """How many traces the index finds for a look."""
    return len(index.search(hash_of(made, number)[None], 31))


@pytest.fixture
def index(workspace) -> FedIndex:
    """An index that seals after every three traces."""
    return FedIndex(workspace.folder / "index" / "test", PDQ, seal_from=3)


@contextmanager
def writer(workspace) -> Iterator[psycopg.Connection]:
    """Another connection: another transaction, beside all of ours."""
    settings = connection.get_connection_params()
    settings.pop("cursor_factory", None)
    settings.pop("context", None)
    with psycopg.connect(**settings) as other:
        yield other


def insert(other: psycopg.Connection, made, number: int) -> None:
    """Insert a picture with a look, not committed yet."""
    trace = made.look(number)
    row = other.execute(
        "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, "
        "notes, compared, matches_left_out) "
        "VALUES (%s, 1, 'image', 'jpeg', 1, 1, '', 'read', '{}', false, 0) RETURNING id",
        [number.to_bytes(32, "big")],
    ).fetchone()
    assert row is not None
    other.execute(
        "INSERT INTO records_storedtrace (media_id, signal, version, ordinal, variant, value, "
        "quality) VALUES (%s, 'picture', %s, 0, 'whole', %s, 100)",
        [row[0], trace.version, trace.feature.value],
    )


def test_a_trace_is_found_as_soon_as_it_is_committed(index, workspace, made):
    with writer(workspace) as other:
        insert(other, made, 1)
        assert found(index, made, 1) == 0
        other.commit()
        assert found(index, made, 1) == 1


def test_transactions_that_commit_out_of_order_lose_nothing(index, workspace, made):
    """The first to write commits last: feeding by "id > last seen" would miss it for ever."""
    with writer(workspace) as slow, writer(workspace) as quick:
        insert(slow, made, 1)
        insert(quick, made, 2)
        quick.commit()
        early, late = StoredTrace.objects.get(), None
        assert found(index, made, 2) == 1
        # More than enough to seal what is settled.
        for number in range(10, 20):
            insert(quick, made, number)
            quick.commit()
            assert found(index, made, number) == 1
        slow.commit()
        late = StoredTrace.objects.exclude(media__traces=early).order_by("id").first()
        assert late is not None
        assert late.pk < early.pk, "the test must have committed out of order"
        assert found(index, made, 1) == 1
        fresh = FedIndex(workspace.folder / "index" / "test", PDQ)
        assert found(fresh, made, 1) == 1, "also for those who open the segments later"


def test_many_writers_at_once_lose_nothing(index, workspace, made):
    writers, each = 4, 40
    committed: list[int] = []
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            with writer(workspace) as other:
                chance = np.random.default_rng(first)
                for number in range(first, first + each, 2):
                    insert(other, made, number)
                    threading.Event().wait(float(chance.uniform(0, 0.01)))
                    insert(other, made, number + 1)
                    other.commit()
                    committed.extend([number, number + 1])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(1000 * (n + 1),)) for n in range(writers)]
    for thread in threads:
        thread.start()
    queries = 0
    while any(thread.is_alive() for thread in threads):
        expected = list(committed)
        if expected:
            hashes = np.array([hash_of(made, number) for number in expected])
            hits = index.search(hashes, 31)
            assert set(hits.query.tolist()) == set(range(len(expected)))
            queries += 1
    assert not failures
    assert queries > 3, "the test must have asked while others wrote"
    everything = np.array([hash_of(made, number) for number in committed])
    assert len(index.search(everything, 31)) == len(committed) == writers * each


def test_an_aborted_trace_is_never_found(index, workspace, made):
    with writer(workspace) as other:
        insert(other, made, 1)
        other.rollback()
        insert(other, made, 2)
        other.commit()
    assert (found(index, made, 1), found(index, made, 2)) == (0, 1)


def test_flat_pictures_propose_nothing(index, folder, made):
    usable = signals()["picture"].usable_quality
    for number, quality in ((1, usable), (2, usable - 1)):
        traces = [made.exact(b"%d" % number), made.look(number, quality=quality)]
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"", size=9, traces=traces))])
    assert Media.objects.count() == 2
    assert (found(index, made, 1), found(index, made, 2)) == (1, 0)


def filled(folder: Folder, made, count: int = 8) -> None:
    for number in range(count):
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])


def all_found(index: FedIndex, made, count: int = 8) -> bool:
    return all(found(index, made, number) == 1 for number in range(count))


def segments(workspace) -> list:
    return [f for f in (workspace.folder / "index" / "test").rglob("*") if f.is_file()]


def test_segments_are_sealed_and_read_again(index, workspace, folder, made):
    filled(folder, made)
    assert all_found(index, made)
    assert any(file.stat().st_size > 1000 for file in segments(workspace)), "nothing was sealed"
    again = FedIndex(workspace.folder / "index" / "test", PDQ)
    assert len(again) >= 3, "it begins with what is sealed"
    assert all_found(again, made)


def test_segments_that_become_many_are_merged_while_searches_go_on(index, workspace, folder, made):
    for number in range(1, 31):
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
        assert found(index, made, number) == 1
    index.close()
    sealed = HammingIndex.open(next((workspace.folder / "index" / "test").iterdir()))
    assert len(sealed) >= 24
    assert len(list((workspace.folder / "index" / "test").rglob("*.segment"))) < 8
    assert [found(index, made, number) for number in range(1, 31)] == [1] * 30


def test_the_folder_may_be_deleted_between_runs(index, workspace, folder, made):
    filled(folder, made)
    assert all_found(index, made)
    shutil.rmtree(workspace.folder / "index")
    assert all_found(FedIndex(workspace.folder / "index" / "test", PDQ, seal_from=3), made)


def test_the_folder_may_be_deleted_while_it_is_in_use(index, workspace, folder, made):
    filled(folder, made)
    assert all_found(index, made)
    shutil.rmtree(workspace.folder / "index")
    assert all_found(index, made)
    for number in range(8, 16):  # enough to seal again
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
        assert found(index, made, number) == 1
    assert all_found(index, made, 16)


def test_what_another_process_repaired_is_fed_again(index, workspace, folder, made):
    """Or this one would go on without it, and seal what it has as if that were everything."""
    filled(folder, made)
    assert all_found(index, made)
    for segment in (workspace.folder / "index" / "test").rglob("*.segment"):
        segment.unlink()
    FedIndex(workspace.folder / "index" / "test", PDQ)  # repairs at once, and ends
    for number in range(8, 12):  # enough to seal
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
        assert all_found(index, made, number + 1)
    assert all_found(FedIndex(workspace.folder / "index" / "test", PDQ), made, 12)


def test_threads_find_everything_once_while_one_of_them_repairs(index, workspace, folder, made):
    filled(folder, made)
    assert all_found(index, made)
    committed, stop = [8], threading.Event()
    hashes = np.array([hash_of(made, number) for number in range(48)])
    wrong: list[object] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                expected = committed[0]
                found = np.bincount(index.search(hashes[:expected], 31).query, minlength=expected)
                if not (found == 1).all():
                    wrong.append(found)
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(8, 48):
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
        committed[0] = number + 1
        if number % 4 == 0:  # noticed at the next seal
            with index._feeding:  # not twice during one repair
                for manifest in (workspace.folder / "index" / "test").rglob("manifest.json"):
                    manifest.write_bytes(b"")
    stop.set()
    for thread in threads:
        thread.join()
    index.close()
    assert not wrong


def test_a_full_disk_stops_no_search(index, workspace, folder, made, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        filled(folder, made)
        assert all_found(index, made)
    assert not list((workspace.folder / "index" / "test").rglob("*.segment"))
    for number in range(8, 11):  # enough to try again
        store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
    assert all_found(index, made, 11)
    assert all_found(FedIndex(workspace.folder / "index" / "test", PDQ), made, 11)
    assert list((workspace.folder / "index" / "test").rglob("*.segment"))


def test_no_search_waits_for_segments_that_are_being_merged(index, workspace, folder, made):
    filled(folder, made)
    assert all_found(index, made)
    index.close()
    (place,) = (workspace.folder / "index" / "test").iterdir()
    answers: list[bool] = []

    def ask() -> None:
        answers.append(all_found(index, made, 14))
        connections.close_all()

    with locked(place / "building.lock"):  # as long as this is held, the merge goes on
        index._compact()
        for number in range(8, 14):  # enough to seal
            store(folder, [Seen(b"%d" % number, 1, made.picture(b"%d" % number, look=number))])
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(timeout=10)
        assert answers == [True]
    index.close()


@pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
def test_a_damaged_index_is_made_good_from_the_database(index, workspace, folder, made, harm):
    filled(folder, made)
    assert all_found(index, made)
    del index
    for file in sorted(segments(workspace)):
        content = bytearray(file.read_bytes())
        if not content:
            continue
        if harm == "remove":
            file.unlink()
        elif harm == "cut":
            file.write_bytes(content[: len(content) // 2])
        else:
            content[len(content) // 2] ^= 0x10
            file.write_bytes(content)
    again = FedIndex(workspace.folder / "index" / "test", PDQ, seal_from=3)
    assert all_found(again, made)
    # And what was repaired stays good for the next.
    assert all_found(FedIndex(workspace.folder / "index" / "test", PDQ), made)


def test_an_index_newer_than_its_database_is_made_anew(index, workspace, folder, made):
    """As after the database was restored from an older copy, and its numbers count again."""
    filled(folder, made)
    assert all_found(index, made)
    (place,) = (workspace.folder / "index" / "test").iterdir()
    HammingIndex.open(place).seal(upto=10**9)
    again = FedIndex(workspace.folder / "index" / "test", PDQ, seal_from=3)
    assert all_found(again, made)
    store(folder, [Seen(b"new", 1, made.picture(b"new", look=99))])
    assert found(again, made, 99) == 1


def test_another_database_has_another_index(index, workspace, folder, made):
    """A workspace that is pointed at another database must not take this one's segments for it."""
    (place,) = (workspace.folder / "index" / "test").iterdir()
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        (server,) = cursor.fetchone()
    assert place.name.startswith(server)
