"""What two people agreed to delete is destroyed: key, content and traces; decisions stay."""

from __future__ import annotations

import hashlib
import io
import os

import numpy as np
import psycopg
import pytest
from django.db import connections

from clew.access.acting import authority, officer
from clew.audit.models import Entry
from clew.casework.proposals import accept, proposals
from clew.casework.retention import agree_to_deletion, ask_for_deletion, destroy, to_destroy
from clew.records.models import (
    Connection,
    ContributedFile,
    Contribution,
    Media,
    Original,
    Sighting,
    StoredMatch,
    StoredTrace,
    Tombstone,
)
from clew.vault import DeletedError, Kind


@pytest.fixture
def content() -> bytes:
    """Another one for each test: what was deleted once is not stored again."""
    return os.urandom(32)


@pytest.fixture
def media(case, workspace, content) -> int:
    """A media of that content, contributed and compared."""
    made = case.media()
    sha256 = hashlib.sha256(content).digest()
    Media.objects.using("owner").filter(pk=made).update(sha256=sha256)
    workspace.vault.put_original(io.BytesIO(content))
    workspace.vault.put_derivative("preview", sha256.hex(), b"a preview")
    Original.objects.using("worker").create(media_id=made, size=len(content))
    StoredTrace.objects.using("worker").create(
        media_id=made,
        signal="picture",
        version=1,
        ordinal=0,
        variant="whole",
        value=content,
        quality=100,
    )
    case.match(made, case.media())
    sven = case.people.officer("sven", case.ours, "supervisor")
    case.secrets["sven"] = case.people.session(sven, case.people.authority(case.ours, "Az 2"))
    return made


def give_up(case, media: int) -> None:
    with case.as_("anna"):
        asked = ask_for_deletion(media, "a holiday picture").pk
    with case.as_("sven"):
        agree_to_deletion(asked)


def test_nothing_is_left_but_the_tombstone_and_what_was_decided(case, workspace, content, media):
    looks = np.frombuffer(content, np.uint8).reshape(1, -1)
    assert len(workspace.looks.search(looks, 0).key) == 1
    with case.as_("anna"):
        accept(proposals()[0].id, "the same")
    give_up(case, media)
    assert destroy(workspace) == 1
    with pytest.raises(DeletedError):
        workspace.vault.verify(hashlib.sha256(content).hexdigest())
    assert len(workspace.looks.search(looks, 0).key) == 0
    with case.as_("anna"):
        assert not StoredTrace.objects.filter(media=media).exists()
        assert not StoredMatch.objects.exists()
        assert not Original.objects.exists()
        assert Tombstone.objects.count() == 1
        assert (Connection.objects.get().state, Connection.objects.get().match_id) == (
            "confirmed",
            None,
        )
    told = Entry.objects.using("owner").filter(event="deletion", officer=None).latest("number")
    assert (told.about, told.role) == (f"media:{media}", "clew_worker")
    assert (to_destroy(), destroy(workspace)) == ([], 0)


def test_what_was_cut_short_is_completed(case, workspace, content, media):
    give_up(case, media)
    # As after a kill between the vault and the database.
    workspace.vault.destroy(Kind.ORIGINAL, hashlib.sha256(content).hexdigest(), "given up")
    assert [number for number, _ in to_destroy()] == [media], "its traces are there"
    assert destroy(workspace) == 1
    assert not StoredTrace.objects.using("worker").filter(media=media).exists()


def test_what_another_agency_handed_in_is_kept_wherever_it_lies_now(case, workspace, media):
    case.found(media, case.theirs)
    with case.as_("nora"):
        begun = Contribution.objects.create(
            agency_id=case.theirs.pk, officer_id=officer(), authority_id=authority()
        )
        ContributedFile.objects.create(contribution=begun, path=b"/theirs.jpg", media_id=media)
    # Their folder was scanned again: other content lies there now.
    Sighting.objects.using("owner").filter(agency=case.theirs).delete()
    give_up(case, media)
    assert destroy(workspace) == 0
    olga = case.people.officer("olga", case.theirs, "supervisor")
    case.secrets["olga"] = case.people.session(olga, case.people.authority(case.theirs, "Az 3"))
    with case.as_("nora"):
        asked = ask_for_deletion(media, "not needed").pk
    with case.as_("olga"):
        agree_to_deletion(asked)
    assert destroy(workspace) == 1


def test_the_database_forgets_nothing_that_somebody_keeps(case, workspace, media, raw):
    case.found(media, case.theirs)
    give_up(case, media)
    assert destroy(workspace) == 0
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT access.forget(%s)", [media])
        assert cursor.fetchone() == (False,)
    assert StoredTrace.objects.using("worker").filter(media=media).exists()
    Sighting.objects.using("owner").filter(agency=case.theirs).delete()
    for role, statement in (
        ("application", "SELECT access.forget(1)"),
        ("application", "SELECT * FROM access.to_destroy()"),
        ("worker", "DELETE FROM records_storedtrace"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(role, case.secrets["sven"]).execute(statement)
