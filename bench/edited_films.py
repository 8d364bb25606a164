"""Edited copies of films: how many are connected to their original, and to nothing else.

Every clip is edited in every way of :mod:`bench.film_edits`, and each copy is compared with its own
original, for recall and for where the shared stretches begin and end, and with the originals and
equally edited copies of all other clips of its part, for false matches: two films with the same
logo or banner must not be connected by it. Clips tuned on, which every change was checked on, are
compared with those near them in order only. The parts are told in :mod:`bench.film_clips`; the
figures of each stand by themselves, and of each part those of bare clips, in which hardly anything
is to be seen.

What is compared are the two films as they are. Of films that are held only a few features are
searched, so each copy is also asked for among the originals of its part, and each original among
the copies that one edit made, as when either came in later (:mod:`bench.bank`).

Beside Clew stands vPDQ by its published method (see :mod:`bench.sample_clips`), the looser of its
two usual readings: one frame a second, and any one that matches at 31 bits counts.

Writing and reading some 8,500 films takes the most of the time. What was written and read is kept
in the folder that ``CLEW_BENCH_KEPT`` names, if it does, and used again while the signals' versions
are the same. Where time is short, ``CLEW_BENCH_TUNED_ON`` says how many of the clips tuned on are
measured, and ``CLEW_BENCH_NEAR`` with how many before and behind those held out are compared.
"""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.bank import Bank
from bench.film_clips import Part, clips, foreign_films, is_bare, scene_of
from bench.film_edits import FILM_EDITS
from bench.material import scratch, subjects
from bench.results import Result, Row, freeze, upper_limit
from bench.sample_clips import frames_of, shares
from clew.compare.calibration import BY_PARTS
from clew.compare.evidence import Match
from clew.compare.geometry import ALIKE_BITS
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.signals.registry import signals
from clew.training import footage as film
from clew.training.edits.clips import Span
from clew.training.footage import Footage

_FOREIGN, _AT_ONCE = 6, 6
_NEAR = 4
"""How many clips before and behind one tuned on its copies are compared with."""

_WITHIN = 0.5  # seconds
_ORIGINAL, _TIMES, _TRACES = "original.mp4", "times.json", "traces-{}.pickle"
_SPANS_BAR = 0.95
_TABLE = Path("src/clew/compare/calibration_films.json")


class Clip(NamedTuple):
    """What is known of a clip.

    Attributes:
        part: which it belongs to.
        name: what it is.
        bare: whether hardly anything is to be seen in it.
    """

    part: Part
    name: str
    bare: bool


@dataclass
class Tally:
    """What was found of the copies made by one edit.

    Attributes:
        copies: how many there are.
        found: how many are connected to their original;
        asked: how many are when they are asked for among all originals; and
        back: how many when their original is asked for among all copies.
        plainly: how many are by vPDQ.
        spans: shared stretches there are; and
        exact: those found with all four ends within half a second.
        compared: pairs of different films compared; and
        wrong: how many of these matched.
    """

    copies: int = 0
    found: int = 0
    asked: int = 0
    back: int = 0
    plainly: int = 0
    spans: int = 0
    exact: int = 0
    compared: int = 0
    wrong: int = 0
    missed: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


Tallies = dict[tuple[Part, bool, str], Tally]
"""By part, by whether clips are bare, and by edit."""


def run() -> Result:
    """Edit, read, compare; report each part of the clips apart."""
    with ExitStack() as stack:
        kept = os.environ.get("CLEW_BENCH_KEPT")
        folder = Path(kept) if kept else Path(stack.enter_context(scratch()))
        known = edited(folder)
        print(f"{len(known)} clips edited", flush=True)
        many = sum(clip.part == Part.TUNED_ON for clip in known.values())
        known = _chosen(known, int(os.environ.get("CLEW_BENCH_TUNED_ON", many)))
        read_all(folder, known)
        near = int(os.environ.get("CLEW_BENCH_NEAR", len(known)))
        tallies: Tallies = {
            (part, bare, edit): tally
            for part in Part
            for (bare, edit), tally in measured(
                {folder / place: clip for place, clip in known.items() if clip.part == part},
                _NEAR if part == Part.TUNED_ON else near,
            ).items()
        }
    _ship(_sum(tallies, Part.HELD_OUT))
    return _result(known, tallies, many, near)


def _chosen(known: dict[str, Clip], most: int) -> dict[str, Clip]:
    """All clips held out, first, and so many of those tuned on, from all over."""
    tuned = [place for place, clip in known.items() if clip.part == Part.TUNED_ON]
    taken = {tuned[number * len(tuned) // most] for number in range(min(most, len(tuned)))}
    order = sorted(known, key=lambda place: known[place].part == Part.TUNED_ON)
    return {place: known[place] for place in order if place not in tuned or place in taken}


def _ship(held: Tally) -> None:
    """Write how often different films match by parts, on clips that nothing was tuned on."""
    at = ALIKE_BITS
    figures = {
        "threshold": at,
        "pairs": held.compared,
        "wrong": held.wrong,
        "upper": upper_limit(held.wrong, held.compared),
    }
    content = {"false matches": {BY_PARTS: {str(at): figures}}}
    _TABLE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


_Times = dict[str, list[tuple[float, float, float, float]]]


def edited(folder: Path) -> dict[str, Clip]:
    """Write every clip and its copies; return the clips by the folder of each."""
    foreign: list[Footage] = []
    known: dict[str, Clip] = {}
    # Not forked: what the parent decoded with may hold locks.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        waiting = []
        for part, name, original in clips():
            place = folder / "".join(c if c.isalnum() else "-" for c in name)
            place.mkdir(exist_ok=True)
            known[place.name] = Clip(part, name, is_bare(original))
            if FILM_EDITS.keys() <= _times(place).keys():
                continue
            foreign = foreign or foreign_films(_FOREIGN)
            # At most a few at a time: all frames are held in memory.
            beside = foreign[zlib.crc32(name.encode()) % len(foreign)]
            waiting.append(pool.submit(_write, place, name, original, beside))
            while len(waiting) > 3:
                waiting.pop(0).result()
        for job in waiting:
            job.result()
    return known


def _write(place: Path, name: str, original: Footage, foreign: Footage) -> None:
    cv2.setNumThreads(1)
    times = _times(place)
    if not times:
        film.write(original, place / _ORIGINAL)
    for number, (edit, spec) in enumerate(FILM_EDITS.items()):
        if edit in times:
            continue
        random = np.random.default_rng(zlib.crc32(f"{name} {edit}".encode()))
        copy = spec.change(original, foreign, random)
        film.write(copy.footage, place / f"{number:02d}.mp4", spec.codec)
        times[edit] = [_as_times(span) for span in copy.spans]
    (place / _TIMES).write_bytes(msgspec.json.encode(times))


def _times(place: Path) -> _Times:
    """The stretches that a clip and its copies share, by edit; none of a clip not yet written."""
    known = place / _TIMES
    return msgspec.json.decode(known.read_bytes(), type=_Times) if known.exists() else {}


def _as_times(span: Span) -> tuple[float, float, float, float]:
    return span.original_start, span.original_end, span.copy_start, span.copy_end


def read_all(folder: Path, known: Iterable[str]) -> None:
    """Read the films of every clip that has not been read with these signals."""
    traces = _TRACES.format(_versions())
    unread = [folder / clip for clip in known if not (folder / clip / traces).exists()]
    for first in range(0, len(unread), _AT_ONCE):
        places = unread[first : first + _AT_ONCE]
        read = subjects(film for place in places for film in sorted(place.glob("*.mp4")))
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            plain = dict(zip(read, pool.map(frames_of, read, chunksize=8), strict=True))
        for place in places:
            content = {
                film.name: (subject.type, subject.traces, plain[film])
                for film, subject in read.items()
                if film.parent == place
            }
            (place / traces).write_bytes(pickle.dumps(content))
        print(f"{first + len(places)} of {len(unread)} clips read", flush=True)


def _versions() -> str:
    of = "-".join(f"{name}{signal.version}" for name, signal in sorted(signals().items()))
    return f"{of}-{len(FILM_EDITS)}"


@dataclass(frozen=True)
class Copies:
    """A clip and its copies, read.

    Attributes:
        clip: which it is.
        original: its traces; and
        copies: those of each copy, by edit.
        plain: vPDQ's hashes of the original under ``""`` and of the copies by edit.
        times: the stretches that original and copy share, by edit.
    """

    clip: Clip
    original: Subject
    copies: dict[str, Subject]
    plain: dict[str, NDArray[np.uint8]]
    times: _Times

    @classmethod
    def of(cls, place: Path, clip: Clip) -> Copies:
        """What was read of a clip."""
        read = pickle.loads((place / _TRACES.format(_versions())).read_bytes())
        files = {edit: f"{number:02d}.mp4" for number, edit in enumerate(FILM_EDITS)}
        return cls(
            clip,
            Subject.of(*read[_ORIGINAL][:2]),
            {edit: Subject.of(*read[file][:2]) for edit, file in files.items()},
            {edit: read[file][2] for edit, file in {"": _ORIGINAL, **files}.items()},
            _times(place),
        )


def measured(places: Mapping[Path, Clip], near: int) -> dict[tuple[bool, str], Tally]:
    """What is found of the clips of one part, by whether they are bare and by edit.

    Args:
        places: where the films of each clip lie.
        near: how many clips before and behind it each is compared with.
    """
    if not places:
        return {(bare, edit): Tally() for bare in (False, True) for edit in FILM_EDITS}
    with ProcessPoolExecutor(
        2, mp_context=get_context("spawn"), initializer=_take_up, initargs=(places,)
    ) as pool:
        tallies = zip(FILM_EDITS, pool.map(partial(_tally, near=near), FILM_EDITS), strict=True)
        return {(bare, edit): both[bare] for edit, both in tallies for bare in (False, True)}


_known: list[Copies] = []


def _take_up(places: Mapping[Path, Clip]) -> None:
    _known[:] = [Copies.of(place, clip) for place, clip in places.items()]


def _tally(edit: str, near: int) -> tuple[Tally, Tally]:
    """What is found of the copies that one edit made: of clips that are not bare, and of bare."""
    both, foreign = (Tally(), Tally()), FILM_EDITS[edit].foreign
    originals = Bank({of.clip.name: of.original for of in _known})
    copies = Bank({of.clip.name: of.copies[edit] for of in _known})
    for number, of in enumerate(_known):
        tally, name, copy = both[of.clip.bare], of.clip.name, of.copies[edit]
        matches = compare(of.original, copy)
        tally.copies += 1
        tally.found += bool(matches)
        tally.asked += name in originals.ask(copy)
        tally.back += name in copies.ask(of.original)
        tally.plainly += max(shares(of.plain[""], of.plain[edit])) > 0
        if not matches:
            tally.missed.append(name)
        for truth in of.times[edit]:
            tally.spans += 1
            tally.exact += bool(matches) and _exactly(matches[0], truth)
        for place, other in enumerate(_known):
            if scene_of(other.clip.name) == scene_of(name) or abs(place - number) > near:
                continue
            against = [other.original]
            if place > number and not foreign:  # these share the foreign film
                against.append(other.copies[edit])
            tally.compared += len(against)
            tally.wrong += sum(bool(compare(copy, film)) for film in against)
    return both


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


def _result(known: dict[str, Clip], tallies: Tallies, tuned_on: int, near: int) -> Result:
    rows, missed, unasked = [], [], []
    parts = [part for part in Part if any(clip.part == part for clip in known.values())]
    for edit, spec in FILM_EDITS.items():
        cells = {"edit": edit}
        for part in parts:
            tally = tallies[part, False, edit]
            cells |= _cells(part, tally, tallies[part, True, edit])
            for found, below in ((tally.found, missed), (tally.asked, unasked)):
                if found < spec.bar * tally.copies:
                    below.append(f"{edit}, {part}: {found / tally.copies:.3f} of {spec.bar}")
        rows.append(Row(cells=cells))
    sums = {part: _sum(tallies, part) for part in parts}
    plain = {part: _sum(tallies, part, bare=False) for part in parts}
    return Result(
        title="Edited films",
        says=_says(known, tallies, tuned_on, near),
        rows=rows,
        bars=[
            "recall of at least 0.95, camcorded and picture in picture 0.8: " + _unless(missed),
            "the same when asked for among all: " + _unless(unasked),
            "precision 1: " + _told(not any(s.wrong for s in sums.values())),
            *(
                f"start and end within 0.5 s on 95 %, {part}: "
                f"{_told(s.exact >= _SPANS_BAR * s.spans)} ({s.exact / s.spans:.3f})"
                for part, s in plain.items()
            ),
        ],
        figures={
            "missed": {
                f"{edit}, {part}{', bare' if bare else ''}": tally.missed
                for (part, bare, edit), tally in tallies.items()
            },
        },
    )


def _cells(part: Part, tally: Tally, bare: Tally) -> dict[str, str]:
    least = 1 - upper_limit(tally.copies - tally.found, tally.copies)
    return {
        f"{part}: found": f"{tally.found} of {tally.copies} (≥ {least:.2f})",
        f"{part}: asked for, and by it": f"{tally.asked}, {tally.back}",
        f"{part}: ends within 0.5 s": f"{tally.exact} of {tally.spans}",
        f"{part}: vPDQ, any frame": f"{tally.plainly} of {tally.copies}",
        f"{part}: of bare ones": f"{bare.found} of {bare.copies}",
        f"{part}: wrong": f"{tally.wrong + bare.wrong} of {tally.compared + bare.compared:,}",
    }


def _says(known: dict[str, Clip], tallies: Tallies, tuned_on: int, near: int) -> str:
    many = {part: sum(clip.part == part for clip in known.values()) for part in Part}
    told = []
    for part in Part:
        all_of, plain = _sum(tallies, part), _sum(tallies, part, bare=False)
        bare = sum(clip.bare for clip in known.values() if clip.part == part)
        told.append(
            f"Of the clips {part} {bare} are bare: hardly anything is to be seen in them. "
            f"{plain.found:,} of {plain.copies:,} copies of the others are found, of all "
            f"{all_of.found:,} of {all_of.copies:,}; of {all_of.compared:,} pairs of different "
            f"films, bare or not, {all_of.wrong} matched (95 % upper limit of the rate: "
            f"{upper_limit(all_of.wrong, all_of.compared):.1e})."
        )
    return (
        f"{len(known)} clips of 3 to 8 s at 12 frames a second, each edited in "
        f"{len(FILM_EDITS)} ways. {tuned_on} clips were tuned on, among them all that earlier "
        f"runs had held out, and {many[Part.TUNED_ON]} of these measured; "
        f"{many[Part.HELD_OUT]} were held out: further films and other pieces of long ones, shots "
        "of the drawn world and made-up places. " + " ".join(told) + " "
        "The bars are those of clips that are not bare. Behind what is found stands the lower end "
        "of the interval of its rate. Each copy is compared with its original, with other "
        "originals of its part, and with the copies that the same edit made of other clips of its "
        f"part: of those tuned on the {2 * _NEAR} next in order, of those held out "
        f"{'all' if near >= many[Part.HELD_OUT] else f'the {2 * near} next'}. *Asked for* is a "
        "copy among the originals of its part by what an index holds of them, and by it an "
        "original among the copies."
    )


def _unless(missed: list[str]) -> str:
    return "missed by " + ", ".join(missed) if missed else "met"


def _told(met: bool) -> str:
    return "met" if met else "missed"


def _sum(tallies: Tallies, part: Part, bare: bool | None = None) -> Tally:
    """All of a part: of bare clips, of others, or of both."""
    return sum(
        (
            tally
            for (of, is_one, _), tally in tallies.items()
            if of == part and bare in (None, is_one)
        ),
        start=Tally(),
    )


if __name__ == "__main__":
    freeze("edited_films", run())
