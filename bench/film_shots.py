"""Where shots begin: against films joined with known cuts, fades and dissolves, and PySceneDetect.

PySceneDetect's detectors run with the settings they come with. Its detector for fades finds no
cuts, so it is also run together with each of the two for content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from scenedetect import SceneManager, open_video
from scenedetect.detectors import (
    AdaptiveDetector,
    ContentDetector,
    HashDetector,
    HistogramDetector,
    ThresholdDetector,
)

from bench.joined_films import Boundary, films, write_film
from bench.material import scratch
from bench.results import Result, Row
from clew.signals.files import read_files

_FILMS = {False: 12, True: 12}
_NEAR = 0.5  # seconds
_PEERS: dict[str, Callable[[], Sequence[object]]] = {
    "AdaptiveDetector": lambda: [AdaptiveDetector()],
    "ContentDetector": lambda: [ContentDetector()],
    "HashDetector": lambda: [HashDetector()],
    "HistogramDetector": lambda: [HistogramDetector()],
    "Adaptive + Threshold": lambda: [AdaptiveDetector(), ThresholdDetector()],
    "Content + Threshold": lambda: [ContentDetector(), ThresholdDetector()],
}
_KINDS = ("cut", "fade", "dissolve")


def run() -> Result:
    """Find the shots of all films by each way."""
    rows, figures = [], {}
    for kept_out, count in _FILMS.items():
        which = "kept out" if kept_out else "tuned on"
        with scratch() as name:
            truths = {}
            for number, frames, boundaries in films(count, kept_out=kept_out):
                path = Path(name) / f"{number}.mp4"
                write_film(frames, path)
                truths[path] = boundaries
            found = {"Clew": _clew(list(truths))}
            for peer, detectors in _PEERS.items():
                found[peer] = {path: _scenedetect(path, detectors()) for path in truths}
        for way, starts in found.items():
            score = _Score.of([(starts[path], truth) for path, truth in truths.items()])
            rows.append(score.row(way, which))
            figures[f"{way}, {which}"] = score.figures()
    return Result(
        title="Shot boundaries",
        says=(
            "Films of ten pieces each, joined at random by cuts (half), fades through black and "
            "dissolves (0.4 to 2 s), 320 × 180, H.264: clips and photos moved over, with flashes, "
            "quick pans, shaking, noise, exposure that changes and things that pass before the "
            "camera inside the pieces. The films kept out are made of other photos (rooms and "
            "landmarks), which no tuning has seen. A "
            f"boundary found within {_NEAR} s of the middle of a true one is right, each once."
        ),
        rows=rows,
        bars=[_bar(figures)],
        figures=figures,
    )


def _bar(figures: dict[str, dict[str, float]]) -> str:
    own = figures["Clew, kept out"]
    peers = [figures[f"{peer}, kept out"] for peer in _PEERS]
    better = all(own[of] >= peer[of] for peer in peers for of in ("recall", "F1"))
    verdict = "met" if better else "missed"
    more_precise = sum(peer["precision"] > own["precision"] for peer in peers)
    return (
        "recall and F1 on the films kept out at least those of every detector of PySceneDetect: "
        f"{verdict}; {more_precise} of {len(peers)} are more precise"
    )


def _clew(paths: list[Path]) -> dict[Path, list[float]]:
    readings = read_files(paths, workers=2)
    return {
        path: [t.feature.start or 0.0 for t in reading.traces if t.signal == "shots"][1:]
        for path, reading in zip(paths, readings, strict=True)
    }


def _scenedetect(path: Path, detectors: Iterable[object]) -> list[float]:
    manager = SceneManager()
    for detector in detectors:
        manager.add_detector(detector)
    manager.detect_scenes(open_video(str(path)))
    return [start.seconds for start, _ in manager.get_scene_list()][1:]


class _Score:
    """How many boundaries were found, of each kind, and how many that are none."""

    def __init__(self) -> None:
        self._true = dict.fromkeys(_KINDS, 0)
        self._right = dict.fromkeys(_KINDS, 0)
        self._found = 0

    @classmethod
    def of(cls, films: Iterable[tuple[list[float], list[Boundary]]]) -> _Score:
        score = cls()
        for found, truth in films:
            score._add(found, truth)
        return score

    def _add(self, found: list[float], truth: list[Boundary]) -> None:
        self._found += len(found)
        pairs = sorted(
            (abs(at - boundary.middle), i, j)
            for i, at in enumerate(found)
            for j, boundary in enumerate(truth)
            if abs(at - boundary.middle) <= _NEAR
        )
        used: set[int] = set()
        met: set[int] = set()
        for _, i, j in pairs:
            if i not in used and j not in met:
                used.add(i)
                met.add(j)
        for j, boundary in enumerate(truth):
            self._true[boundary.kind] += 1
            self._right[boundary.kind] += j in met

    def figures(self) -> dict[str, float]:
        right, true = sum(self._right.values()), sum(self._true.values())
        return {
            "recall": round(right / true, 4),
            "precision": round(right / max(1, self._found), 4),
            "F1": round(2 * right / max(1, self._found + true), 4),
            "boundaries": true,
            "found": self._found,
            **{f"right {kind}s": self._right[kind] for kind in _KINDS},
        }

    def row(self, way: str, which: str) -> Row:
        figures = self.figures()
        of_kind = {f"{kind}s": f"{self._right[kind]} of {self._true[kind]}" for kind in _KINDS}
        return Row(
            cells={
                "way": way,
                "films": which,
                "recall": f"{figures['recall']:.3f}",
                "precision": f"{figures['precision']:.3f}",
                "F1": f"{figures['F1']:.3f}",
                **of_kind,
            }
        )
