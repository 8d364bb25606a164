"""Asking the workspace with a file that need not be in it."""

from __future__ import annotations

from dataclasses import dataclass

from clew.access.acting import acting, require_authority
from clew.access.connections import Connection
from clew.audit.events import Event
from clew.casework.acts import noted
from clew.casework.findings import Hit, Item
from clew.casework.gather import items
from clew.casework.hits import hits_behind
from clew.casework.quotas import begin_question
from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match, MatchKind
from clew.compare.subject import Subject
from clew.intake.matching import search
from clew.records.models import Media
from clew.signals.reading import Reading
from clew.workspace import Workspace

_MOST_TOLD = 100


@dataclass(frozen=True)
class Found:
    """A media of the workspace that shares a trace with what was asked for."""

    item: Item
    match: Match


@dataclass(frozen=True)
class Answer:
    """What the acting officer may know about who shares a trace with what was asked for.

    Attributes:
        found: media that the officer may see, nearest first.
        hits: of what others hold, where they let only that be told.
    """

    found: tuple[Found, ...]
    hits: tuple[Hit, ...]

    def __bool__(self) -> bool:
        return bool(self.found or self.hits)


def find_file(
    workspace: Workspace, reading: Reading, thresholds: Thresholds | None = None
) -> Answer:
    """Who in the workspace agrees with a reading, nearest first; itself included.

    The index searches everything; the database decides what of it the officer is shown.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds, or
            the officer has asked as much as may be asked for now.
    """
    begin_question()
    found = _search(workspace, reading, thresholds or Thresholds())
    with acting():
        require_authority()
        seen = items([media for media, _ in found])
        answer = Answer(
            tuple(Found(seen[media], match) for media, match in found if media in seen),
            hits_behind(found),
        )
        asked = f"file {reading.sha256.hex()}" if reading.sha256 else "file"
        note_answer("asked with a file", asked, answer)
    return answer


def note_answer(asked: str, about: str, answer: Answer) -> None:
    """Note a question in the log with what was shown, so that a watched item is noticed."""
    noted(asked, about, Event.QUERY, **noted_of(answer))


def noted_of(answer: Answer) -> dict[str, object]:
    """What the log keeps of an answer."""
    return {
        "found": len(answer.found),
        "hits": len(answer.hits),
        "things": [f"media:{one.item.id}" for one in answer.found[:_MOST_TOLD]],
    }


def _search(
    workspace: Workspace, reading: Reading, thresholds: Thresholds
) -> list[tuple[int, Match]]:
    """Every media that agrees, whoever holds it."""
    subject = Subject.of(reading.type, reading.traces)
    everything = Media.objects.using(Connection.WORKER.value)
    same = everything.filter(sha256=reading.sha256).first() if reading.sha256 else None
    if same is None:
        return search(workspace, subject, thresholds)
    match = Match(kind=MatchKind.SAME_FILE, distance=0, threshold=0, versions={"exact": 1})
    return [(same.pk, match), *search(workspace, subject, thresholds, but_not=same.pk)]
