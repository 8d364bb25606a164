"""Identity providers (OpenID Connect), as the operator names them in a file.

[{"name": "ministry", "title": "Ministry of the Interior", "issuer": "https://id.example.org",
  "client_id": "clew", "client_secret_file": "/run/keys/ministry",
  "two_factors": {"amr": ["mfa", "hwk"]}}]
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec


class ProvidersError(Exception):
    """The file of identity providers cannot be used; ``str(error)`` says why."""


class TwoFactors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider says when it has asked for two factors; any one of these words is enough.

    Attributes:
        acr: classes of authentication; they are also asked for.
        amr: methods of authentication.
    """

    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One identity provider.

    Attributes:
        name: in addresses of pages.
        title: what officers read.
        issuer: its address, exactly as it names itself.
        client_id: what it knows this Clew by.
        client_secret_file: what Clew proves that with.
        two_factors: when its word counts for both factors; otherwise a one-time code is asked for.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,40}$")]
    title: str
    issuer: str
    client_id: str
    client_secret_file: str | None = None
    two_factors: TwoFactors = TwoFactors()

    @property
    def client_secret(self) -> str | None:
        """What Clew proves to be this client with; None for a public client.

        Raises:
            ProvidersError: it cannot be read.
        """
        if self.client_secret_file is None:
            return None
        try:
            return Path(self.client_secret_file).read_text("utf-8").strip()
        except OSError as error:
            raise ProvidersError(
                f"The secret of the identity provider {self.name} cannot be read "
                f"({error.strerror}): {self.client_secret_file}"
            ) from error

    def two_factors_in(self, acr: object, amr: object) -> bool:
        """Whether what it says of a sign-in counts for both factors."""
        methods = amr if isinstance(amr, list) else []
        return acr in self.two_factors.acr or any(one in self.two_factors.amr for one in methods)


def read_providers(file: Path | None) -> dict[str, Provider]:
    """The providers of a file, by name; none without a file.

    Raises:
        ProvidersError: it cannot be read, or is not what is expected.
    """
    if file is None:
        return {}
    try:
        found = msgspec.json.decode(file.read_bytes(), type=list[Provider])
    except (OSError, msgspec.DecodeError) as error:
        raise ProvidersError(
            f"The identity providers in {file} cannot be used: {error}. The operator's guide shows "
            "such a file."
        ) from error
    for one in found:
        parts = urlsplit(one.issuer)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ProvidersError(f"{file}: the issuer {one.issuer} must start with https://")
    if len({one.name for one in found}) < len(found):
        raise ProvidersError(f"{file}: each provider needs a name of its own")
    return {one.name: one for one in found}
