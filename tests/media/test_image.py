"""Pictures come out upright, in RGB, as large as needed; damaged ones as far as they go."""

import io

import numpy as np
import pytest
from PIL import Image

from clew.media.errors import OverLimitError, UnreadableError
from clew.media.image import MIN_SIDE, ImageReader
from clew.media.limits import Limits
from clew.media.thumbnail import THUMBNAIL_SIDE, thumbnail


def reader(content, **limits):
    return ImageReader(io.BytesIO(content), Limits(**limits))


def enlarged(pixels, times=5):
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def difference(one, other):
    """Mean difference of two pictures of maybe different size, in grey levels."""
    size = (64, 48) if one.shape[1] > one.shape[0] else (48, 64)
    small = [np.asarray(Image.fromarray(p).resize(size), float) for p in (one, other)]
    return np.abs(small[0] - small[1]).mean()


TURNED = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: np.rot90(p, 3),
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_pictures_are_turned_upright(photo, encoded, name, orientation):
    upright = photo(1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(TURNED[orientation](upright))
    one = reader(encoded(stored, name, exif=exif))
    picture = one.picture()
    assert difference(picture.pixels, upright) < 6
    assert (picture.width, picture.height) == (320, 240)
    assert (one.facts.width, one.facts.height) == (320, 240)


def test_heif_is_not_turned_twice(photo, encoded):
    """It holds its turn in its own boxes, which its decoder applies; EXIF only repeats it."""
    exif = Image.Exif()
    exif[0x0112] = 3
    assert difference(reader(encoded(photo(), "HEIF", exif=exif)).picture().pixels, photo()) < 6


def test_an_orientation_that_there_is_not_means_upright(photo, encoded):
    exif = Image.Exif()
    exif[0x0112] = 77
    assert difference(reader(encoded(photo(), exif=exif)).picture().pixels, photo()) < 1


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("1", "PNG"),
        ("L", "JPEG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("LA", "PNG"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("LAB", "TIFF"),
    ],
)
def test_every_mode_becomes_rgb(photo, encoded, mode, name):
    if mode == "LAB":
        pytest.importorskip("PIL.ImageCms")
        content = io.BytesIO()
        Image.new("LAB", (64, 48), (128, 128, 128)).save(content, name)
        pixels = reader(content.getvalue()).picture().pixels
        assert pixels.shape == (48, 64, 3)
        return
    picture = reader(encoded(photo(), name, mode=mode)).picture()
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape == (240, 320, 3)
    grey = mode in ("1", "L", "LA")
    expected = np.repeat(photo().mean(axis=2, keepdims=True), 3, axis=2) if grey else photo()
    assert difference(picture.pixels, expected.astype(np.uint8)) < 25


@pytest.mark.parametrize(
    ("mode", "name"), [("I;16", "PNG"), ("I;16", "TIFF"), ("F", "TIFF"), ("I", "TIFF")]
)
def test_deep_samples_are_brought_to_eight_bits(photo, mode, name):
    grey = photo().mean(axis=2)
    image = {
        "I;16": lambda: Image.fromarray((grey * 257).astype(np.uint16)),
        "I": lambda: Image.fromarray((grey * 257).astype(np.int32)),
        "F": lambda: Image.fromarray((grey / 255).astype(np.float32)),
    }[mode]()
    out = io.BytesIO()
    image.save(out, name)
    pixels = reader(out.getvalue()).picture().pixels
    spread = np.corrcoef(pixels[..., 0].ravel(), grey.ravel())[0, 1]
    assert spread > 0.99


def test_samples_that_are_no_numbers_do_no_harm():
    out = io.BytesIO()
    values = np.full((20, 20), np.nan, np.float32)
    values[5:10], values[0, 0] = 1.0, np.inf
    Image.fromarray(values).save(out, "TIFF")
    assert reader(out.getvalue()).picture().pixels.shape == (20, 20, 3)


def test_what_is_transparent_is_white(encoded):
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[:20, :, 3] = 255
    out = reader(encoded(pixels, "PNG")).picture().pixels
    assert (out[0, 0] == 0).all()
    assert (out[39, 0] == 255).all()


def test_a_palette_may_hold_transparency():
    image = Image.new("P", (20, 20), 1)
    image.putpalette([255, 0, 0, 0, 255, 0])
    out = io.BytesIO()
    image.save(out, "PNG", transparency=1)
    assert (reader(out.getvalue()).picture().pixels == 255).all()


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_large_pictures_are_reduced_and_keep_their_true_size(photo, encoded, name):
    large = enlarged(photo(2))
    picture = reader(encoded(large, name)).picture()
    assert min(picture.pixels.shape[:2]) >= MIN_SIDE
    assert max(picture.pixels.shape[:2]) < 1000
    assert (picture.width, picture.height) == (1600, 1200)
    assert difference(picture.pixels, large) < 5


def test_a_large_jpeg_is_never_decoded_at_full_size(photo, encoded):
    """The limit is on what is decoded: here half of each side."""
    content = encoded(enlarged(photo(3)), "JPEG")
    assert reader(content, pixels=500_000).picture().width == 1600
    with pytest.raises(OverLimitError, match="1600 × 1200 pixels, more than the limit of 0 mega"):
        reader(content, pixels=100_000).picture()


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP", "AVIF"])
def test_animations_have_frames_with_times(photo, name):
    images = [Image.fromarray(photo(number)) for number in range(4)]
    out = io.BytesIO()
    images[0].save(
        out, name, save_all=True, append_images=images[1:], duration=[200, 300, 500, 400]
    )
    one = reader(out.getvalue())
    assert one.facts.moving
    frames = list(one.frames())
    assert [round(time, 3) for time, _ in frames] == [0.0, 0.2, 0.5, 1.0]
    assert one.facts.duration == pytest.approx(1.4)
    for number, (_, picture) in enumerate(frames):
        assert difference(picture.pixels, photo(number)) < 12


def test_frames_that_claim_no_time_are_shown_as_browsers_do(photo):
    images = [Image.fromarray(photo(number)) for number in range(3)]
    out = io.BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=0)
    times = [time for time, _ in reader(out.getvalue()).frames()]
    assert times == pytest.approx([0.0, 0.1, 0.2])


def test_a_tiff_of_several_pages_is_read_page_by_page(photo):
    images = [Image.fromarray(photo(number)) for number in range(3)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    one = reader(out.getvalue())
    assert (one.facts.pages, one.facts.moving) == (3, False)
    pages = [one.picture(), *one.more_pages()]
    assert [difference(page.pixels, photo(n)) < 1 for n, page in enumerate(pages)] == [True] * 3


def test_of_very_many_pages_the_first_hundred_are_read():
    pages = [Image.new("L", (8, 8), number) for number in range(120)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    one = reader(out.getvalue())
    assert 1 + len(list(one.more_pages())) == 100
    assert one.facts.notes == ["100 of 120 pages read (limit)"]


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "BMP"])
def test_the_beginning_of_a_cut_picture_is_read_with_a_note(photo, encoded, name):
    options = {"interlace": 0} if name == "GIF" else {}
    content = encoded(photo(4), name, **options)
    one = reader(content[: len(content) * 7 // 10])
    picture = one.picture()
    assert picture.pixels.shape == (240, 320, 3)
    close = np.abs(picture.pixels.astype(int) - photo(4)).max(axis=2) < 40
    assert 0.4 < close.mean() < 0.95
    assert len(one.facts.notes) == 1
    assert one.facts.notes[0].startswith("partly read: image file is truncated")


@pytest.mark.parametrize("kept", [12, 60, 200])
def test_too_little_of_a_picture_is_unreadable_with_a_reason(photo, encoded, kept):
    with pytest.raises(UnreadableError) as raised:
        reader(encoded(photo(), "JPEG")[:kept]).picture()
    assert "picture" in str(raised.value)


def test_text_is_no_picture():
    with pytest.raises(UnreadableError, match="no picture decoder recognises the content"):
        reader(b"Dear all, " * 100)


def test_formats_that_start_other_programs_are_not_read():
    """Pillow would hand PostScript to Ghostscript."""
    with pytest.raises(UnreadableError, match="no picture decoder recognises the content"):
        reader(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")


def test_a_thumbnail_is_small_and_carries_no_metadata(photo, encoded):
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Maker of cameras", {1: "N", 2: (48.0, 12.0, 0.0)}
    content = encoded(enlarged(photo(5)), "JPEG", exif=exif, comment=b"who took it")
    small = thumbnail(reader(content).picture())
    image = Image.open(io.BytesIO(small))
    assert max(image.size) == THUMBNAIL_SIDE
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    assert b"Maker" not in small
    assert b"who took" not in small
    assert difference(np.asarray(image), enlarged(photo(5))) < 8


def test_a_png_too_large_to_be_decoded_is_not_decoded_for_its_metadata_either():
    """Pillow would decode all of it to look for EXIF behind the pixels."""

    class Counted(io.BytesIO):
        count = 0

        def read(self, size=-1):
            data = super().read(size)
            self.count += len(data)
            return data

    out = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (1200, 1600, 3), np.uint8)
    Image.fromarray(noise).save(out, "PNG", compress_level=1)
    source = Counted(out.getvalue())
    one = ImageReader(source, Limits(pixels=1_000_000))
    with pytest.raises(OverLimitError):
        one.picture()
    assert source.count < 200_000 < len(out.getvalue())
