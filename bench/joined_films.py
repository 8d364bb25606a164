"""Films whose shots are known: clips and moved-over photos joined by cuts, fades and dissolves.

Each film is joined from pieces that hold no boundary of their own, with what is easily taken for
one: flashes, quick pans, shaking, exposure that changes. Films to report on are made of photos of
other rooms and landmarks, which no tuning has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.material import PICTURE_NAMES, distinct_photos, shared_data

Pixels = NDArray[np.uint8]

RATE = 25
HEIGHT, WIDTH = 180, 320
_PIECES = 10
# Stretches without a boundary inside, in seconds; looked through by eye.
_CLIPS = (
    ("video_copies/chair-orig-22-sd-bar.mp4", 0.0, 22.0),
    ("video_copies/pattern-longer-no-bar.mp4", 0.0, 7.5),
    ("video_copies/doorknob-hd-no-bar.mp4", 0.0, 4.0),
    ("video_misc/imageio/cockatoo.mp4", 0.0, 13.5),
)


@dataclass(frozen=True)
class Boundary:
    """Where one shot of a joined film becomes another.

    Attributes:
        kind: ``cut``, ``fade`` or ``dissolve``.
        start: seconds at which the change begins; ``end`` likewise.
    """

    kind: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """The time that counts as its place."""
        return (self.start + self.end) / 2


def joined_film(number: int, *, kept_out: bool) -> tuple[list[Pixels], list[Boundary]]:
    """The frames of one film and its boundaries, the same for the same number.

    Args:
        number: which film.
        kept_out: whether it is made of the pieces that are kept out of tuning.
    """
    rng = np.random.default_rng([number, kept_out])
    frames: list[Pixels] = []
    boundaries: list[Boundary] = []
    for position in range(_PIECES):
        piece = _piece(rng, kept_out)
        if not position:
            frames = piece
            continue
        kind = str(rng.choice(["cut", "cut", "fade", "dissolve"]))
        length = 0 if kind == "cut" else round(RATE * rng.uniform(0.4, 2.0))
        length = min(length, len(piece) // 2 - 2, len(frames) // 2)
        start = len(frames) - (length if kind == "dissolve" else length // 2)
        _join(frames, piece, kind, length)
        end = start + length
        boundaries.append(Boundary(kind, start / RATE, end / RATE))
    return frames, boundaries


def _join(frames: list[Pixels], piece: list[Pixels], kind: str, length: int) -> None:
    if kind == "dissolve":
        for i in range(length):
            share = (i + 1) / (length + 1)
            at = len(frames) - length + i
            frames[at] = cv2.addWeighted(frames[at], 1 - share, piece[i], share, 0)
        frames.extend(piece[length:])
        return
    half = length // 2
    for i in range(half):
        # Out to black, and in again: the darkest frames lie at the seam.
        dim = (i + 0.5) / half
        at = len(frames) - 1 - i
        frames[at] = cv2.convertScaleAbs(frames[at], alpha=dim)
        piece[i] = cv2.convertScaleAbs(piece[i], alpha=dim)
    frames.extend(piece)


def write_film(frames: Sequence[Pixels], path: Path) -> None:
    """Write frames as H.264 in an MP4, as a telephone or a camera does."""
    with av.open(path, "w") as target:
        stream = target.add_stream(
            "libx264", rate=RATE, options={"crf": "27", "preset": "veryfast"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in frames:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        target.mux(stream.encode())


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────


def _piece(rng: np.random.Generator, kept_out: bool) -> list[Pixels]:
    length = round(RATE * rng.uniform(1.6, 5.0))
    if not kept_out and rng.random() < 0.3:
        name, start, end = _CLIPS[rng.integers(len(_CLIPS))]
        begin = rng.uniform(start, max(start, end - length / RATE))
        first = round(begin * RATE)
        piece = [frame.copy() for frame in _clip(name)[first : first + length]]
    else:
        photos = _photos(kept_out)
        piece = _moved_over(photos[rng.integers(len(photos))], length, rng)
    return _TRAPS[rng.integers(len(_TRAPS))](piece, rng)


@cache
def _photos(kept_out: bool) -> tuple[Path, ...]:
    if not kept_out:
        return tuple(distinct_photos())
    folders = (shared_data() / name for name in ("distractors", "outdoor_places"))
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    return tuple(path for path in found if path.suffix.lower() in PICTURE_NAMES)


@cache
def _clip(name: str) -> tuple[Pixels, ...]:
    """All frames of a clip at the films' size and rate."""
    frames: list[Pixels] = []
    with av.open(shared_data() / name) as source:
        for frame in source.decode(video=0):
            small = frame.reformat(WIDTH, HEIGHT, "rgb24", interpolation="AREA").to_ndarray()
            while len(frames) / RATE <= (frame.time or 0.0):
                frames.append(small)
    return tuple(frames)


@cache
def _photo(path: Path) -> Pixels:
    with Image.open(path) as image:
        image.draft("RGB", (1024, 1024))
        rgb = image.convert("RGB")
        rgb.thumbnail((900, 900))
        return np.asarray(rgb)


def _moved_over(path: Path, length: int, rng: np.random.Generator) -> list[Pixels]:
    """A camera that moves over a photo: standing, panning slowly or quickly, coming nearer."""
    photo = _photo(path)
    rows, columns = photo.shape[:2]
    widest = min(columns, rows * WIDTH / HEIGHT) * 0.95
    speed = rng.choice([0.0, 0.3, 1.0])
    sizes = widest * (1 - speed * rng.uniform(0, 0.5, 2))
    if speed == 1.0:
        sizes[:] = widest * 0.45  # near enough to pan far
    places = rng.uniform(0, 1, (2, 2))
    places[1] = places[0] + (places[1] - places[0]) * speed
    shake = rng.normal(0, rng.choice([0.0, 0.004]), (length, 2)).cumsum(axis=0) * 0.3
    frames = []
    for i in range(length):
        t = i / max(1, length - 1)
        width = sizes[0] * (1 - t) + sizes[1] * t
        height = width * HEIGHT / WIDTH
        spot = np.clip(places[0] * (1 - t) + places[1] * t + shake[i], 0, 1)
        left, top = spot * (columns - width, rows - height)
        scale = width / WIDTH
        matrix = np.array([[scale, 0, left], [0, scale, top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        frames.append(
            np.asarray(
                cv2.warpAffine(photo, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=1), np.uint8
            )
        )
    return frames


# ── What is easily taken for a boundary ──────────────────────────────────────────────────────


def _nothing(piece: list[Pixels], _rng: np.random.Generator) -> list[Pixels]:
    return piece


def _noise(piece: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    noise = rng.normal(0, 10, (4, HEIGHT, WIDTH, 1))
    return [np.clip(frame + noise[i % 4], 0, 255).astype(np.uint8) for i, frame in enumerate(piece)]


def _flash(piece: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    at = int(rng.integers(len(piece) // 4, 3 * len(piece) // 4))
    for i in range(at, min(at + 3, len(piece))):
        piece[i] = cv2.convertScaleAbs(piece[i], alpha=1.4, beta=110)
    return piece


def _exposure(piece: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """The camera adapts to the light, within a third of a second."""
    at = int(rng.integers(len(piece) // 4, 3 * len(piece) // 4))
    to = rng.choice([0.55, 1.6])
    return [
        cv2.convertScaleAbs(frame, alpha=1 + (to - 1) * min(1.0, max(0.0, (i - at) / 8)))
        for i, frame in enumerate(piece)
    ]


def _hand(piece: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """Something dark and near passes before the camera."""
    at = int(rng.integers(len(piece) // 4, 3 * len(piece) // 4))
    for i, frame in enumerate(piece):
        left = (i - at) * WIDTH // 12
        if -WIDTH // 2 < left < WIDTH:
            frame = frame.copy()
            frame[:, max(0, left) : left + WIDTH // 2] = (70, 52, 44)
            piece[i] = frame
    return piece


_TRAPS: tuple[Callable[[list[Pixels], np.random.Generator], list[Pixels]], ...] = (
    *(_nothing, _nothing, _nothing),
    *(_noise, _flash, _exposure, _hand),
)


def films(count: int, *, kept_out: bool) -> Iterator[tuple[int, list[Pixels], list[Boundary]]]:
    """Several films, one after the other."""
    for number in range(count):
        yield number, *joined_film(number, kept_out=kept_out)
