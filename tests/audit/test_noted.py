"""What the database notes by itself, whichever face or hand makes it happen."""

from __future__ import annotations

import json
from datetime import timedelta

import pyotp
import pytest
from django.db import connections
from django.utils import timezone

from clew.access.acting import acting, sign_out, use_authority
from clew.access.attempts import LOCKING
from clew.access.authorities import add_authority, revoke_authority
from clew.access.credentials import bind_identity, release
from clew.access.enrolment import begin_enrolment, enrol
from clew.access.errors import SignInError
from clew.access.models import Authority, Credential, Officer, SignInAttempts
from clew.access.officers import add_officer, certify, give_roles, leave, lock, unlock
from clew.access.reviews import review_access
from clew.access.signin import issue_token, sign_in
from clew.audit.events import Event, Writer
from clew.audit.models import Entry

SOON = timezone.now() + timedelta(days=300)
PASSWORD = "seven wet umbrellas"
TYPED = "hunter2 typed as a name"


def failing(name: str, times: int) -> None:
    """Wrong passwords at a name, without the waits between them."""
    for _ in range(times):
        SignInAttempts.objects.using("sign_in").update(last_at=timezone.now() - timedelta(hours=1))
        with pytest.raises(SignInError, match="wrong"):
            sign_in(name, "wrong password", "000000")


@pytest.fixture(scope="module")
def story(opened, make_people):
    """A year in the life of an agency; what was written, and the secrets that went by."""
    people = make_people()
    lka = people.agency("DE", "LKA")
    boss = people.officer("boss", lka, "administrator", "supervisor")
    heir = people.officer("heir", lka, "specialist")
    with acting(people.session(boss)):
        invitation = add_officer(
            agency=lka, name="Anna", sign_in_name="anna", roles=["specialist"], until=SOON
        )
        held = add_authority(
            operation="Lantern",
            legal_basis="§ 98",
            reference="Az 1",
            purpose="to find who is shown",
            until=SOON,
            officers=[Officer.objects.get(sign_in_name="anna")],
        )
    begun = begin_enrolment(invitation)
    totp = pyotp.TOTP(begun.totp_secret)
    enrol(invitation, PASSWORD, begun.totp_secret, totp.now())
    anna = Officer.objects.using("owner").get(sign_in_name="anna")

    def code() -> str:
        Credential.objects.using("owner").filter(officer=anna).update(totp_step=0)
        return totp.now()

    with acting(people.session(boss)):
        bind_identity(anna, "https://id.example.org", "anna's number")
        release(anna)
    failing(TYPED, 1)
    failing("anna", 1)
    SignInAttempts.objects.using("sign_in").filter(failures=1).update(failures=LOCKING - 1)
    failing("anna", 1)
    with pytest.raises(SignInError, match="Too many"):
        sign_in("anna", PASSWORD, code())
    with acting(people.session(boss)):
        unlock(anna)
    secret = sign_in("anna", PASSWORD, code())
    token = issue_token("anna", PASSWORD, code(), "nightly", ["read"], SOON)
    with acting(secret):
        use_authority(held.pk)
        sign_out()
    Credential.objects.using("owner").filter(officer=anna).update(password="!")
    with acting(people.session(boss)):
        subject, successor = (Officer.objects.get(pk=one.pk) for one in (anna, heir))
        certify(subject, SOON)
        give_roles(subject, ["trainer"])
        lock(subject)
        unlock(subject)
        review_access(subject.pk, stays=True, why="goes on with Lantern")
        leave(subject, successor)
        revoke_authority(held)
    Authority.objects.using("owner").get(pk=held.pk).officers.using("owner").all().delete()
    secrets = (invitation, PASSWORD, begun.totp_secret, secret, token, TYPED)
    entries = list(Entry.objects.using("owner").order_by("number"))
    return entries, secrets, anna, boss, lka


def test_all_that_the_database_is_to_note_is_noted(story):
    entries, *_ = story
    assert {entry.event for entry in entries} == {
        event.value for event in Event if event.writer is Writer.DATABASE
    }


def test_it_tells_who_did_it_to_whom(story):
    entries, _, anna, boss, lka = story

    def told(event: Event) -> list[tuple]:
        found = [e for e in entries if e.event == event and e.about == f"officer {anna.pk}"]
        return [(e.officer, e.agency, e.concerns, json.loads(e.details)) for e in found]

    by_boss = (boss.pk, lka.pk, lka.pk)
    assert told(Event.OFFICER_CHANGED)[:2] == [
        (*by_boss, {"state": ["active", "locked"]}),
        (*by_boss, {"state": ["locked", "active"]}),
    ]
    assert told(Event.ROLE_TAKEN) == [(*by_boss, {"role": "specialist"})]
    assert told(Event.LOCK_LIFTED) == [(*by_boss, {"failures": LOCKING})]
    failures = [details["failures"] for *_, details in told(Event.SIGN_IN_FAILED)]
    assert failures == [1, LOCKING - 1, LOCKING]
    assert told(Event.LOCK_OUT) == [(None, None, lka.pk, {"failures": LOCKING})]
    # By hand, as the owner of the database: nobody was signed in.
    (by_hand,) = [e for e in entries if e.event == Event.PASSWORD_KEPT]
    assert (by_hand.officer, by_hand.role, by_hand.details) == (None, "clew", "{}")


def test_signing_in_and_out_tells_session_and_authority(story):
    entries, _, anna, _, lka = story
    own = [e for e in entries if e.officer == anna.pk]
    assert [e.event for e in own] == [
        *("sign-in", "sign-in", "token issued", "authority chosen", "sign-out")
    ]
    chosen, out = own[-2:]
    assert chosen.session == out.session == own[0].session
    assert chosen.about == f"authority {chosen.authority}"
    assert {e.agency for e in own} == {lka.pk}


def test_no_secret_is_in_the_log_nor_what_was_typed_as_a_name(story):
    entries, secrets, *_ = story
    text = " ".join(e.about + e.details for e in entries)
    assert not [secret for secret in secrets if secret in text]
    assert "an unknown name" in text


def test_keeping_a_session_in_use_is_no_event(people, written):
    officer = people.officer("anna", people.agency("DE", "LKA"), "specialist")
    secret = people.session(officer)
    before = len(written())
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE access_session SET used_at = used_at - interval '5 minutes'")
    with acting(secret):
        pass
    assert len(written()) == before
