"""How often different things agree: the false-match rates that Clew shows beside every match.

Everything is compared with everything that certainly shows something else, by the same code that
compares in a scan, at the widest threshold; the table counts what would have matched at each
threshold. Scenes are split in two halves by name: thresholds were chosen looking at one half only,
and the figures shown to officers come from the other.
"""

from __future__ import annotations

import hashlib
import json
from itertools import combinations
from pathlib import Path

import numpy as np

from bench.material import films_by_scene, generated_films, pictures_by_scene, scratch, subjects
from bench.results import Result, Row, freeze, upper_limit
from clew.compare.calibration import Thresholds
from clew.compare.evidence import MatchKind
from clew.compare.pair import all_hits, compare_looks
from clew.compare.subject import Subject
from clew.compare.ways import ways

THRESHOLDS = (16, 24, 31, 40, 48, 52, 56, 60, 64, 72, 80)
_WIDEST = Thresholds(
    picture=THRESHOLDS[-1], still=THRESHOLDS[-1], frame=THRESHOLDS[-1], frame_alone=31
)
_CLIPS = 48
_TABLE = Path("src/clew/compare/calibration.json")

Distances = list[int]


def held_out(scene: str) -> bool:
    """Whether a scene belongs to the half that no threshold was chosen on."""
    return hashlib.sha256(scene.encode()).digest()[0] % 2 == 1


def run() -> Result:
    """Measure, and write the table that Clew ships."""
    with scratch() as folder:
        pictures = pictures_by_scene()
        films = {**films_by_scene(), **generated_films(Path(folder), _CLIPS)}
        read = subjects([*pictures, *films])
    scenes = {**pictures, **films}
    halves: dict[bool, dict[MatchKind, tuple[Distances, int]]] = {
        half: _measure(
            {f: s for f, s in read.items() if held_out(scenes[f]) == half}, scenes, set(films)
        )
        for half in (False, True)
    }
    _ship(halves[True])
    return _result(halves)


def _measure(
    read: dict[Path, Subject], scenes: dict[Path, str], films: set[Path]
) -> dict[MatchKind, tuple[Distances, int]]:
    """For each kind the distances of all false matches, and how many pairs were compared."""
    distances: dict[MatchKind, Distances] = {
        kind: [] for kind in (MatchKind.PICTURE, MatchKind.STILL, MatchKind.FILM)
    }
    pairs = dict.fromkeys(distances, 0)
    usable = {file: subject for file, subject in read.items() if len(subject.looks)}
    for first, second in combinations(usable, 2):
        if scenes[first] == scenes[second]:
            continue
        kind = _kind(first in films, second in films)
        pairs[kind] += 1
        distances[kind].extend(_distances(usable[first], usable[second], kind))
    return {kind: (distances[kind], pairs[kind]) for kind in distances}


def _kind(first_is_film: bool, second_is_film: bool) -> MatchKind:
    if first_is_film and second_is_film:
        return MatchKind.FILM
    return MatchKind.STILL if first_is_film or second_is_film else MatchKind.PICTURE


def _distances(one: Subject, other: Subject, kind: MatchKind) -> Distances:
    """The threshold from which the pair matches, or nothing when it does not at the widest."""
    if kind is not MatchKind.FILM:
        nearest = _nearest(one, other)
        return [nearest] if nearest <= THRESHOLDS[-1] else []
    hits = all_hits(one, other, ways()["pdq"], _WIDEST)
    for limit in THRESHOLDS:
        if len(hits) and compare_looks(one, other, hits, _films_at(limit)):
            return [limit]
    return []


def _films_at(limit: int) -> Thresholds:
    return Thresholds(
        picture=limit, still=limit, frame=limit, frame_alone=min(limit, Thresholds().frame_alone)
    )


def _nearest(one: Subject, other: Subject) -> int:
    queries = one.looks.queries.reshape(-1, 1, 32)
    return int(np.bitwise_count(queries ^ other.looks.hashes[None]).sum(axis=2).min())


def _ship(measured: dict[MatchKind, tuple[Distances, int]]) -> None:
    table = {
        kind.value: {
            str(limit): {
                "threshold": limit,
                "pairs": pairs,
                "wrong": (wrong := sum(d <= limit for d in distances)),
                "upper": upper_limit(wrong, pairs),
            }
            for limit in THRESHOLDS
        }
        for kind, (distances, pairs) in measured.items()
    }
    _TABLE.write_text(json.dumps({"false matches": table}, indent=1) + "\n", encoding="utf-8")


def _result(halves: dict[bool, dict[MatchKind, tuple[Distances, int]]]) -> Result:
    rows = []
    for kind in halves[True]:
        for limit in THRESHOLDS:
            cells = {"kind": kind.value, "threshold (bits)": str(limit)}
            for half, name in ((False, "tuning half"), (True, "held-out half")):
                distances, pairs = halves[half][kind]
                wrong = sum(d <= limit for d in distances)
                cells[name] = f"{wrong} of {pairs:,}"
                if half:
                    cells["95 % upper limit"] = f"{upper_limit(wrong, pairs):.1e}"
            rows.append(Row(cells=cells))
    return Result(
        title="False matches",
        says=(
            "Pictures and films known to show different things, every pair compared in all eight "
            "orientations and all variants. Thresholds in use: "
            f"picture {Thresholds().picture}, still {Thresholds().still}, "
            f"film frames {Thresholds().frame}."
        ),
        rows=rows,
        figures={
            kind.value: {"nearest": min(distances, default=None), "pairs": pairs}
            for kind, (distances, pairs) in halves[True].items()
        },
    )


if __name__ == "__main__":
    freeze("calibrate", run())
