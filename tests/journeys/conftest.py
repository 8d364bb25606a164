"""A workspace that is served as operators serve it, an identity provider, and a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from browsing import browsing
from clew.access.connections import Connection
from clew.access.officers import first_administrator
from clew.settings import Settings
from clew.workspace import Workspace
from providing import CLIENT, IdentityProvider, identity_provider

PROXY = "between proxy and Clew"


@dataclass
class Served:
    """What is served, and by whom it is known.

    Attributes:
        address: of the pages.
        ministry: an identity provider that it knows.
        folder: of the workspace.
        up: serves it.
        proxy: the secret that its reverse proxy sends.
    """

    address: str
    ministry: IdentityProvider
    folder: Path
    up: Callable[..., AbstractContextManager[str]]
    proxy: str = PROXY

    def once_more(self, **environment: str) -> AbstractContextManager[str]:
        """Serve the same workspace with other settings; gives the address on this machine."""
        return self.up(self.folder, **environment)

    def invite(self, name: str, country: str) -> str:
        """An invitation for somebody new."""
        return first_administrator(
            country=country,
            country_name="",
            agency="LKA",
            name=name.title(),
            sign_in_name=name,
            until=timezone.now() + timedelta(days=30),
        )


@pytest.fixture(scope="module")
def served(make_place: Callable[[], Path], up) -> Iterator[Served]:
    folder = make_place()
    (folder / "client").write_text("between the two", "utf-8")
    (folder / "proxy").write_text(PROXY, "utf-8")
    with identity_provider() as ministry:
        provider = {
            "name": "ministry",
            "title": "Ministry",
            "issuer": ministry.issuer,
            "client_id": CLIENT,
            "client_secret_file": str(folder / "client"),
            "two_factors": {"amr": ["mfa"]},
        }
        (folder / "providers.json").write_text(json.dumps([provider]), "utf-8")
        settings = Settings.from_environment({"CLEW_WORKERS": "1"})
        with Workspace.open(folder / "workspace", settings, default=Connection.APPLICATION):
            environment = {
                "CLEW_IDENTITY_PROVIDERS": str(folder / "providers.json"),
                "CLEW_CLIENT_CERTIFICATES": "alone",
                "CLEW_PROXY_SECRET_FILE": str(folder / "proxy"),
            }
            with up(folder / "workspace", **environment) as address:
                yield Served(address, ministry, folder / "workspace", up)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started
