"""Films give about two frames a second and every shot's first; sounds are known to be sounds."""

import io
import struct
from itertools import pairwise

import av
import numpy as np
import pytest

from clew.media.errors import UnreadableError
from clew.media.limits import Limits
from clew.media.video import FilmReader


def reader(content, **options):
    return FilmReader(io.BytesIO(content), Limits(), **options)


def moving(photo, seconds, rate=10):
    """A slow pan over one picture."""
    wide = np.concatenate([photo, photo[:, ::-1]], axis=1)
    return [np.ascontiguousarray(wide[:, i : i + 320]) for i in range(seconds * rate)]


def difference(one, other):
    return np.abs(one.astype(int) - other).mean()


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "mpeg4"), ("matroska", "mpeg4"), ("avi", "mjpeg"), ("mpegts", "mpeg2video")],
)
def test_about_two_frames_a_second(photo, film, container, codec):
    one = reader(film(moving(photo(1), 6, 25), 25, container, codec))
    frames = list(one.frames())
    assert 11 <= len(frames) <= 14
    steps = np.diff([frame.time for frame in frames])
    assert (steps >= 0.45).all()
    assert (steps <= 0.65).all()
    assert one.facts.duration == pytest.approx(6.0, abs=0.3)
    assert (one.facts.width, one.facts.height) == (320, 240)
    assert one.facts.frame_rate == pytest.approx(25)
    assert one.facts.notes == []


def test_frames_cover_the_whole_time_without_gaps(photo, film):
    frames = list(reader(film(moving(photo(1), 4))).frames())
    assert frames[0].time == 0.0
    assert [a.until for a in frames[:-1]] == [b.time for b in frames[1:]]
    assert frames[-1].until == pytest.approx(4.0, abs=0.15)


def test_a_cut_begins_a_shot_at_its_own_time(photo, film):
    frames = moving(photo(1), 3)[:23] + moving(photo(2), 3)[:14]
    found = list(reader(film(frames)).frames())
    (cut,) = [f for a, f in pairwise(found) if f.shot != a.shot]
    assert cut.time == pytest.approx(2.3, abs=0.11)
    assert difference(cut.picture.pixels, photo(2)) < 20
    assert {frame.shot for frame in found} == {0, 1}


def test_a_pan_is_no_cut(photo, film):
    assert {frame.shot for frame in reader(film(moving(photo(1), 5))).frames()} == {0}


def test_pictures_are_those_of_the_film(photo, film):
    frames = moving(photo(3), 2)
    for frame in reader(film(frames)).frames():
        assert difference(frame.picture.pixels, frames[round(frame.time * 10)]) < 12


@pytest.mark.parametrize(("degrees", "turns"), [(90, 3), (180, 2), (270, 1)])
def test_films_are_turned_upright(photo, film, degrees, turns):
    """Telephones store films lying, with a matrix that says how to turn them."""
    content = bytearray(film([photo(4)] * 10))
    at = content.index(b"tkhd") + 4 + 4 + 20 + 16  # behind version, times and volume
    matrices = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
    a, b, c, d = (value << 16 for value in matrices[degrees])
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    one = reader(bytes(content))
    first = next(iter(one.frames()))
    expected = np.rot90(photo(4), turns)
    assert first.picture.pixels.shape == expected.shape
    assert difference(first.picture.pixels, expected) < 12
    assert (one.facts.width, one.facts.height) == (expected.shape[1], expected.shape[0])


def test_a_cover_picture_does_not_make_a_sound_a_film(film, encoded, photo):
    out = io.BytesIO()
    with av.open(out, "w", "mp3") as target:
        sound = target.add_stream("mp3", rate=44100)
        cover = target.add_stream("mjpeg", rate=1, options={"strict": "unofficial"})
        cover.width, cover.height, cover.pix_fmt = 320, 240, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        for packet in cover.encode(av.VideoFrame.from_ndarray(photo(), "rgb24")):
            target.mux(packet)
        target.mux(cover.encode())
        for i in range(200):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 44100, i * 1152
            target.mux(sound.encode(frame))
        target.mux(sound.encode())
    one = reader(out.getvalue())
    assert b"APIC" in out.getvalue()
    assert not one.has_picture
    one.listen()
    assert (one.facts.sound_codec, one.facts.picture_codec) == ("mp3float", "")


def test_a_sound_is_a_sound(film):
    one = reader(film([], container="mp4", sound=True))
    assert not one.has_picture
    one.listen()
    assert one.facts.duration == pytest.approx(3.0, abs=0.2)


def test_a_film_with_sound_says_both(photo, film):
    one = reader(film(moving(photo(), 3), sound=True))
    assert one.has_picture
    assert (one.facts.picture_codec, one.facts.sound_codec) == ("mpeg4", "aac")


@pytest.mark.parametrize("sound", [False, True])
def test_a_missing_end_is_told(photo, film, sound):
    content = film(moving(photo(1), 8), container="matroska", sound=sound)
    one = reader(content[: len(content) // 2])
    frames = list(one.frames())
    assert 3.0 < frames[-1].until < 5.0
    (note,) = one.facts.notes
    assert note.startswith("partly read: ")
    assert " of 8." in note


def test_a_film_whose_index_was_cut_off_is_told_as_one_without_it(photo, film):
    """Cameras write the index of an MP4 last."""
    content = film(moving(photo(1), 3))
    with pytest.raises(UnreadableError, match=r"index \(moov\) is missing"):
        reader(content[: len(content) // 2])


def test_damage_in_the_middle_is_stepped_over(photo, film):
    content = bytearray(film(moving(photo(1), 8), container="mpegts", codec="mpeg2video"))
    middle = len(content) // 2
    content[middle : middle + 4000] = bytes(4000)
    frames = list(reader(bytes(content)).frames())
    assert frames[-1].until > 7.0


def test_time_goes_on_when_the_clock_of_a_film_jumps_back(photo, film):
    """Recordings joined end to end, as cameras on walls write them."""
    one = film(moving(photo(1), 3), 25, container="mpegts", codec="mpeg2video")
    other = film(moving(photo(2), 3), 25, container="mpegts", codec="mpeg2video")
    frames = list(reader(one + other).frames())
    times = [frame.time for frame in frames]
    assert times == sorted(times)
    assert all(frame.until >= frame.time for frame in frames)
    assert difference(frames[-1].picture.pixels, moving(photo(2), 3)[-1]) < 25
    assert len({frame.shot for frame in frames}) == 2


def test_progress_is_told_of_films_whose_clock_stands_still(photo, film):
    """Otherwise they would be taken for a hanging decoder."""
    told = []
    list(reader(film(moving(photo(1), 3))).frames(told.append))
    assert len(told) >= 30
    assert told == sorted(told)


def test_only_so_many_frames_are_looked_at(photo, film):
    content = film(moving(photo(1), 3))
    one = FilmReader(io.BytesIO(content), Limits(frames=12))
    assert list(one.frames())[-1].until < 1.6
    assert one.facts.notes == ["only the first 1 s read (limit on frames)"]


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"1\n00:00:01,000 --> 00:00:02,000\nsubtitle\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
    ],
    ids=["hls", "concat", "subtitles", "sdp", "dash"],
)
@pytest.mark.parametrize("certain", [True, False])
def test_what_names_other_files_or_addresses_is_no_film(content, certain):
    with pytest.raises(UnreadableError, match=r"no film|begins like a film"):
        reader(content * 50, certain=certain)


def test_a_film_without_pictures_is_unreadable_with_a_reason(photo, film):
    content = film(moving(photo(1), 2), container="matroska")
    with pytest.raises(UnreadableError, match="the film"):
        list(reader(content[: content.index(b"\x1f\x43\xb6\x75")]).frames())


# ── Guesses ──────────────────────────────────────────────────────────────────────────────────


def test_a_film_behind_other_bytes_is_found_by_guessing(photo, film):
    """As a file carved out of unallocated space begins somewhere."""
    content = film(moving(photo(1), 3), container="mpegts", codec="mpeg2video")
    assert len(list(reader(bytes(100) + content, certain=False).frames())) >= 5


def test_a_sound_behind_other_bytes_is_found_by_guessing(film):
    content = film([], container="mp3", sound=True)
    one = reader(bytes(600) + content[content.index(b"\xff\xfb") :], certain=False)
    one.listen()
    assert one.facts.format == "mp3"


def test_a_guess_that_lasts_for_less_than_a_second_is_not_believed(film):
    content = film([], container="mp3", sound=True)
    start = content.index(b"\xff\xfb")
    with pytest.raises(UnreadableError):
        reader(bytes(600) + content[start : start + 6000], certain=False).listen()
