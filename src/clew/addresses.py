"""Reads settings that name an address, a host, or what comes with a request.

Each takes the text of a variable and raises ValueError when it is not what is expected.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

CERTIFICATE_USES = ("off", "second factor", "alone")
"""What an officer's certificate may be good for; clew.access.certificates tells them apart."""


def database_url(text: str) -> str:
    """The address of a PostgreSQL."""
    if urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError
    return text


def vault_url(text: str) -> str:
    """The address of a store, or of a key at a service."""
    address = urlsplit(text)
    if not address.scheme or not (address.netloc or address.path):
        raise ValueError
    return text


def token(text: str) -> str:
    """A token, as `clew token create` shows it."""
    if re.fullmatch(r"[\w-]{40,60}", text, re.ASCII) is None:
        raise ValueError
    return text


def hosts(text: str) -> tuple[str, ...]:
    """Names of hosts, with commas between them."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(re.fullmatch(r"\.?[\w.-]+|\[[\da-fA-F:.]+\]", name, re.ASCII) for name in names):
        raise ValueError
    return names


def web_address(text: str) -> str:
    """The address of a site, without a path; by TLS, except on this machine."""
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in (("https", "http") if local else ("https",)) or not parts.hostname:
        raise ValueError
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def domain(text: str) -> str:
    """A domain in lower case."""
    if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", text) is None:
        raise ValueError
    return text


def certificate_use(text: str) -> str:
    """One of :data:`CERTIFICATE_USES`."""
    if text not in CERTIFICATE_USES:
        raise ValueError
    return text


def header(text: str) -> str:
    """The name of a header."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", text) is None:
        raise ValueError
    return text
