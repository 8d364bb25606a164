"""The manifest: which segments make up the index, replaced in one step.

A segment counts from the moment a manifest naming it is in place, and not before; so at any
moment a crash leaves either the old index or the new one. Each change raises the generation.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.index.durable import replace_file
from clew.index.errors import ManifestDamaged, SegmentDamaged
from clew.index.segment import SUFFIX, SegmentFile

NAME = "manifest.json"
DELETIONS_SUFFIX = ".deleted"
_FORMAT = 1


@dataclass(frozen=True)
class PublishedSegment:
    """A segment that belongs to the index.

    Attributes:
        file: the segment's file.
        after: the segments before this one cover the log up to here.
        upto: with this one they cover it up to here.
        deletions: name of the file of its deleted keys, or None.
        deletions_sha256: checksum of that file.
        deleted: how many keys it lists.
    """

    file: SegmentFile
    after: int
    upto: int
    deletions: str | None = None
    deletions_sha256: str | None = None
    deleted: int = 0


@dataclass(frozen=True)
class Manifest:
    """One state of the index.

    Attributes:
        generation: rises by one with each change.
        covered_upto: log position up to which the segments hold everything; 0 for nothing.
        segments: oldest first.
    """

    generation: int = 0
    covered_upto: int = 0
    segments: tuple[PublishedSegment, ...] = ()

    def changed(
        self, segments: tuple[PublishedSegment, ...], covered_upto: int | None = None
    ) -> Manifest:
        """The next state, with these segments."""
        covered = self.covered_upto if covered_upto is None else covered_upto
        return Manifest(self.generation + 1, covered, segments)

    def files(self) -> set[str]:
        """Names of all files the manifest refers to."""
        named = {segment.file.name for segment in self.segments}
        return named | {s.deletions for s in self.segments if s.deletions is not None}


def read_manifest(folder: Path) -> Manifest:
    """The current state of the index in a folder; an empty one if there is no index yet.

    Raises:
        ManifestDamaged: the manifest is not what was written, or is missing where there are
            segments.
    """
    path = folder / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if any(folder.glob("*" + SUFFIX)):
            raise ManifestDamaged(path, "is missing, though there are segments") from None
        return Manifest()
    try:
        stored = json.loads(content)
        body, expected = stored["body"], stored["sha256"]
        if _digest(body) != expected:
            raise ManifestDamaged(path, "does not fit its own checksum")
        if body["format"] != _FORMAT:
            raise ManifestDamaged(path, f"has format {body['format']}, this program {_FORMAT}")
        segments = tuple(
            PublishedSegment(**{**segment, "file": SegmentFile(**segment["file"])})
            for segment in body["segments"]
        )
        return Manifest(body["generation"], body["covered_upto"], segments)
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestDamaged(path, f"cannot be read ({error})") from error


def publish(folder: Path, manifest: Manifest) -> None:
    """Make this the state of the index; durable when it returns."""
    body = {"format": _FORMAT, **asdict(manifest)}
    content = json.dumps({"body": body, "sha256": _digest(body)}, indent=1)
    replace_file(folder / NAME, content.encode())


def _digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def write_deletions(
    folder: Path, segment: PublishedSegment, keys: NDArray[np.int64], generation: int
) -> PublishedSegment:
    """The segment with these deleted keys (int64[n], ascending) instead of the ones it had."""
    if not len(keys):
        return replace(segment, deletions=None, deletions_sha256=None, deleted=0)
    name = f"{segment.file.name}.{generation}{DELETIONS_SUFFIX}"
    content = keys.astype("<i8").tobytes()
    replace_file(folder / name, content)
    digest = hashlib.sha256(content).hexdigest()
    return replace(segment, deletions=name, deletions_sha256=digest, deleted=len(keys))


def read_deletions(folder: Path, segment: PublishedSegment) -> NDArray[np.int64]:
    """The deleted keys of a segment, int64[n], ascending.

    Raises:
        FileNotFoundError: the file is gone; a newer manifest may say why.
        SegmentDamaged: the list is not what was written.
    """
    if segment.deletions is None:
        return np.empty(0, np.int64)
    path = folder / segment.deletions
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != segment.deletions_sha256:
        raise SegmentDamaged(path, "does not fit the checksum in the manifest")
    return np.frombuffer(content, "<i8").astype(np.int64)
