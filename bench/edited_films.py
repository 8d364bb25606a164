"""Edited copies of films: how many are connected to their original, and to nothing else.

Every clip is edited in every way of :mod:`bench.film_edits`, and each copy is compared with its own
original, for recall and for where the shared stretches begin and end, and with the originals and
equally edited copies of all other clips, for false matches: two films with the same logo or banner
must not be connected by it. A third of the clips, chosen by name, was never tuned on; their figures
stand by themselves.

Beside Clew stands vPDQ by its published method (see :mod:`bench.sample_clips`), the looser of its
two usual readings: one frame a second, and any one that matches at 31 bits counts.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import cv2
import msgspec
import numpy as np

from bench.film_clips import held_out, made_clips, photo_clips, real_clips, scene_of
from bench.film_edits import FILM_EDITS
from bench.material import scratch, subjects
from bench.results import Result, Row, freeze, upper_limit
from bench.sample_clips import frames_of, shares
from clew.compare.calibration import BY_PARTS
from clew.compare.evidence import Match
from clew.compare.geometry import ALIKE_BITS
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.training import footage as film
from clew.training.edits.clips import Span
from clew.training.footage import Footage

_PHOTO_CLIPS, _MADE_CLIPS, _FOREIGN = 15, 6, 6
_WITHIN = 0.5  # seconds
_TIMES = "times.json"
_SPANS_BAR = 0.95
_TABLE = Path("src/clew/compare/calibration_films.json")


@dataclass
class Tally:
    """What was found of the copies made by one edit.

    Attributes:
        copies: how many there are.
        found: how many are connected to their original; and
        plainly: how many are by vPDQ.
        spans: shared stretches there are; and
        exact: those found with all four ends within half a second.
        compared: pairs of different films compared; and
        wrong: how many of these matched.
    """

    copies: int = 0
    found: int = 0
    plainly: int = 0
    spans: int = 0
    exact: int = 0
    compared: int = 0
    wrong: int = 0
    missed: list[str] = field(default_factory=list)


def run() -> Result:
    """Edit, read, compare; report clips tuned on and held out apart."""
    with scratch() as name:
        folder = Path(name)
        names = edited(folder)
        print(f"{len(names)} clips edited", flush=True)
        read = subjects(sorted(folder.rglob("*.mp4")))
        print(f"{len(read)} films read", flush=True)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            files = list(read)
            plain = dict(zip(files, pool.map(frames_of, files, chunksize=8), strict=True))
        times = {
            clip: msgspec.json.decode((folder / clip / _TIMES).read_bytes(), type=_Times)
            for clip in names
        }
    tallies = {
        (half, edit): tally
        for half in (False, True)
        for edit, tally in _measured(
            {c: n for c, n in names.items() if held_out(n) == half}, folder, read, plain, times
        ).items()
    }
    _ship(_sum(tallies, half=True))
    return _result(names, tallies)


def _ship(held: Tally) -> None:
    """Write how often different films match by parts, on clips that nothing was tuned on."""
    at = 2 * ALIKE_BITS
    figures = {
        "threshold": at,
        "pairs": held.compared,
        "wrong": held.wrong,
        "upper": upper_limit(held.wrong, held.compared),
    }
    content = {"false matches": {BY_PARTS: {str(at): figures}}}
    _TABLE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


_Times = dict[str, list[tuple[float, float, float, float]]]


def edited(folder: Path) -> dict[str, str]:
    """Write every clip and its copies; return the clips' names by the folder of each."""
    foreign = [f for _, f in made_clips(100, _FOREIGN // 3)]
    foreign += [f for _, f in photo_clips(_PHOTO_CLIPS + _FOREIGN - len(foreign))][_PHOTO_CLIPS:]
    names: dict[str, str] = {}
    # Not forked: what the parent decoded with may hold locks.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        waiting = []
        for number, (name, original) in enumerate(_clips()):
            place = folder / f"{number:02d}"
            place.mkdir()
            names[place.name] = name
            # At most a few at a time: all frames are held in memory.
            waiting.append(
                pool.submit(_write, place, name, original, foreign[number % len(foreign)])
            )
            while len(waiting) > 3:
                waiting.pop(0).result()
        for job in waiting:
            job.result()
    return names


def _clips() -> Iterator[tuple[str, Footage]]:
    yield from real_clips()
    yield from photo_clips(_PHOTO_CLIPS)
    yield from made_clips(0, _MADE_CLIPS)


def _write(place: Path, name: str, original: Footage, foreign: Footage) -> None:
    cv2.setNumThreads(1)
    film.write(original, place / "original.mp4")
    times: _Times = {}
    for number, (edit, spec) in enumerate(FILM_EDITS.items()):
        random = np.random.default_rng(zlib.crc32(f"{name} {edit}".encode()))
        copy = spec.change(original, foreign, random)
        film.write(copy.footage, place / f"{number:02d}.mp4", spec.codec)
        times[edit] = [_as_times(span) for span in copy.spans]
    (place / _TIMES).write_bytes(msgspec.json.encode(times))


def _as_times(span: Span) -> tuple[float, float, float, float]:
    return span.original_start, span.original_end, span.copy_start, span.copy_end


def _measured(
    names: dict[str, str],
    folder: Path,
    read: dict[Path, Subject],
    plain: dict[Path, np.ndarray],
    times: dict[str, _Times],
) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for number, (edit, spec) in enumerate(FILM_EDITS.items()):
        tally = tallies[edit]
        copies = {clip: folder / clip / f"{number:02d}.mp4" for clip in names}
        for clip, copy in copies.items():
            original = folder / clip / "original.mp4"
            matches = compare(read[original], read[copy])
            tally.copies += 1
            tally.found += bool(matches)
            tally.plainly += max(shares(plain[original], plain[copy])) > 0
            if not matches:
                tally.missed.append(names[clip])
            for truth in times[clip][edit]:
                tally.spans += 1
                tally.exact += bool(matches) and _exactly(matches[0], truth)
            for other in names:
                if scene_of(names[other]) == scene_of(names[clip]):
                    continue
                against = [folder / other / "original.mp4"]
                if other > clip and not spec.foreign:  # these share the foreign film
                    against.append(copies[other])
                tally.compared += len(against)
                tally.wrong += sum(bool(compare(read[copy], read[film])) for film in against)
    return tallies


def _exactly(match: Match, truth: Sequence[float]) -> bool:
    """Whether a stretch is among those found, all four ends within half a second."""
    return any(
        max(
            abs(found - true)
            for found, true in zip(
                (span.first_start, span.first_end, span.second_start, span.second_end),
                truth,
                strict=True,
            )
        )
        <= _WITHIN
        for span in match.spans
    )


def _result(names: dict[str, str], tallies: dict[tuple[bool, str], Tally]) -> Result:
    rows, missed = [], []
    for edit, spec in FILM_EDITS.items():
        cells = {"edit": edit}
        for half, title in ((False, "tuned on"), (True, "held out")):
            tally = tallies[half, edit]
            recall = tally.found / tally.copies
            cells[f"{title}: found"] = f"{tally.found} of {tally.copies}"
            cells[f"{title}: ends within 0.5 s"] = f"{tally.exact} of {tally.spans}"
            cells[f"{title}: vPDQ, any frame"] = f"{tally.plainly} of {tally.copies}"
            cells[f"{title}: wrong"] = f"{tally.wrong} of {tally.compared:,}"
            if recall < spec.bar:
                missed.append(f"{edit}, {title}: {recall:.3f} of {spec.bar}")
        rows.append(Row(cells=cells))
    sums = {half: _sum(tallies, half) for half in (False, True)}
    return Result(
        title="Edited films",
        says=(
            f"{len(names)} clips of 3 to 8 s at 12 frames a second (pieces of the shared films, "
            "camera moves over photos, made-up places), each edited in "
            f"{len(FILM_EDITS)} ways; {sum(map(held_out, names.values()))} of the clips were "
            "never tuned on. Each copy is compared with its original, with all other originals, "
            "and with the copies that the same edit made of all other clips. Of "
            + " and ".join(
                f"{s.compared:,} pairs of different films {title} {s.wrong} matched (95 % upper "
                f"limit of the rate: {upper_limit(s.wrong, s.compared):.1e})"
                for s, title in ((sums[False], "tuned on"), (sums[True], "held out"))
            )
            + "."
        ),
        rows=rows,
        bars=[
            "recall of at least 0.95, camcorded and picture in picture 0.8: "
            + ("met" if not missed else "missed by " + "; ".join(missed)),
            "precision 1: " + _told(not any(s.wrong for s in sums.values())),
            *(
                f"start and end within 0.5 s on 95 %, {title}: "
                f"{_told(s.exact >= _SPANS_BAR * s.spans)} ({s.exact / s.spans:.3f})"
                for s, title in ((sums[False], "tuned on"), (sums[True], "held out"))
            ),
        ],
        figures={
            "missed": {f"{edit}, {half=}": t.missed for (half, edit), t in tallies.items()},
        },
    )


def _told(met: bool) -> str:
    return "met" if met else "missed"


def _sum(tallies: dict[tuple[bool, str], Tally], half: bool) -> Tally:
    ours = [tally for (of, _), tally in tallies.items() if of == half]
    return Tally(
        compared=sum(t.compared for t in ours),
        wrong=sum(t.wrong for t in ours),
        spans=sum(t.spans for t in ours),
        exact=sum(t.exact for t in ours),
    )


if __name__ == "__main__":
    freeze("edited_films", run())
