"""A device that holds passkeys, as an officer has one in the hand: real keys, real signatures."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG
ORIGIN = "https://clew.example.org"


class Device:
    """Holds one passkey.

    Args:
        origin: the page that it believes to be on.
        backed_up: whether the passkey is copied to other devices.
        counting: whether it counts what it signs.
    """

    def __init__(
        self, origin: str = ORIGIN, *, backed_up: bool = False, counting: bool = True
    ) -> None:
        self.origin, self.verified = origin, True
        self.count = 1 if counting else 0
        self.copies = FLAG.BE | FLAG.BS if backed_up else FLAG(0)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._number = os.urandom(16)
        self._handle = ""

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to options for a new passkey, as a browser sends it."""
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert options["authenticatorSelection"]["userVerification"] == "required"
        self._handle = options["user"]["id"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self._number, ES256.from_cryptography_key(self._key.public_key())
        )
        data = self._data(options["rp"]["id"], FLAG.AT, credential)
        attested = AttestationObject.create("none", data, {})
        told = self._told("webauthn.create", options)
        return self._answer(clientDataJSON=told, attestationObject=attested)

    def sign_in(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to options for signing in."""
        assert options["userVerification"] == "required"
        self.count += 1 if self.count else 0
        data = self._data(options["rpId"])
        told = self._told("webauthn.get", options)
        signed = bytes(data) + hashlib.sha256(told).digest()
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        answer = self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)
        answer["response"]["userHandle"] = self._handle
        return answer

    def _data(self, domain: str, *more: Any) -> AuthenticatorData:
        flags = FLAG.UP | self.copies | (FLAG.UV if self.verified else FLAG(0))
        flags |= more[0] if more else FLAG(0)
        domain_hash = hashlib.sha256(domain.encode()).digest()
        credential = bytes(more[1]) if more else b""
        return AuthenticatorData.create(domain_hash, flags, self.count, credential)

    def _told(self, kind: str, options: dict[str, Any]) -> bytes:
        return bytes(CollectedClientData.create(kind, options["challenge"], self.origin))

    def _answer(self, **response: bytes) -> dict[str, Any]:
        number = websafe_encode(self._number)
        encoded = {name: websafe_encode(bytes(value)) for name, value in response.items()}
        return {
            "id": number,
            "rawId": number,
            "type": "public-key",
            "response": encoded,
            "clientExtensionResults": {},
        }
