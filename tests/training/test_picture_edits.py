"""Each picture edit does what its name says."""

import io
import json

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from clew.training.edits.hard import HARD_CLIP_EDITS, HARD_PICTURE_EDITS, RUNGS
from clew.training.edits.pictures import PICTURE_EDITS, bars, crop, logo, resize
from clew.training.pictures import Pixels

FORMATS = {
    "as PNG": "PNG",
    "as WebP": "WEBP",
    "as AVIF": "AVIF",
    "as TIFF": "TIFF",
    "as BMP": "BMP",
    "as GIF": "GIF",
}
MOVES_PIXELS = ("flip", "mirror", "rotate 90", "rotate 180", "rotate 270")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("name", PICTURE_EDITS)
def test_every_edit_is_deterministic_and_leaves_the_original_alone(
    name: str, picture: Pixels
) -> None:
    before = picture.copy()
    first, second = (PICTURE_EDITS[name].file(picture) for _ in range(2))
    assert first == second
    assert np.array_equal(before, picture)


@pytest.mark.parametrize(("name", "form"), FORMATS.items())
def test_formats_are_what_they_say(name: str, form: str, picture: Pixels) -> None:
    result = opened(PICTURE_EDITS[name].file(picture))
    assert result.format == form
    assert result.size == (600, 450)


def test_heic_is_heic(picture: Pixels) -> None:
    content = PICTURE_EDITS["as HEIC"].file(picture)
    assert content[4:12] == b"ftypheic"
    decoded = np.asarray(pillow_heif.open_heif(content)).astype(int)
    assert np.abs(decoded - picture).mean() < 6


def test_lossless_formats_keep_every_pixel(picture: Pixels) -> None:
    for name in ("as PNG", "as TIFF", "as BMP"):
        assert np.array_equal(np.asarray(opened(PICTURE_EDITS[name].file(picture))), picture)


def test_low_quality_is_a_smaller_file_that_looks_alike(picture: Pixels) -> None:
    low = PICTURE_EDITS["jpeg quality 30"].file(picture)
    assert len(low) < len(PICTURE_EDITS["crop 10 %"].encoding.encode(picture)) / 2
    assert 0.5 < np.abs(np.asarray(opened(low)).astype(int) - picture).mean() < 12


def test_orientation_tag_undoes_the_turn(picture: Pixels) -> None:
    stored = opened(PICTURE_EDITS["EXIF orientation"].file(picture))
    assert stored.size == (450, 600)
    shown = np.asarray(ImageOps.exif_transpose(stored)).astype(int)
    assert shown.shape == picture.shape
    assert np.abs(shown - picture).mean() < 4


def test_resize_scales_both_sides(picture: Pixels) -> None:
    assert PICTURE_EDITS["half size"].pixels(picture).shape == (225, 300, 3)
    assert PICTURE_EDITS["quarter size"].pixels(picture).shape == (112, 150, 3)
    assert resize(picture, 1 / 1000).shape == (1, 1, 3)


def test_letterbox_adds_bars_of_the_given_height(picture: Pixels) -> None:
    boxed = PICTURE_EDITS["letterbox"].pixels(picture)
    assert boxed.shape == (450 + 2 * 72, 600, 3)
    assert not boxed[:72].any()
    assert not boxed[-72:].any()
    assert np.array_equal(boxed[72:-72], picture)


def test_pillarbox_adds_bars_of_the_given_width(picture: Pixels) -> None:
    boxed = bars(picture, rows=0, columns=0.1)
    assert boxed.shape == (450, 600 + 2 * 60, 3)
    assert not boxed[:, :60].any()
    assert np.array_equal(boxed[:, 60:-60], picture)


def test_border_is_uniform_on_all_sides(picture: Pixels) -> None:
    framed = PICTURE_EDITS["border"].pixels(picture)
    assert framed.shape == (450 + 72, 600 + 72, 3)
    assert np.array_equal(framed[36:-36, 36:-36], picture)
    for edge in (framed[:36], framed[-36:], framed[:, :36], framed[:, -36:]):
        assert (edge == 245).all()


@pytest.mark.parametrize("area", [0.10, 0.25])
def test_logo_covers_the_given_area(area: float, picture: Pixels) -> None:
    changed = (logo(picture, area) != picture).any(axis=2)
    rows, columns = changed.any(axis=1), changed.any(axis=0)
    assert rows.sum() * columns.sum() / changed.size == pytest.approx(area, rel=0.02)
    assert changed.mean() > 0.97 * area


def test_quarter_turns_and_mirrors_undo_each_other(picture: Pixels) -> None:
    moved = {name: PICTURE_EDITS[name].pixels(picture) for name in MOVES_PIXELS}
    assert np.array_equal(moved["mirror"][:, ::-1], picture)
    assert np.array_equal(moved["flip"][::-1], picture)
    assert np.array_equal(moved["rotate 180"], moved["flip"][:, ::-1])
    assert np.array_equal(moved["rotate 90"][0], picture[::-1, 0])  # clockwise: left edge on top
    assert np.array_equal(PICTURE_EDITS["rotate 270"].pixels(moved["rotate 90"]), picture)


def test_tone_edits_change_tone_only(picture: Pixels) -> None:
    assert PICTURE_EDITS["brighter"].pixels(picture).mean() > picture.mean() * 1.1
    assert PICTURE_EDITS["darker"].pixels(picture).mean() == pytest.approx(
        picture.mean() * 0.65, rel=0.02
    )
    grey = PICTURE_EDITS["greyscale"].pixels(picture)
    assert (grey == grey[..., :1]).all()
    red, _, blue = PICTURE_EDITS["sepia"].pixels(picture).reshape(-1, 3).mean(axis=0)
    assert red > 1.3 * blue


def test_crop_takes_half_of_the_share_from_each_side(picture: Pixels) -> None:
    assert np.array_equal(crop(picture, 0.10), picture[22:-22, 30:-30])


def test_blur_noise_and_caption_change_a_little(picture: Pixels) -> None:
    def detail(pixels: Pixels) -> float:
        return float(np.abs(np.diff(pixels.astype(int), axis=1)).mean())

    assert detail(PICTURE_EDITS["blur"].pixels(picture)) < 0.9 * detail(picture)
    assert detail(PICTURE_EDITS["noise"].pixels(picture)) > 1.3 * detail(picture)
    written = (PICTURE_EDITS["caption"].pixels(picture) != picture).any(axis=2)
    assert not written[: int(450 * 0.8)].any()
    assert 0.003 < written.mean() < 0.08


def test_the_ladder_names_a_rung_for_every_hard_edit_and_each_changes_the_picture(
    picture: Pixels,
) -> None:
    assert {*HARD_PICTURE_EDITS, *HARD_CLIP_EDITS} <= set(RUNGS)
    assert set(RUNGS.values()) == {1, 2, 3}
    assert not {*HARD_PICTURE_EDITS} & {*PICTURE_EDITS}
    for edit in HARD_PICTURE_EDITS.values():
        json.dumps(dict(edit.parameters))  # as the truth keeps them
        changed = edit.pixels(picture)
        assert changed.dtype == np.uint8
        assert changed.shape != picture.shape or np.abs(changed.astype(int) - picture).mean() > 3
        assert np.array_equal(changed, edit.pixels(picture))
