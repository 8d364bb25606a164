"""A case: two agencies of two countries, officers of each, media and matches as intake stores them.

Agencies, officers and sessions are made as in the tests of access.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.utils import CursorWrapper

from clew.access.acting import acting
from clew.access.connections import Connection
from clew.access.models import Agency
from clew.records.models import Folder, Media, Sighting, StoredMatch
from clew.settings import Settings
from clew.workspace import Workspace

_found = importlib.util.spec_from_file_location(
    "people_at_work", Path(__file__).parent.parent / "access" / "conftest.py"
)
assert _found is not None
assert _found.loader is not None
_people = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _people  # dataclasses look there
_found.loader.exec_module(_people)
workspace, people, raw = _people.workspace, _people.people, _people.raw


@pytest.fixture(scope="session")
def folder(make_place: Callable[[], Path]) -> Path:
    """One database for all modules here; each case empties it."""
    return make_place() / "workspace"


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[Workspace]:
    settings = Settings.from_environment({"CLEW_WORKERS": "1"})
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as workspace:
        yield workspace


class Case:
    """Who works on it, and what they hold.

    Officers: anna, berta and carl (of the LKA), nils and nora (of the Politie), each under an
    authority of their agency; anna and nils are specialists, berta and nora contributors, carl is
    the LKA's data-protection officer and dora its auditor.
    """

    def __init__(self, people) -> None:
        self.people = people
        self.ours, self.theirs = people.agency("DE", "LKA"), people.agency("NL", "Politie")
        Agency.objects.using("owner").filter(pk=self.theirs.pk).update(contact="call 0800")
        held = {one.pk: people.authority(one) for one in (self.ours, self.theirs)}
        self.secrets, self.officers = {}, {}
        for name, agency, role in (
            ("anna", self.ours, "specialist"),
            ("berta", self.ours, "contributor"),
            ("carl", self.ours, "data-protection officer"),
            ("dora", self.ours, "auditor"),
            ("nils", self.theirs, "specialist"),
            ("nora", self.theirs, "contributor"),
        ):
            officer = people.officer(name, agency, role)
            self.officers[name] = officer
            self.secrets[name] = people.session(officer, held[agency.pk])
        self._made = 0

    @contextmanager
    def as_(self, name: str) -> Iterator[None]:
        """One transaction of an officer."""
        with acting(self.secrets[name]):
            yield

    @staticmethod
    @contextmanager
    def owner() -> Iterator[CursorWrapper]:
        """A cursor of the owner, for whom no policy holds anything back."""
        with connections["owner"].cursor() as cursor:
            yield cursor

    def media(self, agency: Agency | None = None, sharing: str = "own agency") -> int:
        """A media that an agency found; the LKA unless another is named."""
        self._made += 1
        made = Media.objects.using("worker").create(
            sha256=self._made.to_bytes(32, "big"),
            size=self._made,
            type="image",
            format="jpeg",
            outcome="read",
        )
        self.found(made.pk, agency or self.ours, sharing)
        return made.pk

    def found(self, media: int, agency: Agency, sharing: str = "own agency") -> None:
        """That an agency found a media."""
        folder, _ = Folder.objects.using("owner").get_or_create(
            path=agency.name.encode(), agency=agency
        )
        made = Sighting.objects.using("worker").create(
            folder=folder, path=b"%d.jpg" % media, size=1, outcome="read", media_id=media
        )
        Sighting.objects.using("owner").filter(pk=made.pk).update(sharing=sharing)

    def match(
        self,
        first: int,
        second: int,
        distance: int = 8,
        kind: str = "picture",
        spans: Sequence[tuple[float, float, float]] = (),
    ) -> int:
        """A match as comparing stores it; each span is from, to and mean distance in both films."""
        first, second = sorted((first, second))
        evidence = {
            "quality": 90,
            "spans": [
                {
                    "first_start": start,
                    "first_end": end,
                    "second_start": start,
                    "second_end": end,
                    "distance": apart,
                    "frames": 9,
                }
                for start, end, apart in spans
            ],
        }
        made = StoredMatch.objects.using("worker").create(
            first_id=first,
            second_id=second,
            kind=kind,
            distance=distance,
            threshold=52,
            evidence=evidence,
        )
        return made.pk


@pytest.fixture
def case(people) -> Case:
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE records_folder, records_media CASCADE")
    return Case(people)
