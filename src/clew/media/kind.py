"""What a file is, told by its content and never by its name.

Names lie: a seized drive holds pictures called ``.dat`` and programs called ``.jpg``. The first
bytes decide, after the published magic numbers of each format; the decoders have the last word
(an animated GIF turns out to be a video, an MP4 without picture a sound).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

HEAD_BYTES = 4096
"""How much of the beginning of a file :func:`sniff` wants to see."""


class MediaType(StrEnum):
    """The kinds of media Clew tells apart."""

    IMAGE = "image"
    VIDEO = "video"
    SOUND = "sound"
    CONTAINER = "container"
    OTHER = "other"


@dataclass(frozen=True)
class Kind:
    """What the first bytes say a file is.

    Attributes:
        type: the broad kind; ``OTHER`` for what Clew does not read.
        format: short name of the format, such as ``jpeg``; empty when unknown.
    """

    type: MediaType
    format: str = ""


_UNKNOWN = Kind(MediaType.OTHER)

# (offset, magic bytes, type, format); the first that fits wins.
_MAGIC: tuple[tuple[int, bytes, MediaType, str], ...] = (
    (0, b"\xff\xd8\xff", MediaType.IMAGE, "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", MediaType.IMAGE, "png"),
    (0, b"GIF87a", MediaType.IMAGE, "gif"),
    (0, b"GIF89a", MediaType.IMAGE, "gif"),
    (0, b"II*\x00", MediaType.IMAGE, "tiff"),
    (0, b"MM\x00*", MediaType.IMAGE, "tiff"),
    (0, b"II+\x00", MediaType.IMAGE, "tiff"),
    (0, b"MM\x00+", MediaType.IMAGE, "tiff"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", MediaType.IMAGE, "jpeg2000"),
    (0, b"\xff\x4f\xff\x51", MediaType.IMAGE, "jpeg2000"),
    (0, b"8BPS\x00\x01", MediaType.IMAGE, "psd"),
    (0, b"\x1aE\xdf\xa3", MediaType.VIDEO, "matroska"),
    (0, b"FLV\x01", MediaType.VIDEO, "flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", MediaType.VIDEO, "asf"),
    (0, b"\x00\x00\x01\xba", MediaType.VIDEO, "mpeg-ps"),
    (0, b"\x00\x00\x01\xb3", MediaType.VIDEO, "mpeg"),
    (0, b".RMF", MediaType.VIDEO, "realmedia"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", MediaType.VIDEO, "mxf"),
    (0, b"YUV4MPEG2", MediaType.VIDEO, "yuv4mpeg"),
    (0, b"DKIF", MediaType.VIDEO, "ivf"),
    (0, b"\x1f\x07\x00", MediaType.VIDEO, "dv"),
    (0, b"\x00\x00\x00\x01\x67", MediaType.VIDEO, "h264"),
    (0, b"\x00\x00\x00\x01\x40\x01", MediaType.VIDEO, "hevc"),
    (0, b"nut/multimedia container\x00", MediaType.VIDEO, "nut"),
    (0, b"OggS", MediaType.VIDEO, "ogg"),
    (0, b"fLaC", MediaType.SOUND, "flac"),
    (0, b"ID3", MediaType.SOUND, "mp3"),
    (0, b"#!AMR", MediaType.SOUND, "amr"),
    (0, b"caff\x00", MediaType.SOUND, "caf"),
    (0, b".snd", MediaType.SOUND, "au"),
    (0, b"wvpk", MediaType.SOUND, "wavpack"),
    (0, b"MAC ", MediaType.SOUND, "ape"),
    (0, b"TTA1", MediaType.SOUND, "tta"),
    (0, b"MPCK", MediaType.SOUND, "musepack"),
    (0, b"MP+", MediaType.SOUND, "musepack"),
    (0, b"\x7f\xfe\x80\x01", MediaType.SOUND, "dts"),
    (0, b"DSD ", MediaType.SOUND, "dsf"),
    (0, b"PK\x03\x04", MediaType.CONTAINER, "zip"),
    (0, b"PK\x05\x06", MediaType.CONTAINER, "zip"),
    (0, b"7z\xbc\xaf\x27\x1c", MediaType.CONTAINER, "7z"),
    (257, b"ustar", MediaType.CONTAINER, "tar"),
    (0, b"\x1f\x8b\x08", MediaType.CONTAINER, "gzip"),
    (0, b"BZh", MediaType.CONTAINER, "bzip2"),
    (0, b"\xfd7zXZ\x00", MediaType.CONTAINER, "xz"),
)

# The major or compatible brands of ISO base media files (ISO/IEC 14496-12) that are pictures.
_PICTURE_BRANDS = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic",
    b"hevx": "heic", b"mif1": "heic", b"msf1": "heic", b"avif": "avif", b"avis": "avif",
}  # fmt: skip
_MOVIE_ATOMS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_RIFF = {
    b"WEBP": Kind(MediaType.IMAGE, "webp"),
    b"AVI ": Kind(MediaType.VIDEO, "avi"),
    b"WAVE": Kind(MediaType.SOUND, "wave"),
}

# Names by which people and programs call pictures, films and sounds. Used only to tell an officer
# that a file *called* a picture holds something else; never to decide what it is.
_MEDIA_NAMES = frozenset(
    (
        *("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "tif", "tiff", "webp", "heic"),
        *("heif", "avif", "jp2", "mp4", "m4v", "mov", "avi", "mkv", "webm", "wmv", "asf", "flv"),
        *("mpg", "mpeg", "m2v", "vob", "ts", "mts", "m2ts", "3gp", "3g2", "ogv", "rm", "rmvb"),
        *("divx", "mp3", "m4a", "aac", "wav", "wma", "ogg", "oga", "opus", "flac", "amr", "aif"),
        *("aiff", "caf", "mka"),
    )
)


def sniff(head: bytes) -> Kind:
    """Tell the kind of a file from its first :data:`HEAD_BYTES` bytes.

    An unknown content is ``Kind(OTHER, "")``; that is an answer, not an error.
    """
    for offset, magic, media_type, name in _MAGIC:
        if head.startswith(magic, offset):
            return Kind(media_type, name)
    if head[:4] in (b"RIFF", b"RF64", b"RIFX"):
        return _RIFF.get(head[8:12], _UNKNOWN)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind(MediaType.SOUND, "aiff")
    if head[4:8] in _MOVIE_ATOMS:
        return _iso_base_media(head)
    if head[:2] == b"BM" and _is_bitmap(head):
        return Kind(MediaType.IMAGE, "bmp")
    if head[:4] == b"\x00\x00\x01\x00" and _is_icon(head):
        return Kind(MediaType.IMAGE, "ico")
    if re.match(rb"P[1-6]\s", head):
        return Kind(MediaType.IMAGE, "pnm")
    if _has_transport_stream_sync(head):
        return Kind(MediaType.VIDEO, "mpeg-ts")
    return _raw_sound(head)


def named_like_media(name: str) -> bool:
    """Whether a file's name claims that it is a picture, a film or a sound."""
    return PurePath(name).suffix.lower().lstrip(".") in _MEDIA_NAMES


def _iso_base_media(head: bytes) -> Kind:
    if head[4:8] != b"ftyp":
        return Kind(MediaType.VIDEO, "quicktime")
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, min(size, len(head) - 3), 4))]
    if head[8:12] in _PICTURE_BRANDS:
        # "mif1" says only "a picture"; a more telling brand behind it names the codec.
        if head[8:12] in (b"mif1", b"msf1") and b"avif" in brands:
            return Kind(MediaType.IMAGE, "avif")
        return Kind(MediaType.IMAGE, _PICTURE_BRANDS[head[8:12]])
    if head[8:12] == b"crx ":
        return _UNKNOWN
    return Kind(MediaType.VIDEO, "quicktime" if head[8:12] == b"qt  " else "mp4")


def _is_bitmap(head: bytes) -> bool:
    """``BM`` alone is two letters; a real header also has a known header size behind it."""
    return int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)


def _is_icon(head: bytes) -> bool:
    """Four bytes are no proof; each picture listed must also have a size and lie behind the list.

    Entries have a reserved byte (0; some programs write 255) and at most 32 bits a pixel.
    """
    count = int.from_bytes(head[4:6], "little")
    if not 0 < count <= 256:
        return False
    behind = 6 + 16 * count
    listed = range(6, min(behind, len(head) - 15), 16)
    for at in listed:
        _, _, _, reserved, planes, bits, size, offset = struct.unpack_from("<4B2H2I", head, at)
        if reserved not in (0, 255) or planes > 4 or bits > 32 or not size or offset < behind:
            return False
    return len(listed) > 0


def _has_transport_stream_sync(head: bytes) -> bool:
    """MPEG transport streams repeat a sync byte every 188 bytes (192 on Blu-ray and AVCHD)."""
    for packet, first in ((188, 0), (192, 4)):
        marks = head[first : first + packet * 5 : packet]
        if len(marks) == 5 and set(marks) == {0x47}:
            return True
    return False


def _raw_sound(head: bytes) -> Kind:
    """Bare sound has only a sync word of 11 to 16 bits: several frames in a row are needed.

    Three frames must follow each other, as far as the head reaches, and agree on version, layer
    and sampling rate.
    """
    for read_length, name in (
        (_adts_length, "aac"),
        (_mpeg_audio_length, "mp3"),
        (_dolby_length, "ac3"),
    ):
        at, frames = 0, 0
        while frames < 3 and (length := read_length(head[at:])) and _alike(head, head[at:]):
            at += length
            frames += 1
        if frames == 3 or (frames == 2 and at + 4 > len(head)):
            return Kind(MediaType.SOUND, name)
    return _UNKNOWN


def _alike(one: bytes, other: bytes) -> bool:
    """Whether two frames of bare sound say the same of version, layer and sampling rate."""
    if one[:2] == other[:2] == _DOLBY:
        return True  # the sync word is all that every frame repeats; the rest is read anew
    return one[1] == other[1] and one[2] & 0x0C == other[2] & 0x0C


def _adts_length(head: bytes) -> int:
    """The length in bytes of the AAC frame that starts here (ISO/IEC 13818-7), or 0."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


_DOLBY = b"\x0bw"
_DOLBY_RATES = (
    32,
    40,
    48,
    56,
    64,
    80,
    96,
    112,
    128,
    160,
    192,
    224,
    256,
    320,
    384,
    448,
    512,
    576,
    640,
)


def _dolby_length(head: bytes) -> int:
    """The length in bytes of the AC-3 or E-AC-3 frame that starts here (ETSI TS 102 366), or 0."""
    if len(head) < 6 or head[:2] != _DOLBY:
        return 0
    version = head[5] >> 3
    if 11 <= version <= 16:  # E-AC-3: the length itself is written
        return (((head[2] & 7) << 8 | head[3]) + 1) * 2
    sampling, size = head[4] >> 6, head[4] & 63
    if version > 10 or sampling == 3 or size >= 2 * len(_DOLBY_RATES):
        return 0
    rate = _DOLBY_RATES[size >> 1]
    # Frames of 1536 samples; at 44.1 kHz the odd size has one 16-bit word more.
    words = (rate * 2, rate * 96_000 // 44_100 + (size & 1), rate * 3)[sampling]
    return words * 2


_BIT_RATES = {
    # (MPEG-1?, layer): kbit/s by index, ISO/IEC 11172-3 and 13818-3
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mpeg_audio_length(head: bytes) -> int:
    """The length in bytes of the MPEG audio frame that starts here, or 0."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate_index, sampling, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index in (0, 15) or sampling == 3:
        return 0
    rate = _BIT_RATES[version == 3, layer][rate_index - 1] * 1000
    frequency = (44100, 48000, 32000)[sampling] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12 * rate // frequency + padding) * 4
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * rate // frequency + padding
