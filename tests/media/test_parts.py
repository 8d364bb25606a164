"""Parts of films and sounds: the right ones, bounded, and whatever is broken in the file."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Callable
from fractions import Fraction

import av
import msgspec
import numpy as np
import pytest

from clew.media.errors import UnreadableError
from clew.media.limits import Limits
from clew.media.parts import FRAMES, SIDE, Part, Wanted, _collecting, part_of
from clew.media.pool import Task
from clew.media.sound import RATE
from clew.media.webm import Encoder


def opened(content: bytes) -> tuple[int, str, int]:
    descriptor = os.memfd_create("film", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor, "film", len(content)


def watched(start: float, seconds: float = 5.0, *, sound: bool = False, **more: bool) -> Wanted:
    return Wanted(start=start, seconds=seconds, picture=True, sound=sound, **more)


def heard(start: float, seconds: float = 5.0) -> Wanted:
    return Wanted(start=start, seconds=seconds, picture=False, sound=True)


def shades(count: int, height: int = 120, width: int = 160) -> list[np.ndarray]:
    return [np.full((height, width, 3), 10 + 2 * n, np.uint8) for n in range(count)]


def means(part: Part) -> list[float]:
    return [float(np.frombuffer(one, np.uint8).mean()) for one in part.pictures]


def test_a_part_shows_what_is_seen_then(film: Callable[..., bytes]) -> None:
    content = film(shades(100), sound=True)
    for start in (0.0, 3.3, 5.0):
        part = part_of(*opened(content), watched(start, 2.0, sound=True))
        assert (part.width, part.height, part.lasts) == (160, 120, 2000)
        assert part.notes == []
        assert len(part.times) == 20
        for at, mean in zip(part.times, means(part), strict=True):
            assert mean == pytest.approx(10 + 2 * round((start + at / 1000) * 10), abs=3)
        assert len(part.samples) == 2 * 2 * RATE
        tone = np.frombuffer(part.samples, np.int16).astype(float)
        pitch = np.argmax(np.abs(np.fft.rfft(tone))) * RATE / len(tone)
        assert pitch == pytest.approx(440, abs=2)


def test_turned_large_and_fast_it_is_upright_small_and_slow(film: Callable[..., bytes]) -> None:
    wide = np.zeros((720, 1280, 3), np.uint8)
    wide[:, :640] = (200, 40, 40)
    content = film([wide] * 60, rate=30)
    part = part_of(*opened(turned(content)), watched(0.0, 2.0, colour=True))
    assert (part.width, part.height) == (270, SIDE)
    assert len(part.times) <= 2 * FRAMES
    pixels = np.frombuffer(part.pictures[0], np.uint8).reshape(SIDE, 270, 3)
    top, bottom = pixels[20].mean(axis=0), pixels[-20].mean(axis=0)
    assert abs(top[0] - bottom[0]) > 100, "its halves lie one above the other"
    assert part.channels == 3


def turned(content: bytes) -> bytes:
    """The film with the word to turn it by a quarter (the matrix of its track header)."""
    at = content.index(b"tkhd") + 4 + 40
    one, zero = (1 << 16).to_bytes(4, "big"), bytes(4)
    minus = (2**32 - (1 << 16)).to_bytes(4, "big")
    matrix = zero + one + zero + minus + zero + zero + zero + zero + (1 << 30).to_bytes(4, "big")
    return content[:at] + matrix + content[at + 36 :]


def test_a_picture_that_stays_is_shown_from_the_start_of_the_part() -> None:
    out = io.BytesIO()
    with av.open(out, "w", "matroska") as target:
        stream = target.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for at, pixels in zip((0, 40, 4000, 4500, 4533, 9000), shades(6), strict=True):
            frame = av.VideoFrame.from_ndarray(pixels * 5, "rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    part = part_of(*opened(out.getvalue()), watched(2.0))
    assert part.times == [0, 2000, 2500]
    assert part.lasts == 5000
    assert means(part) == pytest.approx([60, 70, 80], abs=4)


def test_what_is_shorter_than_asked_is_as_long_as_it_is(film: Callable[..., bytes]) -> None:
    content = film(shades(30))
    part = part_of(*opened(content), watched(1.0, 10.0, sound=True))
    assert part.lasts == pytest.approx(2000, abs=50)
    assert part.samples == b""
    assert part.notes == ["it has no sound track"]
    with pytest.raises(UnreadableError, match="nothing is to be seen or heard of it"):
        part_of(*opened(content), watched(60.0))
    with pytest.raises(UnreadableError, match="it has no sound track"):
        part_of(*opened(content), heard(0.0))


@pytest.mark.parametrize("container", ["mp4", "matroska", "mpegts"])
def test_broken_in_the_middle_it_plays_what_there_is(
    film: Callable[..., bytes], photo: Callable[..., np.ndarray], container: str
) -> None:
    rng = np.random.default_rng(1)
    frames = [np.roll(photo(), 3 * n, axis=1) for n in range(100)]
    content = bytearray(film(frames, container=container))
    middle = len(content) // 2
    content[middle : middle + 60_000] = rng.bytes(60_000)
    part = part_of(*opened(bytes(content)), watched(2.0, 8.0))
    assert part.pictures
    assert part.times[0] == 0
    if container != "mp4":  # whose index is at its end
        assert part_of(*opened(bytes(content[:middle])), watched(0.0, 3.0)).pictures


def test_a_sound_is_heard_from_when_it_was_asked() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        time = np.arange(8 * 8000)
        pitch = np.where(time < 4 * 8000, 300, 900)
        sound.writeframes((9000 * np.sin(2 * np.pi * pitch * time / 8000)).astype("<i2").tobytes())
    part = part_of(*opened(out.getvalue()), heard(3.0, 15.0))
    assert part.lasts == pytest.approx(5000, abs=20)
    samples = np.frombuffer(part.samples, np.int16).astype(float)
    for start, wanted in ((0.1, 300), (1.2, 900)):
        piece = samples[round(start * RATE) :][: RATE // 2]
        assert np.argmax(np.abs(np.fft.rfft(piece))) * 2 == pytest.approx(wanted, abs=4)
    with pytest.raises(UnreadableError, match="sound alone"):
        part_of(*opened(out.getvalue()), watched(0.0))


def clapped(container: str, codec: str, sound: str) -> bytes:
    """Ten seconds, dark and silent but for half a second from the fifth on."""
    out = io.BytesIO()
    with av.open(out, "w", container) as target:
        stream, track = target.add_stream(codec, rate=10), target.add_stream(sound, rate=48_000)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        track.layout, track.bit_rate = "mono", 64_000
        for tenth in range(100):
            loud = 50 <= tenth < 55
            pixels = np.full((120, 160, 3), 220 if loud else 20, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
            wave = np.sin(np.arange(4800) * 2 * np.pi * 500 / 48_000) * 12_000 * loud
            frame = av.AudioFrame.from_ndarray(wave[None].astype(np.int16), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = (
                48_000,
                tenth * 4800,
                Fraction(1, 48_000),
            )
            target.mux(track.encode(frame))
        target.mux(stream.encode())
        target.mux(track.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("container", "codec", "sound"),
    [
        ("mp4", "libx264", "aac"),
        ("mpegts", "mpeg2video", "mp2"),
        ("matroska", "libvpx-vp9", "libopus"),
        pytest.param("avi", "mpeg4", "mp3", marks=pytest.mark.soak),
        pytest.param("asf", "wmv2", "wmav2", marks=pytest.mark.soak),
    ],
)
def test_what_is_seen_and_heard_at_once_is_so_in_a_part(
    container: str, codec: str, sound: str
) -> None:
    content = clapped(container, codec, sound)
    for start in (0.0, 2.7, 4.6):
        part = part_of(*opened(content), watched(start, 8.0, sound=True))
        seen = next(at for at, mean in zip(part.times, means(part), strict=True) if mean > 120)
        loud = np.abs(np.frombuffer(part.samples, np.int16)) > 3000
        listened = 1000 * int(np.argmax(loud)) / RATE
        assert seen / 1000 + start == pytest.approx(5.0, abs=0.16)
        assert listened == pytest.approx(seen, abs=160)
        alone = part_of(*opened(content), heard(start, 8.0))
        loud = np.abs(np.frombuffer(alone.samples, np.int16)) > 3000
        assert np.argmax(loud) / RATE + start == pytest.approx(5.0, abs=0.16)


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"\x1a\x45\xdf\xa3" + b"x" * 500])
def test_what_is_no_film_says_so(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        part_of(*opened(content), watched(0.0))


def test_a_film_that_takes_too_long_costs_its_own_decoder_alone(film: Callable[..., bytes]) -> None:
    content = film(shades(60, 360, 480))  # more than comes in one piece
    said = ""
    try:
        said = " ".join(
            part_of(*opened(content), watched(0.0), Limits(seconds_without_progress=-1.0)).notes
        )
    except UnreadableError as error:
        said = str(error)
    assert "the decoder made no progress" in said
    assert part_of(*opened(content), watched(0.0)).lasts == 5000


def say(**told: object) -> bytes:
    return msgspec.msgpack.encode({"type": "_Frame", "width": 4, "height": 2, **told})


@pytest.mark.parametrize(
    "said",
    [
        say(at=0, pixels=b"x" * 7),
        say(at=-1, pixels=b"x" * 8),
        say(at=5001, pixels=b"x" * 8),
        say(at=0, width=SIDE + 2, pixels=b"x" * (2 * SIDE + 4)),
        say(at=0, width=0, pixels=b""),
        msgspec.msgpack.encode(
            {"type": "_Told", "lasts": 5001, "samples": b"", "notes": [], "problem": ""}
        ),
        msgspec.msgpack.encode(
            {"type": "_Told", "lasts": 1, "samples": b"x" * 10**6, "notes": [], "problem": ""}
        ),
        b"nonsense",
    ],
)
def test_a_decoder_that_was_taken_over_says_nothing_but_pictures(said: bytes) -> None:
    accept = _collecting(Part(1), 5000)
    with pytest.raises((ValueError, msgspec.MsgspecError)):
        accept(Task(0, -1, "film", 1), said)


def test_nor_more_of_them_than_were_asked_or_others_in_between() -> None:
    accept = _collecting(Part(1), 1000)
    for at in range(FRAMES + 2):
        accept(Task(0, -1, "film", 1), say(at=at, pixels=b"x" * 8))
    with pytest.raises(ValueError, match="no picture of a part"):
        accept(Task(0, -1, "film", 1), say(at=500, pixels=b"x" * 8))
    accept = _collecting(Part(1), 1000)
    accept(Task(0, -1, "film", 1), say(at=5, pixels=b"x" * 8))
    for wrong in (say(at=5, pixels=b"x" * 8), say(at=9, height=4, pixels=b"x" * 16)):
        with pytest.raises(ValueError, match="no picture of a part"):
            accept(Task(0, -1, "film", 1), wrong)


def test_it_is_encoded_anew_with_a_mark_in_every_picture() -> None:
    encoder = Encoder()
    try:
        silent = Part(1, 160, 90, [b"\x60" * 160 * 90] * 3, [0, 500, 2000], lasts=4000)
        made = encoder.encoded(silent, "ana · 2026-01-01 00:00 UTC")
        assert made is not None
        with av.open(io.BytesIO(made)) as container:
            assert [one.type for one in container.streams] == ["video"]
            frames = [one.to_ndarray(format="gray") for one in container.decode(video=0)]
            assert len(frames) == 4  # the last one once more, for as long as the part lasts
            assert container.duration == pytest.approx(4_000_000, abs=120_000)
        for pixels in frames:
            assert pixels[92:].max() > 150, "the strip"
            assert pixels[35:55].std() > 1.5 * pixels[5:25].std() + 0.3, "and across the middle"
        tone = np.zeros(RATE, np.int16).tobytes()
        both = Part(3, 16, 16, [bytes(768)], [0], tone, 1000)
        for part, kinds in ((both, ["video", "audio"]), (Part(1, samples=tone), ["audio"])):
            made = encoder.encoded(part, "ana")
            assert made is not None
            with av.open(io.BytesIO(made)) as container:
                assert [one.type for one in container.streams] == kinds
        # What makes no sense costs the process that met it, and nothing else.
        assert encoder.encoded(Part(1, 16, 16, [bytes(3)], [0], lasts=9), "ana") is None
        assert encoder.encoded(both, "ana") is not None
    finally:
        encoder.close()
