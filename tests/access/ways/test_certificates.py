"""Client certificates: from the reverse proxy alone, bound by an administrator, in their time."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from django.utils import timezone

from cards import as_header, issued
from clew.access.acting import acting, authority, officer
from clew.access.certificates import (
    Certificate,
    machine_session,
    passed_on,
    read_certificate,
    sign_in_by_certificate,
    sign_in_with_certificate,
)
from clew.access.credentials import bind_certificate, bind_machine, own_credentials
from clew.access.errors import NotAllowedError, SignedOutError, SignInError
from clew.access.models import Certification, Officer, Session
from clew.audit.models import Entry

SECRET = "between proxy and Clew"


@pytest.fixture(scope="module")
def card() -> Certificate:
    return read_certificate(as_header(issued("Anna Ames")))


@pytest.fixture
def anna(people):
    return people.officer("anna", people.agency("DE", "LKA"), "specialist")


@pytest.fixture
def boss(people, anna) -> str:
    return people.session(people.officer("boss", anna.agency, "administrator"))


def test_it_is_read_as_the_standard_and_as_nginx_write_it():
    made = issued("Anna Ames")
    one = read_certificate(as_header(made))
    pem = quote(made.public_bytes(Encoding.PEM).decode())
    assert one == read_certificate(pem)
    assert (one.fingerprint, one.subject) == (made.fingerprint(hashes.SHA256()), "CN=Anna Ames")


def test_it_counts_only_beside_the_secret_of_the_proxy():
    told = as_header(issued("Anna Ames"))
    assert passed_on(told, SECRET, SECRET) is not None
    assert passed_on(None, SECRET, SECRET) is None
    for said, secret in (("guessed", SECRET), (None, SECRET), ("", None), (None, None)):
        with pytest.raises(SignInError, match="not from the reverse proxy"):
            passed_on(told, said, secret)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (":bm90IG9uZQ==:", "no certificate"),
        ("-----BEGIN", "no certificate"),
        ("x" * 20_000, "no certificate"),
        (f"{as_header(issued('a'))}, {as_header(issued('b'))}", "no certificate"),
        (as_header(issued("a", days=-0.5)), "run out"),
        (as_header(issued("a", begins=1)), "does not hold yet"),
    ],
    ids=["no DER", "no PEM", "too long", "two", "run out", "not yet"],
)
def test_what_is_none_or_does_not_hold_now_is_refused(value, says):
    with pytest.raises(SignInError, match=says):
        read_certificate(value)


def test_with_a_password_it_stands_in_for_a_code(people, anna, boss, card):
    person = people.enrolled(anna)
    with pytest.raises(SignInError, match="is wrong"):
        sign_in_with_certificate("anna", person.password, card)
    with acting(boss):
        bind_certificate(anna, card)
    with acting(sign_in_with_certificate(" Anna ", person.password, card)):
        assert officer() == anna.pk
        assert [(one.kind, one.machine) for one in own_credentials()] == [("certificate", False)]
    with pytest.raises(SignInError, match="is wrong"):
        sign_in_with_certificate("anna", "wrong password", card)
    other = read_certificate(as_header(issued("Anna Ames")))
    with pytest.raises(SignInError, match="is wrong"):
        sign_in_with_certificate("anna", person.password, other)


def test_alone_it_begins_a_session_that_ends_with_the_certification(anna, boss, card):
    with pytest.raises(SignInError, match="bound to nobody"):
        sign_in_by_certificate(card)
    with acting(boss):
        bind_certificate(anna, card)
    secret = sign_in_by_certificate(card)
    with acting(secret):
        assert officer() == anna.pk
    Certification.objects.using("owner").filter(officer=anna).update(revoked_at=timezone.now())
    with pytest.raises(SignedOutError), acting(secret):
        pass
    with pytest.raises(SignInError, match="certification has run out"):
        sign_in_by_certificate(card)


def test_a_machine_works_for_an_officer_within_its_scopes(people, anna, boss, card):
    held = people.authority(anna.agency)
    with acting(boss):
        bind_machine(anna, card, "nightly look-up", ["read"], held)
    secret, until = machine_session(card)
    assert until <= timezone.now() + timedelta(hours=1)
    with acting(secret), connection.cursor() as cursor:
        assert (officer(), authority()) == (anna.pk, held.pk)
        cursor.execute("SELECT access.has_scope('read'), access.has_scope('contribute')")
        assert cursor.fetchone() == (True, False)
    with pytest.raises(SignInError, match="a machine's"):
        sign_in_by_certificate(card)
    issued_as = Entry.objects.using("owner").filter(event="token issued").latest("number")
    assert "nightly look-up" in issued_as.details
    Officer.objects.using("owner").filter(pk=anna.pk).update(state="locked")
    with pytest.raises(SignedOutError), acting(secret):
        pass
    with pytest.raises(SignInError, match="locked"):
        machine_session(card)


def test_an_officers_card_makes_no_machine_and_nobody_binds_across_the_line(
    people, anna, boss, card
):
    held = people.authority(anna.agency)
    theirs = people.authority(people.agency("NL", "Politie"), "NL 1")
    piet = people.session(people.officer("piet", theirs.agency, "administrator"))
    with acting(piet), pytest.raises(NotAllowedError):
        bind_certificate(anna, card)
    with acting(boss):
        with pytest.raises(NotAllowedError):
            bind_machine(anna, card, "look-up", ["read"], theirs)
        for label, scopes in (("", ["read"]), ("look-up", []), ("look-up", ["everything"])):
            with pytest.raises(NotAllowedError, match="no label or no scope"):
                bind_machine(anna, card, label, scopes, held)
        bind_certificate(anna, card)
        with pytest.raises(NotAllowedError, match="already"):
            bind_certificate(anna, card)
    with pytest.raises(SignInError, match="no machine"):
        machine_session(card)
    assert not Session.objects.using("owner").filter(kind="token").exists()
