"""What is destroyed stays destroyed, and is not stored again in silence."""

import hashlib
import io
import os

import pytest
from structlog.testing import capture_logs

from clew.vault import DeletedError, KeyFile, Kind, NotStoredError, Vault
from clew.vault.streams import CHUNK_BYTES

DATA = b"to be deleted"
NAME = hashlib.sha256(DATA).hexdigest()
REASON = "ordered by court, 12 Gs 34/26"


@pytest.fixture
def held(vault):
    vault.put_original(io.BytesIO(DATA))
    vault.put_derivative("preview", NAME, b"a preview")
    vault.put_derivative("preview", "a" * 64, b"of another media")
    return vault


def everything(vault) -> set[str]:
    return {entry.path for folder in ("objects", "keys") for entry in vault.objects.list(folder)}


def test_an_original_goes_with_its_key_and_all_that_was_made_from_it(held):
    going = [held.address(NAME), held.address(NAME, "preview")]
    before = everything(held)
    held.destroy(Kind.ORIGINAL, NAME, REASON)
    assert before - everything(held) == {p for one in going for p in (one.key, one.object)}
    assert not held.has_original(NAME)
    assert held.get_derivative("preview", "a" * 64) == b"of another media"


def test_the_same_content_is_refused_with_the_reason(held):
    held.destroy(Kind.ORIGINAL, NAME, REASON)
    before = everything(held)
    for attempt in (
        lambda: held.put_original(io.BytesIO(DATA)),
        lambda: held.put_derivative("preview", NAME, b"a preview"),
        lambda: held.put_derivative("another", NAME, b"of the same"),
        lambda: held.verify(NAME),
        lambda: held.get_derivative("preview", NAME),
        lambda: held.open_original(NAME, actor="officer 1", purpose="a test"),
    ):
        with pytest.raises(DeletedError, match=REASON):
            attempt()
    assert everything(held) == before


def test_a_derivative_goes_alone(held):
    held.destroy(Kind.DERIVATIVE, f"preview/{NAME}", "it showed the wrong frame")
    with pytest.raises(DeletedError, match="wrong frame"):
        held.put_derivative("preview", NAME, b"a preview")
    held.verify(NAME)
    assert held.put_derivative("preview-2", NAME, b"a better one")


def test_what_was_only_scanned_can_be_deleted(vault):
    vault.put_derivative("preview", NAME, b"a preview")
    vault.destroy(Kind.ORIGINAL, NAME, REASON)
    with pytest.raises(DeletedError):
        vault.put_original(io.BytesIO(DATA))


def test_nothing_is_deleted_without_a_reason_or_where_nothing_is(held):
    with pytest.raises(ValueError, match="needs a reason"):
        held.destroy(Kind.ORIGINAL, NAME, " ")
    with pytest.raises(NotStoredError, match="nothing to delete"):
        held.destroy(Kind.ORIGINAL, "b" * 64, REASON)
    held.verify(NAME)


def test_a_second_time_changes_nothing(held):
    held.destroy(Kind.ORIGINAL, NAME, REASON)
    held.destroy(Kind.ORIGINAL, NAME, "another reason")
    with pytest.raises(DeletedError, match=REASON):
        held.verify(NAME)


def test_the_log_tells_of_it_without_the_reason(held):
    with capture_logs() as events:
        held.destroy(Kind.ORIGINAL, NAME, REASON)
    assert events == [{"event": "destroyed", "log_level": "info", "kind": "original", "name": NAME}]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_cut_short_it_reads_nothing_any_more_and_goes_on(folder_vault, monkeypatch, steps):
    folder_vault.put_original(io.BytesIO(DATA))
    folder_vault.put_derivative("preview", NAME, b"a preview")
    real, done = folder_vault.objects.delete, []

    def dying(path):
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(path)
        real(path)

    monkeypatch.setattr(folder_vault.objects, "delete", dying)
    with pytest.raises(KeyboardInterrupt):
        folder_vault.destroy(Kind.ORIGINAL, NAME, REASON)
    for attempt in (
        lambda: folder_vault.verify(NAME),
        lambda: folder_vault.get_derivative("preview", NAME),
    ):
        with pytest.raises(DeletedError):
            attempt()
    monkeypatch.undo()
    folder_vault.destroy(Kind.ORIGINAL, NAME, REASON)
    assert {path for path in everything(folder_vault) if "/vault/" not in path} == set()


def test_deleted_while_it_is_stored_nothing_of_it_stays(tmp_path, folder_vault):
    """The deletion comes when the key is there and the content is not."""
    data = os.urandom(3 * CHUNK_BYTES)
    name = hashlib.sha256(data).hexdigest()
    other = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))

    class Deleting(io.BytesIO):
        def read(self, size=-1):
            if self.tell() == CHUNK_BYTES:
                other.destroy(Kind.ORIGINAL, name, REASON)
            return super().read(size)

    with pytest.raises(DeletedError, match=REASON):
        folder_vault.put_original(Deleting(data), name)
    assert {path for path in everything(folder_vault) if "/vault/" not in path} == set()
