"""Frames that no other needs are left out, and nothing else changes."""

import io
from itertools import pairwise

import av
import numpy as np
import pytest

from clew.media import sparing
from clew.media.limits import Limits
from clew.media.video import FilmReader

RATE = 25
B_FRAMES = {"preset": "veryfast", "bf": "3", "g": "50"}


def moving(photo, seconds, rate=RATE):
    """A slow pan over one picture after another, two seconds each."""
    frames = []
    for number in range(-(-seconds // 2)):
        wide = np.concatenate([photo(number + 1)] * 2, axis=1)
        frames += [np.ascontiguousarray(wide[:, i : i + 320]) for i in range(2 * rate)]
    return frames[: seconds * rate]


def made(frames, container="mp4", rate=RATE, **options):
    out = io.BytesIO()
    with av.open(out, "w", container) as target:
        stream = target.add_stream("libx264", rate=rate, options={**B_FRAMES, **options})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for pixels in frames:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        target.mux(stream.encode())
    return out.getvalue()


class Counted(FilmReader):
    """Counts the frames that are decoded."""

    decoded = 0

    def _decoded(self, pace):
        for time, frame in super()._decoded(pace):
            self.decoded += frame is not None
            yield time, frame


def read(content, **limits):
    reader = Counted(io.BytesIO(content), Limits(**limits))
    return reader, list(reader.frames())


@pytest.fixture
def whole(monkeypatch):
    """Reads a film of which every frame is decoded."""

    def read_whole(content, **limits):
        with monkeypatch.context() as patch:
            patch.setattr(sparing, "_CODECS", set())
            return read(content, **limits)

    return read_whole


@pytest.mark.parametrize(
    ("container", "options"),
    [
        ("mp4", {}),
        ("mp4", {"x264-params": "b-pyramid=none"}),
        ("mp4", {"preset": "slow", "bf": "8"}),
        ("matroska", {}),
        ("mpegts", {}),
    ],
)
def test_the_same_frames_are_handed_on(photo, whole, container, options):
    content = made(moving(photo, 8), container, **options)
    one, frames = read(content)
    other, expected = whole(content)
    assert [f.time for f in frames] == [f.time for f in expected]
    assert [f.until for f in frames] == [f.until for f in expected]
    assert [f.shot for f in frames] == [f.shot for f in expected]
    for found, usual in zip(frames, expected, strict=True):
        assert np.array_equal(found.picture.pixels, usual.picture.pixels)
    assert one.facts == other.facts
    assert other.decoded == 8 * RATE
    assert one.decoded <= other.decoded * 0.85


@pytest.mark.parametrize("rate", [3, 5, 8, 12, 60])
def test_whatever_the_rate(photo, whole, rate):
    content = made(moving(photo, 6, rate), rate=rate)
    assert [f.time for f in read(content)[1]] == [f.time for f in whole(content)[1]]


def test_a_film_that_ends_with_what_is_left_out_is_as_long(photo, whole):
    content = made(moving(photo, 4), sc_threshold="0", b_strategy="0")
    with av.open(io.BytesIO(content)) as film:
        packets = [p.pts for p in film.demux(video=0) if p.pts is not None]
    assert packets != sorted(packets)
    for limit in range(80, 90):
        (_, found), (_, usual) = read(content, frames=limit), whole(content, frames=limit)
        assert found[-1].until == usual[-1].until


def test_joined_recordings_go_on_at_the_same_times(photo, whole):
    """Whose clock jumps back."""
    parts = [made(moving(photo, 3), "mpegts") for _ in range(2)]
    (_, found), (_, usual) = read(b"".join(parts)), whole(b"".join(parts))
    assert [f.time for f in found] == pytest.approx([f.time for f in usual], abs=0.05)
    assert all(a.until == b.time for a, b in pairwise(found))


def test_behind_damage_all_is_decoded(photo, whole):
    content = bytearray(made(moving(photo, 8), "mpegts"))
    middle = len(content) // 2
    content[middle : middle + 8000] = bytes(8000)
    (one, found), (other, usual) = read(bytes(content)), whole(bytes(content))
    assert found[-1].until == pytest.approx(usual[-1].until, abs=0.1)
    assert bool(one.facts.notes) == bool(other.facts.notes)


def test_a_guess_is_decoded_whole(photo):
    content = made(moving(photo, 4), "mpegts")
    reader = Counted(io.BytesIO(content), Limits(), certain=False)
    list(reader.frames())
    assert reader.decoded == 4 * RATE


def test_cuts_are_found_where_an_encoder_does_not_look_for_them(photo):
    """Behind the cut the first frames may be among those left out."""
    content = made(moving(photo, 6), sc_threshold="0", g="250", b_strategy="0")
    cuts = [b.time for a, b in pairwise(read(content)[1]) if b.shot != a.shot]
    assert cuts == pytest.approx([2.0, 4.0], abs=0.13)
