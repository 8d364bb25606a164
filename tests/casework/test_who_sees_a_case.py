"""For every table of a case and each role: reading and writing across the line, ORM and raw SQL."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from clew.access.acting import acting
from clew.casework.decisions import connect, decide
from clew.casework.dossier import dossier
from clew.casework.entities import add_particular, create, merge
from clew.casework.grades import grade
from clew.casework.identification import find
from clew.casework.retention import agree_to_deletion, ask_for_deletion, hold, review
from clew.casework.sharing import share
from clew.casework.things import Thing
from clew.records.models import (
    Connection,
    Decision,
    Deletion,
    Entity,
    Finding,
    Grade,
    Hold,
    Merging,
    Observation,
    Particular,
    Restriction,
    Review,
    Step,
    Tombstone,
)

MODELS = (
    *(Entity, Particular, Observation, Connection, Decision, Step, Merging, Grade, Finding),
    *(Review, Hold, Deletion, Tombstone, Restriction),
)
TABLES = tuple(model._meta.db_table for model in MODELS)
NOTHING = dict.fromkeys(TABLES, 0)
SHARED = ("records_entity", "records_observation", "records_connection", "records_grade")


class Theirs:
    """What nils wrote for the Politie: one row in every table, two entities merged."""

    def __init__(self, case) -> None:
        self.media = case.media(case.theirs)
        with case.as_("nils"):
            self.person = create("person", "girl with red scarf", category="victim").pk
            twin = create("person", "girl in the garden", category="victim").pk
            self.particular = add_particular(
                self.person, "name", "Marije", certainty="fact", source="register"
            ).pk
            self.connection = connect(
                "shows", Thing("media", self.media), Thing("person", self.person), "her scarf"
            ).pk
            self.decision = decide([self.connection], "confirmed", "certain").pk
            Observation.objects.create(
                media_id=self.media, type="season", words="winter", certainty="assessment"
            )
            grade(self.media, "US", 1)
            find(self.person, "safety", "at risk", "new material")
            review(Thing("media", self.media), date(2099, 1, 1), "not identified")
            self.deletion = ask_for_deletion(self.media, "x").pk
            self.hold = hold(case.media(case.theirs), "trial").pk
            merge(twin, self.person, "the same scarf")
            self.observation = Observation.objects.filter(entity=self.person).get().pk
        boss = case.people.officer("bert", case.theirs, "supervisor", "data-protection officer")
        with acting(case.people.session(boss, case.people.authority(case.theirs, "Az 3"))):
            agree_to_deletion(self.deletion)
            self.restriction = Restriction.objects.create(entity_id=twin, why="x").pk
            Restriction.objects.create(entity_id=twin, why="x", lifts_id=self.restriction)
        self.twin = twin


@pytest.fixture
def theirs(case) -> Theirs:
    return Theirs(case)


def seen() -> dict[str, int]:
    return {model._meta.db_table: model.objects.count() for model in MODELS}


OWN = dict(zip(TABLES, (2, 1, 3, 1, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2), strict=True))
AGENCYS_ALONE = dict.fromkeys(
    (
        *("records_particular", "records_finding", "records_review", "records_hold"),
        *("records_deletion", "records_tombstone", "records_restriction"),
    ),
    0,
)


def test_nobody_sees_what_another_agency_wrote(case, theirs, raw):
    for name, sees in (
        *(("nils", OWN), ("nora", OWN)),
        *(("anna", NOTHING), ("berta", NOTHING), ("carl", NOTHING), ("dora", NOTHING)),
    ):
        with case.as_(name):
            assert seen() == sees, name
        asked = raw(secret=case.secrets[name])
        told = {t: asked.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}
        assert told == sees, name
    assert seen() == NOTHING


@pytest.mark.parametrize(
    ("sharing", "whom", "sees"),
    [
        ("own agency", [], False),
        ("named agencies", ["ours"], True),
        ("named agencies", ["theirs"], False),
        ("all members", [], True),
        ("all except", ["ours"], False),
        ("all except", ["theirs"], True),
        ("hit only", [], False),
    ],
)
def test_sharing_is_of_each_thing_and_names_are_never_shared(case, theirs, sharing, whom, sees):
    agencies = [getattr(case, name).pk for name in whom]
    with case.owner() as owner:
        for table in (*SHARED, "records_sighting"):
            owner.execute(
                f"UPDATE {table} SET sharing = %s, sharing_agencies = %s", [sharing, agencies]
            )
    with case.as_("anna"):
        assert seen() == (OWN | AGENCYS_ALONE if sees else NOTHING)


def test_the_page_of_a_media_tells_what_others_shared_and_whose_it_is(case, theirs):
    with case.owner() as owner:
        for table in (*SHARED, "records_sighting"):
            owner.execute(f"UPDATE {table} SET sharing = 'all members'")
    with case.as_("anna"):
        grade(theirs.media, "US", 2)
        told = dossier(theirs.media)
    assert [(one.words, one.officer) for one in told.observations] == [("winter", case.theirs.name)]
    assert {(vote.grade, vote.officer) for vote in told.votes} == {
        (1, case.theirs.name),
        (2, "anna"),
    }
    assert [one.agency for one in told.links] == [case.theirs.name]


@pytest.mark.parametrize("hidden", ["records_entity", "records_sighting"])
def test_what_is_said_of_something_is_seen_only_with_it(case, theirs, hidden):
    with case.owner() as owner:
        for table in {*SHARED, "records_sighting"} - {hidden}:
            owner.execute(f"UPDATE {table} SET sharing = 'all members'")
    with case.as_("anna"):
        assert Connection.objects.count() == 0
        assert Step.objects.count() == 0
        assert Observation.objects.count() == (1 if hidden == "records_entity" else 2)


WRITES = [
    # For another agency, as another officer, in the past.
    "INSERT INTO records_particular (entity_id, kind, words, certainty, source, officer_id, "
    "agency_id) VALUES ({person}, 'name', 'x', 'fact', 'x', {nils}, {theirs})",
    # About what is not seen.
    "INSERT INTO records_observation (entity_id, type, words, certainty) "
    "VALUES ({person}, 'note', 'x', 'fact')",
    "INSERT INTO records_observation (media_id, type, words, certainty) "
    "VALUES ({media}, 'note', 'x', 'fact')",
    "INSERT INTO records_observation (media_id, type, words, certainty, from_person_id) "
    "VALUES ({own}, 'note', 'x', 'fact', {person})",
    "INSERT INTO records_observation (media_id, type, words, certainty, from_media_id) "
    "VALUES ({own}, 'note', 'x', 'fact', {media})",
    "INSERT INTO records_observation (media_id, type, words, certainty, replaces_id) "
    "VALUES ({own}, 'note', 'x', 'fact', {observation})",
    "INSERT INTO records_connection (type, first_media_id, second_entity_id, state, steps) "
    "VALUES ('shows', {own}, {person}, 'proposed', 0)",
    "INSERT INTO records_connection (type, first_media_id, second_media_id, state, steps) "
    "VALUES ('same place', {own}, {media}, 'proposed', 0)",
    # What follows from histories alone.
    "INSERT INTO records_entity (kind, title, category, identity, whereabouts, safety) "
    "VALUES ('person', 'x', 'victim', 'identified', '', '')",
    "INSERT INTO records_entity (kind, title, category, identity, whereabouts, safety, "
    "merged_into_id) VALUES ('person', 'x', '', '', '', '', {person})",
    "INSERT INTO records_connection (type, first_media_id, second_media_id, state, steps) "
    "VALUES ('same place', {own}, {other}, 'confirmed', 0)",
    "INSERT INTO records_connection (type, first_media_id, second_media_id, state, steps, "
    "evidence) VALUES ('picture', {own}, {other}, 'proposed', 0, '{}') "
    "RETURNING 1 / (evidence IS NOT NULL)::int",
    "UPDATE records_entity SET merged_into_id = NULL",
    "UPDATE records_entity SET category = 'other'",
    "UPDATE records_entity SET agency_id = {ours}",
    "UPDATE records_connection SET state = 'confirmed'",
    "UPDATE records_decision SET why = 'x'",
    "UPDATE records_step SET state = 'rejected'",
    "UPDATE records_observation SET words = 'x'",
    "UPDATE records_particular SET words = 'x'",
    "INSERT INTO records_grade (media_id, scheme, grade, words, why, number) "
    "VALUES ({media}, 'US', 1, '', '', 1)",
    "INSERT INTO records_grade (media_id, scheme, grade, words, why, number) "
    "VALUES ({own}, 'US', 1, '', '', 7)",
    "INSERT INTO records_finding (person_id, aspect, stage, certainty, why, number) "
    "VALUES ({person}, 'safety', 'safeguarded', 'fact', 'x', 2)",
    "UPDATE records_grade SET grade = 0",
    "UPDATE records_finding SET stage = 'unknown'",
    "INSERT INTO records_review (media_id, due, why, number) "
    "VALUES ({media}, '2099-01-01', 'x', 2)",
    "INSERT INTO records_hold (media_id, why) VALUES ({media}, 'x')",
    "INSERT INTO records_hold (media_id, why, lifts_id) VALUES ({own}, 'x', {hold})",
    "INSERT INTO records_deletion (media_id, why) VALUES ({media}, 'x')",
    "INSERT INTO records_tombstone (deletion_id, sha256) VALUES ({deletion}, 'x')",
    "INSERT INTO records_restriction (entity_id, why) VALUES ({person}, 'x')",
    "INSERT INTO records_restriction (entity_id, why, lifts_id) "
    "VALUES ({person}, 'x', {restriction})",
    "UPDATE records_review SET due = '2099-01-01'",
    "UPDATE records_hold SET lifts_id = NULL",
    "UPDATE records_entity SET restricted = false",
    # Others' decisions.
    "INSERT INTO records_decision (why, undoes_id) VALUES ('x', {decision})",
    "INSERT INTO records_step (decision_id, connection_id, number, state) "
    "VALUES ({decision}, {connection}, 3, 'rejected')",
    "INSERT INTO records_merging (decision_id, entity_id, number, into_id) "
    "VALUES ({decision}, {person}, 1, NULL)",
    *(f"DELETE FROM {table}" for table in TABLES),
    *(f"TRUNCATE {table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
]


@pytest.mark.parametrize("name", ["anna", "carl", "dora"])
def test_nothing_is_written_across_the_line(case, theirs, raw, name):
    values = {
        **vars(theirs),
        "nils": case.officers["nils"].pk,
        "theirs": case.theirs.pk,
        "ours": case.ours.pk,
        "own": case.media(),
        "other": case.media(),
    }
    asked = raw(secret=case.secrets[name])
    for statement in WRITES:
        for key, value in values.items():
            statement = statement.replace(f"{{{key}}}", str(value))
        wanted: type[psycopg.Error] = psycopg.errors.InsufficientPrivilege
        if name == "anna" and "RETURNING" in statement:
            wanted = psycopg.errors.DivisionByZero  # evidence is the database's
        with pytest.raises(wanted):  # noqa: PT012 - says which one got through
            asked.execute(statement)
            pytest.fail(f"not refused: {statement}")
        asked.rollback()


@pytest.mark.parametrize(
    "question",
    [
        "access.leads({person})",
        "access.replaces_own_particular({particular}, {person}, 'name')",
        "access.replaces_own_observation({observation}, NULL, {person}, 'category')",
        "access.deciding({decision})",
        "access.undoes_own({decision})",
        "access.steps_of({decision}) > 0",
        "NOT access.decides_nothing({decision})",
        "access.may_find({person}, 'safety', 'safeguarded', 2, NULL)",
        "access.lifts_own_hold({hold}, {media})",
        "access.may_agree({deletion}, '\\x00')",
        "access.lifts_restriction({restriction}, {twin})",
        "EXISTS (SELECT FROM access.entity_hits({media}))",
    ],
)
def test_functions_that_policies_ask_tell_others_nothing(case, theirs, raw, question):
    asked = raw(secret=case.secrets["anna"])
    told = asked.execute(f"SELECT {question.format(**vars(theirs))}").fetchone()
    assert told == (False,)


def test_what_is_shared_is_still_written_by_its_agency_alone(case, theirs, raw):
    with case.owner() as owner:
        for table in (*SHARED, "records_sighting"):
            owner.execute(f"UPDATE {table} SET sharing = 'all members'")
    asked = raw(secret=case.secrets["anna"])
    for table in SHARED:
        assert asked.execute(f"UPDATE {table} SET sharing = 'own agency'").rowcount == 0
    for statement in (
        f"INSERT INTO records_particular (entity_id, kind, words, certainty, source) "
        f"VALUES ({theirs.person}, 'name', 'x', 'fact', 'x')",
        f"INSERT INTO records_observation (entity_id, type, words, certainty, replaces_id) "
        f"VALUES ({theirs.person}, 'category', 'other', 'fact', {theirs.observation})",
        f"WITH d AS (INSERT INTO records_decision (why) VALUES ('x') RETURNING id) "
        f"INSERT INTO records_step (decision_id, connection_id, number, state) "
        f"SELECT id, {theirs.connection}, 3, 'rejected' FROM d",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked.execute(statement)
        asked.rollback()
    asked.execute(
        "INSERT INTO records_observation (entity_id, type, words, certainty) "
        f"VALUES ({theirs.person}, 'category', 'other', 'assessment')"
    )
    asked.commit()
    with case.as_("nils"):
        assert Entity.objects.get(pk=theirs.person).category == "victim", "who leads says"


def test_the_database_signs_whatever_is_claimed(case, raw):
    asked = raw(secret=case.secrets["anna"])
    (row,) = asked.execute(
        "INSERT INTO records_decision (why, officer_id, agency_id, at) "
        f"VALUES ('x', {case.officers['nils'].pk}, {case.theirs.pk}, '1999-01-01') "
        "RETURNING officer_id, agency_id, at > now() - interval '1 minute'"
    ).fetchall()
    assert row == (case.officers["anna"].pk, case.ours.pk, True)


def test_a_step_is_taken_by_who_decides_and_at_once(case, theirs, raw):
    with case.as_("nils"):
        mine = Decision.objects.create(why="mine").pk
    for name in ("nils", "nora"):
        asked = raw(secret=case.secrets[name])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked.execute(
                "INSERT INTO records_step (decision_id, connection_id, number, state) "
                f"VALUES ({mine}, {theirs.connection}, 3, 'rejected')"
            )
        asked.rollback()


def test_steps_cannot_be_skipped(case, theirs):
    with case.as_("nils"):
        decision = Decision.objects.create(why="mine")
        skipping = Step(
            decision=decision, connection_id=theirs.connection, number=7, state="rejected"
        )
        with pytest.raises(DatabaseError, match="decided in turn"), transaction.atomic():
            skipping.save()


@pytest.mark.parametrize("alias", ["worker", "sign_in"])
def test_other_roles_see_nothing_of_what_was_written(case, theirs, raw, alias):
    for table in TABLES:
        for statement in (
            f"SELECT * FROM {table}",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} DEFAULT VALUES",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw(alias).execute(statement)


def test_hit_only_tells_whom_to_call_and_nothing_else(case, theirs):
    ours = case.media()
    case.match(theirs.media, ours)

    def hits(name: str, media: int) -> list[tuple[int, str]]:
        with case.as_(name), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM access.entity_hits(%s)", [media])
            return cursor.fetchall()

    assert hits("anna", ours) == []
    with case.as_("nils"):
        share("person", theirs.person, "hit only")
    assert hits("anna", ours) == [(case.theirs.pk, "person")]
    assert hits("anna", theirs.media) == [], "asked about what is not ours"
    assert hits("dora", ours) == []
    with case.as_("anna"):
        assert Entity.objects.count() == 0
