"""Passkeys (WebAuthn): registering them, and signing in by them.

A passkey proves two things at once: the device that holds it, and the person, whom the device asks
for a finger, a face or its code. Checking is the work of ``fido2``; here is what Clew asks of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clew.access.challenges import answered, ask
from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import Officer, Passkey, Proof, Purpose, SessionKind
from clew.access.secret import new_secret
from clew.access.signin import LetIn, T, attempt, begin, officers, refused, settled

_WRONG = "The passkey was not accepted. Try again, or sign in another way."
_UNKNOWN = "This passkey is not known here. Sign in another way, or ask for a new invitation."
_FLAG = AuthenticatorData.FLAG


@dataclass(frozen=True)
class Site:
    """Whose passkeys are asked for.

    Attributes:
        origin: the address that officers see, such as ``https://clew.example.org``.
        domain: the one that passkeys belong to (the RP id): the host of the address, or a domain
            that it is part of.
    """

    origin: str
    domain: str

    @classmethod
    def at(cls, address: str, domain: str | None = None) -> Site:
        """The site at an address; its host is the domain unless another is named."""
        parts = urlsplit(address)
        return cls(f"{parts.scheme}://{parts.netloc}", domain or parts.hostname or "")


@dataclass(frozen=True)
class Asked:
    """What a browser is asked.

    Attributes:
        secret: to be kept by the browser in a cookie, and brought back with the answer.
        options: for ``navigator.credentials``, as JSON.
    """

    secret: str
    options: Mapping[str, Any]


def ask_to_register(officer: Officer, site: Site, **about: str) -> Asked:
    """Ask the browser of somebody who proved who they are for a new passkey.

    Args:
        officer: whose it will be.
        site: whose passkeys are asked for.
        about: what else the answer is checked against.
    """
    known = list(Passkey.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk))
    handle = bytes(known[0].user_handle) if known else new_secret().encode()
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(
            name=officer.sign_in_name, id=handle, display_name=officer.name
        ),
        credentials=[_credential(passkey) for passkey in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    asked = {"state": state, "handle": handle.decode(), **about}
    return Asked(ask(Purpose.REGISTER, asked, officer.pk), dict(options)["publicKey"])


def kept(asked: Mapping[str, Any], officer: int, answer: object, name: str, site: Site) -> None:
    """Keep the passkey that a browser answered with, in the surrounding transaction.

    Args:
        asked: what it was asked.
        officer: whose it is.
        answer: the browser's, as JSON.
        name: as the officer calls the device.
        site: whose passkeys are asked for.

    Raises:
        SignInError: it is not what was asked for, or has no name.
    """
    if not name.strip() or len(name.strip()) > 100:
        raise SignInError("Give the passkey a name of at most 100 characters, to know it again.")
    try:
        made = _server(site).register_complete(asked["state"], answer)  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SignInError("The device's answer was not accepted. Begin again.") from error
    assert made.credential_data is not None
    passkeys = Passkey.objects.using(Connection.SIGN_IN)
    if passkeys.filter(credential_id=made.credential_data.credential_id).exists():
        raise SignInError("This passkey is known here already.")
    passkeys.create(
        officer_id=officer,
        name=name.strip(),
        credential_id=made.credential_data.credential_id,
        credential=bytes(made.credential_data),
        user_handle=asked["handle"].encode(),
        sign_count=made.counter,
        backup_eligible=bool(made.flags & _FLAG.BE),
        backed_up=bool(made.flags & _FLAG.BS),
    )


def ask_to_sign_in(site: Site) -> Asked:
    """Ask a browser for any passkey it has for this site."""
    options, state = _server(site).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asked(ask(Purpose.SIGN_IN, {"state": state}), dict(options)["publicKey"])


def sign_in_by_passkey(
    secret: str, answer: object, site: Site, kind: SessionKind = SessionKind.WEB
) -> str:
    """Begin a session; the passkey alone is both factors.

    Args:
        secret: of what was asked.
        answer: the browser's, as JSON.
        site: whose passkeys are asked for.
        kind: what the session is used through.

    Returns:
        The session's secret.

    Raises:
        SignInError: it was refused.
    """
    return by_passkey(
        secret, answer, site, lambda officer, now: begin(officer, kind, Proof.PASSKEY, now)
    )


def by_passkey(secret: str, answer: object, site: Site, let_in: LetIn[T]) -> T:
    """What follows for whoever proves by passkey who they are.

    Raises:
        SignInError: it was refused.
    """
    asked = answered(secret, Purpose.SIGN_IN).asked

    def work() -> T | SignInError:
        try:
            response = AuthenticationResponse.from_dict(cast(Mapping[str, Any], answer))
            named = bytes(response.raw_id)
        except (ValueError, TypeError, KeyError, AttributeError):
            return SignInError(_WRONG)
        passkeys = Passkey.objects.using(Connection.SIGN_IN)
        passkey = passkeys.filter(credential_id=named).first()
        if passkey is None:
            return refused("", _UNKNOWN)
        owner = officers().get(pk=passkey.officer_id)

        def prove() -> Officer | None:
            # Read again: attempts at one name wait for each other, and the counter moves.
            fresh = passkeys.filter(pk=passkey.pk).first()
            if fresh is None or not _holds(fresh, asked, response, site):
                return None
            return owner

        return attempt(owner.sign_in_name, prove, let_in, _WRONG)

    return settled(work)


def _holds(
    passkey: Passkey, asked: Mapping[str, Any], response: AuthenticationResponse, site: Site
) -> bool:
    """Whether an answer is by this passkey, and fits what is known of it; notes its use."""
    try:
        _server(site).authenticate_complete(asked["state"], [_credential(passkey)], response)
    except (ValueError, TypeError, KeyError):
        return False
    told = response.response.authenticator_data
    handle = response.response.user_handle
    if handle is not None and bytes(handle) != bytes(passkey.user_handle):
        return False
    if bool(told.flags & _FLAG.BE) != passkey.backup_eligible:
        return False
    # A device that counts never counts back: this would be a copy of it.
    if (told.counter or passkey.sign_count) and told.counter <= passkey.sign_count:
        return False
    passkey.sign_count, passkey.used_at = told.counter, timezone.now()
    passkey.backed_up = bool(told.flags & _FLAG.BS)
    passkey.save(update_fields=["sign_count", "used_at", "backed_up"])
    return True


def _credential(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(passkey.credential))


def _server(site: Site) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.domain, name="Clew"),
        # Exactly the address that officers use; any host of the domain would do by default.
        verify_origin=lambda origin: origin == site.origin,
    )
