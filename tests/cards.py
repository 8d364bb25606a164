"""Certificates as an agency issues them to officers and machines."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


def issued(name: str, *, begins: float = -1, days: float = 30) -> x509.Certificate:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now + timedelta(days=begins))
    made = made.not_valid_after(now + timedelta(days=days))
    return made.sign(key, hashes.SHA256())


def as_header(made: x509.Certificate) -> str:
    """As RFC 9440 writes it."""
    return f":{base64.b64encode(made.public_bytes(Encoding.DER)).decode()}:"
