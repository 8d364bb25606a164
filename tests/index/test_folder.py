"""Segments on disk: publishing, sharing between open indexes, damage and repair."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from brute import listed, within
from made import clustered, random_hashes

from clew.index import HammingIndex, IndexDamaged, ManifestDamaged, SegmentDamaged
from clew.index import segment as segments
from clew.index.segment import Segment

COUNT = 600


@pytest.fixture
def hashes() -> np.ndarray:
    return clustered(COUNT, np.random.default_rng(1))


def filled(folder: Path, hashes: np.ndarray, parts: int = 1) -> HammingIndex:
    """An index of all hashes, keys from 0 on, in so many segments."""
    index = HammingIndex.open(folder, threads=1)
    ends = [len(hashes) * (part + 1) // parts for part in range(parts)]
    begin = 0
    for end in ends:
        index.add(np.arange(begin, end), hashes[begin:end])
        index.seal(end)
        begin = end
    return index


def segment_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"), key=lambda path: path.stat().st_mtime_ns)


def exact(index: HammingIndex, keys: np.ndarray, hashes: np.ndarray) -> None:
    assert len(index) == len(keys)
    queries = hashes[:5]
    for radius in (0, 31, 64):
        assert listed(index.search(queries, radius)) == within(keys, hashes, queries, radius)


@pytest.mark.usefixtures("always_tables")
def test_sealed_hashes_are_there_for_everyone(tmp_path: Path, hashes: np.ndarray) -> None:
    index = filled(tmp_path, hashes, parts=3)
    other = HammingIndex.open(tmp_path)
    for each in (index, other):
        assert len(each) == COUNT
        assert each.covered_upto == COUNT
        exact(each, np.arange(COUNT), hashes)
    index.verify()
    assert len(segment_files(tmp_path)) == 3


@pytest.mark.usefixtures("always_tables")
def test_compaction_keeps_everything_and_leaves_one_file(
    tmp_path: Path, hashes: np.ndarray
) -> None:
    index = filled(tmp_path, hashes, parts=4)
    other = HammingIndex.open(tmp_path)
    index.delete(np.arange(10, 50))
    assert index.compact(everything=True)
    assert not index.compact(everything=True)
    assert len(segment_files(tmp_path)) == 1
    left = np.r_[0:10, 50:COUNT]
    exact(index, left, hashes[left])
    exact(other, np.arange(COUNT), hashes)  # still sees the files it opened
    other.refresh()
    exact(other, left, hashes[left])
    exact(HammingIndex.open(tmp_path), left, hashes[left])
    assert index.covered_upto == COUNT


def test_compaction_merges_like_sizes_only(tmp_path: Path) -> None:
    hashes = random_hashes(2000, np.random.default_rng(2))
    index = HammingIndex.open(tmp_path)
    index.add(np.arange(1900), hashes[:1900])
    index.seal(1)
    for key in range(1900, 1910):
        index.add(np.array([key]), hashes[[key]])
        index.seal(key)
        index.compact()
    sizes = [len(layer) for layer in index._layers]
    assert sizes[0] == 1900
    assert len(sizes) <= 4
    exact(index, np.arange(1910), hashes[:1910])


def test_deletions_last_and_reach_others(tmp_path: Path, hashes: np.ndarray) -> None:
    index = filled(tmp_path, hashes, parts=2)
    other = HammingIndex.open(tmp_path)
    assert index.delete(np.array([3, 4, 4, 9999, COUNT - 1])) == 3
    assert other.delete(np.array([3, 5])) == 1
    index.refresh()
    left = np.setdiff1d(np.arange(COUNT), [3, 4, 5, COUNT - 1])
    for each in (index, other, HammingIndex.open(tmp_path)):
        assert len(each) == len(left)
        exact(each, left, hashes[left])
    everything = [tmp_path / name for name in ("building.lock", "publishing.lock")]
    index.delete(np.arange(COUNT))
    assert index.compact(everything=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "manifest.json",
        *(path.name for path in everything),
    }
    assert HammingIndex.open(tmp_path).covered_upto == COUNT


def test_deletions_during_a_compaction_are_not_lost(
    tmp_path: Path, hashes: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(tmp_path, hashes, parts=2)
    other = HammingIndex.open(tmp_path)
    write = segments.write_segment

    def delete_while_writing(*arguments: object) -> object:
        assert other.delete(np.array([7, 500])) == 2
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("clew.index.folder.write_segment", delete_while_writing)
    assert index.compact(everything=True)
    left = np.setdiff1d(np.arange(COUNT), [7, 500])
    for each in (index, HammingIndex.open(tmp_path)):
        exact(each, left, hashes[left])


def test_a_row_deleted_in_one_tail_and_sealed_from_another_is_gone(
    tmp_path: Path, hashes: np.ndarray
) -> None:
    one, two = HammingIndex.open(tmp_path), HammingIndex.open(tmp_path)
    for each in (one, two):
        each.add(np.arange(20), hashes[:20])
    assert two.delete(np.array([4])) == 1
    one.seal(20)
    two.refresh()
    left = np.setdiff1d(np.arange(20), [4])
    exact(two, left, hashes[left])
    exact(HammingIndex.open(tmp_path), left, hashes[left])
    assert two.covered_upto == 20


def test_two_writers_with_the_same_tail_seal_it_once(tmp_path: Path, hashes: np.ndarray) -> None:
    one, two = HammingIndex.open(tmp_path), HammingIndex.open(tmp_path)
    one.add(np.arange(300), hashes[:300])
    two.add(np.arange(200, COUNT), hashes[200:])
    writers = [
        threading.Thread(target=index.seal, args=(upto,)) for index, upto in ((one, 1), (two, 2))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    both = HammingIndex.open(tmp_path)
    assert len(both) == COUNT
    assert both.covered_upto == 2
    exact(both, np.arange(COUNT), hashes)


@pytest.mark.parametrize("change", ["delete", "compact", "seal", "add"])
def test_what_another_sealed_is_found_once_whatever_one_does_next(
    tmp_path: Path, hashes: np.ndarray, change: str
) -> None:
    keys = np.arange(len(hashes))
    one, other = HammingIndex.open(tmp_path), HammingIndex.open(tmp_path)
    one.add(keys, hashes)
    other.add(keys, hashes)
    other.seal()
    if change == "delete":
        one.delete(keys[-1:])
    elif change == "compact":
        one.compact()
    elif change == "seal":
        one.seal()
    else:
        one.add(keys[:1], hashes[:1])
    assert one.search(hashes[7:8], 0).key.tolist().count(7) == 1


def test_opening_reads_next_to_nothing(tmp_path: Path, hashes: np.ndarray) -> None:
    filled(tmp_path, hashes)
    started = time.perf_counter()
    HammingIndex.open(tmp_path)
    assert time.perf_counter() - started < 0.1


@pytest.mark.usefixtures("always_tables")
def test_every_damaged_byte_of_a_section_is_noticed(tmp_path: Path, hashes: np.ndarray) -> None:
    index = filled(tmp_path, hashes)
    segment = index._layers[0].segment
    assert segment is not None
    path = segment.path
    content = path.read_bytes()
    places = {
        name: array.ctypes.data - segment._arrays["hashes"].ctypes.data + 16 * 4096
        for name, array in segment._arrays.items()
        if array.nbytes
    }
    assert len(places) > 20
    for name, place in places.items():
        path.chmod(0o600)
        damaged = bytearray(content)
        at = place + min(3, segment._arrays[name].nbytes - 1)
        damaged[at] ^= 0x10
        path.write_bytes(damaged)
        opened = HammingIndex.open(tmp_path)
        with pytest.raises(SegmentDamaged, match=f"{path.name}: is damaged in .*{name}"):
            opened.search(hashes[:1], 31)
        for ask in (
            lambda i: i.search_nearest(hashes[:1], 1),
            lambda i: i.delete(np.array([1])),
            lambda i: i.add(np.array([1]), hashes[1:2]),
            lambda i: i.compact(everything=True) or i.verify(),
        ):
            with pytest.raises(SegmentDamaged):
                ask(HammingIndex.open(tmp_path))
    path.write_bytes(content)
    exact(HammingIndex.open(tmp_path), np.arange(COUNT), hashes)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: (path.chmod(0o600), os.truncate(path, path.stat().st_size - 4096)),
    "emptied": lambda path: (path.chmod(0o600), os.truncate(path, 0)),
    "longer": lambda path: (path.chmod(0o600), os.truncate(path, path.stat().st_size + 1)),
    "preamble": lambda path: flip(path, 3),
    "header": lambda path: flip(path, 200),
    "missing": lambda path: path.unlink(),
    "another segment": lambda path: (
        path.unlink(),
        path.write_bytes(segment_files(path.parent)[0].read_bytes()),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_reported_on_opening_and_repaired(
    tmp_path: Path, hashes: np.ndarray, damage: str
) -> None:
    filled(tmp_path, hashes, parts=3)
    path = segment_files(tmp_path)[1]
    DAMAGES[damage](path)
    with pytest.raises(SegmentDamaged, match="Repair") as caught:
        HammingIndex.open(tmp_path)
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    index, damaged = HammingIndex.repair(tmp_path)
    assert damaged == [path]
    assert index.covered_upto == COUNT // 3  # as far as before the damaged one
    newer = np.arange(COUNT // 3, COUNT)
    index.add(newer, hashes[newer])
    exact(index, np.arange(COUNT), hashes)
    index.seal(COUNT)
    exact(HammingIndex.open(tmp_path), np.arange(COUNT), hashes)
    assert not path.exists()


def test_damage_inside_is_repaired_too_and_all_is_well_without(
    tmp_path: Path, hashes: np.ndarray
) -> None:
    filled(tmp_path, hashes, parts=2)
    assert HammingIndex.repair(tmp_path)[1] == []
    flip(segment_files(tmp_path)[1], 16 * 4096 + 5)
    index, damaged = HammingIndex.repair(tmp_path)
    assert len(damaged) == 1
    assert index.covered_upto == COUNT // 2
    exact(index, np.arange(COUNT // 2), hashes[: COUNT // 2])


@pytest.mark.parametrize("damage", ["flipped", "cut short", "missing", "not json", "future"])
def test_a_damaged_manifest_is_reported_and_repaired(
    tmp_path: Path, hashes: np.ndarray, damage: str
) -> None:
    filled(tmp_path, hashes)
    path = tmp_path / "manifest.json"
    content = path.read_bytes()
    stored = json.loads(content)
    stored["body"]["covered_upto"] += 1
    path.write_bytes(
        {
            "flipped": json.dumps(stored).encode(),
            "cut short": content[: len(content) // 2],
            "missing": b"",
            "not json": b"[1, 2]",
            "future": json.dumps({"body": {"format": 99}, "sha256": ""}).encode(),
        }[damage]
    )
    if damage == "missing":
        path.unlink()
    with pytest.raises(ManifestDamaged, match=r"manifest\.json"):
        HammingIndex.open(tmp_path)
    index, damaged = HammingIndex.repair(tmp_path)
    assert damaged == [path]
    assert index.covered_upto == 0
    assert len(index) == 0
    index.add(np.arange(COUNT), hashes)
    index.seal(COUNT)
    exact(HammingIndex.open(tmp_path), np.arange(COUNT), hashes)


@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_a_damaged_list_of_deletions_is_reported_and_repaired(
    tmp_path: Path, hashes: np.ndarray, damage: str
) -> None:
    index = filled(tmp_path, hashes)
    index.delete(np.array([5]))
    (path,) = tmp_path.glob("*.deleted")
    if damage == "flipped":
        flip(path, 0)
    else:
        path.unlink()
    with pytest.raises(SegmentDamaged) as caught:
        HammingIndex.open(tmp_path)
    assert caught.value.path == path
    index, damaged = HammingIndex.repair(tmp_path)
    assert damaged == [path]
    assert index.covered_upto == 0


def test_an_open_index_notices_a_manifest_that_others_repaired(
    tmp_path: Path, hashes: np.ndarray
) -> None:
    index = filled(tmp_path, hashes)
    (tmp_path / "manifest.json").write_bytes(b"")
    with pytest.raises(IndexDamaged):
        index.refresh()
    HammingIndex.repair(tmp_path)
    with pytest.raises(IndexDamaged, match="repaired by others"):
        index.refresh()  # it would know nothing of what it was told to hold
    opened = HammingIndex.open(tmp_path)
    assert len(opened) == 0
    assert opened.covered_upto == 0


def test_what_others_took_out_is_never_sealed_as_covered(
    tmp_path: Path, hashes: np.ndarray
) -> None:
    index = filled(tmp_path, hashes)
    for segment in tmp_path.glob("*.segment"):
        segment.unlink()
    HammingIndex.repair(tmp_path)
    index.add(np.array([COUNT + 1]), hashes[:1])
    with pytest.raises(IndexDamaged):
        index.seal(COUNT + 2)
    assert HammingIndex.open(tmp_path).covered_upto == 0


def test_a_segment_is_read_whole_once_and_not_by_everyone(
    tmp_path: Path, hashes: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path, hashes)
    (path,) = segment_files(tmp_path)
    read: list[int] = []
    checksum = segments.checksum
    monkeypatch.setattr(
        segments, "checksum", lambda values: read.append(values.nbytes) or checksum(values)
    )

    def readings() -> int:
        before = len(read)
        index = HammingIndex.open(tmp_path)
        index.search(hashes[:1], 0)
        index.search(hashes[:1], 0)
        return len(read) - before

    once = readings()
    assert once > 0
    assert readings() == once  # too fresh: a change could bear the same time
    monkeypatch.setattr(segments, "_CLOCK_GRAIN_SECONDS", 0.0)
    assert readings() == once
    assert readings() == 0
    os.utime(path)  # touched, so it must be read again
    assert readings() == once
    monkeypatch.setattr(segments, "VERIFIED_FOR_SECONDS", 0)
    assert readings() == once
    flip(path, 16 * 4096)
    monkeypatch.setattr(segments, "VERIFIED_FOR_SECONDS", 3600)
    with pytest.raises(SegmentDamaged):
        readings()


def test_segments_are_verified_again_when_asked(tmp_path: Path, hashes: np.ndarray) -> None:
    index = filled(tmp_path, hashes)
    index.verify()
    segment = index._layers[0].segment
    assert isinstance(segment, Segment)
    flip(segment.path, 16 * 4096)  # the mapping shows what is on disk now
    with pytest.raises(SegmentDamaged):
        index.verify()
    with pytest.raises(SegmentDamaged):
        index.search(hashes[:1], 31)


def test_a_full_disk_leaves_the_index_as_it_was(
    tmp_path: Path, hashes: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = filled(tmp_path, hashes[:300])
    index.add(np.arange(300, COUNT), hashes[300:])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        with pytest.raises(OSError, match="No space"):
            index.seal(COUNT)
    assert not list(tmp_path.glob("*.building"))
    assert index.covered_upto == 300
    exact(index, np.arange(COUNT), hashes)
    index.seal(COUNT)
    exact(HammingIndex.open(tmp_path), np.arange(COUNT), hashes)


def test_a_failed_flush_is_never_taken_for_a_segment(
    tmp_path: Path, hashes: np.ndarray, always_tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk tells a failed write once: a later fsync of the same file would say all is well."""
    index = filled(tmp_path, hashes[:300])
    index.add(np.arange(300, COUNT), hashes[300:])
    flush, calls = os.fdatasync, []

    def fails_first(file: int) -> None:
        calls.append(file)
        if len(calls) == 1:
            raise OSError(5, "Input/output error")
        flush(file)

    monkeypatch.setattr(os, "fdatasync", fails_first)
    with pytest.raises(OSError, match="Input/output"):
        index.seal(COUNT)
    assert not list(tmp_path.glob("*.building"))
    assert HammingIndex.open(tmp_path).covered_upto == 300
    exact(index, np.arange(COUNT), hashes)


def test_files_of_dead_writers_are_removed_by_the_next(tmp_path: Path, hashes: np.ndarray) -> None:
    index = filled(tmp_path, hashes[:300])
    left = [
        tmp_path / name
        for name in (
            "a.segment.building",
            "manifest.json.12.writing",
            "never-published.segment",
            "gone.segment.verified",
            "gone.segment.3.deleted",
        )
    ]
    for path in left:
        path.write_bytes(b"half")
    exact(HammingIndex.open(tmp_path), np.arange(300), hashes[:300])
    index.add(np.arange(300, COUNT), hashes[300:])
    index.seal(COUNT)
    assert not [path for path in left if path.exists()]
    exact(HammingIndex.open(tmp_path), np.arange(COUNT), hashes)
