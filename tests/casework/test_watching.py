"""Against insiders: quotas, watched things and unusual patterns, and who learns of them."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connections

from clew.access.acting import acting, signed_in
from clew.access.errors import NotAllowedError, QuotaError
from clew.audit.log import refusals_recorded
from clew.audit.models import Entry
from clew.casework.conduct import unusual
from clew.casework.deconfliction import concerned
from clew.casework.entities import create, merge
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.observations import observations
from clew.casework.quotas import quotas, set_quota
from clew.casework.search import search
from clew.casework.things import Thing
from clew.casework.watching import alarms, end_watch, watch, watches
from clew.records.models import Alert, Asked, Media, Quota, Watch


@pytest.fixture
def guarded(case):
    """With sven, a supervisor, and adam, an administrator, of the LKA; saskia supervises theirs."""
    for name, agency, role in (
        ("sven", case.ours, "supervisor"),
        ("adam", case.ours, "administrator"),
        ("saskia", case.theirs, "supervisor"),
    ):
        case.officers[name] = case.people.officer(name, agency, role)
        case.secrets[name] = case.people.session(
            case.officers[name], case.people.authority(agency, f"Az of {name}")
        )
    return case


def allow(case, per_hour: int, per_day: int) -> None:
    Quota.objects.using("owner").update_or_create(
        agency=case.ours, defaults={"per_hour": per_hour, "per_day": per_day}
    )


class TestQuotas:
    def test_who_asked_enough_is_refused_and_told_when_to_ask_again(self, guarded):
        allow(guarded, per_hour=2, per_day=9)
        with guarded.as_("anna"):
            search("x"), concerned(guarded.media())
        with signed_in(guarded.secrets["anna"]):
            with (
                pytest.raises(QuotaError, match=r"again after .*:00 UTC"),
                refusals_recorded(),
                acting(),
            ):
                search("x")
            assert Entry.objects.using("owner").latest("number").event == "refused"
        with guarded.as_("berta"):
            search("x")
        with guarded.as_("nils"):
            search("x"), search("x"), search("x")
        allow(guarded, per_hour=9, per_day=2)
        with guarded.as_("anna"), pytest.raises(QuotaError, match=r"again after .*00:00 UTC"):
            search("x")
        assert Asked.objects.using("owner").get(officer=guarded.officers["anna"]).questions == 2

    def test_limits_are_set_by_an_administrator_and_counts_by_nobody(self, guarded, raw):
        with guarded.as_("adam"):
            set_quota("LKA", 10, 20)
            set_quota("LKA", 11, 21)
            with pytest.raises(NotAllowedError, match="administrator of its country"):
                set_quota("Politie", 1, 1)
        for name in ("sven", "anna", "nils"):
            with guarded.as_(name), pytest.raises(NotAllowedError):
                set_quota("LKA", 9999, 9999)
        with guarded.as_("anna"):
            assert [(one.per_hour, one.per_day) for one in quotas()] == [(11, 21)]
        with guarded.as_("nils"):
            assert quotas() == []
        connection = raw(secret=guarded.secrets["anna"])
        assert connection.execute("UPDATE records_quota SET per_hour = 99").rowcount == 0
        for statement in ("SELECT FROM records_asked", "DELETE FROM records_asked"):
            connection.rollback()
            connection.execute(
                "SELECT set_config('clew.session', %s, false)", [guarded.secrets["anna"]]
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


class TestWatchedThings:
    def test_only_the_one_who_watches_and_supervisors_learn_who_asked(self, guarded):
        media, other = guarded.media(), guarded.media()
        with guarded.as_("anna"):
            girl = create("person", "girl with red scarf", category="victim").pk
            number = watch(Thing("person", girl), "a colleague may know the family").pk
            watch(Thing("media", media), "it was leaked")
            observations(Thing("person", girl))
        with guarded.as_("berta"):
            observations(Thing("person", girl))
            search("scarf")
            concerned(media)
            concerned(other)
        asked = [("berta", "view"), ("berta", "query"), ("berta", "query")]
        for name, told in (
            *(("anna", asked), ("sven", asked), ("berta", []), ("carl", []), ("dora", [])),
            *(("nils", []), ("saskia", [])),
        ):
            with guarded.as_(name):
                assert [(one.officer, one.event) for one in reversed(alarms())] == told, name
                assert len(watches()) == (2 if told else 0), name
                assert Alert.objects.count() == len(told), name
        with guarded.as_("sven"):
            end_watch(number, "cleared up")
            with pytest.raises(NotSeenError):
                end_watch(number, "again")
        with guarded.as_("berta"):
            observations(Thing("person", girl))
            with pytest.raises(NotSeenError):
                end_watch(number + 1, "I am watched")
        assert Alert.objects.using("owner").count() == 3

    def test_whoever_asks_sees_no_difference(self, guarded):
        media, other = guarded.media(), guarded.media()
        with guarded.as_("anna"):
            watch(Thing("media", media), "it was leaked")
        told = []
        for one in (media, other):
            with guarded.as_("berta"):
                answer = concerned(one)
                entry = Entry.objects.latest("number")
                told.append((answer, entry.event, entry.details, entry.concerns))
        assert told[0] == told[1]
        with guarded.as_("dora"):
            read = [
                e.about + e.details
                for e in Entry.objects.filter(officer=guarded.officers["anna"].pk)
            ]
        assert not any(f"media:{media}" in line for line in read), "an auditor may be who asks"

    def test_a_file_is_watched_by_its_hash_whether_it_is_held_or_not(self, guarded, raw):
        media = guarded.media()
        held = media_hash(media)
        with guarded.as_("anna"):
            watch(b"w" * 32, "known from elsewhere")
            watch(held, "held")
            with pytest.raises(StatementError, match="64 hexadecimal digits"):
                watch(b"short", "x")
        with guarded.as_("berta"):
            concerned(media)
        with connections["owner"].cursor() as cursor:  # as asking with a file writes it
            cursor.execute("SELECT count(*) FROM records_alert")
            assert cursor.fetchone() == (1,)
        connection = raw(secret=guarded.secrets["berta"])
        connection.execute("SELECT audit.record('query', %s, '{}')", [f"file {(b'w' * 32).hex()}"])
        connection.commit()
        with guarded.as_("anna"):
            assert len(alarms()) == 2

    def test_what_it_was_merged_into_is_watched_as_well(self, guarded):
        with guarded.as_("anna"):
            watched, other = (create("place", name).pk for name in ("attic", "loft"))
            watch(Thing("place", watched), "the family lives there")
            merge(watched, other, "the same house")
        with guarded.as_("berta"):
            observations(Thing("place", other))
        with guarded.as_("anna"):
            assert [one.what for one in alarms()] == [f"place:{watched}"]

    def test_the_database_keeps_the_line(self, guarded, raw):
        theirs = guarded.media(guarded.theirs)
        with guarded.as_("anna"), pytest.raises(NotSeenError):
            watch(Thing("media", theirs), "x")
        with guarded.as_("anna"):
            mine = watch(Thing("media", guarded.media()), "x").pk
        for name, statement in (
            ("anna", f"INSERT INTO records_watch (media_id, why) VALUES ({theirs}, 'x')"),
            ("carl", "INSERT INTO records_watch (sha256, why) VALUES ('x', 'x')"),
            ("berta", f"INSERT INTO records_watch (ends_id, why) VALUES ({mine}, 'x')"),
            ("nils", f"INSERT INTO records_watch (ends_id, why) VALUES ({mine}, 'x')"),
            ("anna", "DELETE FROM records_alert"),
            ("anna", "UPDATE records_watch SET why = 'y'"),
            ("berta", "INSERT INTO records_alert (watch_id, entry, event) VALUES (1, 1, 'x')"),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw(secret=guarded.secrets[name]).execute(statement)
        with pytest.raises(DatabaseError), connections["worker"].cursor() as cursor:
            cursor.execute("SELECT FROM records_watch")
        assert Watch.objects.using("owner").count() == 1


def media_hash(media: int) -> bytes:
    return bytes(Media.objects.using("owner").get(pk=media).sha256)


class TestUnusual:
    def test_what_is_above_its_mark_is_told_to_the_supervisor_alone(self, guarded):
        media = guarded.media()
        with guarded.as_("anna"):
            watch(Thing("media", media), "x")
        with guarded.as_("berta"):
            for _ in range(60):
                concerned(media)
        with guarded.as_("nils"):
            create("series", "theirs")
        with guarded.as_("sven"):
            always = unusual(night=(0, 24))
            found = {one.rule: one.figure for one in always}
            assert {one.officer for one in always} == {"berta"}
            assert found == {
                "questions about what is watched": 60,
                "questions at night": 60,
                "questions without an act within a day": 60,
            }
            assert "questions at night" not in {one.rule for one in unusual(night=(0, 0))}
            with pytest.raises(StatementError, match="no time zone"):
                unusual(zone="Nowhere/Else")
        with guarded.as_("berta"):
            create("series", "something came of it")
        with guarded.as_("sven"):
            rules = {one.rule for one in unusual()}
            assert "questions without an act within a day" not in rules
        with guarded.as_("saskia"):
            assert unusual(night=(0, 24)) == []
        for name in ("anna", "berta", "dora", "adam"):
            with guarded.as_(name), pytest.raises(NotAllowedError, match="told to supervisors"):
                unusual()
