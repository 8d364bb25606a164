"""Asking the workspace with a file that need not be in it."""

from __future__ import annotations

from dataclasses import dataclass

from clew.casework.findings import Item
from clew.casework.gather import items
from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match, MatchKind
from clew.compare.subject import Subject
from clew.intake.matching import search
from clew.records.models import Media
from clew.signals.reading import Reading
from clew.workspace import Workspace


@dataclass(frozen=True)
class Found:
    """A media of the workspace that shares a trace with what was asked for."""

    item: Item
    match: Match


def find_file(
    workspace: Workspace, reading: Reading, thresholds: Thresholds | None = None
) -> list[Found]:
    """Every media in the workspace that agrees with a reading, nearest first; itself included."""
    subject = Subject.of(reading.type, reading.traces)
    found: list[tuple[int, Match]] = []
    same = Media.objects.filter(sha256=reading.sha256).first() if reading.sha256 else None
    if same is not None:
        match = Match(kind=MatchKind.SAME_FILE, distance=0, threshold=0, versions={"exact": 1})
        found.append((same.pk, match))
    found += search(
        workspace,
        subject,
        thresholds or Thresholds(),
        but_not=same.pk if same is not None else None,
    )
    known = items([media for media, _ in found])
    return [Found(known[media], match) for media, match in found]
