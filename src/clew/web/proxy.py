"""What the reverse proxy says of a request: the client certificate it has verified."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest

from clew.access.certificates import Certificate, CertificateUse, passed_on
from clew.access.errors import SignInError
from clew.serving.served import served


def use_of_certificates() -> CertificateUse:
    """What an officer's certificate is good for here."""
    return CertificateUse(served().settings.client_certificates)


def certificate_of(request: HttpRequest) -> Certificate | None:
    """The certificate that came with a request; None when there is none, or none is wanted.

    Raises:
        SignInError: it did not come from the proxy, or does not hold.
    """
    told = served().settings
    if use_of_certificates() is CertificateUse.OFF:
        return None
    return passed_on(
        request.headers.get(told.client_certificate_header),
        request.headers.get("Clew-Proxy-Secret"),
        _secret(told.proxy_proof),
    )


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text("utf-8").strip() or None
    except OSError as error:
        raise SignInError(
            f"The secret of the reverse proxy cannot be read ({error.strerror})."
        ) from error
