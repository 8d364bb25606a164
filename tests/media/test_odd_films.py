"""Films as they are found: uneven clocks, half pictures, missing indexes, more than one stream."""

import io
from fractions import Fraction
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from clew.media.boxes import lacks_index
from clew.media.errors import UnreadableError
from clew.media.limits import Limits
from clew.media.video import FilmReader
from clew.signals.registry import signals

RATE = 25


def reader(content):
    return FilmReader(io.BytesIO(content), Limits())


def made(frames, container="matroska", codec="ffv1", form="yuv420p", **more):
    """A film of RGB frames.

    ``times`` in milliseconds, one a frame; ``setting`` of the encoder's context; ``options`` of
    the encoder; ``writing`` of the container; ``streams`` how many times over.
    """
    out = io.BytesIO()
    times = more.get("times") or [round(1000 * i / RATE) for i in range(len(frames))]
    with av.open(out, "w", container, options=more.get("writing", {})) as target:
        streams = []
        for _ in range(more.get("streams", 1)):
            stream = target.add_stream(codec, rate=RATE, options=more.get("options", {}))
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = form
            stream.bit_rate = 4_000_000
            if times != sorted(range(0, 40 * len(frames), 40)) or more.get("times"):
                stream.codec_context.time_base = Fraction(1, 1000)
            for name, value in more.get("setting", {}).items():
                setattr(stream.codec_context, name, value)
            streams.append(stream)
        for stream in streams:
            for time, pixels in zip(times, frames, strict=True):
                frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
                if "times" in more:
                    frame.pts, frame.time_base = time, Fraction(1, 1000)
                target.mux(stream.encode(frame))
            target.mux(stream.encode())
    return out.getvalue()


def numbered(count):
    """Frames that say which they are: ten blocks, dark or bright, the bits of the number."""
    frames = []
    for number in range(count):
        pixels = np.full((240, 320, 3), 60, np.uint8)
        for bit in range(10):
            pixels[80:160, bit * 32 : bit * 32 + 32] = 220 if number >> bit & 1 else 20
        frames.append(pixels)
    return frames


def number_of(pixels):
    bits = [pixels[120, bit * 32 + 16].mean() > 120 for bit in range(10)]
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def bits_apart(one, other):
    picture = signals()["picture"]
    return picture.compare(picture.describe(one), picture.describe(other)).distance


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "libx264"), ("mpegts", "libx264"), ("matroska", "libx264"), ("avi", "mpeg4")],
)
def test_every_picture_is_at_its_own_time(container, codec):
    """Frames that are stored out of order included."""
    content = made(numbered(90), container, codec, options={"g": "30"})
    found = list(reader(content).frames())
    assert len(found) >= 7
    assert [number_of(f.picture.pixels) for f in found] == [round(f.time * RATE) for f in found]


def test_uneven_times_are_kept(photo):
    """As telephones write them, or recordings of a screen: a frame only when something changes."""
    times = [0, 40, 80, 1500, 1530, 1600, 4000, 4040, 9000]
    content = made(numbered(9), times=times)
    found = list(reader(content).frames())
    by_number = {number_of(f.picture.pixels): f.time for f in found}
    for number, time in by_number.items():
        assert time == pytest.approx(times[number] / 1000, abs=0.002)
    assert {0, 3, 6, 8} <= set(by_number)
    assert all(a.until == b.time for a, b in pairwise(found))


@pytest.mark.parametrize("begins", [-3000, 95_443_000], ids=["negative", "wrapping"])
def test_a_clock_that_begins_below_zero_or_wraps_round(begins):
    """The counter of a transport stream has 33 bits and starts anew after 26.5 hours."""
    container = "nut" if begins < 0 else "mpegts"
    times = [begins + 40 * i for i in range(75)]
    content = made(numbered(75), container, "libx264", times=times)
    found = list(reader(content).frames())
    assert found[0].time == 0.0
    assert found[-1].until == pytest.approx(3.0, abs=0.1)
    assert [number_of(f.picture.pixels) for f in found] == [round(f.time * RATE) for f in found]


def test_a_raw_stream_without_any_times():
    content = made(numbered(75), "h264", "libx264")
    found = list(reader(content).frames())
    assert found[-1].until == pytest.approx(3.0, abs=0.15)
    assert number_of(found[0].picture.pixels) == 0


def test_an_avi_without_its_index():
    content = made(numbered(75), "avi", "mpeg4")
    cut = content[: content.rindex(b"idx1")]
    assert list(map(shown, reader(cut).frames())) == list(map(shown, reader(content).frames()))


def test_a_matroska_that_was_never_finished():
    """Without cues and length, as a recording that was interrupted."""
    whole = made(numbered(75))
    live = made(numbered(75), writing={"live": "1"})
    assert b"\x1c\x53\xbb\x6b" in whole
    assert b"\x1c\x53\xbb\x6b" not in live
    one = reader(live)
    assert list(map(shown, one.frames())) == list(map(shown, reader(whole).frames()))
    assert one.facts.duration == pytest.approx(3.0, abs=0.1)


def shown(frame):
    return number_of(frame.picture.pixels), round(frame.time, 2)


def test_half_pictures_agree_with_whole_ones(photo):
    """Interlaced film shows two moments in one frame, in every other row."""
    wide = np.concatenate([photo(5, 480, 640), photo(6, 480, 640)], axis=1)
    moments = [np.ascontiguousarray(wide[:, 12 * i : 12 * i + 640]) for i in range(40)]
    woven = [first.copy() for first in moments[::2]]
    for frame, second in zip(woven, moments[1::2], strict=True):
        frame[1::2] = second[1::2]
    flags = {"flags": "+ildct+ilme", "b": "12M"}
    content = made(woven, "mpegts", "mpeg2video", options=flags)
    whole = made(moments[::2], "mpegts", "mpeg2video", options={"b": "12M"})
    with av.open(io.BytesIO(content)) as film:
        assert next(film.decode(video=0)).interlaced_frame
    pairs = list(zip(reader(content).frames(), reader(whole).frames(), strict=True))
    assert len(pairs) >= 2
    for one, other in pairs:
        assert one.picture.pixels.shape == other.picture.pixels.shape
        assert bits_apart(one.picture, other.picture) <= 12
        # Row against row nothing is torn.
        torn = np.abs(np.diff(one.picture.pixels.astype(int), axis=0)).mean()
        smooth = np.abs(np.diff(other.picture.pixels.astype(int), axis=0)).mean()
        assert torn < 1.25 * smooth


def test_pixels_that_are_not_square(photo):
    """As on DVDs: stored narrow, shown wide."""
    narrow = cv2.resize(photo(7, 400, 800), (400, 400), interpolation=cv2.INTER_AREA)
    content = made([narrow] * 10, codec="mpeg4", setting={"sample_aspect_ratio": Fraction(2, 1)})
    one = reader(content)
    first = next(iter(one.frames()))
    assert (one.facts.width, one.facts.height) == (800, 400)
    assert first.picture.pixels.shape == (320, 640, 3)
    assert (first.picture.width, first.picture.height) == (800, 400)


def test_ten_bits_a_colour(photo):
    deep = next(iter(reader(made([photo(8)] * 5, form="yuv420p10le")).frames()))
    usual = next(iter(reader(made([photo(8)] * 5)).frames()))
    assert np.abs(deep.picture.pixels.astype(int) - usual.picture.pixels).mean() < 3
    assert bits_apart(deep.picture, usual.picture) <= 4


def test_high_dynamic_range_comes_near_what_usual_screens_show(photo):
    """The same light, once as PQ and once as usual; read as if it were usual it is pale."""
    usual = photo(9)
    light = (usual / 255.0) ** 2.2 * 203 / 10_000
    power = light**0.1593017578125
    levels = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    coded = np.round(levels * 255).astype(np.uint8)
    setting = {"color_trc": 16}
    content = made([coded] * 5, form="yuv444p10le", setting=setting)
    told = next(iter(reader(content).frames())).picture
    untold = next(iter(reader(made([coded] * 5, form="yuv444p10le")).frames())).picture
    of_usual = next(iter(reader(made([usual] * 5, form="yuv444p")).frames())).picture
    assert spread(told) > 1.3 * spread(untold)
    assert bits_apart(told, of_usual) <= 16


def spread(picture):
    return float(picture.pixels.std())


@pytest.mark.parametrize(("height", "width"), [(241, 321), (3, 5), (17, 900)])
def test_odd_sizes(height, width):
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    one = reader(made([pixels] * 6, form="yuv444p"))
    first = next(iter(one.frames()))
    assert (first.picture.width, first.picture.height) == (width, height)


def test_a_cover_picture_is_not_taken_for_the_film(photo):
    out = io.BytesIO()
    frames = numbered(50)
    with av.open(out, "w", "mp4") as target:
        cover = target.add_stream("mjpeg", rate=1, options={"strict": "unofficial"})
        cover.width, cover.height, cover.pix_fmt = 320, 240, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        film = target.add_stream("mpeg4", rate=RATE)
        film.width, film.height, film.pix_fmt = 320, 240, "yuv420p"
        target.mux(cover.encode(av.VideoFrame.from_ndarray(photo(), "rgb24")))
        target.mux(cover.encode())
        for pixels in frames:
            target.mux(film.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        target.mux(film.encode())
    one = reader(out.getvalue())
    assert number_of(list(one.frames())[1].picture.pixels) > 0
    assert (one.facts.picture_codec, one.facts.cover_codec) == ("mpeg4", "mjpeg")
    assert one.facts.notes == []


def test_a_further_picture_stream_is_told():
    one = reader(made(numbered(30), streams=2))
    assert len(list(one.frames())) >= 3
    (note,) = one.facts.notes
    assert note == "partly read: a further picture stream (ffv1, 320 × 240) was not read"


@pytest.mark.parametrize("size", [0, 1, None], ids=["size unknown", "long size", "cut off"])
def test_a_film_without_its_index_is_told_from_one_that_is_broken(size):
    whole = made(numbered(3), "mp4", "mpeg4")
    assert not lacks_index(io.BytesIO(whole))
    start, end = whole.index(b"mdat"), whole.index(b"moov") - 4
    data = whole[start + 4 : end]
    head = {
        0: bytes(4) + b"mdat",
        1: b"\0\0\0\1mdat" + (len(data) + 16).to_bytes(8, "big"),
        None: (2 * len(data)).to_bytes(4, "big") + b"mdat",
    }[size]
    with pytest.raises(UnreadableError, match=r"index \(moov\) is missing"):
        reader(whole[: start - 4] + head + data)
