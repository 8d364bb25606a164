"""XXH64 against the published values and an independent reading of the specification."""

import numpy as np
import pytest

from clew.index.checksum import checksum

MASK = (1 << 64) - 1
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def rotate(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & MASK


def one_round(lane: int, word: int) -> int:
    return rotate((lane + word * P2) & MASK, 31) * P1 & MASK


def reference(data: bytes) -> int:
    rest = data
    if len(data) >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while len(rest) >= 32:
            words = [int.from_bytes(rest[at : at + 8], "little") for at in (0, 8, 16, 24)]
            lanes = [one_round(lane, word) for lane, word in zip(lanes, words, strict=True)]
            rest = rest[32:]
        value = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True))
        for lane in lanes:
            value = ((value ^ one_round(0, lane)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + len(data)) & MASK
    while len(rest) >= 8:
        value ^= one_round(0, int.from_bytes(rest[:8], "little"))
        value = (rotate(value, 27) * P1 + P4) & MASK
        rest = rest[8:]
    if len(rest) >= 4:
        value ^= int.from_bytes(rest[:4], "little") * P1 & MASK
        value = (rotate(value, 23) * P2 + P3) & MASK
        rest = rest[4:]
    for byte in rest:
        value = rotate(value ^ (byte * P5 & MASK), 11) * P1 & MASK
    value = (value ^ value >> 33) * P2 & MASK
    value = (value ^ value >> 29) * P3 & MASK
    return value ^ value >> 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [(b"", 0xEF46DB3751D8E999), (b"a", 0xD24EC4F1A98C6E5B), (b"abc", 0x44BC2CF5AD770999)],
)
def test_published_values(text: bytes, expected: int) -> None:
    assert reference(text) == expected
    assert checksum(np.frombuffer(text, np.uint8).copy()) == expected


def test_every_length_up_to_a_few_rounds() -> None:
    data = np.random.default_rng(1).integers(0, 256, 140, dtype=np.uint8)
    for length in range(len(data) + 1):
        part = data[:length].copy()
        assert checksum(part) == reference(part.tobytes())
