"""For every table and each role: reading and writing across the line, through ORM and raw SQL."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from clew.access.acting import acting
from clew.access.models import Authority, Certification, Officer, Session
from clew.records.models import (
    ContributedFile,
    Contribution,
    Folder,
    Media,
    Original,
    Sighting,
    StoredMatch,
    StoredTrace,
)

MODELS = (Folder, Sighting, Media, StoredTrace, StoredMatch, Original)
TABLES = tuple(model._meta.db_table for model in MODELS)


class World:
    """Two agencies of two countries, each with an officer; ours holds two media, theirs two."""

    def __init__(self, people) -> None:
        self.people = people
        self.ours, self.theirs = people.agency("DE", "LKA"), people.agency("NL", "Politie")
        self.third = people.agency("FR", "OCRVP")
        self.held = people.authority(self.ours)
        self.officer = people.officer("anna", self.ours, "contributor", "supervisor")
        self.secret = people.session(self.officer, self.held)
        self.mine = self.contribution(self.ours, b"/mine", 1, 2)
        self.other = self.contribution(self.theirs, b"/other", 3, 4)
        self.hand_in(self.ours, self.officer, self.held, self.mine)
        StoredMatch.objects.using("owner").create(
            first_id=self.mine[0].pk,
            second_id=self.other[0].pk,
            kind="picture",
            distance=4,
            threshold=31,
            evidence={},
        )

    @staticmethod
    def contribution(agency, path: bytes, *numbers: int) -> list[Media]:
        folder = Folder.objects.using("worker").model(path=path, agency=agency)
        folder.save(using="owner")
        made = []
        for number in numbers:
            # As intake stores it: through the worker's connection.
            media = Media.objects.using("worker").create(
                sha256=bytes([number]) * 32,
                size=number,
                type="image",
                format="jpeg",
                outcome="read",
            )
            StoredTrace.objects.using("worker").create(
                media=media,
                signal="picture",
                version=1,
                ordinal=0,
                variant="whole",
                value=b"x",
                quality=90,
            )
            Sighting.objects.using("worker").create(
                folder=folder, path=b"%d.jpg" % number, size=1, outcome="read", media=media
            )
            Original.objects.using("worker").create(media=media, size=number)
            made.append(media)
        first, second = made
        StoredMatch.objects.using("worker").create(
            first=first, second=second, kind="picture", distance=2, threshold=31, evidence={}
        )
        return made

    @staticmethod
    def hand_in(agency, officer, authority, media: list[Media]) -> None:
        """As an officer handed in before."""
        made = Contribution(agency=agency, officer=officer, authority=authority)
        made.save(using="owner")
        for one in media:
            ContributedFile.objects.using("owner").create(
                contribution=made, path=b"/earlier/%d.jpg" % one.pk, media=one
            )

    def share(self, sharing: str, agencies: list[int] = []) -> None:  # noqa: B006 - not changed
        """What their officer says of their first media."""
        Sighting.objects.using("owner").filter(media=self.other[0]).update(
            sharing=sharing, sharing_agencies=agencies
        )


@pytest.fixture
def world(people, emptied) -> World:
    emptied(*MODELS)
    return World(people)


def seen() -> dict[str, int]:
    return {model.__name__: model.objects.using("default").count() for model in MODELS}


NOTHING = dict.fromkeys((model.__name__ for model in MODELS), 0)
OWN = {
    "Folder": 1,
    "Sighting": 2,
    "Media": 2,
    "StoredTrace": 2,
    "StoredMatch": 1,
    "Original": 2,
}
WITH_ONE = {
    "Folder": 2,
    "Sighting": 3,
    "Media": 3,
    "StoredTrace": 3,
    "StoredMatch": 2,
    "Original": 3,
}


def test_an_officer_sees_what_the_agency_found_and_no_more(world):
    with acting(world.secret):
        assert seen() == OWN
        assert {bytes(f.path) for f in Folder.objects.all()} == {b"/mine"}
        assert not Media.objects.filter(sha256=bytes([3]) * 32).exists()
        assert {s.agency_id for s in Sighting.objects.all()} == {world.ours.pk}
    assert seen() == NOTHING


@pytest.mark.parametrize(
    ("sharing", "whom", "sees"),
    [
        ("own agency", [], OWN),
        ("named agencies", ["theirs"], OWN),
        ("named agencies", ["ours", "third"], WITH_ONE),
        ("all members", [], WITH_ONE),
        ("all except", ["third"], WITH_ONE),
        ("all except", ["third", "ours"], OWN),
        ("hit only", [], OWN),
    ],
)
def test_sharing_is_by_sighting(world, sharing, whom, sees):
    world.share(sharing, [getattr(world, name).pk for name in whom])
    with acting(world.secret):
        assert seen() == sees
    assert seen() == NOTHING


def test_hit_only_tells_that_there_is_a_match_and_whom_to_call(world):
    def hits(media: Media) -> list[tuple[object, ...]]:
        with acting(world.secret), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM access.hits(%s)", [media.pk])
            return cursor.fetchall()

    assert hits(world.mine[0]) == []
    world.share("hit only")
    assert hits(world.mine[0]) == [(world.theirs.pk, "picture", 4)]
    assert hits(world.mine[1]) == []
    assert hits(world.other[1]) == [], "asked about what is not ours"


def test_a_media_found_by_both_is_seen_by_both_each_with_its_own_places(world):
    folder = Folder.objects.using("owner").get(agency=world.ours)
    Sighting.objects.using("worker").create(
        folder=folder, path=b"again", size=1, outcome="read", media=world.other[0]
    )
    with acting(world.secret):
        places = Sighting.objects.filter(media=world.other[0]).values_list("path", flat=True)
        assert [bytes(path) for path in places] == [b"again"]


@pytest.mark.parametrize(
    "change",
    [
        lambda w: Authority.objects.using("owner").update(revoked_at=timezone.now()),
        lambda w: Authority.objects.using("owner").update(valid_until=timezone.now()),
        lambda w: Authority.objects.using("owner").update(whole_agency=False),
        lambda w: Session.objects.using("owner").update(ended_at=timezone.now()),
        lambda w: Session.objects.using("owner").update(authority=None),
        lambda w: Session.objects.using("owner").update(scopes=["administer"]),
        lambda w: Certification.objects.using("owner").update(valid_until=timezone.now()),
        lambda w: Officer.objects.using("owner").update(state="locked"),
        lambda w: (
            w.officer.roles.using("owner").update(role="auditor")
            if w.officer.roles.using("owner").filter(role="supervisor").delete()
            else None
        ),
    ],
    ids=[
        *("authority revoked", "authority ran out", "not named", "signed out", "no authority"),
        *("scope", "certification", "locked", "no role for it"),
    ],
)
def test_what_ends_in_the_middle_of_a_transaction_ends_seeing(world, change):
    world.share("all members")
    with acting(world.secret):
        assert seen() == WITH_ONE
        change(world)
        assert seen() == NOTHING


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO records_media (sha256, size, type, format, outcome, notes, codecs, width, "
        "height, compared, matches_left_out) VALUES "
        r"('\x0303', 1, 'image', 'jpeg', 'read', '{}', '', 0, 0, false, 0)",
        "INSERT INTO records_folder (path, agency_id) VALUES ('/theirs', {theirs})",
        "INSERT INTO records_folder (path, agency_id) VALUES ('/nobodys', NULL)",
        "UPDATE records_sighting SET agency_id = {ours}",
        "UPDATE records_sighting SET media_id = {other}",
        "UPDATE records_media SET size = 0",
        "UPDATE records_folder SET agency_id = {ours}",
        *(f"DELETE FROM {table}" for table in TABLES),
        *(f"TRUNCATE {table} CASCADE" for table in TABLES),
        *(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in TABLES),
        *(f"DROP POLICY application_select ON {table}" for table in TABLES),
        "SET row_security = off; SELECT count(*) FROM records_media",
        "SET ROLE clew",
        "SET SESSION AUTHORIZATION clew_worker",
        "RESET ROLE; SET ROLE clew_worker",
        "SET LOCAL ROLE clew_sign_in",
        "COPY records_media FROM STDIN",
        "COPY records_media TO '/tmp/x'",
        "SELECT * FROM access.session()",
        "SELECT * FROM access_session",
        "CREATE FUNCTION pg_temp.officer() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "CREATE OR REPLACE FUNCTION access.agency() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "CREATE TEMP TABLE access_session (id int)",
        "CREATE TEMP VIEW mine AS SELECT 1",
        "DO $$ BEGIN EXECUTE 'SET ROLE clew'; END $$",
        "ALTER FUNCTION access.agency() SECURITY INVOKER",
    ],
)
def test_an_injected_statement_is_refused(world, raw, statement):
    asked = raw(secret=world.secret)
    values = {
        "ours": world.ours.pk,
        "theirs": world.theirs.pk,
        "other": world.other[0].pk,
    }
    for name, value in values.items():
        statement = statement.replace(f"{{{name}}}", str(value))
    wanted = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.InvalidParameterValue,
    )
    with pytest.raises(wanted):
        asked.execute(statement)
    asked.rollback()
    assert asked.execute("SELECT count(*) FROM records_media").fetchone() == (2,)


@pytest.mark.parametrize(
    "setting",
    [
        "SET clew.session = 'forged'",
        "SELECT set_config('clew.session', '', false)",
        "SELECT set_config('clew.session', NULL, false)",
        "SET clew.officer = '1'; SET clew.session = '1'",
        "SELECT set_config('clew.session', encode(sha256('x'), 'hex'), false)",
        "RESET clew.session",
        "RESET ALL",
        "DISCARD ALL",
    ],
)
def test_a_forged_session_is_nobodys(world, raw, setting):
    asked = raw(secret=world.secret)
    asked.autocommit = True
    for statement in setting.split("; "):
        asked.execute(statement)
    for table in TABLES:
        assert asked.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_another_search_path_changes_nothing(world, raw):
    asked = raw(secret=world.secret)
    for path in ("pg_temp, public, access", "access, public", "pg_catalog, pg_temp, public"):
        asked.execute(f"SET search_path = {path}")
        assert asked.execute("SELECT count(*) FROM public.records_media").fetchone() == (2,)
        assert asked.execute("SELECT access.agency()").fetchone() == (world.ours.pk,)


@pytest.mark.parametrize("table", TABLES)
def test_copying_out_obeys_the_policies(world, raw, table):
    asked, found = raw(secret=world.secret), io.BytesIO()
    with asked.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as rows:
        for row in rows:
            found.write(row)
    assert (
        len(found.getvalue().splitlines())
        == OWN[next(model.__name__ for model in MODELS if model._meta.db_table == table)]
    )


def test_errors_do_not_tell_what_rows_hold_that_are_not_seen(world, raw):
    """A condition that fails on some value runs only on rows that the policies let through."""
    asked = raw(secret=world.secret)
    theirs = world.other[0].pk
    for attempt in (
        f"SELECT * FROM records_media WHERE 1 / (id - {theirs}) > -5",
        f"SELECT * FROM records_storedtrace WHERE 1 / (media_id - {theirs}) > -5",
        "SELECT * FROM records_sighting WHERE 1 / (CASE path WHEN '3.jpg' THEN 0 ELSE 1 END) = 1",
        "SELECT * FROM records_folder WHERE 1 / (CASE path WHEN '/other' THEN 0 ELSE 1 END) = 1",
        f"SELECT * FROM records_storedmatch WHERE 1 / (second_id - {theirs}) > -5",
        f"SELECT * FROM records_original WHERE 1 / (media_id - {theirs}) > -5",
    ):
        asked.execute(attempt).fetchall()
    plan = "\n".join(
        line for (line,) in asked.execute("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM records_media")
    )
    assert world.secret not in plan


def test_what_others_ask_and_their_secrets_cannot_be_read(world, raw):
    """All officers work under one role, which sees the statements of its own connections."""
    busy = raw(secret=world.secret)
    listening = threading.Thread(
        target=lambda: busy.execute("SELECT pg_sleep(1), 'about somebody'").fetchall()
    )
    listening.start()
    try:
        time.sleep(0.3)
        with acting(world.secret):
            rows = raw().execute("SELECT query FROM pg_stat_activity").fetchall()
    finally:
        listening.join()
    told = " ".join(query or "" for (query,) in rows)
    assert "about somebody" not in told
    assert world.secret not in told


def contributed(world: World, media: Media) -> None:
    """As an officer of ours hands it in."""
    with acting(world.secret):
        contribution = Contribution.objects.create(
            agency=world.ours, officer=world.officer, authority=world.held
        )
        ContributedFile.objects.create(
            contribution=contribution, path=b"/mine/1.jpg", media=media, sha256=media.sha256
        )


def test_what_was_not_contributed_is_shared_with_nobody(world):
    ContributedFile.objects.using("owner").filter(media=world.mine[0]).delete()
    with acting(world.secret):
        assert Sighting.objects.filter(media=world.mine[0]).update(sharing="own agency") == 1
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Sighting.objects.filter(media=world.mine[0]).update(sharing="hit only")


def test_sharing_is_decided_by_the_agency_that_found_it(world):
    world.share("all members")
    contributed(world, world.mine[0])
    with acting(world.secret):
        assert Sighting.objects.filter(media=world.other[0]).update(sharing="own agency") == 0
        assert Sighting.objects.filter(media=world.mine[0]).update(sharing="all members") == 1
    reader = world.people.officer("reader", world.ours, "data-protection officer")
    with acting(world.people.session(reader, world.held)):
        assert Sighting.objects.filter(media=world.mine[0]).update(sharing="hit only") == 0


def test_a_folder_is_made_for_the_own_agency_under_an_authority(world):
    with acting(world.secret):
        Folder.objects.create(path=b"/new", agency=world.ours)
        with pytest.raises(DatabaseError, match="row-level security"):
            Folder.objects.create(path=b"/new", agency=world.theirs)
    with (
        acting(world.people.session(world.officer)),
        pytest.raises(DatabaseError, match="row-level security"),
    ):
        Folder.objects.create(path=b"/more", agency=world.ours)


def test_two_agencies_may_have_scanned_the_same_place(world):
    with acting(world.secret):
        Folder.objects.create(path=b"/other", agency=world.ours)


def test_a_sighting_belongs_to_the_agency_of_its_folder_whatever_is_said(world):
    folder = Folder.objects.using("owner").get(agency=world.theirs)
    made = Sighting.objects.using("worker").create(
        folder=folder, path=b"x", size=1, outcome="read", agency=world.ours
    )
    made.refresh_from_db(using="worker")
    assert made.agency_id == world.theirs.pk
    loose = Folder.objects.using("owner").create(path=b"/loose")
    late = Sighting.objects.using("worker").create(folder=loose, path=b"x", size=1, outcome="read")
    Folder.objects.using("owner").filter(pk=loose.pk).update(agency=world.ours)
    late.refresh_from_db(using="worker")
    assert late.agency_id == world.ours.pk


def test_the_worker_reads_traces_of_all_and_nothing_about_people(world, raw):
    worker = raw("worker")
    assert worker.execute("SELECT count(*) FROM records_storedtrace").fetchone() == (4,)
    for statement in (
        "SELECT * FROM access_officer",
        "SELECT * FROM access_session",
        "SELECT * FROM access_authority",
        "SELECT access.officer()",
        "SELECT * FROM access.hits(1)",
        "DELETE FROM records_media",
        "DELETE FROM records_storedmatch",
        "UPDATE records_folder SET agency_id = NULL",
        "INSERT INTO records_folder (path) VALUES ('/x')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute(statement)
        worker.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_who_signs_people_in_sees_no_records(world, raw, table):
    for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw("sign_in").execute(statement)


def test_every_table_that_a_role_is_granted_is_under_row_level_security(workspace):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p', 'm', 'v') "
            "AND c.relnamespace = 'public'::regnamespace "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND EXISTS ("
            "  SELECT FROM (VALUES ('clew_application'), ('clew_worker'), ('clew_sign_in')) r(n) "
            "  WHERE has_table_privilege(r.n, c.oid, 'SELECT, INSERT, UPDATE, DELETE') "
            "     OR has_any_column_privilege(r.n, c.oid, 'SELECT, INSERT, UPDATE'))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'access'::regnamespace "
            "AND (has_function_privilege('public', p.oid, 'EXECUTE') OR p.proconfig IS NULL)"
        )
        assert cursor.fetchall() == []


def test_a_session_ends_with_its_time(world):
    Session.objects.using("owner").update(expires_at=timezone.now() + timedelta(seconds=0.5))
    with contextlib.suppress(Exception), acting(world.secret):
        assert seen() == OWN
        time.sleep(0.6)
        assert seen() == NOTHING
        return
    raise AssertionError
