"""What is spoken with an identity provider: OpenID Connect, by ``authlib`` and ``joserfc``.

Authorization code with PKCE, state and nonce; discovery; logging out from either end. Only what the
provider signed is believed, by its keys, for this client, now.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from clew.access.errors import SignInError
from clew.access.providers import Provider

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by keys that the provider alone has; never ``none``, nor by a shared secret."""
_PATIENCE = 10
_LEEWAY = 120
"""Seconds that clocks may differ."""
_LONGEST = 255
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_TROUBLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    requests.RequestException,
    AuthlibBaseError,
    JoseError,
)
"""What libraries raise over a provider that is away, or says what it must not."""


@dataclass(frozen=True)
class Question:
    """What a provider is asked, and what its answer is checked against.

    Attributes:
        address: where the browser is sent.
        checks: state, nonce and the secret of PKCE, which stay here.
    """

    address: str
    checks: Mapping[str, str]


@dataclass(frozen=True)
class Word:
    """What a provider says of somebody.

    Attributes:
        subject: its lasting number of them.
        session: its number of their session there; empty when it names none.
        two_factors: whether that counts for both factors.
    """

    subject: str
    session: str
    two_factors: bool


class Speaking:
    """Speaks with one provider, whose metadata is fetched when it is first needed.

    Args:
        provider: which.
        redirect: the address it sends browsers back to.
    """

    def __init__(self, provider: Provider, redirect: str) -> None:
        self._provider = provider
        self._redirect = redirect
        self._metadata: Mapping[str, Any] | None = None

    def question(self) -> Question:
        """What to ask it.

        Raises:
            SignInError: it cannot be reached, or is not what it says.
        """
        checks = {name: generate_token(48) for name in ("state", "nonce", "verifier")}
        wanted = {"acr_values": " ".join(self._provider.two_factors.acr)}
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._told("authorization_endpoint"),
                state=checks["state"],
                nonce=checks["nonce"],
                code_verifier=checks["verifier"],
                **{name: value for name, value in wanted.items() if value},
            )
        return Question(address, checks)

    def word(self, checks: Mapping[str, str], answer: Mapping[str, str]) -> Word:
        """What it says, from the answer it sent the browser back with.

        Args:
            checks: of the question.
            answer: the parameters of the address the browser came back to.

        Raises:
            SignInError: it refused, cannot be reached, or what it says cannot be believed.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), checks["state"].encode()):
            raise SignInError("The answer is not to what was asked here. Begin again.")
        if answer.get("iss", self._provider.issuer) != self._provider.issuer:
            raise SignInError("The answer is another identity provider's.")
        if "code" not in answer:
            raise SignInError(f"{self._provider.title} did not let you in.")
        try:
            with self._session() as session:
                token = session.fetch_token(
                    self._told("token_endpoint"),
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=checks["verifier"],
                    timeout=_PATIENCE,
                    allow_redirects=False,
                )
            header, claims = self._signed(token["id_token"])
            told = CodeIDToken(
                claims,
                header,
                {
                    "iss": {"essential": True, "value": self._provider.issuer},
                    "aud": {"essential": True, "value": self._provider.client_id},
                },
                {
                    "nonce": checks["nonce"],
                    "client_id": self._provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            told.validate(leeway=_LEEWAY)
            if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _LONGEST:
                raise ValueError
        except _TROUBLE as error:
            raise self._not_believed() from error
        counts = self._provider.two_factors_in(claims.get("acr"), claims.get("amr"))
        return Word(claims["sub"], str(claims.get("sid", ""))[:_LONGEST], counts)

    def logged_out(self, token: str) -> tuple[str, str]:
        """Whom the provider says it has logged out (back-channel logout).

        Returns:
            Its number of them and of their session; one of the two may be empty.

        Raises:
            SignInError: it cannot be believed.
        """
        try:
            header, claims = self._signed(token)
            audience = claims["aud"]
            fits = (
                header.get("typ", "logout+jwt").lower() in ("logout+jwt", "jwt")
                and claims["iss"] == self._provider.issuer
                and self._provider.client_id
                in (audience if isinstance(audience, list) else [audience])
                and abs(time.time() - claims["iat"]) <= _LEEWAY
                and claims.get("exp", time.time()) >= time.time() - _LEEWAY
                and isinstance(claims["events"][_LOGOUT], dict)
                and "nonce" not in claims
                and ("sub" in claims or "sid" in claims)
            )
        except _TROUBLE as error:
            raise self._not_believed() from error
        if not fits:
            raise self._not_believed()
        return str(claims.get("sub", "")), str(claims.get("sid", ""))[:_LONGEST]

    def farewell(self, back: str) -> str | None:
        """Where a browser is sent to be logged out there too; None when it has no such place.

        Args:
            back: the address it may send the browser back to.
        """
        try:
            place = self._known().get("end_session_endpoint")
        except SignInError:
            return None  # it cannot be reached; here the session is over all the same
        told = {"client_id": self._provider.client_id, "post_logout_redirect_uri": back}
        return cast(str, add_params_to_uri(place, list(told.items()))) if place else None

    def _session(self) -> OAuth2Session:
        secret = self._provider.client_secret
        return OAuth2Session(
            self._provider.client_id,
            secret,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope="openid",
            redirect_uri=self._redirect,
            code_challenge_method="S256",
        )

    def _signed(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of what the provider signed; fetches its keys, which change."""
        keys = KeySet.import_key_set(
            cast(KeySetSerialization, self._fetched(self._told("jwks_uri")))
        )
        found = jwt.decode(token, keys, algorithms=_ALGORITHMS)
        return found.header, found.claims

    def _told(self, what: str) -> str:
        place = self._known().get(what)
        if not isinstance(place, str):
            raise self._not_believed()
        return place

    def _known(self) -> Mapping[str, Any]:
        if self._metadata is None:
            try:
                found = OpenIDProviderMetadata(
                    self._fetched(get_well_known_url(self._provider.issuer, external=True))
                )
            except _TROUBLE as error:
                raise SignInError(
                    f"{self._provider.title} cannot be reached. Sign in another way, or try again "
                    "later."
                ) from error
            if found.get("issuer") != self._provider.issuer:
                raise self._not_believed()
            self._metadata = found
        return self._metadata

    def _fetched(self, address: str) -> dict[str, Any]:
        answer = requests.get(address, timeout=_PATIENCE, allow_redirects=False)
        answer.raise_for_status()
        return cast(dict[str, Any], answer.json())

    def _not_believed(self) -> SignInError:
        return SignInError(f"What {self._provider.title} says cannot be believed. Begin again.")
