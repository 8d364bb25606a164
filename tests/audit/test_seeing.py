"""Who saw what, and an entry by itself, as auditors ask it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clew.access.acting import acting
from clew.access.errors import NotAllowedError
from clew.audit.events import Event
from clew.audit.log import record
from clew.audit.models import Entry
from clew.audit.reading import Wanted, newest, opened
from clew.audit.seeing import seen_by, who_saw


@pytest.fixture
def at(workspace, people):
    ours, theirs = people.agency("DE", "LKA"), people.agency("NL", "Politie")
    made = {}
    for name, agency, role in (
        ("anna", ours, "specialist"),
        ("berta", ours, "specialist"),
        ("dora", ours, "auditor"),
        ("nils", theirs, "specialist"),
    ):
        officer = people.officer(name, agency, role)
        made[name] = people.session(officer, people.authority(agency, f"Az {name}"))
    for name, event, about, details in (
        ("anna", Event.REVEAL, "media:12", {"purpose": "to find who is shown"}),
        ("anna", Event.VIEW, "media:12", {}),
        ("anna", Event.VIEW, "media:11 to media:19", {"act": "grid", "media": 9}),
        ("berta", Event.QUERY, "records", {"things": ["media:12", "person:7"]}),
        ("berta", Event.QUERY, "records", {"things": ["media:121"]}),
        ("nils", Event.REVEAL, "media:12", {}),
    ):
        with acting(made[name]):
            record(event, about=about, details=details)
    return made


def test_auditors_are_told_who_saw_a_thing_and_what_an_officer_saw(at):
    since = timezone.now() - timedelta(hours=1)
    with acting(at["dora"]):
        found = {one.whom_or_what: one for one in who_saw("media:12", since)}
        assert set(found) == {"anna", "berta"}, "nobody of another agency"
        anna, berta = found["anna"], found["berta"]
        assert (anna.revealed, anna.opened, anna.found, anna.taken_out) == (1, 1, 0, 0)
        assert (berta.revealed, berta.opened, berta.found) == (0, 0, 1)
        things = {one.whom_or_what: one.found for one in seen_by("berta", since)}
        assert things == {"media:12": 1, "person:7": 1, "media:121": 1}
        assert [one.whom_or_what for one in seen_by("anna", since)] == ["media:12"], "not the grid"
        assert seen_by("nils", since) == []
        assert who_saw("media:12", timezone.now() + timedelta(hours=1)) == []
    for who in ("anna", "nils"):
        with acting(at[who]), pytest.raises(NotAllowedError, match="auditors"):
            who_saw("media:12", since)


def test_an_entry_opens_with_its_place_and_pages_follow_each_other(at):
    with acting(at["dora"]):
        about = newest(Wanted(about="media:12", event=Event.QUERY))
        assert [one.officer for one in about] == ["berta"], "also where it is named among others"
        page = newest(Wanted(most=3))
        further = newest(Wanted(most=3, before=page[-1].number))
        assert page[-1].number > further[0].number
        (reveal,) = newest(Wanted(event=Event.REVEAL))
        shown = opened(reveal.number)
        assert shown is not None
        assert (shown.fits, shown.told) == (True, (("purpose", "to find who is shown"),))
    theirs = Entry.objects.using("owner").filter(event="reveal").latest("number").number
    with acting(at["dora"]):
        assert opened(theirs) is None
