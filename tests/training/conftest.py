"""Made once for all tests of the training material."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clew.training import footage as film
from clew.training.clips import make_clip
from clew.training.collection import make_collection
from clew.training.footage import Footage
from clew.training.pictures import Pixels, make_picture
from clew.training.truth import Truth
from clew.training.world.making import make_world


@pytest.fixture(scope="session")
def picture() -> Pixels:
    return make_picture(3, 0, 450, 600).pixels


@pytest.fixture(scope="session")
def clip() -> Footage:
    return make_clip(3, 0, seconds=3.0, height=180, width=320, shots=2)


@pytest.fixture(scope="session")
def foreign_clip() -> Footage:
    return make_clip(3, 1, seconds=2.0, height=180, width=320, shots=1)


@pytest.fixture(scope="session")
def clip_file(clip: Footage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "original.mp4"
    film.write(clip, path)
    return path


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Truth]:
    """The folder, the file with the truth, and the truth."""
    place = tmp_path_factory.mktemp("collection")
    folder, truth_file = place / "files", place / "truth.json"
    truth = make_collection(
        folder, seed=5, pictures=6, clips=2, clip_seconds=3, truth_file=truth_file
    )
    return folder, truth_file, truth


@pytest.fixture(scope="session")
def world(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A tiny whole world; nobody may change it."""

    def make(place: Path) -> None:
        made = make_world(place / "world", 11, "tiny")
        assert (made.cases, made.whole) == (2, True)

    return once("world", make) / "world"
