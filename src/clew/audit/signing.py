"""Checkpoints, which say that the chain had a hash at a position; and the key that signs them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from clew.audit.encoding import encoded

NO_CHECKPOINT = bytes(32).hex()
"""What the first checkpoint names as the one before it."""
_CHECKPOINT = "clew checkpoint 1"


class KeyFileError(Exception):
    """A file is no key that can be used; ``str(error)`` says why and what to do."""


class SignedCheckpoint(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="checkpoint", tag_field="kind"
):
    """A checkpoint as it is exported and as a witness holds it.

    Attributes:
        checkpoint: its number, without gaps from 1 on.
        position: how many entries the chain had.
        hash: of the chain there.
        made_at: when.
        key: the public key, which is its own name.
        previous: SHA-256 of the checkpoint before, signature included.
        signature: of all of these.
    """

    checkpoint: int
    position: int
    hash: str
    made_at: str
    key: str
    previous: str
    signature: str

    @property
    def digest(self) -> str:
        """What the next checkpoint names."""
        return hashlib.sha256(self._signed() + self.signature.encode()).hexdigest()

    @property
    def holds(self) -> bool:
        """Whether it was signed with the key that it names."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            signature = bytes.fromhex(self.signature)
            key.verify(signature, self._signed())
        except (ValueError, InvalidSignature):
            return False
        return signature.hex() == self.signature  # there is one way to write it

    def _signed(self) -> bytes:
        told = msgspec.structs.asdict(self)
        del told["signature"]
        return encoded([_CHECKPOINT, *told.values()])


class ServerKey:
    """The key that checkpoints are signed with; whoever has it can sign others."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def at(cls, file: Path) -> ServerKey:
        """The key in a file, made when there is none.

        Raises:
            KeyFileError: others may read the file, or it holds no such key.
        """
        try:
            return cls._read(file)
        except FileNotFoundError:
            pass
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)  # unlike renaming, it replaces no key that somebody else just made
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return cls._read(file)

    @classmethod
    def _read(cls, file: Path) -> ServerKey:
        with file.open("rb") as source:
            if os.fstat(source.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(f"Others may read the key {file}. Run: chmod 600 {file}")
            content = source.read()
        try:
            key = load_pem_private_key(content, None)
        except (ValueError, TypeError) as error:
            raise KeyFileError(f"{file} is no key for checkpoints: {error}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(
                f"{file} is no Ed25519 key. Make one with: openssl genpkey -algorithm ed25519"
            )
        return cls(key)

    @property
    def public(self) -> str:
        """The public key, in hexadecimal."""
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def public_pem(self) -> str:
        """The public key as a file for whoever verifies."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(
        self, checkpoint: int, position: int, chain_hash: bytes, made_at: str, previous: str
    ) -> SignedCheckpoint:
        """Sign what a checkpoint says."""
        unsigned = SignedCheckpoint(
            checkpoint=checkpoint,
            position=position,
            hash=chain_hash.hex(),
            made_at=made_at,
            key=self.public,
            previous=previous,
            signature="",
        )
        signature = self._private.sign(unsigned._signed()).hex()
        return msgspec.structs.replace(unsigned, signature=signature)


def public_key(file: Path) -> str:
    """A public key from a PEM file, in hexadecimal.

    Raises:
        KeyFileError: it holds none.
    """
    try:
        key = load_pem_public_key(file.read_bytes())
    except ValueError as error:
        raise KeyFileError(f"{file} is no public key: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{file} is no public key of Ed25519; print it with: clew audit key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
