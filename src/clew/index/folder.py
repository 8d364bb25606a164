"""The segments of one index in one folder: publishing, compacting, deleting, repairing.

Any number of processes read; one at a time builds (``building.lock``, held for as long as a
segment takes) and one at a time publishes (``publishing.lock``, held for a moment), so deletions
do not wait for a compaction. Files are removed as soon as no manifest names them: processes that
have them open keep them until they let go, because the kernel does (POSIX unlink). Whoever finds
a file gone that a manifest named looks at the manifest again; only if that is still the newest is
the file missing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.index.durable import WRITING_SUFFIX, locked
from clew.index.errors import IndexDamaged, ManifestDamaged, SegmentDamaged
from clew.index.layer import Layer, merged_rows
from clew.index.manifest import (
    DELETIONS_SUFFIX,
    NAME,
    Manifest,
    PublishedSegment,
    publish,
    read_deletions,
    read_manifest,
    write_deletions,
)
from clew.index.segment import BUILDING_SUFFIX, SUFFIX, VERIFIED_SUFFIX, Segment, write_segment

# A segment is merged with all newer ones once these together reach a quarter of its size, so a
# key is rewritten only a few times however many segments are sealed.
_MERGE_RATIO = 4
_TOO_MANY_DELETED = 0.25


class SegmentFolder:
    """The sealed part of an index.

    Attributes:
        path: the folder.
        manifest: the state that ``layers`` show.
        layers: one for each published segment, oldest first.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.path = path
        self.threads = threads
        self.manifest = Manifest(generation=-1)
        self.layers: tuple[Layer, ...] = ()
        self._refreshing = threading.RLock()  # a compaction may run in a thread of its own
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def refresh(self) -> None:
        """Show the newest published state.

        Raises:
            ManifestDamaged: the manifest is damaged or missing, or covers less than it did.
            SegmentDamaged: a segment is missing or visibly damaged.
        """
        with self._refreshing:
            while (manifest := read_manifest(self.path)) != self.manifest:
                if manifest.covered_upto < self.manifest.covered_upto:
                    # What was taken out is nowhere in this index: it must not go on as if it
                    # knew all, nor seal what it has as covering all.
                    raise ManifestDamaged(self.path / NAME, "was repaired by others and says less")
                try:
                    layers = tuple(self._open(segment) for segment in manifest.segments)
                except FileNotFoundError as error:
                    if read_manifest(self.path) != manifest:
                        continue  # somebody published and removed the file in between
                    raise SegmentDamaged(Path(error.filename), "is missing") from error
                self.manifest, self.layers = manifest, layers
                return

    def _open(self, published: PublishedSegment) -> Layer:
        for layer, entry in zip(self.layers, self.manifest.segments, strict=True):
            if entry == published:
                return layer
            if entry.file == published.file:
                return Layer(layer.block, read_deletions(self.path, published), layer.segment)
        segment = Segment(self.path, published.file)
        return Layer(segment.block, read_deletions(self.path, published), segment)

    def verify(self) -> None:
        """Compare all checksums of all segments.

        Raises:
            SegmentDamaged: the first segment found to be damaged.
        """
        for layer in self.layers:
            assert layer.segment is not None
            layer.segment.verify(self.threads, again=True)

    def seal(
        self, rows: Callable[[], tuple[NDArray[np.int64], NDArray[np.uint64]]], upto: int
    ) -> None:
        """Publish rows as a new segment.

        Args:
            rows: called once nobody else builds; gives keys int64[n], ascending, and hashes
                uint64[n, 4] that are in no segment yet.
            upto: log position up to which the index is complete with them.
        """
        with self._building():
            keys, hashes = rows()
            written = write_segment(self.path, keys, hashes, self.threads) if len(keys) else None
            with self._publishing():
                manifest = read_manifest(self.path)
                covered = max(upto, manifest.covered_upto)
                segments = manifest.segments
                if written is not None:
                    segments += (PublishedSegment(written, manifest.covered_upto, covered),)
                if written is not None or covered > manifest.covered_upto:
                    publish(self.path, manifest.changed(segments, covered))

    def compact(self, everything: bool) -> bool:
        """Merge segments and drop what was deleted from them; False if there was no need."""
        with self._building():
            with self._refreshing:
                self.refresh()
                layers, old = self.layers, self.manifest.segments
            first = 0 if everything else _first_to_merge(layers)
            merged = layers[first:]
            if not merged or (len(merged) == 1 and not len(merged[0].deleted)):
                return False
            keys, hashes = merged_rows(merged)
            written = write_segment(self.path, keys, hashes, self.threads) if len(keys) else None
            with self._publishing():
                manifest = read_manifest(self.path)
                now = manifest.segments[first:]
                assert [s.file for s in now] == [s.file for s in old[first:]], "only builders add"
                segments = manifest.segments[:first]
                if written is not None:
                    late = [
                        np.setdiff1d(read_deletions(self.path, segment), layer.deleted)
                        for segment, layer in zip(now, merged, strict=True)
                    ]
                    fresh = PublishedSegment(written, now[0].after, now[-1].upto)
                    deleted = np.unique(np.concatenate(late))
                    generation = manifest.generation + 1
                    segments += (write_deletions(self.path, fresh, deleted, generation),)
                publish(self.path, manifest.changed(segments))
            self._clean()
        return True

    def delete(self, keys: NDArray[np.int64]) -> int:
        """Delete keys (int64[n], distinct) from the segments, lasting; how many there were."""
        for layer in self.layers:
            assert layer.segment is not None
            layer.segment.ensure_verified()  # before others have to wait for it
        with self._publishing():
            self.refresh()
            segments = list(self.manifest.segments)
            count = 0
            for place, layer in enumerate(self.layers):
                here = keys[layer.find(keys) >= 0]
                if len(here):
                    deleted = layer.without(here).deleted
                    generation = self.manifest.generation + 1
                    segments[place] = write_deletions(
                        self.path, segments[place], deleted, generation
                    )
                    count += len(here)
            if count:
                publish(self.path, self.manifest.changed(tuple(segments)))
        self.refresh()
        return count

    def repair(self) -> list[Path]:
        """Take everything damaged out of the index and lower ``covered_upto`` accordingly.

        Returns the files that were damaged or missing; none if all is well.
        """
        with self._building_lock(), self._publishing():
            try:
                manifest = read_manifest(self.path)
            except ManifestDamaged as error:
                # Open indexes must see that this is another state, whatever they knew.
                publish(self.path, Manifest(generation=time.time_ns()))
                self._remove_unnamed()
                return [error.path]
            sound, damaged, covered = [], [], manifest.covered_upto
            for published in manifest.segments:
                try:
                    Segment(self.path, published.file).verify(self.threads)
                    read_deletions(self.path, published)
                    sound.append(published)
                except IndexDamaged as error:
                    damaged.append(error.path)
                    covered = min(covered, published.after)
                except FileNotFoundError as error:
                    damaged.append(Path(error.filename))
                    covered = min(covered, published.after)
            if damaged:
                publish(self.path, manifest.changed(tuple(sound), covered))
            self._remove_unnamed()
        return damaged

    def _publishing(self) -> AbstractContextManager[None]:
        return locked(self.path / "publishing.lock")

    @contextmanager
    def _building(self) -> Iterator[None]:
        with self._building_lock():
            self._clean()
            manifest = read_manifest(self.path)
            if manifest == Manifest():  # from now on a missing manifest is damage
                publish(self.path, manifest.changed(()))
            yield

    def _building_lock(self) -> AbstractContextManager[None]:
        return locked(self.path / "building.lock")

    def _clean(self) -> None:
        """Remove what dead writers and past generations left; the caller holds building.lock."""
        with self._publishing():
            self._remove_unnamed()

    def _remove_unnamed(self) -> None:
        named = read_manifest(self.path).files()
        for suffix in (SUFFIX, DELETIONS_SUFFIX, BUILDING_SUFFIX, WRITING_SUFFIX):
            for path in self.path.glob("*" + suffix):
                if path.name not in named:
                    path.unlink(missing_ok=True)
        for path in self.path.glob("*" + VERIFIED_SUFFIX):
            if path.name.removesuffix(VERIFIED_SUFFIX) not in named:
                path.unlink(missing_ok=True)


def _first_to_merge(layers: tuple[Layer, ...]) -> int:
    """From which segment on to merge: small ones of like size, and those with many deletions."""
    first = len(layers)
    newer = 0
    for place in range(len(layers) - 1, -1, -1):
        layer = layers[place]
        if newer and len(layer.block) <= _MERGE_RATIO * newer:
            first = place
        if len(layer.deleted) > _TOO_MANY_DELETED * len(layer.block):
            first = place
        newer += len(layer)
    return first
