"""Administrators manage officers of their own country, supervisors authorities of their agency."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from clew.access.acting import acting, authority, officer, require_authority, use_authority
from clew.access.authorities import add_authority, revoke_authority, usable_authorities
from clew.access.enrolment import begin_enrolment
from clew.access.errors import AuthorityError, NotAllowedError, SignedOutError
from clew.access.models import Agency, Authority, Certification, Country, Officer, SignInAttempts
from clew.access.officers import (
    add_officer,
    certify,
    first_administrator,
    give_roles,
    invite,
    leave,
    lock,
    unlock,
)

SOON = timezone.now() + timedelta(days=365)


@pytest.fixture
def lka(people):
    return people.agency("DE", "LKA")


@pytest.fixture
def bka(people):
    return people.agency("DE", "BKA")


@pytest.fixture
def europol(people):
    return people.agency("EUROPOL", "EC3")


@pytest.fixture
def boss(people, lka):
    return people.officer("boss", lka, "administrator", "supervisor")


def test_the_first_administrator_of_a_country_is_made_once(workspace):
    wanted = {
        "country": "nl",
        "country_name": "Netherlands",
        "agency": "Politie",
        "name": "Jan",
        "sign_in_name": "Jan",
        "until": SOON,
    }
    assert begin_enrolment(first_administrator(**wanted)).sign_in_name == "jan"
    with pytest.raises(NotAllowedError, match="has an administrator already"):
        first_administrator(**(wanted | {"sign_in_name": "piet"}))


def test_an_administrator_manages_officers_of_the_own_country_only(people, boss, lka, bka, europol):
    stranger = people.officer("stranger", europol, "contributor")
    with acting(people.session(boss)):
        invitations = [
            add_officer(
                agency=agency,
                name="New",
                sign_in_name=f"New{number}",
                roles=["specialist"],
                until=SOON,
            )
            for number, agency in enumerate((lka, bka))
        ]
        with pytest.raises(NotAllowedError):
            add_officer(
                agency=europol, name="N", sign_in_name="n", roles=["contributor"], until=SOON
            )
        assert set(Officer.objects.values_list("sign_in_name", flat=True)) == {
            "boss",
            "new0",
            "new1",
        }
        for attempt in (
            lambda: lock(stranger),
            lambda: invite(stranger),
            lambda: certify(stranger, SOON),
            lambda: give_roles(stranger, ["administrator"]),
        ):
            with pytest.raises(NotAllowedError):
                attempt()
    assert Officer.objects.using("owner").get(pk=stranger.pk).state == "active"
    assert [begin_enrolment(i).sign_in_name for i in invitations] == ["new0", "new1"]


def test_nobody_changes_their_own_standing(people, boss):
    with acting(people.session(boss)):
        for attempt in (
            lambda: give_roles(boss, ["administrator", "supervisor", "auditor"]),
            lambda: certify(boss, SOON),
            lambda: invite(boss),
            lambda: lock(boss),
        ):
            with pytest.raises(NotAllowedError, match="nobody for themselves"):
                attempt()


def test_an_officer_without_the_role_or_the_scope_manages_nobody(people, boss, lka):
    other = people.officer("other", lka, "contributor", "auditor")
    for secret in (people.session(other), people.session(boss, scopes=["read", "contribute"])):
        with acting(secret):
            with pytest.raises(NotAllowedError):
                add_officer(
                    agency=lka, name="N", sign_in_name="n", roles=["administrator"], until=SOON
                )
            with pytest.raises(NotAllowedError):
                lock(other)


def test_locking_stops_an_officer_at_once_and_unlocking_forgives_failures(people, boss, lka):
    other = people.officer("other", lka, "contributor")
    theirs = people.session(other)
    SignInAttempts.objects.using("owner").create(
        name_digest=hashlib.sha256(b"other").digest(), failures=12
    )
    with acting(people.session(boss)):
        lock(other)
    with pytest.raises(SignedOutError), acting(theirs):
        pass
    with acting(people.session(boss)):
        unlock(other)
    with acting(theirs):
        assert officer() == other.pk
    assert not SignInAttempts.objects.using("owner").exists()


def test_who_leaves_hands_over(people, boss, lka, bka):
    leaver, heir = (people.officer(name, lka, "specialist") for name in ("leaver", "heir"))
    outsider = people.officer("outsider", bka, "specialist")
    held = people.authority(lka, whole_agency=False)
    held.officers.using("owner").create(authority=held, officer=leaver)
    theirs = people.session(leaver, held)
    with acting(people.session(boss)):
        with pytest.raises(NotAllowedError, match="same agency"):
            leave(leaver, outsider)
        leave(leaver, heir)
        with pytest.raises(NotAllowedError):
            unlock_for_good(leaver)
    with pytest.raises(SignedOutError), acting(theirs):
        pass
    with acting(people.session(heir, held)):
        assert authority() == held.pk


def unlock_for_good(leaver: Officer) -> None:
    leaver.state = "locked"
    unlock(leaver)


def test_everybody_else_sees_colleagues_and_changes_nothing(people, boss, lka, europol):
    plain = people.officer("plain", lka, "contributor")
    people.officer("stranger", europol, "administrator")
    with acting(people.session(plain)):
        assert set(Officer.objects.values_list("sign_in_name", flat=True)) == {"boss", "plain"}
        assert Officer.objects.filter(sign_in_name="boss").update(state="locked") == 0
        assert Agency.objects.count() == 2
        assert Agency.objects.update(contact="me") == 0
        assert Certification.objects.update(revoked_at=timezone.now()) == 0
    assert Officer.objects.count() == Country.objects.count() == Authority.objects.count() == 0


@pytest.mark.parametrize(
    "table", ["credential", "recoverycode", "session", "invitation", "signinattempts"]
)
@pytest.mark.parametrize("alias", ["application", "worker"])
def test_credentials_and_sessions_cannot_be_read_by_the_other_roles(raw, table, alias):
    for statement in (f"TABLE access_{table}", f"DELETE FROM access_{table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(alias).execute(statement)


def test_an_authority_is_made_by_a_supervisor_of_the_agency(people, boss, lka, bka):
    plain = people.officer("plain", lka, "specialist")
    other = people.officer("other", bka, "specialist")
    words = {"operation": "L", "legal_basis": "§ 1", "purpose": "p", "until": SOON}
    with acting(people.session(boss)):
        whole = add_authority(reference="Az 1", **words)
        named = add_authority(reference="Az 2", officers=[boss], **words)
    with acting(people.session(plain)):
        with pytest.raises(NotAllowedError, match="supervisor"):
            add_authority(reference="Az 3", **words)
        with pytest.raises(NotAllowedError, match="supervisor"):
            revoke_authority(whole)
        assert [a.reference for a in usable_authorities()] == ["Az 1"]
        with pytest.raises(AuthorityError, match="No authority was chosen"):
            require_authority()
        use_authority(whole.pk)
        assert require_authority() == whole.pk
        with pytest.raises(AuthorityError, match="does not name you"):
            use_authority(named.pk)
        assert require_authority() == whole.pk
    with acting(people.session(other)):
        assert not Authority.objects.exists()
        with pytest.raises(AuthorityError):
            use_authority(whole.pk)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"revoked_at": timezone.now()}, "was revoked"),
        ({"valid_until": timezone.now()}, "ran out"),
        ({"valid_from": SOON, "valid_until": SOON + timedelta(days=1)}, "holds only from"),
        ({"whole_agency": False}, "does not name you"),
    ],
)
def test_an_authority_ends_in_the_middle_of_a_session(people, boss, lka, change, says):
    held = people.authority(lka)
    with acting(people.session(boss, held)):
        assert authority() == held.pk
        Authority.objects.using("owner").filter(pk=held.pk).update(**change)
        assert authority() is None
        with pytest.raises(AuthorityError, match=says):
            require_authority()


def test_what_an_authority_says_never_changes(people, boss, lka):
    held = people.authority(lka)
    with acting(people.session(boss)), pytest.raises(DatabaseError, match="permission denied"):
        Authority.objects.filter(pk=held.pk).update(valid_until=SOON)


def test_what_asks_in_another_officers_name_is_refused(people, boss, lka):
    plain = people.officer("plain", lka, "supervisor")
    with (
        acting(people.session(plain)),
        pytest.raises(DatabaseError, match="row-level security"),
    ):
        Authority.objects.create(
            agency=lka,
            operation="L",
            legal_basis="§",
            reference="r",
            purpose="p",
            valid_until=SOON,
            added_by=boss,
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.officer()")
        assert cursor.fetchone() == (None,)
