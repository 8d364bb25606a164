"""Who is told what without having asked, and that nobody else learns of it."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from clew.access.models import Certification, Session
from clew.casework.deconfliction import concerned
from clew.casework.errors import NotSeenError
from clew.casework.notices import notices, read, tell_unusual, tell_what_is_due
from clew.casework.retention import agree_to_deletion, ask_for_deletion, review
from clew.casework.things import Thing
from clew.casework.watching import watch
from clew.records.models import ContributedFile, Contribution, Notice, Sighting
from clew.settings import Settings

SETTINGS = Settings.from_environment({})


@pytest.fixture
def staffed(case):
    """With two supervisors and an administrator of the LKA, and a supervisor of the Politie."""
    for name, agency, role in (
        ("sven", case.ours, "supervisor"),
        ("sara", case.ours, "supervisor"),
        ("adam", case.ours, "administrator"),
        ("saskia", case.theirs, "supervisor"),
    ):
        case.officers[name] = case.people.officer(name, agency, role)
        held = case.people.authority(agency, f"Az of {name}")
        case.secrets[name] = case.people.session(case.officers[name], held)
    for officer in case.officers.values():  # certified for long: that is told by itself
        Certification.objects.using("owner").filter(officer=officer).update(
            valid_until=timezone.now() + timedelta(days=300)
        )
    return case


def told(case, *names: str) -> dict[str, list[str]]:
    """What each officer is told, without those who are told nothing."""
    found = {}
    for name in names or case.officers:
        with case.as_(name):
            found[name] = [f"{one.kind}: {one.says}" for one in notices()]
    return {name: said for name, said in found.items() if said}


def test_what_is_unusual_is_told_to_supervisors_and_auditors_but_not_to_whom_it_is_about(staffed):
    media = staffed.media()
    for name in ("berta", "sara"):
        with staffed.as_(name):
            for _ in range(51):
                concerned(media)
    for _ in range(2):  # an hour later nothing is told again
        tell_unusual(SETTINGS)
    kept = Notice.objects.using("owner").exclude(details__rule="questions at night")
    assert set(kept.values_list("officer__name", "details__officer")) == {
        (whom, staffed.officers[of].pk)
        for of in ("berta", "sara")
        for whom in ("sven", "sara", "dora")
        if whom != of
    }
    assert len(kept) == 5
    kind = "unusual use: berta: 51 questions without an act within a day, mark 50"
    assert any(said.startswith(kind) for said in told(staffed, "sara")["sara"])
    with staffed.as_("sara"):
        read([one.number for one in notices()])
        assert notices() == []
        assert len(notices(all_=True)) >= 1
    tell_unusual(SETTINGS)
    assert "sara" not in told(staffed), "read, and not told again within the week"
    Notice.objects.using("owner").update(at=timezone.now() - timedelta(days=8))
    tell_unusual(SETTINGS)
    assert "sara" in told(staffed), "told again when it goes on"


def test_who_watches_is_told_at_once_and_once_until_it_was_read(staffed):
    media = staffed.media()
    with staffed.as_("anna"):
        number = watch(Thing("media", media), "it was leaked").pk
    for _ in range(3):
        with staffed.as_("sara"):
            concerned(media)
    said = told(staffed)
    assert set(said) == {"anna", "sven"}, "not sara, who asked, though she supervises"
    (line,) = said["anna"]
    assert line.startswith("asked about what is watched: sara asked about it (query, entry ")
    with staffed.as_("anna"):
        (one,) = notices()
        assert one.about == f"watch:{number}"
        assert read([one.number]) == 1
        assert read([one.number]) == 0
    with staffed.as_("sara"):
        concerned(media)
    assert "anna" in told(staffed)


def test_reviews_that_are_due_are_told_to_supervisors_once_a_week(staffed):
    due, kept, gone = (staffed.media() for _ in range(3))
    with staffed.as_("anna"):
        review(Thing("media", kept), timezone.now().date() + timedelta(days=9), "the trial")
        asked = ask_for_deletion(gone, "out of scope").pk
    with staffed.as_("sven"):
        agree_to_deletion(asked)
    Notice.objects.using("owner").all().delete()
    tell_what_is_due(SETTINGS)
    assert told(staffed) == {}
    long_ago = timezone.now() - timedelta(days=SETTINGS.review_after + 1)
    Sighting.objects.using("owner").filter(media__in=[due, kept, gone]).update(seen_at=long_ago)
    for _ in range(2):
        tell_what_is_due(SETTINGS)
    line = ["reviews due: things to look at again: 1"]
    assert told(staffed) == {"sven": line, "sara": line, "carl": line}


def test_a_certification_that_ends_is_told_before_it_has_ended(staffed):
    until = timezone.now() + timedelta(days=20)
    Certification.objects.using("owner").filter(officer=staffed.officers["anna"]).update(
        valid_until=until
    )
    for _ in range(2):
        tell_what_is_due(SETTINGS)
    ends = f"certification ends on {until:%Y-%m-%d}"
    assert told(staffed) == {
        "anna": [f"certification ending: your {ends}"],
        "adam": [f"certification ending: anna's {ends}"],
    }


def test_who_handed_in_is_told_that_it_failed(staffed):
    made = Contribution.objects.using("owner").create(
        officer=staffed.officers["berta"],
        agency=staffed.ours,
        authority_id=Session.objects.using("owner")
        .filter(officer=staffed.officers["berta"])
        .latest("pk")
        .authority_id,
    )
    ContributedFile.objects.using("owner").create(contribution=made, path=b"/x", state="failed")
    rows = Contribution.objects.using("owner").filter(pk=made.pk)
    rows.update(halted="nobody may")
    rows.update(halted="", ended_at=timezone.now())
    assert told(staffed) == {
        "berta": [
            "contribution failed: it ended with files that were not stored: 1; they can be retried",
            "contribution failed: nothing goes on until somebody has looked at why",
        ]
    }


def test_a_notice_is_seen_and_read_by_whom_it_is_for_and_written_by_nobody(staffed, raw):
    media = staffed.media()
    with staffed.as_("anna"):
        watch(Thing("media", media), "it was leaked")
    with staffed.as_("berta"):
        concerned(media)
    number = Notice.objects.using("owner").get(officer=staffed.officers["anna"]).pk
    for name in ("berta", "sven", "saskia", "dora"):
        with staffed.as_(name):
            assert number not in [one.number for one in notices(all_=True)]
            with pytest.raises(NotSeenError):
                read([number])
    for statement in (
        "UPDATE records_notice SET details = '{}'",
        "DELETE FROM records_notice",
        "INSERT INTO records_notice (officer_id, kind, about, key, details) "
        "VALUES (1, 'x', 'x', 'x', '{}')",
        "SELECT access.notify(1, 'x', 'x', 'x', '{}', interval '0')",
        "SELECT access.tell_unusual(now(), 'UTC', 0, 0, '{}', '{}')",
        "SELECT access.conduct_of('{1}', now(), 'UTC', 0, 0)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(secret=staffed.secrets["sven"]).execute(statement)
    with pytest.raises(DatabaseError), connections["worker"].cursor() as cursor:
        cursor.execute("SELECT FROM records_notice")
