"""An identity provider on this machine, and what it could be made to say."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own libraries
    import flask
    import oidc_provider_mock

CLIENT = "clew"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class IdentityProvider:
    """An OpenID provider that is served here.

    In front of it stands what it does not look at: that the secret of PKCE is the one that was
    promised. ``lie`` changes what it signs.
    """

    def __init__(self, issuer: str, application: Any) -> None:
        self.issuer = issuer
        self.lie: Callable[[dict[str, Any]], object] = lambda _: None
        self.key: RSAKey | None = None
        self._application = application
        self._promised: list[str] = []
        with application.test_request_context():
            application.preprocess_request()
            kept = flask.g.oidc_provider_mock_storage.jwk
            self._own = RSAKey.import_key(kept.as_dict(is_private=True))
        self._inner = application.wsgi_app
        application.wsgi_app = self._answer

    def knows(self, subject: str, **claims: object) -> None:
        """Let it say this of somebody."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def visit(self, address: str, subject: str) -> dict[str, str]:
        """What a browser comes back with, when somebody signs in there."""
        back = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
        found = parse_qs(urlsplit(back.headers["Location"]).query)
        return {name: values[0] for name, values in found.items()}

    def signs(self, claims: dict[str, Any], **header: str) -> str:
        """A token of its own."""
        key = self.key or self._own
        header = {"alg": "RS256", "kid": self._own.kid or "", **header}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jwt.encode({k: v for k, v in header.items() if v}, claims, key)

    def logout_token(self, **claims: object) -> str:
        """What it tells Clew when it has logged somebody out."""
        told = {"iss": self.issuer, "aud": CLIENT, "iat": int(time.time()), "jti": "1"}
        told |= {"exp": int(time.time()) + 120, "events": {LOGOUT: {}}}
        return self.signs(told | claims, typ="logout+jwt")

    def _quietly(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own libraries
            return list(self._inner(environ, start))

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/oauth2/authorize":
            asked = parse_qs(environ["QUERY_STRING"])
            assert asked["code_challenge_method"] == ["S256"]
            self._promised = asked["code_challenge"]
        if environ["PATH_INFO"] != "/oauth2/token":
            return self._quietly(environ, start)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        verifier = parse_qs(body.decode())["code_verifier"][0]
        kept = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        assert [kept.decode()] == self._promised
        told = json.loads(b"".join(self._quietly(environ, lambda *_: lambda _: None)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            claims = jwt.decode(told["id_token"], self._own).claims
        self.lie(claims)
        told["id_token"] = self.signs(claims)
        answer = json.dumps(told).encode()
        start(
            "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        )
        return [answer]


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """One that is served while this lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
            issuer = f"http://localhost:{server.server_port}"
            yield IdentityProvider(issuer, server.app)
