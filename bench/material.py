"""The material that benchmarks measure on: shared photos and films, and generated clips.

The shared data is read in place and never copied into the project. ``CLEW_TEST_DATA`` names the
folder where it lies; by default it is looked for beside the checkout.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from clew.compare.subject import Subject
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.training import footage
from clew.training.clips import make_clip

PICTURE_NAMES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif"}
FILM_NAMES = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}

# Photos of one place, one thing or one scene that the labels or the manifest say belong together.
_NEAR_MISSES = ((37, 43, "caves"), (74, 78, "canyon"), (145, 147, "sequoias"))


def shared_data() -> Path:
    """Where the shared test data lies.

    Raises:
        FileNotFoundError: when it is not there; says how to name it.
    """
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("CLEW_TEST_DATA", beside))
    if not (folder / "MANIFEST.md").exists():
        raise FileNotFoundError(
            f"The shared test data is not in {folder}. Set CLEW_TEST_DATA to where it lies."
        )
    return folder


def subjects(files: Iterable[Path], workers: int = 2) -> dict[Path, Subject]:
    """Every file that could be read, with its traces."""
    files = list(files)
    opened = (
        Opened(number, open_untouched(os.fsencode(file)), file.name, file.stat().st_size)
        for number, file in enumerate(files)
    )
    found = {}
    with ConfinedReader(workers) as reader:
        for number, event in reader.read(opened):
            if not isinstance(event, Reached) and not event.member and event.traces:
                found[files[number]] = Subject.of(event.type, event.traces)
    return dict(sorted(found.items()))


def labels(folder: Path, column: str) -> dict[str, str]:
    """One column of a folder's ``labels.csv`` by file."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        return {row["file"]: row[column] for row in csv.DictReader(file)}


@cache
def pictures_by_scene() -> dict[Path, str]:
    """Photos with the name of what they show; different names mean different things for certain."""
    data = shared_data()
    scenes: dict[Path, str] = {}
    for folder, column in (
        ("indoor_places", "place"),
        ("outdoor_places", "place"),
        ("objects_instances", "instance"),
        ("objects_grocery", "instance"),
    ):
        for file, label in labels(data / folder, column).items():
            scenes[data / folder / file] = f"{folder}/{label}"
    for file in sorted((data / "indoor_corridor").rglob("*.jpg")):
        scenes[file] = "indoor_corridor"
    for file, house in labels(data / "distractors", "house").items():
        scenes[data / "distractors" / file] = f"distractors/{house}/{file}"
    for file in distinct_photos():
        scenes[file] = _photo_scene(file)
    return {file: scene for file, scene in scenes.items() if file.exists()}


def distinct_photos() -> list[Path]:
    """The photos of ``photos_mixed`` that are no edits of one another."""
    folder = shared_data() / "photos_mixed"
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in PICTURE_NAMES and "imagededup" not in file.parts
    ]


def _photo_scene(file: Path) -> str:
    if file.name == "image00135.jpg":
        return "indoor_places/boof_chair_lab"  # the same photo lies in both folders
    if file.stem.startswith("motorcycle"):
        return "photos_mixed/motorcycle"
    if file.stem.startswith("image") and "vacation" in str(file.parent):
        number = int("".join(filter(str.isdigit, file.stem)))
        for first, last, name in _NEAR_MISSES:
            if first <= number <= last:
                return f"photos_mixed/{name}"
    return f"photos_mixed/{file.name}"


def films_by_scene() -> dict[Path, str]:
    """Films with the name of what they show."""
    data = shared_data()
    scenes = {
        data / "video_copies" / file: f"video_copies/{group}"
        for file, group in labels(data / "video_copies", "group").items()
    }
    scenes[data / "containers" / "video" / "demo.mp4"] = "containers/demo"
    for file in sorted((data / "video_misc").rglob("*")):
        if file.suffix in FILM_NAMES:
            stem = file.stem.replace("v2s", "v2").replace("_audio", "")
            scenes[file] = f"video_misc/{stem}"
    return scenes


def generated_films(folder: Path, count: int) -> dict[Path, str]:
    """Made-up clips, each of other places than all others."""
    films = {}
    for number in range(count):
        file = folder / f"clip-{number:03d}.mp4"
        clip = make_clip(1009, number, seconds=4.0, height=240, width=426, shots=2)
        footage.write(clip, file, footage.MP4)
        films[file] = f"generated/{number}"
    return films


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for generated files, gone afterwards."""
    # A database that is stopping may still take away its files.
    return tempfile.TemporaryDirectory(prefix="clew-bench-", ignore_cleanup_errors=True)
