"""Through an identity provider: only whom it signed for, for this Clew, now, and who was bound."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from joserfc.jwk import RSAKey

from clew.access.acting import acting, officer
from clew.access.credentials import bind_identity, own_credentials, release
from clew.access.errors import NotAllowedError, SignedOutError, SignInError
from clew.access.identities import (
    Bound,
    CodeWanted,
    add_code,
    come_back,
    issuer_of,
    log_out,
    send,
)
from clew.access.models import Certification, Identity, Invitation, Session
from clew.access.providers import Provider, ProvidersError, TwoFactors, read_providers
from clew.access.secret import digest
from clew.audit.models import Entry
from providing import CLIENT, IdentityProvider, identity_provider

BACK = "https://clew.example.org/sign-in/provider/ministry/back"


@pytest.fixture(scope="module")
def served() -> Iterator[IdentityProvider]:
    with identity_provider() as one:
        yield one


@pytest.fixture
def ministry(served) -> IdentityProvider:
    served.lie, served.key = (lambda _: None), None
    served.knows("7-anna", amr=["pwd", "mfa"], sid="s1")
    return served


@pytest.fixture
def provider(ministry, tmp_path) -> Provider:
    secret = tmp_path / "secret"
    secret.write_text("between the two\n", "utf-8")
    return Provider(
        name="ministry",
        title="Ministry",
        issuer=ministry.issuer,
        client_id=CLIENT,
        client_secret_file=str(secret),
        two_factors=TwoFactors(amr=("mfa",)),
    )


@pytest.fixture
def anna(people):
    return people.officer("anna", people.agency("DE", "LKA"), "specialist")


@pytest.fixture
def bound(people, anna, ministry):
    boss = people.officer("boss", anna.agency, "administrator")
    with acting(people.session(boss)):
        bind_identity(anna, ministry.issuer, "7-anna")
    return anna


def through(provider: Provider, ministry: IdentityProvider, subject: str = "7-anna"):
    sent = send(provider, BACK)
    return come_back(provider, BACK, sent.secret, ministry.visit(sent.address, subject))


def test_whom_an_administrator_bound_is_let_in(bound, provider, ministry):
    secret = through(provider, ministry)
    with acting(secret):
        assert officer() == bound.pk
    assert issuer_of(secret) == ministry.issuer
    entry = Entry.objects.using("owner").filter(event="sign-in").latest("number")
    assert '"identity provider"' in entry.details


def test_a_name_or_an_address_that_fits_binds_nobody(anna, provider, ministry):
    ministry.knows("anna", email="anna@lka.example", preferred_username="anna", amr=["mfa"])
    with pytest.raises(SignInError, match="Nobody here is bound"):
        through(provider, ministry, "anna")
    assert Entry.objects.using("owner").latest("number").event == "refused sign-in"


def test_an_invitation_binds_whoever_comes_back_with_it(anna, provider, ministry):
    Invitation.objects.using("owner").create(
        officer=anna, digest=digest("invited"), expires_at=timezone.now() + timedelta(days=1)
    )
    sent = send(provider, BACK, "invited")
    back = come_back(provider, BACK, sent.secret, ministry.visit(sent.address, "7-anna"))
    assert isinstance(back, Bound)
    assert not Invitation.objects.using("owner").exists()
    with acting(through(provider, ministry)):
        assert [one.kind for one in own_credentials()] == ["identity"]
    with pytest.raises(SignInError, match="no such invitation"):
        send(provider, BACK, "invited")


def test_without_the_second_factor_there_a_code_is_wanted_here(people, bound, provider, ministry):
    ministry.knows("7-anna", amr=["pwd"], sid="s1")
    anna = people.enrolled(bound)
    wanted = through(provider, ministry)
    assert isinstance(wanted, CodeWanted)
    with acting(add_code(wanted.secret, anna.code(late=1))):
        assert officer() == bound.pk
    again = through(provider, ministry)
    with pytest.raises(SignInError, match="code is wrong"):
        add_code(again.secret, "000000")
    with pytest.raises(SignInError, match="answered already"):
        add_code(again.secret, anna.code())
    last = through(provider, ministry)
    assert add_code(last.secret, anna.codes[0])


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another client"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"iat": int(time.time()) + 3600},
        {"sub": ""},
        {"azp": "another client"},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_what_is_signed_for_somebody_else_is_not_believed(bound, provider, ministry, lie):
    ministry.lie = lambda claims: claims.update(lie)
    with pytest.raises(SignInError, match="cannot be believed"):
        through(provider, ministry)


def test_what_another_signed_is_not_believed(bound, provider, ministry):
    ministry.key = RSAKey.generate_key(2048)
    with pytest.raises(SignInError, match="cannot be believed"):
        through(provider, ministry)


def test_an_answer_belongs_to_the_browser_that_was_sent_and_is_good_once(bound, provider, ministry):
    mine, theirs = send(provider, BACK), send(provider, BACK)
    answer = ministry.visit(theirs.address, "7-anna")
    with pytest.raises(SignInError, match="not to what was asked"):
        come_back(provider, BACK, mine.secret, answer)
    with pytest.raises(SignInError, match="answered already"):
        come_back(provider, BACK, mine.secret, answer)
    other = send(provider, BACK)
    answer = ministry.visit(other.address, "7-anna") | {"iss": "https://another.example"}
    with pytest.raises(SignInError, match="another identity provider"):
        come_back(provider, BACK, other.secret, answer)


def test_logging_out_there_ends_the_session_here(bound, provider, ministry):
    first = through(provider, ministry)
    ministry.knows("7-anna", amr=["mfa"], sid="s2")
    second = through(provider, ministry)
    for lie in ({"aud": "x"}, {"events": {}}, {"nonce": "x"}, {"iat": 1}, {"iss": "x"}):
        with pytest.raises(SignInError):
            log_out(provider, ministry.logout_token(sub="7-anna", **lie))
    assert log_out(provider, ministry.logout_token(sub="7-anna", sid="s2")) == 1
    with pytest.raises(SignedOutError), acting(second):
        pass
    with acting(first):
        pass
    assert log_out(provider, ministry.logout_token(sub="7-anna")) == 1
    with pytest.raises(SignedOutError), acting(first):
        pass


def test_who_may_not_work_is_not_let_in_and_the_session_ends(bound, provider, ministry):
    secret = through(provider, ministry)
    Certification.objects.using("owner").update(valid_until=timezone.now())
    with pytest.raises(SignedOutError), acting(secret):
        pass
    with pytest.raises(SignInError, match="certification has run out"):
        through(provider, ministry)


def test_only_an_administrator_of_the_country_binds_and_releases(people, bound, provider, ministry):
    piet = people.officer("piet", people.agency("NL", "Politie"), "administrator")
    ben = people.officer("ben", bound.agency, "administrator", "specialist")
    secret = through(provider, ministry)
    with acting(people.session(piet)):
        with pytest.raises(NotAllowedError):
            bind_identity(bound, ministry.issuer, "8")
        with pytest.raises(NotAllowedError):
            release(bound)
    with acting(people.session(ben)):
        with pytest.raises(NotAllowedError, match="bound to an officer already"):
            bind_identity(bound, ministry.issuer, "7-anna")
        with pytest.raises(NotAllowedError):
            bind_identity(ben, ministry.issuer, "9")
        assert release(bound) == 1
    assert not Identity.objects.using("owner").exists()
    assert not Session.objects.using("owner").filter(officer=bound, ended_at=None).exists()
    with pytest.raises(SignedOutError), acting(secret):
        pass


def test_a_provider_that_is_away_is_named(provider):
    away = Provider("away", "Away", "http://localhost:1", CLIENT)
    with pytest.raises(SignInError, match="Away cannot be reached"):
        send(away, BACK)


def test_a_file_of_providers_that_cannot_be_used_says_why(tmp_path):
    file = tmp_path / "providers.json"
    good = '{"name": "a", "title": "A", "issuer": "https://id.example.org", "client_id": "clew"}'
    file.write_text(f"[{good}]", "utf-8")
    assert list(read_providers(file)) == ["a"]
    for wrong, says in (
        (f"[{good}, {good}]", "a name of its own"),
        ('[{"name": "a"}]', "title"),
        (f"[{good.replace('https', 'http')}]", "https://"),
        (f"[{good.replace('client_id', 'client')}]", "client"),
    ):
        file.write_text(wrong, "utf-8")
        with pytest.raises(ProvidersError, match=says):
            read_providers(file)
