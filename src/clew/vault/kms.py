"""Key management services: what encrypts the key file, where one is wanted."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from tink import aead

from clew.vault.errors import KeyFileError

SCHEMES = {"gcp-kms": "gcpkms", "aws-kms": "awskms", "hcvault": "hcvault"}
"""By the scheme of the address: Tink's module, which is also the extra that installs it."""


def service(url: str) -> aead.Aead:
    """What encrypts and decrypts with a key that never leaves its service.

    Args:
        url: ``gcp-kms://projects/…``, ``aws-kms://arn:aws:kms:…`` or ``hcvault://host/transit/…``.

    Raises:
        KeyFileError: no such service is known, what speaks to it is not installed, or it refuses.
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise KeyFileError(
            f"CLEW_VAULT_KMS is {url!r}; an address begins with "
            f"{', '.join(f'{known}://' for known in SCHEMES)}."
        )
    extra = SCHEMES[scheme]
    try:
        module = import_module(f"tink.integration.{extra}")
    except ImportError as problem:
        raise KeyFileError(
            f"What speaks to {scheme}:// is not installed: pip install 'clew[{extra}]'"
        ) from problem
    try:
        return _CLIENTS[scheme](module, url)
    except Exception as problem:  # each service's own library has its own errors
        said = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise KeyFileError(f"{url} cannot be used: {said}") from problem


def _google(module: Any, url: str) -> aead.Aead:
    # Its usual credentials: GOOGLE_APPLICATION_CREDENTIALS, or those of the machine.
    found: aead.Aead = module.GcpKmsClient(url).get_aead(url)
    return found


def _amazon(module: Any, url: str) -> aead.Aead:
    import boto3

    # arn:partition:kms:region:account:key/…; credentials as boto3 finds them.
    region = url.split(":")[4]
    client = boto3.client("kms", region_name=region)
    found: aead.Aead = module.new_client(boto3_client=client, key_uri=url).get_aead(url)
    return found


def _hashicorp(module: Any, url: str) -> aead.Aead:
    import hvac

    address = urlsplit(url)
    # VAULT_TOKEN and the like, as hvac finds them.
    client = hvac.Client(url=f"https://{address.netloc}")
    found: aead.Aead = module.new_aead(address.path, client)
    return found


_CLIENTS: dict[str, Callable[[Any, str], aead.Aead]] = {
    "gcp-kms": _google,
    "aws-kms": _amazon,
    "hcvault": _hashicorp,
}
