"""Signing in through an identity provider, and being logged out by it.

An officer is known by the provider's lasting number of them, which an administrator or an
invitation binds; never by name or e-mail address, which providers give anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone

from clew.access.challenges import answered, ask
from clew.access.connections import Connection
from clew.access.enrolment import enrol_by_provider, invited
from clew.access.errors import SignInError
from clew.access.models import (
    Credential,
    Identity,
    Officer,
    Proof,
    ProviderSession,
    Purpose,
    Session,
    SessionKind,
)
from clew.access.openid import Speaking, Word
from clew.access.providers import Provider
from clew.access.secret import digest
from clew.access.signin import attempt, begin, officers, refused, right_code, settled

_UNKNOWN = (
    "Nobody here is bound to this identity. Ask an administrator of your country to bind it, or "
    "use your invitation."
)


@dataclass(frozen=True)
class Sent:
    """A browser that is sent to a provider.

    Attributes:
        address: where to.
        secret: to be kept by the browser in a cookie until it comes back.
    """

    address: str
    secret: str


@dataclass(frozen=True)
class CodeWanted:
    """The provider's word is one factor; the other is a one-time code.

    Attributes:
        secret: to be kept by the browser in a cookie, and brought back with the code.
    """

    secret: str


@dataclass(frozen=True)
class Bound:
    """An invitation was used: from now on the officer signs in through the provider."""


def send(provider: Provider, redirect: str, invitation: str = "") -> Sent:
    """Send a browser to a provider.

    Args:
        provider: which.
        redirect: the address it sends browsers back to.
        invitation: to be used by whoever comes back; empty for signing in.

    Raises:
        SignInError: the invitation does not hold, or the provider cannot be reached.
    """
    about = {}
    if invitation:
        invited(invitation)
        about["invitation"] = digest(invitation.strip()).hex()
    question = Speaking(provider, redirect).question()
    asked = {"provider": provider.name, "checks": dict(question.checks), **about}
    return Sent(question.address, ask(Purpose.PROVIDER, asked))


def come_back(
    provider: Provider, redirect: str, secret: str, answer: Mapping[str, str]
) -> str | CodeWanted | Bound:
    """Receive a browser that comes back from a provider.

    Args:
        provider: which.
        redirect: as it was for :func:`send`.
        secret: of what was asked.
        answer: the parameters of the address it came back to.

    Returns:
        The secret of a session; or that a code is wanted too; or that an invitation was used.

    Raises:
        SignInError: it was refused.
    """
    asked = answered(secret, Purpose.PROVIDER).asked
    if asked["provider"] != provider.name:
        raise SignInError("The answer is another identity provider's.")
    word = Speaking(provider, redirect).word(asked["checks"], answer)
    if "invitation" in asked:
        enrol_by_provider(asked["invitation"], provider.issuer, word.subject)
        return Bound()
    return cast("str | CodeWanted", settled(lambda: _known(provider, word)))


def _known(provider: Provider, word: Word) -> str | CodeWanted | SignInError:
    identities = Identity.objects.using(Connection.SIGN_IN)
    found = identities.filter(issuer=provider.issuer, subject=word.subject).first()
    if found is None:
        return refused("", _UNKNOWN)
    officer = officers().get(pk=found.officer_id)
    told = {"issuer": provider.issuer, "subject": word.subject, "session": word.session}
    if not word.two_factors:
        return CodeWanted(ask(Purpose.CODE, told, officer.pk))

    def let_in(known: Officer, now: datetime) -> str:
        return _begin(known, Proof.PROVIDER, told, now)

    return attempt(officer.sign_in_name, lambda: officer, let_in)


def add_code(secret: str, code: str) -> str:
    """Begin a session of whom a provider named, with a one-time code as the other factor.

    Args:
        secret: of the :class:`CodeWanted`; it is good for one code.
        code: a one-time or recovery code.

    Returns:
        The session's secret.

    Raises:
        SignInError: it was refused.
    """
    found = answered(secret, Purpose.CODE)
    officer = officers().get(pk=found.officer_id or 0)

    def prove() -> Officer | None:
        credential = (
            Credential.objects.using(Connection.SIGN_IN)
            .select_for_update(of=("self",))
            .filter(officer_id=officer.pk)
            .first()
        )
        return officer if credential is not None and right_code(credential, code) else None

    return settled(
        lambda: attempt(
            officer.sign_in_name,
            prove,
            lambda known, now: _begin(known, Proof.PROVIDER_AND_CODE, found.asked, now),
            "The code is wrong. Begin again.",
        )
    )


def _begin(officer: Officer, proof: Proof, told: Mapping[str, str], now: datetime) -> str:
    secret = begin(officer, SessionKind.WEB, proof, now)
    session = Session.objects.using(Connection.SIGN_IN).get(digest=digest(secret))
    ProviderSession.objects.using(Connection.SIGN_IN).create(
        session_id=session.pk,
        issuer=told["issuer"],
        subject=told["subject"],
        number=told["session"],
    )
    return secret


def log_out(provider: Provider, token: str) -> int:
    """End the sessions of whom a provider says it has logged out.

    Args:
        provider: which.
        token: what it signed.

    Returns:
        How many ended.

    Raises:
        SignInError: it cannot be believed.
    """
    subject, number = Speaking(provider, "").logged_out(token)
    known = ProviderSession.objects.using(Connection.SIGN_IN).filter(issuer=provider.issuer)
    if subject:
        known = known.filter(subject=subject)
    if number:
        known = known.filter(number=number)
    with transaction.atomic(using=Connection.SIGN_IN):
        return (
            Session.objects.using(Connection.SIGN_IN)
            .filter(pk__in=list(known.values_list("session_id", flat=True)), ended_at=None)
            .update(ended_at=timezone.now())
        )


def issuer_of(session: str) -> str | None:
    """The provider a session came from; None for any other."""
    known = ProviderSession.objects.using(Connection.SIGN_IN)
    return known.filter(session__digest=digest(session)).values_list("issuer", flat=True).first()
