"""Contributions as jobs: who enqueues and runs them, cancel and retry, and what cuts them short."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from procrastinate.manager import JobManager

from clew.access.acting import acting
from clew.access.models import Authority
from clew.audit.models import Entry
from clew.intake.contribute import contribute, finish, hand_in
from clew.intake.contributions import ContributionError, cancel, retry, state_of
from clew.intake.queues import Phase, enqueue_reading, on_this_machine
from clew.intake.workers import work_until
from clew.records.models import ContributedFile, Contribution, Original, Sighting
from clew.settings import Settings
from clew.training.practice import practice

SETTINGS = Settings.from_environment({"CLEW_WORKERS": "1"})


@pytest.fixture(scope="module")
def ours(make_place):
    with practice(make_place() / "workspace", SETTINGS) as opened:
        yield opened


@pytest.fixture
def files(place, picture) -> list[Path]:
    """Three files that no other test hands in."""
    made = []
    for number in range(3):
        made.append(place / f"{number}.jpg")
        made[-1].write_bytes(picture(number, 50) + os.urandom(8))
    return made


def jobs() -> list[tuple[object, ...]]:
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT task_name, status, args FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def state(number: int):
    with acting():
        return state_of(number)


def steps(number: int) -> list[str]:
    told = Entry.objects.filter(event="contribution", about=f"contribution:{number}")
    return [step for entry in told.order_by("pk") for step in [entry.details.split('"act":"')[1]]]


def begin_and_fall_silent() -> None:
    """Take the first job as a worker that is killed then, long ago."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 minute') RETURNING id"
        )
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", cursor.fetchone())
        assert cursor.fetchone()[0] is not None


def test_a_job_names_nothing_but_numbers_and_waits_with_what_it_is_about(ours, files):
    with transaction.atomic():
        hand_in(files)
        transaction.set_rollback(True)
    assert jobs() == [], "neither the contribution nor its job is there"
    number = hand_in(files)
    ((task, status, told),) = jobs()
    assert (task, status) == ("reading", "todo")
    assert told == f'{{"portion": 0, "contribution": {number}}}'
    assert state(number).files == {"waiting": 3}
    assert finish(ours, number).files == {"stored": 3}
    # What succeeded leaves nothing behind; telling how it stands may have been asked for once more.
    work_until(ours, lambda: not jobs())


def test_the_work_of_a_worker_that_fell_silent_is_done_by_another(ours, files):
    number = hand_in(files)
    begin_and_fall_silent()
    ContributedFile.objects.filter(contribution=number).update(state="reading")
    assert finish(ours, number).files == {"stored": 3}
    assert len(steps(number)) == 2, "begun and ended, once each"


def test_work_is_taken_over_also_when_more_of_its_kind_waits(ours, files):
    number = hand_in(files)
    begin_and_fall_silent()
    with acting():
        enqueue_reading(number, 0, on_this_machine())
    assert [status for _, status, _ in jobs()] == ["doing", "todo"]
    with acting():
        enqueue_reading(number, 0, on_this_machine())
    assert len(jobs()) == 2, "one that waits is enough"
    assert finish(ours, number).files == {"stored": 3}
    work_until(ours, lambda: not jobs())


def test_what_is_cancelled_is_not_read_and_can_be_asked_for_again(ours, files):
    number = hand_in(files)
    before = Original.objects.count(), Sighting.objects.count()
    assert cancel(number) == 3
    done = finish(ours, number)
    assert (done.files, done.standings, done.cancelled) == ({"cancelled": 3}, {}, True)
    assert (Original.objects.count(), Sighting.objects.count()) == before
    with pytest.raises(ContributionError, match="no contribution of yours that runs"):
        cancel(number)
    assert retry(number, files[:1]) == 1
    assert finish(ours, number).files == {"stored": 1, "cancelled": 2}
    assert retry(number) == 2
    assert retry(number) == 2, "asked twice, read once"
    assert finish(ours, number).files == {"stored": 3}
    assert Original.objects.count() == before[0] + 3


def test_what_failed_is_tried_again_and_what_is_stored_stays(ours, files):
    content = files[1].read_bytes()
    files[1].unlink()
    done = contribute(ours, files)
    assert [bool(one.problem) for one in done.files] == [False, True, False]
    rows = ContributedFile.objects.filter(contribution=done.number).order_by("pk")
    kept = list(rows.filter(state="stored").values())
    files[1].write_bytes(content)
    with pytest.raises(ContributionError, match=r"0\.jpg is not in contribution .* or is stored"):
        retry(done.number, files[:1])
    assert retry(done.number) == 1
    assert finish(ours, done.number).files == {"stored": 3}
    assert list(rows.exclude(path=os.fsencode(files[1])).values()) == kept


def test_without_authority_nothing_goes_on_until_it_holds_again(ours, files):
    number = hand_in(files)
    authority = Authority.objects.get()
    Authority.objects.update(revoked_at=timezone.now())
    running = Contribution.objects.filter(pk=number, ended_at=None)
    work_until(ours, running.exclude(halted="").exists)
    assert "DEMO was revoked" in running.get().halted
    assert jobs() == []
    Authority.objects.filter(pk=authority.pk).update(revoked_at=None)
    assert retry(number) == 3
    assert finish(ours, number).files == {"stored": 3}


def test_the_queue_is_the_workers_alone(ours, files):
    number = hand_in(files)
    for table in ("jobs", "events", "workers", "periodic_defers"):
        for alias in ("application", "sign_in"):
            with pytest.raises(DatabaseError, match="permission denied"):
                connections[alias].cursor().execute(f"SELECT * FROM procrastinate_{table}")
    with pytest.raises(DatabaseError, match="permission denied"):
        connections["application"].cursor().execute("SELECT access.work_on(1, '\\x00')")
    with pytest.raises(DatabaseError, match="one's own"), acting():
        enqueue_reading(number + 1, 0, Phase.READING)
    with pytest.raises(DatabaseError, match="one's own"), transaction.atomic():
        enqueue_reading(number, 0, Phase.READING)  # nobody is signed in
    finish(ours, number)
    with pytest.raises(DatabaseError) as refused, acting():
        ContributedFile.objects.update(sha256=b"x")
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.timeout(20)
def test_a_worker_ends_also_where_its_look_for_stalled_jobs_hears_no_cancellation(
    ours, monkeypatch
):
    async def hears_none(self: JobManager, **asked: object) -> list[object]:
        with contextlib.suppress(asyncio.CancelledError):  # as asyncio.wait_for, in bad moments
            await asyncio.sleep(60)
        return []

    monkeypatch.setattr(JobManager, "get_stalled_jobs", hears_none)
    began = time.monotonic()
    work_until(ours, lambda: True)
    assert time.monotonic() - began < 5
