"""Two or four first bytes alone do not make a file a sound or an icon."""

import io
import random
import struct

import av
import numpy as np
import pytest
from PIL import Image

from clew.media.kind import HEAD_BYTES, MediaType, sniff


def dolby(codec: str, rate: int, bits: int) -> bytes:
    """A second of noise as a bare AC-3 stream."""
    out = io.BytesIO()
    chance = np.random.default_rng(7)
    with av.open(out, "w", codec) as target:
        stream = target.add_stream(codec, rate=rate)
        stream.bit_rate = bits
        for start in range(0, rate, 1536):
            samples = chance.normal(0, 0.1, (1, 1536)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
            frame.sample_rate, frame.pts = rate, start
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return out.getvalue()


def icon(*sides: int) -> bytes:
    out = io.BytesIO()
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(out, "ICO", sizes=[(side, side) for side in sides])
    return out.getvalue()


@pytest.mark.parametrize("codec", ["ac3", "eac3"])
@pytest.mark.parametrize("rate", [32000, 44100, 48000])
@pytest.mark.parametrize("bits", [64_000, 160_000, 448_000])
def test_dolby_sound_is_told(codec, rate, bits):
    head = dolby(codec, rate, bits)[:HEAD_BYTES]
    assert head[:2] == b"\x0bw"
    assert (sniff(head).type, sniff(head).format) == (MediaType.SOUND, "ac3")


@pytest.mark.parametrize("sides", [(16,), (32, 64), (16, 24, 32, 48, 64)])
def test_an_icon_is_told(sides):
    assert sniff(icon(*sides)[:HEAD_BYTES]).format == "ico"


@pytest.mark.parametrize("start", [b"\x0bw", b"\x00\x00\x01\x00"])
def test_other_files_that_begin_alike_are_no_media(start):
    chance = random.Random(12)
    fillings = [chance.randbytes(HEAD_BYTES) for _ in range(500)]
    fillings += [b"", b"\0" * HEAD_BYTES, b"\xff" * HEAD_BYTES, b"text and more text " * 200]
    told = [sniff((start + filling)[:HEAD_BYTES]).type for filling in fillings]
    assert set(told) == {MediaType.OTHER}


def test_a_list_of_pictures_that_lie_in_the_list_itself_is_no_icon():
    entry = struct.pack("<4B2H2I", 16, 16, 0, 0, 1, 32, 1128, 4)
    assert sniff(struct.pack("<3H", 0, 1, 1) + entry + bytes(2000)).type is MediaType.OTHER
