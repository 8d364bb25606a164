"""The small harmless collection: generated pictures and clips, edited copies, and odd files.

truth = make_collection(Path("demo/files"), truth_file=Path("demo/truth.json"))
"""

from __future__ import annotations

import io
import zipfile
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from clew.training import footage as film
from clew.training.clips import make_clip
from clew.training.edits.clips import CLIP_EDITS, ClipEdit, Span
from clew.training.edits.encodings import JPEG
from clew.training.edits.pictures import PICTURE_EDITS
from clew.training.footage import Codec, Footage
from clew.training.pictures import Pixels, make_picture
from clew.training.places import Places
from clew.training.truth import MEMBER_SEPARATOR, ORIGINAL, KnownFile, Part, Truth

_PICTURE_COPIES = 1.5  # edited copies for each picture, on average
_CLIP_COPIES = 3.7  # and for each clip
_CAMERA_CODECS = (film.MP4, film.WEBM, film.AVI)  # of the first three clips; the rest are MP4


def make_collection(
    folder: Path,
    seed: int = 7,
    pictures: int = 24,
    clips: int = 6,
    *,
    clip_seconds: float = 7.5,
    truth_file: Path | None = None,
) -> Truth:
    """Write the collection into a new or empty folder and say what is in it.

    One picture in six has no copy at all, so that there is something to leave alone. The same
    seed gives the same pixels, names and truth. Clips last `clip_seconds`, give or take a fifth;
    pictures=6, clips=2, clip_seconds=4 is a tiny collection for tests.
    `truth_file` must lie outside the folder.
    """
    if truth_file is not None and truth_file.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"the truth must not lie among the files it is about: {truth_file}")
    if pictures < 4:
        raise ValueError("a collection needs four pictures or more, for the odd files among them")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"not empty, and files of yours stay as they are: {folder}")
    collection = _Collection(folder, seed)
    collection.add_pictures(pictures)
    collection.add_clips(clips, clip_seconds)
    collection.add_odd_files()
    truth = Truth(seed, sorted(collection.files, key=lambda file: file.path))
    if truth_file is not None:
        truth.save(truth_file)
    return truth


def _decode(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


class _Collection:
    """A collection being written."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.files: list[KnownFile] = []
        self._folder = folder
        self._seed = seed
        self._random = np.random.default_rng([seed, 1])
        self._places = Places(np.random.default_rng([seed, 2]))

    def add_pictures(self, count: int) -> None:
        """Originals, and edited copies of most of them."""
        copied = max(1, count - count // 6)
        edits = list(PICTURE_EDITS.values())
        start = int(self._random.integers(copied))
        for number in range(count):
            origin = f"picture {number:03}"
            content = JPEG.encode(make_picture(self._seed, number).pixels)
            pixels = _decode(content)  # copies are made from the file, as people make them
            path = self._places.camera_picture(JPEG.suffix)
            self._store(path, content)
            self._note_picture(path, origin)
            for turn in range(ceil(count * _PICTURE_COPIES)):
                if (start + turn) % copied == number:
                    edit = edits[turn % len(edits)]
                    target = self._places.anywhere(edit.encoding.suffix)
                    self._store(target, edit.file(pixels))
                    self._note_picture(target, origin, edit.name, dict(edit.parameters))

    def add_clips(self, count: int, usual_seconds: float) -> None:
        """Originals, and edited copies of each; foreign parts come from the clip before."""
        edits = list(CLIP_EDITS.values())
        previous: tuple[str, Footage] | None = None
        for number in range(count):
            origin = f"clip {number:03}"
            codec = _CAMERA_CODECS[number] if number < len(_CAMERA_CODECS) else film.MP4
            path = self._places.camera_clip(codec.suffix)
            seconds = usual_seconds * float(self._random.uniform(0.8, 1.2))
            shots = max(1, round(seconds / 3))
            self._film(path, make_clip(self._seed, number, seconds, shots=shots), codec)
            original = film.read(self._folder / path)
            whole = Span(0.0, original.duration, 0.0, original.duration)
            self.files.append(KnownFile(path, "clip", parts=[Part(origin, [whole])]))
            for turn in range(ceil(count * _CLIP_COPIES)):
                edit = edits[turn % len(edits)]
                # From the last clip on, so that clips in common formats are copied first; the
                # first clip has none before it to take foreign parts from.
                chosen = (-1 - turn) % count
                if edit.needs_foreign and chosen == 0:
                    chosen = 1
                if chosen == number:
                    self._copy_clip(edit, path, origin, original, previous)
            previous = origin, original

    def _copy_clip(
        self,
        edit: ClipEdit,
        source: str,
        origin: str,
        original: Footage,
        previous: tuple[str, Footage] | None,
    ) -> None:
        target = self._places.anywhere(edit.suffix)
        foreign = previous[1] if previous is not None else None
        (self._folder / target).parent.mkdir(parents=True, exist_ok=True)
        copy = edit.write(self._folder / source, self._folder / target, original, foreign)
        parts = [Part(origin, copy.spans)]
        if copy.foreign_spans and previous is not None:
            parts.append(Part(previous[0], copy.foreign_spans))
        kind = "picture" if edit.picture == "JPEG" else "clip"
        self.files.append(KnownFile(target, kind, edit.name, dict(edit.parameters), parts))

    def add_odd_files(self) -> None:
        """Duplicates, a wrong name ending, an archive, damaged and empty files, a text."""
        originals = [f for f in self.files if f.edit == ORIGINAL]
        chosen = [f for f in originals if f.kind == "picture"]
        clips = [f for f in originals if f.kind == "clip"]
        for source in (chosen[0], chosen[1], *clips[:1]):
            path = self._places.anywhere(Path(source.path).suffix)
            self._store(path, self._read(source))
            self.files.append(KnownFile(path, source.kind, "exact copy", parts=source.parts))
        path = self._places.anywhere(".png")
        self._store(path, self._read(chosen[2]))
        self._note_picture(path, chosen[2].parts[0].origin, "wrong extension")
        content = self._read(chosen[3])
        path = self._places.anywhere(".jpg")
        self._store(path, content[: len(content) * 6 // 10])
        parameters = {"kept": 0.6}
        self._note_picture(path, chosen[3].parts[0].origin, "truncated", parameters, "partly")
        self._add_archive(chosen[1], chosen[2])
        for suffix, data, edit in (
            (".jpg", self._random.bytes(20_000), "garbage"),
            (".jpg", b"", "empty"),
            (".txt", b"Shopping: bread, milk, a new lamp for the hall.\n", "text"),
        ):
            path = self._places.anywhere(suffix)
            self._store(path, data)
            self.files.append(KnownFile(path, "other", edit, readable="no"))

    def _add_archive(self, first: KnownFile, second: KnownFile) -> None:
        """A zip with an exact copy of one picture and a smaller copy of another."""
        path = self._places.anywhere(".zip")
        smaller = PICTURE_EDITS["half size"]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, data in (
                ("a/IMG_0001.jpg", self._read(first)),
                ("a/IMG_0002.jpg", smaller.file(_decode(self._read(second)))),
            ):
                archive.writestr(zipfile.ZipInfo(name, (2023, 5, 4, 12, 0, 0)), data)
        self._store(path, buffer.getvalue())
        self.files.append(KnownFile(path, "archive", "archive"))
        inside = path + MEMBER_SEPARATOR
        self._note_picture(inside + "a/IMG_0001.jpg", first.parts[0].origin, "exact copy")
        self._note_picture(
            inside + "a/IMG_0002.jpg",
            second.parts[0].origin,
            smaller.name,
            dict(smaller.parameters),
        )

    def _film(self, path: str, footage: Footage, codec: Codec) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        film.write(footage, target, codec)

    def _store(self, path: str, data: bytes) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def _read(self, file: KnownFile) -> bytes:
        return (self._folder / file.path).read_bytes()

    def _note_picture(
        self,
        path: str,
        origin: str,
        edit: str = ORIGINAL,
        parameters: dict[str, Any] | None = None,
        readable: str = "whole",
    ) -> None:
        self.files.append(
            KnownFile(path, "picture", edit, parameters or {}, [Part(origin)], readable)
        )
