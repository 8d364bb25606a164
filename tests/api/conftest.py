"""A workspace that is served, and two agencies: one holds a picture, the other knows nothing."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections

from agencies import agency_at_work
from asking import Asking
from clew.access.connections import Connection
from clew.access.models import Agency
from clew.records.models import Folder, Media, Sighting, StoredTrace
from clew.serving.application import application
from clew.settings import Settings
from clew.workspace import Workspace

LOOK = hashlib.sha256(b"a look").digest()
EXACT = hashlib.sha256(b"bytes").digest() + b"\1" * 20 + b"\2" * 16


@dataclass
class Served:
    """What tests ask.

    Attributes:
        workspace: open in this process.
        answers: the ASGI application.
        ours: secret of the officer whose agency holds the picture; ``theirs`` of another one's,
            ``nobodys`` of one without an authority.
        media: number of the picture.
    """

    workspace: Workspace
    answers: object
    ours: str
    theirs: str
    nobodys: str
    media: int


@pytest.fixture(scope="module")
def served(make_place: Callable[[], Path]) -> Iterator[Served]:
    settings = Settings.from_environment(
        {"CLEW_WORKERS": "1", "CLEW_RATE": "1000000", "CLEW_HOSTS": "localhost,testserver"}
    )
    folder = make_place() / "workspace"
    with Workspace.open(folder, settings, default=Connection.APPLICATION, shared=True) as opened:
        secrets = [
            agency_at_work("DE", "LKA"),
            agency_at_work("NL", "Politie"),
            agency_at_work("FR", "OCRVP", authority=False),
        ]
        media = held("LKA", LOOK, EXACT)
        yield Served(opened, application(opened), *secrets, media)


@pytest.fixture(scope="module")
def ask(served: Served) -> Asking:
    return Asking(served)


def held(agency: str, look: bytes, exact: bytes) -> int:
    """A picture that an agency found, as a scan stores it."""
    whose = Agency.objects.using("owner").get(name=agency)
    folder, _ = Folder.objects.using("owner").get_or_create(path=b"/evidence", agency=whose)
    worker = Connection.WORKER.value
    made = Media.objects.using(worker).create(
        sha256=exact[:32],
        size=90_000,
        type="image",
        format="jpeg",
        width=640,
        height=480,
        outcome="read",
        compared=True,
    )
    Sighting.objects.using(worker).create(
        folder=folder, path=exact[:4].hex().encode(), size=90_000, outcome="read", media=made
    )
    for signal, value in (("picture", look * 8), ("exact", exact)):
        StoredTrace.objects.using(worker).create(
            media=made,
            signal=signal,
            version=1,
            ordinal=0,
            variant="whole",
            value=value,
            quality=90,
        )
    return made.pk


def logged(event: str) -> list[tuple[str, dict[str, object]]]:
    """What of a kind is in the log, oldest first: what it is about, and its details."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT about, details FROM audit_entry WHERE event = %s ORDER BY number", [event]
        )
        return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def conftest() -> object:
    """This module, for what it makes."""
    return sys.modules[__name__]
