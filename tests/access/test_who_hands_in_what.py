"""Exhibits, custody and contributions: each role, read and write across the line, ORM and SQL."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from clew.access.acting import acting
from clew.access.errors import AuthorityError, SignedOutError
from clew.access.models import Session
from clew.intake.exhibits import add_exhibit, exhibit_by_number, gaps, hand_over
from clew.records.models import (
    ContributedFile,
    Contribution,
    CustodyEntry,
    Exhibit,
    Folder,
    Media,
    Sighting,
    Source,
)

MODELS = (Exhibit, CustodyEntry, Contribution, ContributedFile)
TABLES = tuple(model._meta.db_table for model in MODELS)
NOW = timezone.now()


class Side:
    """An agency with an officer at work, an exhibit with its custody, and a contribution."""

    def __init__(self, people, country: str, number: int) -> None:
        self.agency = people.agency(country, "Police")
        self.authority = people.authority(self.agency)
        self.officer = people.officer(f"officer-{country.lower()}", self.agency, "contributor")
        self.secret = people.session(self.officer, self.authority)
        self.media = Media.objects.using("worker").create(
            sha256=bytes([number]) * 32, size=1, type="image", format="jpeg", outcome="read"
        )
        with acting(self.secret):
            self.exhibit = an_exhibit("17-4")
            handed(self.exhibit)
            self.folder = Folder.objects.create(
                path=b"/evidence", agency=self.agency, exhibit=self.exhibit
            )
        Sighting.objects.using("worker").create(
            folder=self.folder, path=b"1.jpg", size=1, outcome="read", media=self.media
        )
        with acting(self.secret):
            self.contribution = self.contributed()
            self.file = ContributedFile.objects.create(
                contribution=self.contribution,
                path=b"/evidence/1.jpg",
                media=self.media,
                state="stored",
            )

    def contributed(self, **fields: object) -> Contribution:
        values = {
            "agency": self.agency,
            "officer": self.officer,
            "authority": self.authority,
            "exhibit": self.exhibit,
        }
        return Contribution.objects.create(**(values | fields))


def an_exhibit(number: str) -> Exhibit:
    return add_exhibit(
        number=number,
        description="phone",
        seized_where="Kiel",
        seized_at=NOW,
        source=Source.DEVICE,
    )


def handed(exhibit: Exhibit, by: str = "Anna", to: str = "Lab") -> CustodyEntry:
    return hand_over(exhibit, handed_by=by, received_by=to, at=NOW, where="Kiel", why="imaging")


@pytest.fixture
def ours(people, emptied) -> Side:
    emptied(Media, Folder, Exhibit)
    return Side(people, "DE", 1)


@pytest.fixture
def theirs(people, ours) -> Side:
    return Side(people, "NL", 2)


def refused(attempt) -> None:
    with (
        pytest.raises(DatabaseError, match=r"row-level security|permission denied"),
        transaction.atomic(),
    ):
        attempt()


def test_an_agency_sees_its_own_and_no_other(ours, theirs):
    for side in (ours, theirs):
        with acting(side.secret):
            for model in MODELS:
                assert model.objects.count() == 1, model
            assert exhibit_by_number("17-4").pk == side.exhibit.pk
            assert Contribution.objects.get().pk == side.contribution.pk
    assert [model.objects.using("default").count() for model in MODELS] == [0, 0, 0, 0]


@pytest.mark.parametrize("role", ["auditor", "administrator", "trainer"])
def test_who_does_not_work_on_cases_sees_none_of_it(ours, people, role):
    other = people.officer("other", ours.agency, role)
    with acting(people.session(other, ours.authority)):
        assert [model.objects.count() for model in MODELS] == [0, 0, 0, 0]


@pytest.mark.parametrize("roles", [("auditor",), ("data-protection officer",)])
def test_who_does_not_hand_in_writes_none_of_it(ours, people, roles):
    other = people.officer("other", ours.agency, *roles)
    with acting(people.session(other, ours.authority)):
        refused(lambda: an_exhibit("99"))
        refused(lambda: handed(ours.exhibit))
        refused(lambda: ours.contributed(officer=other))


def test_nothing_is_written_for_another_agency_officer_or_authority(ours, theirs, people):
    colleague = people.officer("colleague", ours.agency, "contributor")
    expired = people.authority(ours.agency, "old", valid_until=NOW)
    with acting(ours.secret):
        refused(lambda: ours.contributed(agency=theirs.agency))
        refused(lambda: ours.contributed(officer=colleague))
        refused(lambda: ours.contributed(authority=theirs.authority))
        refused(lambda: ours.contributed(authority=expired))
        refused(lambda: ours.contributed(exhibit=theirs.exhibit))
        refused(lambda: handed(theirs.exhibit))
        refused(
            lambda: Folder.objects.create(path=b"/more", agency=ours.agency, exhibit=theirs.exhibit)
        )


def test_a_file_is_added_to_a_running_contribution_of_ones_own(ours, theirs, people):
    colleague = people.officer("colleague", ours.agency, "contributor")
    with acting(ours.secret):
        refused(
            lambda: ContributedFile.objects.create(contribution=theirs.contribution, path=b"/x")
        )
        refused(
            lambda: ContributedFile.objects.create(
                contribution=ours.contribution, path=b"/x", media=theirs.media
            )
        )
        Contribution.objects.update(ended_at=NOW)
        refused(lambda: ContributedFile.objects.create(contribution=ours.contribution, path=b"/x"))
        assert ContributedFile.objects.update(standing="new") == 0
        assert Contribution.objects.update(ended_at=None) == 0
    with acting(people.session(colleague, ours.authority)):
        assert ContributedFile.objects.count() == 1, "seen by the whole agency"
        refused(lambda: ContributedFile.objects.create(contribution=ours.contribution, path=b"/y"))


def test_without_session_or_authority_nothing_is_written(ours, people):
    with pytest.raises(SignedOutError), acting():
        an_exhibit("99")
    with (
        pytest.raises(AuthorityError, match="No authority was chosen"),
        acting(people.session(ours.officer)),
    ):
        an_exhibit("99")
    Session.objects.using("owner").update(scopes=["read"])
    with acting(ours.secret):
        assert Exhibit.objects.count() == 1
        refused(lambda: an_exhibit("99"))


@pytest.mark.parametrize(
    "statement",
    [
        *(f"DELETE FROM {table}" for table in TABLES),
        *(f"TRUNCATE {table} CASCADE" for table in TABLES),
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
        "UPDATE records_exhibit SET number = '18'",
        "UPDATE records_exhibit SET acquisition_hash = '00'",
        "UPDATE records_custodyentry SET why = 'something else'",
        'UPDATE records_custodyentry SET "at" = now()',
        "UPDATE records_contribution SET officer_id = 1",
        "UPDATE records_contribution SET authority_id = 1",
        "UPDATE records_contribution SET exhibit_id = NULL",
        "UPDATE records_contributedfile SET sha256 = '\\x00'",
        "UPDATE records_folder SET agency_id = 1",
        "DROP TRIGGER only_grows ON records_custodyentry",
        "SELECT access.next_in_chain()",
    ],
)
def test_an_injected_statement_is_refused(ours, raw, statement):
    asked = raw(secret=ours.secret)
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
        asked.execute(statement)
    asked.rollback()
    for table in TABLES:
        assert asked.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)


@pytest.mark.parametrize("alias", ["worker", "sign_in"])
@pytest.mark.parametrize("table", TABLES)
def test_worker_and_sign_in_reach_none_of_it(ours, raw, alias, table):
    for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
        asked = raw(alias)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_custodyentry SET why = 'something else'",
        "DELETE FROM records_custodyentry",
        "TRUNCATE records_custodyentry",
    ],
)
def test_custody_only_grows_for_the_owner_of_the_table_too(ours, statement):
    with connections["owner"].cursor() as cursor, pytest.raises(DatabaseError, match="never"):
        cursor.execute(statement)
    assert CustodyEntry.objects.using("owner").get().why == "imaging"


def test_custody_is_numbered_by_the_database(ours):
    with acting(ours.secret):
        handed(ours.exhibit, "Lab", "Ben")
        handed(ours.exhibit, "Cleo", "Anna")
        chain = list(ours.exhibit.custody.order_by("position"))
        assert [entry.position for entry in chain] == [1, 2, 3]
        assert [entry.recorded_by_id for entry in chain] == [ours.officer.pk] * 3
        assert gaps(chain) == [3], "Cleo had not received it"


def test_a_folder_keeps_its_exhibit(ours):
    with acting(ours.secret):
        other = an_exhibit("17-5")
        assert Folder.objects.filter(pk=ours.folder.pk).update(exhibit=other) == 0
        assert Folder.objects.get().exhibit_id == ours.exhibit.pk
