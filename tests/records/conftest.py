"""An open workspace whose tables are empty at the start of every test, and readings to store."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from clew.media.kind import MediaType
from clew.records.models import Folder, Media, Original, Sighting, StoredMatch, StoredTrace
from clew.settings import Settings
from clew.signals.base import Feature
from clew.signals.reading import Outcome, Reading, Trace
from clew.signals.registry import signals
from clew.signals.space import PDQ
from clew.workspace import Workspace


@pytest.fixture(scope="module")
def opened(make_place: Callable[[], Path]) -> Iterator[Workspace]:
    folder = make_place() / "workspace"
    with Workspace.open(folder, Settings.from_environment({"CLEW_WORKERS": "2"})) as workspace:
        yield workspace


@pytest.fixture
def workspace(opened: Workspace) -> Workspace:
    for model in (Original, StoredMatch, Sighting, StoredTrace, Media, Folder):
        model.objects.all().delete()
    opened.__dict__.pop("looks", None)
    shutil.rmtree(opened.folder / "index", ignore_errors=True)
    return opened


@pytest.fixture
def folder(workspace: Workspace) -> Folder:
    return Folder.objects.create(path=b"/evidence")


class Made:
    """Makes readings as the confined processes would tell them."""

    @staticmethod
    def exact(content: bytes, *, md5: bytes | None = None) -> Trace:
        value = (
            hashlib.sha256(content).digest()
            + hashlib.sha1(content).digest()
            + (md5 or hashlib.md5(content).digest())
        )
        return Trace("exact", signals()["exact"].version, Feature(variant="whole", value=value))

    @staticmethod
    def look(number: int, *, quality: int = 100) -> Trace:
        """A picture's hash drawn at random: the same number gives the same, others lie far off."""
        bits = np.random.default_rng(number).integers(
            0, 256, len(PDQ.orientations) * PDQ.bits // 8, np.uint8
        )
        feature = Feature(variant="whole", value=bits.tobytes(), quality=quality)
        return Trace("picture", signals()["picture"].version, feature)

    @classmethod
    def picture(cls, content: bytes, look: int = 1, **more: object) -> Reading:
        fields: dict[str, object] = {
            "size": len(content),
            "type": MediaType.IMAGE,
            "format": "jpeg",
            "width": 640,
            "height": 480,
            "traces": [cls.exact(content), cls.look(look)],
        }
        return Reading(**(fields | more))  # type: ignore[arg-type]

    @classmethod
    def unreadable(cls, content: bytes | None, reason: str) -> Reading:
        return Reading(
            size=len(content or b""),
            outcome=Outcome.UNREADABLE,
            type=MediaType.IMAGE,
            format="jpeg",
            notes=[reason],
            traces=[] if content is None else [cls.exact(content)],
        )


@pytest.fixture
def made() -> type[Made]:
    return Made
