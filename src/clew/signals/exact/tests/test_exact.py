"""The same file: only SHA-256 decides."""

from __future__ import annotations

import hashlib

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.signals.exact import SIGNAL
from clew.signals.exact.extract import MD5, SHA1, SHA256


def read(*chunks: bytes) -> bytes:
    extractor = SIGNAL.extractor()
    for chunk in chunks:
        extractor.take(chunk)
    return extractor.finish()[0].value


@given(st.lists(st.binary(max_size=200)))
def test_chunks_do_not_matter_and_all_three_digests_are_right(chunks: list[bytes]) -> None:
    whole, value = b"".join(chunks), read(*chunks)
    assert value[SHA256] == hashlib.sha256(whole).digest()
    assert value[SHA1] == hashlib.sha1(whole).digest()
    assert value[MD5] == hashlib.md5(whole).digest()


def test_equal_md5_and_sha1_with_another_sha256_are_different_files() -> None:
    extractor = SIGNAL.extractor()
    extractor.take(b"one")
    (one,) = extractor.finish()
    collided = msgspec.structs.replace(one, value=bytes(32) + one.value[32:])
    assert SIGNAL.compare(one, collided).distance == 1
