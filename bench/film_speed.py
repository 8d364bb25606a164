"""What reading a film costs beside only decoding it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import BinaryIO

import av
import cv2
import msgspec
import numpy as np

from bench.joined_films import joined_film
from bench.material import FILM_NAMES, scratch, shared_data
from bench.results import Result, Row
from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Job, Task
from clew.media.pool import Result as Told
from clew.media.sound import MOST_TRACKS
from clew.signals.base import Extractor, Feature
from clew.signals.confined import open_untouched, rehearse
from clew.signals.reading import Outcome, Reading, read
from clew.signals.registry import signals

__all__ = ["rehearse", "run", "serve"]  # the first and last for the confined process

signals()  # found on disk now: once confined, a process cannot look any more

_ROUNDS = 3
_SMALL_PIXELS = 320 * 240
_SECONDS = 10
_BAR = 1.5
_FOLDERS = ("video_copies", "video_misc", "containers/video")


def run() -> Result:
    """Decode and read every clip in turns, in one confined process."""
    with scratch() as name, ConfinedOnce() as process:
        made = Path(name) / f"generated, 1080p, {_SECONDS} s.mp4"
        _write_large(made)
        process.spent(made, "read")  # what is loaded when first used does not count
        costs = [_Cost(path, process) for path in [*_clips(), made]]
    usual = [cost for cost in costs if cost.pixels > _SMALL_PIXELS]
    decoding = sum(cost.decoding.processor for cost in usual)
    together = sum(cost.reading.processor for cost in usual) / decoding
    regions = sum(cost.reading.regions for cost in usual) / decoding
    middle = median(cost.ratio for cost in usual)
    worst = max(usual, key=lambda cost: cost.ratio)
    over = sum(cost.ratio > _BAR for cost in usual)
    verdict = "met" if not over else f"missed by {over}"
    apart = sorted((c for c in usual if c.ratio_apart > _BAR), key=lambda cost: cost.ratio_apart)
    verdict_apart = "met" if not apart else f"missed by {len(apart)}"
    if apart:
        names = ", ".join(f"{cost.path.name} {cost.ratio_apart:.2f} ×" for cost in apart)
        verdict_apart += f" ({names})"
    return Result(
        title="Reading a film",
        says=(
            "Seconds of processor time in one confined process that was started before: only "
            "decoding all frames and all sound, and reading the file for every signal of films "
            "(digests, frames, shots, regions, sound, speech), with its preview and storyboard. "
            "One decoding thread either way. Decoding and reading take turns on the same clip, so "
            "that whatever else the machine does falls on both; ratios are the middle one of "
            f"{_ROUNDS} turns, by processor time and by the clock."
        ),
        rows=[cost.row() for cost in costs],
        bars=[
            f"at most {_BAR} × decoding for each of {len(usual)} clips larger than 320 × 240: "
            f"{verdict}; together {together:.2f} ×, middle {middle:.2f} ×, worst "
            f"{worst.ratio:.2f} × ({worst.path.name})",
            f"the same without regions, of which the bar says nothing ({regions:.2f} × together): "
            f"{verdict_apart}",
        ],
        figures={
            "together": round(together, 3),
            "middle": round(middle, 3),
            **{cost.path.name: round(cost.ratio, 3) for cost in costs},
        },
    )


def _clips() -> list[Path]:
    """The shared films; of those of one size, length and codecs, the first."""
    found = [p for folder in _FOLDERS for p in sorted((shared_data() / folder).rglob("*"))]
    different: dict[tuple[object, ...], Path] = {}
    for path in found:
        if path.suffix in FILM_NAMES:
            with av.open(str(path)) as film:
                context = film.streams.video[0].codec_context
                sounds = tuple(stream.codec_context.name for stream in film.streams.audio)
                length = (film.duration or 0) // av.time_base
            kind = context.width, context.height, context.name, sounds, length
            different.setdefault(kind, path)
    return list(different.values())


def _write_large(path: Path) -> None:
    """Full-HD H.264 as cameras write it, with B-frames."""
    frames = joined_film(0, kept_out=False)[0]
    rng = np.random.default_rng(5)
    grain = rng.normal(0, 3, (8, 1080, 1920, 1))
    with av.open(path, "w") as target:
        quality = {"crf": "23", "preset": "veryfast"}
        stream = target.add_stream("libx264", rate=25, options=quality)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for i, small in enumerate(frames[: 25 * _SECONDS]):
            large = cv2.resize(small, (1920, 1080), interpolation=cv2.INTER_CUBIC)
            grainy = np.clip(large + grain[i % 8], 0, 255).astype(np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(grainy, "rgb24")))
        target.mux(stream.encode())


class _Spent(msgspec.Struct, frozen=True):
    """Seconds that something took: of a processor, and by the clock; and for regions alone."""

    processor: float
    clock: float
    regions: float = 0.0


class _Cost:
    """What decoding and reading one clip cost.

    Attributes:
        pixels: of a frame.
        decoding: in the middle; ``reading`` likewise.
        ratio: of reading to decoding, by processor time; ``ratio_by_clock`` likewise.
        ratio_apart: the same without the time for regions.
    """

    def __init__(self, path: Path, process: ConfinedOnce) -> None:
        self.path = path
        with av.open(str(path)) as film:
            context = film.streams.video[0].codec_context
            self.size = f"{context.width} × {context.height}"
            self.pixels = context.width * context.height
            self.codec = context.name
        turns = [
            (process.spent(path, "decode"), process.spent(path, "read")) for _ in range(_ROUNDS)
        ]
        self.decoding, self.reading = (_middle([turn[n] for turn in turns]) for n in (0, 1))
        self.ratio = median(read.processor / decode.processor for decode, read in turns)
        self.ratio_apart = median(
            (read.processor - read.regions) / decode.processor for decode, read in turns
        )
        self.ratio_by_clock = median(read.clock / decode.clock for decode, read in turns)

    def row(self) -> Row:
        return Row(
            cells={
                "clip": self.path.name,
                "size": self.size,
                "codec": self.codec,
                "decoding": f"{self.decoding.processor:.3f} s",
                "reading": f"{self.reading.processor:.3f} s",
                "of it regions": f"{self.reading.regions:.3f} s",
                "ratio": f"{self.ratio:.2f}",
                "without regions": f"{self.ratio_apart:.2f}",
                "by the clock": f"{self.ratio_by_clock:.2f}",
            }
        )


def _middle(spent: list[_Spent]) -> _Spent:
    return _Spent(
        median(s.processor for s in spent),
        median(s.clock for s in spent),
        median(s.regions for s in spent),
    )


# ── In the confined process ──────────────────────────────────────────────────────────────────


class _Silent:
    """Is told how reading goes on, and says nothing."""

    def reached(self, phase: str, position: float) -> None: ...

    def digested(self, reading: Reading) -> None: ...

    def finished(self, reading: Reading) -> None:
        if reading.outcome not in (Outcome.READ, Outcome.PARTLY):
            raise RuntimeError(f"not read: {reading.notes}")


def serve(source: BinaryIO, job: Job, sender: Sender, limits: Limits) -> None:
    """The task: what to do is the job's name; says how long it took."""
    regions = [0.0]
    began, start = time.perf_counter(), time.process_time()
    if job.name == "read":
        signal = signals()["regions"]
        signals()["regions"] = replace(
            signal, extractor=lambda: _Timed(signal.extractor(), regions)
        )
        read(source, job.size, "film", _Silent(), limits)
        signals()["regions"] = signal
    else:
        _decode(source)
    spent = time.process_time() - start, time.perf_counter() - began
    sender.part(_Spent(*spent, sum(regions)))


class _Timed:
    """An extractor whose processor time is noted."""

    def __init__(self, extractor: Extractor, spent: list[float]) -> None:
        self._extractor, self._spent = extractor, spent

    def take(self, item: object) -> None:
        start = time.process_time()
        self._extractor.take(item)
        self._spent.append(time.process_time() - start)

    def finish(self) -> list[Feature]:
        return self._extractor.finish()


def _decode(source: BinaryIO) -> None:
    """What must be decoded in any case: the streams that are read, by one thread."""
    source.seek(0)
    with av.open(source) as film:
        covers = av.stream.Disposition.attached_pic
        wanted = [s for s in film.streams.video if not s.disposition & covers][:1]
        wanted += film.streams.audio[:MOST_TRACKS]
        for stream in wanted:
            stream.codec_context.thread_count = 1
        for packet in film.demux(wanted):
            packet.decode()


class ConfinedOnce:
    """One confined process that does what it is told, for as long as it is open."""

    def __enter__(self) -> ConfinedOnce:
        # It imports this module by its name.
        os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
        self._pool = ConfinedPool(f"{__name__}:serve", 1, accept=_spent_of)
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()

    def spent(self, path: Path, what: str) -> _Spent:
        """How long it takes to decode or read a film."""
        task = Task(0, open_untouched(bytes(path)), what, path.stat().st_size)
        (told,) = (e.content for _, e in self._pool.run([task]) if isinstance(e, Told))
        return told


def _spent_of(_task: Task, part: bytes) -> _Spent:
    return msgspec.msgpack.decode(part, type=_Spent)
