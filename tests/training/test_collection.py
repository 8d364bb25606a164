"""The collection is as its truth says, and comes out the same each time."""

import zipfile
from pathlib import Path

import av
import pytest
from PIL import Image

from clew.training.collection import make_collection
from clew.training.truth import MEMBER_SEPARATOR, Truth

Collection = tuple[Path, Path, Truth]


def on_disk(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_truth_lists_every_file_and_member(collection: Collection) -> None:
    folder, _, truth = collection
    members = [f.path for f in truth.files if MEMBER_SEPARATOR in f.path]
    assert {f.path for f in truth.files} - set(members) == set(on_disk(folder))
    (archive,) = [f.path for f in truth.files if f.kind == "archive"]
    with zipfile.ZipFile(folder / archive) as content:
        inside = {archive + MEMBER_SEPARATOR + name for name in content.namelist()}
    assert set(members) == inside
    assert len(truth.by_path) == len(truth.files)


def test_truth_survives_its_file(collection: Collection) -> None:
    _, truth_file, truth = collection
    assert Truth.load(truth_file) == truth
    assert Truth.load(truth_file).connections == truth.connections


def test_names_do_not_give_the_edit_away(collection: Collection) -> None:
    _, _, truth = collection
    for file in truth.files:
        words = [word for word in file.edit.split() if len(word) > 4]
        assert not any(word in file.path for word in words)


def test_readable_files_can_be_read(collection: Collection) -> None:
    folder, _, truth = collection
    for file in truth.files:
        path = folder / file.path
        if MEMBER_SEPARATOR in file.path or file.readable != "whole":
            continue
        if file.kind == "picture" and path.suffix != ".heic":
            with Image.open(path) as picture:
                picture.load()
        elif file.kind == "clip" and path.suffix not in (".gif", ".webp"):
            with av.open(str(path)) as container:
                assert len(list(container.decode(video=0))) > 5


def test_odd_files_are_odd(collection: Collection) -> None:
    folder, _, truth = collection
    odd = {file.edit: folder / file.path for file in truth.files}
    assert odd["wrong extension"].suffix == ".png"
    with Image.open(odd["wrong extension"]) as picture:
        assert picture.format == "JPEG"
    with Image.open(odd["truncated"]) as picture, pytest.raises(OSError, match="truncated"):
        picture.load()
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(odd["garbage"])
    assert odd["empty"].stat().st_size == 0
    assert odd["text"].read_text().startswith("Shopping")


def test_exact_copies_are_byte_for_byte(collection: Collection) -> None:
    folder, _, truth = collection
    copies = [c for c in truth.connections if c.edit == "exact copy"]
    assert len(copies) == 4
    for copy in copies:
        archive, _, member = copy.second.partition(MEMBER_SEPARATOR)
        content = (folder / archive).read_bytes()
        if member:
            with zipfile.ZipFile(folder / archive) as opened:
                content = opened.read(member)
        assert content == (folder / copy.first).read_bytes()


def test_something_is_connected_and_something_is_left_alone(collection: Collection) -> None:
    _, _, truth = collection
    connected = {c.first for c in truth.connections}
    originals = {f.path for f in truth.files if f.edit == "original"}
    assert connected < originals
    assert {"insert", "insert, foreign part"} <= {c.edit for c in truth.connections}
    for connection in truth.connections:
        assert truth.related(connection.first, connection.second)
    alone = (originals - connected).pop()
    assert not any(truth.related(alone, f.path) for f in truth.files if f.path != alone)


def test_spans_fit_in_both_files(collection: Collection) -> None:
    _, _, truth = collection
    for connection in truth.connections:
        assert bool(connection.spans) == (truth.by_path[connection.first].kind == "clip")
        for span in connection.spans:
            assert 0 <= span.original_start <= span.original_end < 4
            assert 0 <= span.copy_start <= span.copy_end < 8


@pytest.mark.soak
def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    truths = [
        make_collection(tmp_path / name, 8, pictures=4, clips=1, clip_seconds=1) for name in "ab"
    ]
    assert truths[0] == truths[1]
    assert on_disk(tmp_path / "a") == on_disk(tmp_path / "b")


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="not empty"):
        make_collection(tmp_path)
    assert on_disk(tmp_path) == {"mine.txt": b"keep"}


def test_the_truth_stays_out_of_the_scanned_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not lie among"):
        make_collection(tmp_path / "files", truth_file=tmp_path / "files" / "truth.json")
