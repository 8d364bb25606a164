"""What a file is, is told by its content and never by its name."""

import io
import tarfile
import zipfile

import av
import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clew.media.kind import HEAD_BYTES, Kind, MediaType, named_like_media, sniff

pillow_heif.register_heif_opener()  # so that Pillow writes HEIC too

IMAGE, VIDEO, SOUND = MediaType.IMAGE, MediaType.VIDEO, MediaType.SOUND
CONTAINER, OTHER = MediaType.CONTAINER, MediaType.OTHER
UNKNOWN = Kind(OTHER)


def picture(name, **options):
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, name, **options)
    return out.getvalue()


def encoded(container, codec, kind):
    out = io.BytesIO()
    with av.open(out, "w", container) as target:
        stream = target.add_stream(codec, rate=25 if kind == "video" else 44100)
        if kind == "video":
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            frames = [av.VideoFrame(64, 48, "yuv420p") for _ in range(5)]
        else:
            frames = []
            for i in range(20):
                silence = np.zeros((1, 1152), np.float32 if codec != "flac" else np.int16)
                frame = av.AudioFrame.from_ndarray(
                    silence, "fltp" if codec != "flac" else "s16", "mono"
                )
                frame.sample_rate, frame.pts = 44100, i * 1152
                frames.append(frame)
        for frame in frames:
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("JPEG", "jpeg"),
        ("PNG", "png"),
        ("GIF", "gif"),
        ("BMP", "bmp"),
        ("TIFF", "tiff"),
        ("WEBP", "webp"),
        ("HEIF", "heic"),
        ("AVIF", "avif"),
        ("JPEG2000", "jpeg2000"),
        ("ICO", "ico"),
        ("PPM", "pnm"),
    ],
)
def test_pictures(name, expected):
    assert sniff(picture(name)) == Kind(IMAGE, expected)


@pytest.mark.parametrize(
    ("container", "codec", "expected"),
    [
        ("mp4", "mpeg4", "mp4"),
        ("mov", "mpeg4", "quicktime"),
        ("3gp", "mpeg4", "mp4"),
        ("matroska", "mpeg4", "matroska"),
        ("webm", "libvpx-vp9", "matroska"),
        ("avi", "mpeg4", "avi"),
        ("flv", "flv", "flv"),
        ("asf", "mpeg4", "asf"),
        ("mpegts", "mpeg2video", "mpeg-ts"),
        ("mpeg", "mpeg2video", "mpeg-ps"),
    ],
)
def test_films(container, codec, expected):
    assert sniff(encoded(container, codec, "video")) == Kind(VIDEO, expected)


@pytest.mark.parametrize(
    ("container", "codec", "expected"),
    [("wav", "pcm_f32le", "wave"), ("flac", "flac", "flac"), ("adts", "aac", "aac")],
)
def test_sounds(container, codec, expected):
    if codec == "pcm_f32le":
        codec = "pcm_s16le"
    assert sniff(encoded(container, codec, "sound")) == Kind(SOUND, expected)


def test_mp3_with_and_without_a_tag():
    tagged = encoded("mp3", "mp3", "sound")
    assert sniff(tagged) == Kind(SOUND, "mp3")
    bare = tagged[tagged.index(b"\xff\xfb") :]
    assert sniff(bare[:HEAD_BYTES]) == Kind(SOUND, "mp3")


def test_archives():
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "b")
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert sniff(packed.getvalue()) == Kind(CONTAINER, "zip")
    assert sniff(tarred.getvalue()) == Kind(CONTAINER, "tar")
    assert sniff(b"7z\xbc\xaf\x27\x1c" + bytes(50)) == Kind(CONTAINER, "7z")
    assert sniff(b"\x1f\x8b\x08" + bytes(50)) == Kind(CONTAINER, "gzip")


def test_a_document_that_is_an_archive_is_walked_as_one():
    """Office files are zips with pictures in them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/media/image1.png", picture("PNG"))
    assert sniff(out.getvalue()) == Kind(CONTAINER, "zip")


@pytest.mark.parametrize(
    "near_miss",
    [
        b"",
        b"\xff\xd8",
        b"BM is how this letter begins, and it goes on for quite a while.",
        b"GIF is a format",
        b"RIFF\x00\x00\x00\x00CDDA" + bytes(100),
        b"P7 is no old kind of pixmap",
        b"%PDF-1.7\n" + bytes(100),
        b"MZ" + bytes(500),
        b"\x7fELF" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x00",
        b"G" * 187 + b"H" + b"G" * 500,
        b"\xff\xfb\x90\x00" + bytes(2000),  # one frame of MP3 does not make a sound
        b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(200),  # nor one of AAC
        b"\xff\xfe" + "text in UTF-16".encode("utf-16-le"),
        b"\xff" * 4096,
    ],
)
def test_near_misses_are_unknown(near_miss):
    assert sniff(near_miss[:HEAD_BYTES]) == UNKNOWN


def test_a_transport_stream_is_known_by_five_sync_bytes_in_their_places():
    packets = b"".join(b"G" + bytes(187) for _ in range(5))
    assert sniff(packets) == Kind(VIDEO, "mpeg-ts")
    assert sniff(packets[:-188]) == UNKNOWN
    with_times = b"".join(bytes(4) + b"G" + bytes(187) for _ in range(5))
    assert sniff(with_times) == Kind(VIDEO, "mpeg-ts")


def test_of_pictures_in_the_iso_container_the_brands_tell_which():
    def head(*brands):
        body = brands[0] + bytes(4) + b"".join(brands[1:])
        return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body

    assert sniff(head(b"mif1", b"mif1", b"avif")) == Kind(IMAGE, "avif")
    assert sniff(head(b"mif1", b"mif1", b"heic")) == Kind(IMAGE, "heic")
    assert sniff(head(b"isom", b"isom", b"mp41")) == Kind(VIDEO, "mp4")


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_an_answer(head):
    assert isinstance(sniff(head).type, MediaType)


MAGIC = [
    b"\xff\xd8\xff", b"RIFF", b"FORM", b"\x00\x00\x00\x18ftyp", b"BM", b"P6", b"G", b"\xff\xf1",
    b"\xff\xfb", b"\x1f\x8b\x08", b"PK\x03\x04", b"II*\x00", b"\xff\xf9\x5c",
]  # fmt: skip


@given(st.sampled_from(MAGIC), st.binary(max_size=2000))
def test_any_bytes_behind_a_signature_have_an_answer(magic, rest):
    assert isinstance(sniff(magic + rest).type, MediaType)


@pytest.mark.parametrize("name", ["a.jpg", "A.JPEG", "film.of.mine.Mp4", "/x/y.heic", ".b.mp3"])
def test_names_that_claim_media(name):
    assert named_like_media(name)


@pytest.mark.parametrize("name", ["a.txt", "jpg", "a.jpg.exe", "", ".", ".jpg", "a."])
def test_names_that_do_not(name):
    assert not named_like_media(name)
