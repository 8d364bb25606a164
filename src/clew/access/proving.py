"""Changing one's own credentials: whoever is signed in proves anew who they are, first.

A session may be open on a screen that somebody left; what lasts longer than it wants more.
"""

from __future__ import annotations

from clew.access.acting import acting
from clew.access.acting import officer as acting_officer
from clew.access.challenges import answered, ask
from clew.access.errors import SignInError
from clew.access.models import Officer, Purpose
from clew.access.passkeys import Asked, Site, ask_to_register, by_passkey, kept
from clew.access.signin import attempt, officers, proven, right_code, settled

_NOT_YOURS = "Prove it as the officer who is signed in."


def prove_by_password(session: str, password: str, code: str) -> str:
    """Prove anew by password and code who is signed in.

    Args:
        session: its secret.
        password: as typed.
        code: a one-time or recovery code.

    Returns:
        A secret that is good for one change, for some minutes.

    Raises:
        SignInError: it was refused.
        clew.access.errors.SignedOutError: the session is over.
    """
    name = _signed_in(session).sign_in_name
    return settled(
        lambda: attempt(
            name,
            lambda: proven(name, password, lambda credential: right_code(credential, code)),
            lambda officer, _: ask(Purpose.PROVEN, {}, officer.pk),
            "Password or code is wrong.",
        )
    )


def prove_by_passkey(session: str, secret: str, answer: object, site: Site) -> str:
    """Prove anew by passkey who is signed in; as :func:`prove_by_password`."""
    expected = _signed_in(session).pk

    def let_in(officer: Officer, _: object) -> str:
        return ask(Purpose.PROVEN, {}, officer.pk) if officer.pk == expected else ""

    if proof := by_passkey(secret, answer, site, let_in):
        return proof
    raise SignInError(_NOT_YOURS)


def begin_adding_passkey(session: str, proof: str, site: Site) -> Asked:
    """Ask the browser of whoever is signed in, and proved it anew, for one more passkey.

    Raises:
        SignInError: it was not proved, or too long ago.
        clew.access.errors.SignedOutError: the session is over.
    """
    officer = _signed_in(session)
    if answered(proof, Purpose.PROVEN).officer_id != officer.pk:
        raise SignInError(_NOT_YOURS)
    return ask_to_register(officer, site)


def add_passkey(session: str, secret: str, answer: object, name: str, site: Site) -> None:
    """Keep the passkey that was asked for with :func:`begin_adding_passkey`.

    Raises:
        SignInError: it is not what was asked for.
        clew.access.errors.SignedOutError: the session is over.
    """
    officer = _signed_in(session)
    found = answered(secret, Purpose.REGISTER)
    if found.officer_id != officer.pk or "invitation" in found.asked:
        raise SignInError(_NOT_YOURS)
    kept(found.asked, officer.pk, answer, name, site)


def _signed_in(session: str) -> Officer:
    with acting(session):
        number = acting_officer()
    return officers().get(pk=number or 0)
