"""Writing the log: by whom is said by the session alone, and nothing is ever taken back."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from clew.access.acting import acting, signed_in, use_authority
from clew.access.errors import AccessError
from clew.access.officers import lock
from clew.audit.events import Event
from clew.audit.log import record, record_unattended, refusals_recorded
from clew.audit.models import Entry, Link

TABLES = ("audit_entry", "audit_link", "audit_checkpoint")


@pytest.fixture
def lka(people):
    return people.agency("DE", "LKA")


@pytest.fixture
def anna(people, lka):
    return people.officer("anna", lka, "specialist")


def test_an_entry_tells_officer_agency_session_and_authority_by_itself(people, lka, anna, written):
    held = people.authority(lka)
    with acting(people.session(anna, held)):
        number = record(Event.QUERY, about="media 9f86", details={"found": 3, "as": "Ü\0\ud800"})
    entry = written()[-1]
    assert entry.number == number
    assert (entry.officer, entry.agency, entry.authority) == (anna.pk, lka.pk, held.pk)
    assert entry.session is not None
    assert (entry.event, entry.about, entry.role) == ("query", "media 9f86", "clew_application")
    assert entry.details == r'{"as":"\u00dc\u0000\ud800","found":3}'


def test_an_authority_that_holds_no_more_is_not_told(people, lka, anna, written):
    held = people.authority(lka)
    secret = people.session(anna, held)
    type(held).objects.using("owner").filter(pk=held.pk).update(revoked_at=held.valid_from)
    with acting(secret):
        record(Event.VIEW)
    assert written()[-1].authority is None


def test_an_entry_is_there_if_and_only_if_its_act_is(people, anna, written):
    secret = people.session(anna)
    before = len(written())
    with contextlib.suppress(ZeroDivisionError), acting(secret):
        record(Event.DECISION)
        raise ZeroDivisionError
    assert len(written()) == before
    with acting(secret):
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            record(Event.DECISION)
            raise ZeroDivisionError
        record(Event.DECISION, about="the second")
    assert [e.about for e in written()[before:]] == ["the second"]


def test_what_is_refused_is_undone_and_noted(people, anna, written):
    other = people.officer("ben", anna.agency, "specialist")
    with signed_in(people.session(anna)):
        for attempt in (lambda: lock(other), lambda: use_authority(10**9)):
            with pytest.raises(AccessError), refusals_recorded(), acting():
                attempt()
    told = [e for e in written() if e.event == Event.REFUSED]
    assert [e.officer for e in told] == [anna.pk, anna.pk]
    assert "Only an administrator" in told[0].details
    assert "authority" in told[1].details


def test_nobody_writes_for_somebody_else(people, anna, raw, written):
    people.session(anna)
    before = len(written())
    with pytest.raises(DatabaseError, match="nobody is signed in"):
        record(Event.QUERY)
    with acting(people.session(anna)), pytest.raises(DatabaseError, match="no program's to write"):
        record(Event.SIGN_IN)
    with acting(people.session(anna)), pytest.raises(ValueError, match="at most"):
        record(Event.QUERY, details={"all": "x" * 10_000})
    for alias, statement in (
        ("application", "SELECT audit.write('query', '', 1, '{}')"),
        ("application", "SELECT audit.record_unattended('query', '', '{}')"),
        ("worker", "SELECT audit.record('query', '', '{}')"),
        ("worker", "SELECT audit.not_let_in('x', '')"),
        ("sign_in", "SELECT audit.record_unattended('query', '', '{}')"),
        ("application", "SELECT FROM audit_turn FOR UPDATE"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(alias).execute(statement)
    assert {e.event for e in written()[before:]} == {"sign-in"}, "of the sessions made here"


def test_a_session_that_is_over_writes_nothing(people, lka, anna, raw):
    """The function looks the session up by itself; it must agree with all other functions."""
    now = timezone.now()
    over = [
        people.session(anna, expires_at=now),
        people.session(anna, ended_at=now),
        people.session(anna, idle=timedelta(0)),
        people.session(people.officer("locked", lka, "specialist", state="locked")),
        people.session(people.officer("left", lka, "specialist", state="left", left_at=now)),
        people.session(people.officer("uncertified", lka, "specialist", days=-1)),
    ]
    for secret in over:
        connection = raw("application", secret)
        assert connection.execute("SELECT access.officer()").fetchone() == (None,)
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            connection.execute("SELECT audit.record('query', '', '{}')")


def test_the_worker_notes_what_nobody_is_signed_in_for(workspace, raw, written):
    raw("worker").execute("SELECT audit.record_unattended('backup', 'x', '{}')").connection.commit()
    entry = written()[-1]
    assert (entry.officer, entry.agency, entry.role) == (None, None, "clew_worker")
    with pytest.raises(DatabaseError):
        record_unattended(Event.BACKUP)  # as the application


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("alias", ["application", "worker", "sign_in", "owner"])
def test_no_role_changes_or_removes_anything(people, anna, raw, table, alias):
    secret = people.session(anna)
    with acting(secret):
        record(Event.QUERY)
    column = {"audit_entry": "about", "audit_link": "hash", "audit_checkpoint": "hash"}[table]
    for statement in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(alias, secret).execute(statement)
    if alias != "owner":
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(alias, secret).execute(f"INSERT INTO {table} DEFAULT VALUES")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(alias, secret).execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def test_officers_read_their_own_entries_and_auditors_those_of_their_agency(people, lka, anna, raw):
    bka = people.agency("DE", "BKA")
    auditor = people.officer("otto", lka, "auditor")
    other = people.officer("zoe", bka, "auditor", "administrator")
    numbers = {}
    for officer in (anna, auditor, other):
        with acting(people.session(officer)):
            numbers[officer.pk] = record(Event.QUERY)
    with acting(people.session(other)):
        lock(anna)  # by another agency's administrator, about one of ours

    def sees(officer, **session) -> set[int | None]:
        told = Entry.objects.filter(number__gte=numbers[anna.pk])
        with acting(people.session(officer, **session)):
            assert Link.objects.count() >= told.count() > 0 or session
            return set(told.values_list("officer", flat=True))

    type(anna).objects.using("owner").filter(pk=anna.pk).update(state="active")
    assert sees(anna) == {anna.pk}
    assert sees(auditor) == {anna.pk, auditor.pk, other.pk, None}
    assert sees(other) == {other.pk}
    assert sees(auditor, scopes=["contribute"]) == set()
    assert not Entry.objects.exists()
    assert not Link.objects.exists()
    for alias in ("worker", "sign_in"):
        for table in TABLES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw(alias).execute(f"SELECT * FROM {table}")
    plain = raw("application", people.session(anna))
    others = "SELECT count(*) FROM audit_entry WHERE officer <> %s"
    assert plain.execute(others, [anna.pk]).fetchone() == (0,)
    assert plain.execute("SELECT count(*) FROM audit_checkpoint").fetchone() == (0,)


def test_a_long_transaction_that_wrote_holds_up_nobody(people, anna, raw, written):
    slow = raw("application", people.session(anna))
    slow.execute("SELECT audit.record('query', 'slow', '{}')")
    quick = raw("application", people.session(anna))
    quick.execute("SET statement_timeout = '5s'")
    quick.execute("SELECT audit.record('query', 'quick', '{}')")
    quick.commit()
    slow.commit()
    slow_one, quick_one = [e for e in written() if e.event == "query"]
    assert (slow_one.about, quick_one.about) == ("slow", "quick")
    numbers = [slow_one.number, quick_one.number]
    places = Link.objects.using("owner").in_bulk(numbers, field_name="entry")
    assert places[slow_one.number].position == places[quick_one.number].position + 1


def test_many_at_once_make_one_chain_without_a_gap(people, anna, written):
    secrets = [people.session(anna) for _ in range(6)]
    before, wrong = len(written()), []

    def work(secret: str) -> None:
        try:
            for turn in range(15):
                with contextlib.suppress(ZeroDivisionError), acting(secret):
                    record(Event.QUERY)
                    record(Event.VIEW)
                    if turn % 5 == 0:
                        raise ZeroDivisionError
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[secret]) for secret in secrets]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert wrong == []
    entries = written()[before:]
    assert len(entries) == 6 * 12 * 2
    links = Link.objects.using("owner").order_by("position")
    assert [link.position for link in links] == list(range(len(links)))
    assert {link.entry for link in links} == {0} | set(
        Entry.objects.using("owner").values_list("number", flat=True)
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_link l JOIN audit_link b ON b.position = l.position - 1 "
            "JOIN audit_entry e ON e.number = l.entry WHERE l.digest = audit.digest(e) "
            "AND l.hash = sha256(b.hash || int8send(l.position) || l.digest)"
        )
        assert cursor.fetchone() == (len(links) - 1,)
