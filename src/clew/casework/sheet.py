"""The case sheet of a series: what is printed of its board, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from clew.casework.board import Board, OfMedia, Victim
from clew.casework.exports import Contents, digest_of
from clew.casework.hypotheses import Weighed
from clew.casework.record import Said, Tie
from clew.casework.things import Thing
from clew.records.models import ExportKind, Task

PICTURES = 12
"""Most pictures of one sheet: those of its clues."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All that a sheet tells.

    Attributes:
        thing: the series; ``title`` its working title, ``lead`` the agency that leads it.
        danger: somebody may be harmed now; ``open`` whether it is worked on.
        victims: each once; their names are not printed.
        clues: and ``notes``, ``said`` and ``of_media`` as on the board.
        hypotheses: with what speaks for and against each.
        ties: connections but those with victims and what was rejected.
        tasks: of the own agency.
        media: numbers of all media in it.
        pictures: numbers of the media whose pictures are on it.
    """

    thing: Thing
    title: str
    lead: str
    danger: bool
    open: bool
    victims: Sequence[Victim]
    clues: Sequence[Said]
    notes: Sequence[Said]
    said: Sequence[Said]
    of_media: Sequence[OfMedia]
    hypotheses: Sequence[Weighed]
    ties: Sequence[Tie]
    tasks: Sequence[Task]
    media: Sequence[int]
    pictures: tuple[int, ...]

    @property
    def contents(self) -> Contents:
        """What precisely leaves Clew with it."""
        holds: dict[str, int | Sequence[int]] = {
            "media": len(self.media),
            "victims": len(self.victims),
            "clues": len(self.clues),
            "hypotheses": len(self.hypotheses),
            "notes": len(self.notes),
            "tasks": len(self.tasks),
        }
        return Contents(
            kind=ExportKind.SHEET,
            series=self.thing.id,
            pictures=self.pictures,
            holds=holds | {"pictures": list(self.pictures)},
            digest=digest_of([ExportKind.SHEET, self]),
        )


def sheet_of(
    known: Board, hypotheses: Sequence[Weighed], tasks: Sequence[Task], *, pictures: bool
) -> Sheet:
    """The sheet of a board as it is now.

    Args:
        known: the board.
        hypotheses: of the series.
        tasks: of the own agency about it.
        pictures: whether with those of its clues.
    """
    inside = set(known.media)
    shown = dict.fromkeys(one.media for one in known.clues if one.media in inside)
    return Sheet(
        thing=known.record.thing,
        title=known.record.entity.title,
        lead=known.record.lead,
        danger=known.danger,
        open=known.open,
        victims=known.victims,
        clues=known.clues,
        notes=known.notes,
        said=known.said,
        of_media=known.of_media,
        hypotheses=hypotheses,
        ties=[
            tie for tie in known.record.ties if tie.state != "rejected" and tie.type != "victim in"
        ],
        tasks=tasks,
        media=known.media,
        pictures=tuple(one for one in shown if one is not None)[:PICTURES] if pictures else (),
    )
