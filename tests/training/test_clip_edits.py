"""Clips are written as what they should be, and each edit's spans say what is shared."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from clew.training import footage as film
from clew.training.clips import make_clip
from clew.training.edits.clips import CLIP_EDITS, Span
from clew.training.footage import SOUND_RATE, Footage
from clew.training.pictures import Pixels

CONTAINERS = {
    "low bitrate": ("mp4", "h264"),
    "to MKV": ("matroska", "h264"),
    "to MOV": ("mov", "h264"),
    "to WebM": ("webm", "vp9"),
    "to AVI": ("avi", "mjpeg"),
}
KEEPS_PIXELS = ("trim start", "trim end", "insert", "cut out", "joined", "frame rate 15", "still")


def frame_at(footage: Footage, seconds: float) -> Pixels:
    return footage.frames[min(round(seconds * footage.rate), len(footage.frames) - 1)]


def assert_same_frames(original: Footage, copy: Footage, span: Span) -> None:
    """Start, middle and last frame of a span are the same picture in both."""
    for share in (0.0, 0.5, 1.0):
        there = span.copy_start + share * (span.copy_end - span.copy_start)
        there = min(round(there * copy.rate) / copy.rate, span.copy_end - 1 / copy.rate)
        there = max(float(there), span.copy_start)
        here = span.original_start + there - span.copy_start
        assert np.array_equal(frame_at(original, here), frame_at(copy, there))


def test_clips_are_deterministic_and_move() -> None:
    first, second = (make_clip(9, 0, 1.0, 90, 160, shots=1) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))
    assert first.rate == 30
    assert first.sound is not None
    assert len(first.sound) == SOUND_RATE
    assert np.abs(first.sound).max() > 0.1
    assert np.abs(first.frames[0].astype(int) - first.frames[-1]).mean() > 3


def test_shots_show_different_places(clip: Footage) -> None:
    steps = [
        float(np.abs(a.astype(int) - b).mean())
        for a, b in zip(clip.frames, clip.frames[1:], strict=False)
    ]
    assert sorted(steps)[-1] > 5 * sorted(steps)[-2]  # one cut, otherwise steady movement


@pytest.mark.parametrize("name", KEEPS_PIXELS)
def test_spans_hold_the_same_frames(name: str, clip: Footage, foreign_clip: Footage) -> None:
    copy = CLIP_EDITS[name].apply(clip, foreign_clip)
    assert copy.spans
    for span in copy.spans:
        assert_same_frames(clip, copy.footage, span)


def test_trims_have_the_stated_spans(clip: Footage) -> None:
    start = CLIP_EDITS["trim start"].apply(clip)
    assert start.spans == [Span(pytest.approx(0.9), 3.0, 0.0, pytest.approx(2.1))]
    assert start.footage.duration == pytest.approx(2.1)
    assert start.footage.sound is not None
    assert len(start.footage.sound) == pytest.approx(2.1 * SOUND_RATE, abs=2)
    end = CLIP_EDITS["trim end"].apply(clip)
    assert end.spans == [Span(0.0, pytest.approx(1.8), 0.0, pytest.approx(1.8))]


def test_cut_out_leaves_out_the_middle(clip: Footage) -> None:
    copy = CLIP_EDITS["cut out"].apply(clip)
    first, second = copy.spans
    assert second.original_start - first.original_end == pytest.approx(0.9, abs=0.04)
    assert second.copy_start == first.copy_end
    assert copy.footage.duration == pytest.approx(second.copy_end)


@pytest.mark.parametrize("name", ["insert", "joined"])
def test_foreign_spans_hold_the_foreign_clip(
    name: str, clip: Footage, foreign_clip: Footage
) -> None:
    copy = CLIP_EDITS[name].apply(clip, foreign_clip)
    (span,) = copy.foreign_spans
    assert np.array_equal(frame_at(copy.footage, span.copy_start), foreign_clip.frames[0])
    assert copy.footage.duration == pytest.approx(clip.duration + span.copy_end - span.copy_start)
    with pytest.raises(ValueError, match="second clip"):
        CLIP_EDITS[name].apply(clip)


def test_frame_rate_changes_without_changing_the_length(clip: Footage) -> None:
    copy = CLIP_EDITS["frame rate 15"].apply(clip).footage
    assert copy.rate == Fraction(15)
    assert copy.duration == pytest.approx(clip.duration)


def test_letterbox_and_mirror_reach_every_frame(clip: Footage) -> None:
    boxed = CLIP_EDITS["letterbox"].apply(clip).footage
    mirrored = CLIP_EDITS["mirror"].apply(clip).footage
    for original, tall, turned in zip(clip.frames, boxed.frames, mirrored.frames, strict=True):
        assert not tall[:29].any()
        assert np.array_equal(tall[29:-29], original)
        assert np.array_equal(turned[:, ::-1], original)


@pytest.mark.parametrize(("name", "expected"), CONTAINERS.items())
def test_files_are_what_they_say(
    name: str, expected: tuple[str, str], clip: Footage, clip_file: Path, tmp_path: Path
) -> None:
    edit = CLIP_EDITS[name]
    target = tmp_path / f"copy{edit.suffix}"
    edit.write(clip_file, target, clip)
    with av.open(str(target)) as container:
        assert expected[0] in container.format.name
        assert container.streams.video[0].codec_context.name == expected[1]
        assert len(container.streams.audio) == 1
    decoded = film.read(target)
    assert decoded.duration == pytest.approx(clip.duration, abs=0.1)
    assert decoded.sound is not None
    assert np.abs(decoded.frames[20].astype(int) - clip.frames[20]).mean() < 12


def test_rewrapping_keeps_the_encoded_packets(clip_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.mkv"
    film.rewrap(clip_file, target, "matroska")
    assert all(
        np.array_equal(a, b)
        for a, b in zip(film.read(clip_file).frames, film.read(target).frames, strict=True)
    )


def test_a_still_is_the_frame_at_its_time(clip: Footage, clip_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "still.jpg"
    (span,) = CLIP_EDITS["still"].write(clip_file, target, clip).spans
    with Image.open(target) as picture:
        assert picture.format == "JPEG"
        pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels - frame_at(clip, span.original_start)).mean() < 4


@pytest.mark.parametrize("name", ["animated GIF", "animated WebP"])
def test_animations_have_many_frames(
    name: str, clip: Footage, clip_file: Path, tmp_path: Path
) -> None:
    edit = CLIP_EDITS[name]
    target = tmp_path / f"copy{edit.suffix}"
    copy = edit.write(clip_file, target, clip)
    with Image.open(target) as picture:
        assert picture.format == edit.picture
        assert picture.size == (160, 90)
        assert getattr(picture, "n_frames", 1) == len(copy.footage.frames) > 5
