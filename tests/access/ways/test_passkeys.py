"""Passkeys: both factors at once, for this site alone, each answer once, and no copies."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clew.access.acting import acting, officer
from clew.access.credentials import own_credentials, remove_passkey, ways_to_sign_in
from clew.access.enrolment import begin_enrolment_by_passkey, enrol_by_passkey
from clew.access.errors import NotAllowedError, SignedOutError, SignInError
from clew.access.models import (
    Certification,
    Challenge,
    Credential,
    Identity,
    Invitation,
    Officer,
    Passkey,
    RecoveryCode,
    Session,
    SignInAttempts,
)
from clew.access.passkeys import Site, ask_to_sign_in, sign_in_by_passkey
from clew.access.proving import (
    add_passkey,
    begin_adding_passkey,
    prove_by_passkey,
    prove_by_password,
)
from clew.access.secret import digest
from clew.access.signin import sign_in
from clew.audit.models import Entry
from devices import ORIGIN, Device

SITE = Site.at(ORIGIN)


def invite(officer: Officer, secret: str = "invited") -> str:
    Invitation.objects.using("owner").update_or_create(
        officer=officer,
        defaults={"digest": digest(secret), "expires_at": timezone.now() + timedelta(days=1)},
    )
    return secret


def enrolled(officer: Officer, device: Device | None = None) -> Device:
    """The officer enrolled by passkey alone."""
    device, secret = device or Device(), invite(officer)
    asked = begin_enrolment_by_passkey(secret, SITE)
    answer = json.loads(json.dumps(device.register(asked.options)))
    enrol_by_passkey(secret, asked.secret, answer, "key on the ring", SITE)
    return device


def signed_in(device: Device) -> str:
    asked = ask_to_sign_in(SITE)
    return sign_in_by_passkey(asked.secret, device.sign_in(asked.options), SITE)


def refused(device: Device, match: str = "not accepted") -> None:
    with pytest.raises(SignInError, match=match):
        signed_in(device)


@pytest.fixture
def anna(people) -> Officer:
    return people.officer("anna", people.agency("DE", "LKA"), "specialist")


@pytest.fixture
def device(anna) -> Device:
    return enrolled(anna)


def test_an_invitation_and_a_passkey_are_all_it_takes(anna, device):
    with acting(signed_in(device)):
        assert officer() == anna.pk
        assert [(one.kind, one.name) for one in own_credentials()] == [
            ("passkey", "key on the ring")
        ]
    assert not Invitation.objects.using("owner").exists()
    entry = Entry.objects.using("owner").filter(event="sign-in", officer=anna.pk).latest("number")
    assert json.loads(entry.details)["by"] == "passkey"


def test_an_answer_is_good_once_and_soon(device):
    asked = ask_to_sign_in(SITE)
    answer = device.sign_in(asked.options)
    sign_in_by_passkey(asked.secret, answer, SITE)
    with pytest.raises(SignInError, match="answered already"):
        sign_in_by_passkey(asked.secret, answer, SITE)
    late = ask_to_sign_in(SITE)
    Challenge.objects.using("owner").update(expires_at=timezone.now())
    with pytest.raises(SignInError, match="too long"):
        sign_in_by_passkey(late.secret, device.sign_in(late.options), SITE)
    other = ask_to_sign_in(SITE)
    with pytest.raises(SignInError, match="not accepted"):
        sign_in_by_passkey(ask_to_sign_in(SITE).secret, device.sign_in(other.options), SITE)


def test_without_finger_face_or_code_it_is_not_accepted(device):
    device.verified = False
    refused(device)


def test_another_site_gains_nothing(device):
    device.origin = "https://clew.example.org.evil.example"
    refused(device)
    device.origin = "https://other.example.org"
    refused(device)


def test_a_copy_is_found_by_its_counter(device):
    signed_in(device)
    device.count -= 1
    refused(device)


def test_a_device_that_does_not_count_is_let_in_again_and_again(anna):
    device = enrolled(anna, Device(counting=False, backed_up=True))
    signed_in(device)
    signed_in(device)
    kept = Passkey.objects.using("owner").get()
    assert (kept.backup_eligible, kept.backed_up, kept.sign_count) == (True, True, 0)


def test_failures_count_at_the_name_whichever_way_it_is_tried(device):
    device.verified = False
    for _ in range(4):
        refused(device)
    device.verified = True
    refused(device, "Too many failed attempts")
    SignInAttempts.objects.using("owner").all().delete()
    signed_in(device)


def test_a_passkey_that_is_not_known_is_refused_and_noted(device):
    refused(Device(), "not known here")
    entry = Entry.objects.using("owner").latest("number")
    assert (entry.event, entry.about) == ("refused sign-in", "an unknown name")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda: Certification.objects.using("owner").update(valid_until=timezone.now()),
            "run out",
        ),
        (lambda: Officer.objects.using("owner").update(state="locked"), "locked"),
        (
            lambda: Officer.objects.using("owner").update(state="left", left_at=timezone.now()),
            "has left",
        ),
    ],
    ids=["certification", "locked", "left"],
)
def test_who_may_not_work_is_not_let_in_and_the_session_ends(device, change, says):
    secret = signed_in(device)
    change()
    with pytest.raises(SignedOutError), acting(secret):
        pass
    refused(device, says)


def test_whoever_is_signed_in_proves_it_anew_before_a_passkey_is_added(people, anna):
    person = people.enrolled(anna)
    session, device = person.sign_in(), Device()
    with pytest.raises(SignInError, match="took too long"):
        begin_adding_passkey(session, "made up", SITE)
    with pytest.raises(SignInError, match="wrong"):
        prove_by_password(session, person.password, "000000")
    proof = prove_by_password(session, person.password, person.code(late=1))
    asked = begin_adding_passkey(session, proof, SITE)
    add_passkey(session, asked.secret, device.register(asked.options), "phone", SITE)
    with pytest.raises(SignInError, match="took too long"):
        begin_adding_passkey(session, proof, SITE)

    by_it = signed_in(device)
    asked = ask_to_sign_in(SITE)
    proof = prove_by_passkey(by_it, asked.secret, device.sign_in(asked.options), SITE)
    asked, second = begin_adding_passkey(by_it, proof, SITE), Device()
    assert len(asked.options["excludeCredentials"]) == 1
    add_passkey(by_it, asked.secret, second.register(asked.options), "key in the safe", SITE)
    signed_in(second)
    sign_in("anna", person.password, person.codes[0])


def test_nobody_proves_it_for_somebody_else(people, device):
    ben = people.officer("ben", people.agency("DE", "LKA"))
    asked = ask_to_sign_in(SITE)
    with pytest.raises(SignInError, match="as the officer who is signed in"):
        prove_by_passkey(people.session(ben), asked.secret, device.sign_in(asked.options), SITE)


def test_removing_ones_own_ends_what_it_began(people, anna, device):
    elsewhere, here = signed_in(device), people.session(anna)
    ben = people.officer("ben", people.agency("DE", "LKA"))
    number = Passkey.objects.using("owner").get().pk
    with acting(people.session(ben)), pytest.raises(NotAllowedError):
        remove_passkey(number)
    with acting(here):
        remove_passkey(number)
        assert own_credentials() == []
    with pytest.raises(SignedOutError), acting(elsewhere):
        pass
    refused(device, "not known here")


def test_enrolling_anew_takes_away_what_was_lost(people, anna, device):
    session = signed_in(device)
    people.enrolled(anna)
    refused(device, "not known here")
    with pytest.raises(SignedOutError), acting(session):
        pass
    enrolled(anna)
    assert not Credential.objects.using("owner").exists()
    assert not RecoveryCode.objects.using("owner").exists()


def test_administrators_see_that_there_is_one_and_no_more(people, anna, device, raw):
    boss = people.session(people.officer("boss", anna.agency, "administrator"))
    other = people.officer("piet", people.agency("NL", "Politie"), "administrator")
    with acting(boss):
        assert ways_to_sign_in(anna) == {
            "password": False,
            "passkey": True,
            "identity": False,
            "certificate": False,
        }
    with acting(people.session(other)), pytest.raises(NotAllowedError):
        ways_to_sign_in(anna)


@pytest.mark.parametrize(
    "table",
    ["passkey", "identity", "clientcertificate", "challenge", "providersession"],
)
def test_only_signing_in_reads_credentials(people, anna, device, raw, table):
    boss = people.session(people.officer("boss", anna.agency, "administrator", "auditor"))
    for role, secret in (("application", boss), ("worker", None)):
        for statement in (
            f"SELECT count(*) FROM access_{table}",
            f"DELETE FROM access_{table}",
            f"UPDATE access_{table} SET id = id",
            f"INSERT INTO access_{table} DEFAULT VALUES",
        ):
            with pytest.raises(Exception, match="permission denied"):
                raw(role, secret).execute(statement)


def test_signing_in_binds_nobody_in_an_administrators_name(people, anna, raw):
    boss = people.officer("boss", anna.agency, "administrator")
    with pytest.raises(Exception, match="row-level security"):
        raw("sign_in").execute(
            "INSERT INTO access_identity (officer_id, issuer, subject, bound_by_id) "
            f"VALUES ({anna.pk}, 'x', 'y', {boss.pk})"
        )
    with pytest.raises(Exception, match="permission denied"):
        raw("sign_in").execute("UPDATE access_passkey SET credential = 'x'")
    Identity.objects.using("owner").create(
        officer=anna, issuer="https://id.example.org", subject="1", bound_by=boss
    )
    people.enrolled(anna)
    assert Identity.objects.using("owner").exists(), "an administrator bound it"
    assert Session.objects.using("owner").filter(ended_at=None).count() == 0
