"""Signing in: both factors, nothing twice, nothing learned by trying, no trying for long."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyotp
import pytest
from django.db import connection, connections
from django.utils import timezone

from clew.access.acting import acting, agency, officer, sign_out
from clew.access.enrolment import begin_enrolment, enrol
from clew.access.errors import SignedOutError, SignInError
from clew.access.models import (
    Certification,
    Credential,
    Invitation,
    Officer,
    Session,
    SignInAttempts,
)
from clew.access.secret import digest
from clew.access.signin import issue_token, sign_in


@pytest.fixture
def anna(people):
    home = people.agency("DE", "LKA")
    return people.enrolled(people.officer("anna", home, "contributor"))


def refused(*arguments: str) -> str:
    with pytest.raises(SignInError) as caught:
        sign_in(*arguments)
    return str(caught.value)


def earlier(**ago: float) -> None:
    """Let time go by for the attempts so far."""
    rows = SignInAttempts.objects.using("owner")
    for row in rows.all():
        rows.filter(pk=row.pk).update(last_at=row.last_at - timedelta(**ago))


def test_password_and_code_begin_a_session(anna):
    secret = sign_in(" ANNA ", anna.password, anna.code())
    with acting(secret):
        assert officer() == anna.officer.pk
        assert agency() == anna.officer.agency_id
        sign_out()
    with pytest.raises(SignedOutError, match="clew login"), acting(secret):
        pass


def test_the_secret_is_nowhere_in_the_database(anna):
    secret = anna.sign_in()
    kept = Session.objects.using("owner").values_list("digest", flat=True)
    assert secret.encode() not in [bytes(row) for row in kept]
    credential = Credential.objects.using("owner").get()
    assert credential.password.startswith("argon2$argon2id$")


def test_which_of_the_three_was_wrong_is_not_told(anna):
    wrong = refused("nobody", anna.password, anna.code())
    assert refused("anna", "wrong", anna.code()) == wrong
    assert refused("anna", anna.password, "000000") == wrong
    assert refused("anna", anna.password, "") == wrong


def test_a_code_is_good_once_and_so_are_those_before_it(anna):
    now, before = anna.code(late=1), anna.code()
    sign_in("anna", anna.password, now)
    refused("anna", anna.password, now)
    refused("anna", anna.password, before)


def test_a_code_is_good_once_however_many_try_at_once(anna):
    code, let_in = anna.code(), []

    def attempt() -> None:
        try:
            let_in.append(sign_in("anna", anna.password, code))
        except SignInError:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 1


def test_a_recovery_code_stands_in_once(anna):
    typed = anna.codes[0].lower().replace("-", " ")
    sign_in("anna", anna.password, typed)
    refused("anna", anna.password, typed)
    sign_in("anna", anna.password, anna.codes[1])


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_failures_make_the_next_attempt_wait_whether_or_not_the_name_exists(anna, name):
    for _ in range(4):
        assert "is wrong" in refused(name, "wrong", "000000")
    assert "Too many failed attempts" in refused(name, anna.password, anna.code())
    earlier(minutes=16)
    for _ in range(8):
        assert "is wrong" in refused(name, "wrong", "000000")
        earlier(minutes=16)
    assert "Too many failed attempts" in refused(name, anna.password, anna.code())


def test_time_frees_a_locked_name(anna):
    for _ in range(12):
        refused("anna", "wrong", "000000")
        earlier(minutes=16)
    earlier(hours=24)
    anna.sign_in()
    assert not SignInAttempts.objects.using("owner").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": "locked"}, "locked by an administrator"),
        ({"state": "left", "left_at": timezone.now()}, "has left"),
    ],
)
def test_who_may_not_work_is_told_so_only_when_all_three_were_right(anna, change, says):
    Officer.objects.using("owner").update(**change)
    assert "is wrong" in refused("anna", "wrong", anna.code())
    assert says in refused("anna", anna.password, anna.code())


def test_without_a_certification_nobody_is_let_in(anna):
    Certification.objects.using("owner").update(valid_until=timezone.now())
    assert "certification has run out" in refused("anna", anna.password, anna.code())


@pytest.mark.parametrize(
    "happens",
    [
        lambda: Certification.objects.using("owner").update(valid_until=timezone.now()),
        lambda: Certification.objects.using("owner").update(revoked_at=timezone.now()),
        lambda: Officer.objects.using("owner").update(state="locked"),
        lambda: Officer.objects.using("owner").update(state="left", left_at=timezone.now()),
        lambda: Session.objects.using("owner").update(expires_at=timezone.now()),
        lambda: Session.objects.using("owner").update(ended_at=timezone.now()),
        lambda: Session.objects.using("owner").update(
            used_at=timezone.now() - timedelta(hours=1), idle=timedelta(minutes=5)
        ),
    ],
    ids=["ran out", "taken back", "locked", "left", "expired", "ended", "idle"],
)
def test_a_session_is_over_in_the_middle_of_a_transaction(anna, happens):
    with acting(anna.sign_in()):
        assert officer() == anna.officer.pk
        happens()
        assert officer() is None
        assert agency() is None


def test_a_session_that_is_used_does_not_grow_idle(anna, people):
    secret = people.session(anna.officer, used_at=timezone.now() - timedelta(minutes=59))
    with acting(secret):
        pass
    age = timezone.now() - Session.objects.using("owner").get().used_at
    assert age < timedelta(minutes=1)


def test_the_next_transaction_on_the_same_connection_is_nobodys(anna):
    with acting(anna.sign_in()):
        assert officer() is not None
    assert officer() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('clew.session', true)")
        assert not cursor.fetchone()[0]


def test_an_invitation_is_good_once_and_ends_what_was_before(people, anna):
    secret = anna.sign_in()
    again = people.enrolled(anna.officer)
    with pytest.raises(SignedOutError), acting(secret):
        pass
    refused("anna", anna.password, anna.codes[3])
    again.sign_in()
    with pytest.raises(SignInError, match="no such invitation"):
        begin_enrolment("made up")


@pytest.mark.parametrize(
    "password", ["short", "password1234", "918273645546", "so I am ANNA, then"]
)
def test_a_weak_password_is_refused(people, password):
    weak = people.officer("anna", people.agency("DE", "LKA"))
    Invitation.objects.using("owner").create(
        officer=weak, digest=digest("invited"), expires_at=timezone.now() + timedelta(days=1)
    )
    begun = begin_enrolment("invited")
    with pytest.raises(SignInError):
        enrol("invited", password, begun.totp_secret, pyotp.TOTP(begun.totp_secret).now())
    assert not Credential.objects.using("owner").exists()


def test_a_token_lasts_longer_and_does_only_what_it_is_for(anna):
    until = timezone.now() + timedelta(days=90)
    token = issue_token("anna", anna.password, anna.code(), "hash look-up", ["read"], until)
    Session.objects.using("owner").update(used_at=timezone.now() - timedelta(days=80))
    with acting(token), connection.cursor() as cursor:
        cursor.execute("SELECT access.has_scope('read'), access.has_scope('contribute')")
        assert cursor.fetchone() == (True, False)
    assert Session.objects.using("owner").filter(ended_at=None).count() == 1
    with pytest.raises(SignInError, match="within a year"):
        issue_token("anna", anna.password, anna.code(), "x", ["read"], until.replace(year=2099))
