"""What goes into the vault comes out whole, once, and never by halves."""

import hashlib
import io
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from clew.vault import (
    AlreadyStoredError,
    ContentChangedError,
    DamagedError,
    KeyFile,
    NotStoredError,
    SourceError,
    UnavailableError,
    Vault,
)
from clew.vault.streams import CHUNK_BYTES

# Around the border between one piece and several, and many pieces that share no boundary.
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 12_345]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read(vault, name):
    with vault.open_original(name, actor="officer 1", purpose="a test") as file:
        return file.read()


class OnePass(io.RawIOBase):
    """A source that cannot seek and gives little at a time, as a pipe does."""

    def __init__(self, data):
        self.data = io.BytesIO(data)

    def readable(self):
        return True

    def read(self, size=-1):
        return self.data.read(min(size, 1_000_003))


class Failing(io.BytesIO):
    """A drive that is pulled out."""

    def read(self, size=-1):
        if self.tell() > CHUNK_BYTES:
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(vault, size):
    data = os.urandom(size)
    stored = vault.put_original(io.BytesIO(data))
    assert (stored.sha256, stored.size, stored.created) == (sha256(data), size, True)
    assert vault.has_original(stored.sha256)
    vault.verify(stored.sha256)
    assert read(vault, stored.sha256) == data
    again = vault.put_original(io.BytesIO(data), stored.sha256)
    assert (again.sha256, again.size, again.created) == (stored.sha256, size, False)


@given(st.binary(max_size=2000), st.integers(0, 50))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_content_from_where_the_source_stands(folder_vault, data, start):
    source = io.BytesIO(data)
    source.seek(start)
    stored = folder_vault.put_original(source)
    assert read(folder_vault, stored.sha256) == data[start:]


@given(st.binary(max_size=2000), st.from_regex(r"[a-z0-9][a-z0-9._-]{0,99}", fullmatch=True))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_derivative(folder_vault, data, name):
    media = sha256(data)
    folder_vault.put_derivative(name, media, data)
    assert folder_vault.get_derivative(name, media) == data


def test_source_that_can_be_read_once_needs_its_hash(vault):
    data = os.urandom(2 * CHUNK_BYTES + 1)
    with pytest.raises(SourceError, match="must be given"):
        vault.put_original(OnePass(data))
    assert vault.put_original(OnePass(data), sha256(data)).created
    assert read(vault, sha256(data)) == data


@pytest.mark.parametrize("size", [10, 3 * CHUNK_BYTES])
def test_content_that_is_not_what_it_was(vault, size):
    was, now = os.urandom(size), os.urandom(size)
    with pytest.raises(ContentChangedError, match="Nothing was stored"):
        vault.put_original(io.BytesIO(now), sha256(was))
    assert not vault.has_original(sha256(was))
    assert not vault.has_original(sha256(now))


def test_changed_source_is_told_although_the_content_is_stored(vault):
    vault.put_original(io.BytesIO(b"as it was"))
    with pytest.raises(ContentChangedError):
        vault.put_original(io.BytesIO(b"as it is"), sha256(b"as it was"))


def test_source_that_fails_on_the_way(vault):
    data = bytes(3 * CHUNK_BYTES)
    with pytest.raises(SourceError, match="Input/output error"):
        vault.put_original(Failing(data), sha256(data))
    assert not vault.has_original(sha256(data))


def test_what_is_not_stored(vault):
    absent = sha256(b"absent")
    assert not vault.has_original(absent)
    for attempt in (
        lambda: vault.verify(absent),
        lambda: read(vault, absent),
        lambda: vault.get_derivative("thumbnail-1.jpg", absent),
    ):
        with pytest.raises(NotStoredError, match="has no objects/"):
            attempt()


def test_derivatives_are_written_once(vault):
    media = sha256(b"media")
    assert vault.put_derivative("thumbnail-1.jpg", media, b"small")
    assert not vault.put_derivative("thumbnail-1.jpg", media, b"small")
    with pytest.raises(AlreadyStoredError, match=r"thumbnail-1\.jpg .* nothing is ever"):
        vault.put_derivative("thumbnail-1.jpg", media, b"other")
    assert vault.get_derivative("thumbnail-1.jpg", media) == b"small"
    assert not vault.has_original(media)


def test_every_opening_is_logged_without_content(vault):
    stored = vault.put_original(io.BytesIO(b"harmless content"))
    with capture_logs() as events:
        read(vault, stored.sha256)
    (event,) = events
    assert event == {
        "event": "original opened",
        "log_level": "info",
        "sha256": stored.sha256,
        "actor": "officer 1",
        "purpose": "a test",
    }
    with capture_logs() as events, pytest.raises(NotStoredError):
        read(vault, sha256(b"absent"))
    assert [event["event"] for event in events] == ["original opened"]


@pytest.mark.parametrize(("actor", "purpose"), [("", "why"), ("who", " ")])
def test_nothing_is_opened_without_actor_and_purpose(folder_vault, actor, purpose):
    stored = folder_vault.put_original(io.BytesIO(b"x"))
    with pytest.raises(ValueError, match="needs an actor and a purpose"):
        folder_vault.open_original(stored.sha256, actor=actor, purpose=purpose)


@pytest.mark.parametrize(
    "name", ["", "../../../etc/passwd", "A" * 64, "g" * 64, "a" * 63, "é" * 64]
)
def test_only_hashes_are_names(folder_vault, name):
    with pytest.raises(ValueError, match="Not a SHA-256"):
        folder_vault.has_original(name)
    with pytest.raises(ValueError, match="Not a derivative's name"):
        folder_vault.put_derivative("../x" + name, "a" * 64, b"")


def test_store_that_does_not_answer(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    with pytest.raises(UnavailableError, match="s3://vault/x cannot be used") as caught:
        Vault.at("s3://vault/x", KeyFile(tmp_path / "vault.key")).has_original("a" * 64)
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense://x", "no address", "file://host/folder"])
def test_address_that_makes_no_sense(url, tmp_path):
    with pytest.raises(UnavailableError, match="cannot be used"):
        Vault.at(url, KeyFile(tmp_path / "vault.key"))


def test_damage_is_found_and_repaired_from_the_source(folder_vault, tmp_path):
    data = os.urandom(3 * CHUNK_BYTES)
    stored = folder_vault.put_original(io.BytesIO(data))
    file = tmp_path / "vault" / folder_vault.address(stored.sha256).object
    damaged = bytearray(file.read_bytes())
    damaged[CHUNK_BYTES + 5] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(DamagedError, match="is not what was stored"):
        folder_vault.verify(stored.sha256)
    with pytest.raises(DamagedError):
        read(folder_vault, stored.sha256)
    with capture_logs() as events:
        assert folder_vault.put_original(io.BytesIO(data)).created
    assert [event["event"] for event in events] == ["damaged original replaced"]
    assert read(folder_vault, stored.sha256) == data


def test_two_who_store_the_same_content_at_once_are_both_served(vault):
    """Each waits in the middle of reading until the other is there too."""
    content, together = secrets.token_bytes(300_000), threading.Barrier(2, timeout=20)

    class Slow(io.BytesIO):
        waited = False

        def read(self, size=-1):
            if self.tell() == len(content) and not self.waited:
                self.waited = True
                together.wait()
            return super().read(size)

    known = hashlib.sha256(content).hexdigest()
    with ThreadPoolExecutor(2) as pool:
        stored = list(pool.map(lambda _: vault.put_original(Slow(content), known), range(2)))
    assert sorted(one.created for one in stored) == [False, True]
    vault.verify(known)
