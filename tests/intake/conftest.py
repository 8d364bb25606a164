"""Makes ``left`` importable by the tests beside it, and small folders to scan."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from clew.intake.progress import Progress
from clew.intake.triage import Scan
from clew.settings import Settings
from clew.training.pictures import make_picture
from clew.training.practice import practice
from nurseries import kept_nurseries

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module", autouse=True)
def _nurseries() -> Iterator[None]:
    with kept_nurseries():
        yield


@cache
def _picture(number: int) -> Image.Image:
    return Image.fromarray(make_picture(5, number, 240, 320).pixels)


def jpeg(number: int, quality: int = 90) -> bytes:
    """A made-up picture; the same number is the same picture, the quality makes other bytes."""
    buffer = io.BytesIO()
    _picture(number).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    return jpeg


@pytest.fixture
def evidence(place: Path) -> Path:
    """A folder with two pictures, and a smaller copy of the first."""
    folder = place / "evidence"
    (folder / "DCIM").mkdir(parents=True)
    (folder / "one.jpg").write_bytes(jpeg(1))
    (folder / "two.jpg").write_bytes(jpeg(2))
    (folder / "DCIM" / "one-again.jpg").write_bytes(jpeg(1, quality=40))
    return folder


@pytest.fixture
def workspace(place: Path) -> Path:
    return place / "workspace"


@pytest.fixture
def scan(workspace: Path) -> Callable[[Path], Progress]:
    """Scans a folder into the workspace, from opening it to closing it."""

    def run(folder: Path) -> Progress:
        with practice(workspace, Settings.from_environment({"CLEW_WORKERS": "1"})) as opened:
            return Scan(opened, folder).run()

    return run
