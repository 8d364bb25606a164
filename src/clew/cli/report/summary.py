"""The head of the report, and what could not be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from clew.casework.findings import Figures, Findings, Hit, Problem
from clew.cli.report import text

MOST_ROWS = 2000
"""Rows written for one reason; beyond these only their number is told."""
_OPEN_ROWS = 12
_NUMBER = re.compile(r"\d[\d.,]*")

_THRESHOLD_WORDS = {
    "picture": "between two pictures",
    "still": "between a picture and a frame of a film",
    "frame": "between frames of two films, several of which agree in step",
    "frame_alone": "between frames of two films where only one frame agrees",
    "film_frames": "frames of two films that must agree in step",
}
_OUTCOMES = {"unreadable": "not read", "partly": "read in part"}


@dataclass(frozen=True)
class Tile:
    """One figure of the summary: a number, what it counts, and a remark."""

    number: str
    words: str
    remark: str = ""


@dataclass(frozen=True)
class Share:
    """One part of all files, for the bar over the summary: its edges in percent."""

    name: str
    words: str
    number: str
    start: str
    width: str


@dataclass(frozen=True)
class ProblemView:
    """One row of the files that were not, or not wholly, read."""

    folder: str
    path: str
    title: str
    size: str
    bytes: str
    reason: str


@dataclass(frozen=True)
class Reason:
    """Files with one reason; ``own_reasons`` when their wording differs in numbers only."""

    words: str
    outcome: str
    count: str
    open: bool
    own_reasons: bool
    rows: tuple[ProblemView, ...]
    not_written: str


@dataclass(frozen=True)
class Threshold:
    """A threshold by name: what it is about, and its bits."""

    words: str
    bits: str


def tiles(figures: Figures) -> tuple[Tile, ...]:
    """The figures of the summary, those that lead to work first."""
    media = figures.pictures + figures.films + figures.sounds
    return (
        Tile(
            text.count(figures.groups),
            _noun(figures.groups, "group"),
            "of connected or repeated files",
        ),
        Tile(text.count(figures.connected), "connected", f"of {text.count(media)} different files"),
        Tile(
            text.count(figures.repeated),
            _noun(figures.repeated, "repeat"),
            "byte for byte the same as another file",
        ),
        Tile(
            text.count(figures.pictures),
            _noun(figures.pictures, "picture"),
            f"{text.count(figures.flat)} too flat to compare",
        ),
        Tile(text.count(figures.films), _noun(figures.films, "film"), "different ones"),
        Tile(text.count(figures.sounds), _noun(figures.sounds, "sound"), "different ones"),
        Tile(text.count(figures.in_vault), "in the vault", "originals contributed"),
    )


def _noun(number: int, one: str) -> str:
    return one if number == 1 else f"{one}s"


def shares(figures: Figures) -> tuple[Share, ...]:
    """What became of the files seen, each in exactly one part; empty parts are left out."""
    parts = (
        ("read", "read completely", figures.read),
        ("partly", "read in part", figures.partly),
        ("unreadable", "not read", figures.unreadable),
        ("other", "of other kinds", figures.other),
    )
    total = sum(number for _, _, number in parts) or 1
    start, found = 0.0, []
    for name, words, number in parts:
        width = number / total * 100
        if number:
            found.append(Share(name, words, text.count(number), f"{start:.2f}", f"{width:.2f}"))
        start += width
    return tuple(found)


def elsewhere(hits: Sequence[Hit]) -> list[str]:
    """For each agency that holds what only a hit may be told of: how much, and whom to call."""
    by_agency: dict[tuple[str, str, str], int] = defaultdict(int)
    for hit in hits:
        by_agency[hit.agency, hit.country, hit.contact] += 1
    return [
        text.visible(
            f"{agency} ({country}): {text.counted(number, 'match', 'matches')}; "
            + (contact or "no contact is recorded")
        )
        for (agency, country, contact), number in sorted(by_agency.items())
    ]


def reasons(problems: Sequence[Problem], several_folders: bool) -> tuple[Reason, ...]:
    """The problems by reason, the most frequent first.

    Reasons that differ in numbers only, such as seconds, are one: hundreds of headings over one
    file each help nobody.
    """
    gathered: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        gathered[problem.outcome, _NUMBER.sub("…", problem.reason)].append(problem)
    order = sorted(gathered.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    return tuple(
        _reason(outcome, pattern, found, several_folders) for (outcome, pattern), found in order
    )


def _reason(outcome: str, pattern: str, found: list[Problem], several_folders: bool) -> Reason:
    several = len({problem.reason for problem in found}) > 1
    unwritten = max(len(found) - MOST_ROWS, 0)
    return Reason(
        words=text.sentence(text.visible(pattern if several else found[0].reason)),
        outcome=_OUTCOMES.get(outcome, outcome),
        count=text.counted(len(found), "file"),
        open=len(found) <= _OPEN_ROWS,
        own_reasons=several,
        rows=tuple(_row(problem, several_folders, several) for problem in found[:MOST_ROWS]),
        not_written=text.counted(unwritten, "file") if unwritten else "",
    )


def _row(problem: Problem, several_folders: bool, own_reason: bool) -> ProblemView:
    place = problem.place
    return ProblemView(
        folder=text.visible(place.folder) if several_folders else "",
        path=text.visible(text.shortened(place.path, text.PATH_LENGTH)),
        title=text.plain(f"{place.folder}/{place.path}"),
        size=text.size(problem.size),
        bytes=str(problem.size),
        reason=text.visible(problem.reason) if own_reason else "",
    )


def thresholds(findings: Findings) -> tuple[Threshold, ...]:
    """What counted as agreeing."""
    return tuple(
        Threshold(_THRESHOLD_WORDS.get(name, text.plain(name)), str(bits))
        for name, bits in findings.thresholds.items()
    )
