"""What an export would tell if it was made now, by the name that it is asked for with."""

from __future__ import annotations

from clew.casework.board import board
from clew.casework.errors import StatementError
from clew.casework.exports import Contents, of_findings
from clew.casework.gather import gather
from clew.casework.hypotheses import hypotheses
from clew.casework.sheet import sheet_of
from clew.casework.tasks import tasks
from clew.casework.things import Thing
from clew.records.models import EntityKind, ExportKind


def told_now(what: str, *, pictures: bool) -> Contents:
    """What precisely would leave Clew.

    Args:
        what: ``findings``, ``report``, or the series of a case sheet, such as ``series:3``.
        pictures: whether with them.

    Raises:
        NotSeenError: there is no such series that is seen.
        StatementError: it names nothing that can be taken out, or findings with pictures.
    """
    if what in (ExportKind.FINDINGS, ExportKind.REPORT):
        if pictures and what == ExportKind.FINDINGS:
            raise StatementError("Findings have no pictures in them: ask for a report.")
        return of_findings(gather(), ExportKind(what), pictures=pictures)
    about = Thing.named(what)
    if about.kind != EntityKind.SERIES:
        raise StatementError(f"{about} is not taken out by itself: a series is, as its case sheet.")
    known = board(about.id)
    here = known.record.thing
    return sheet_of(known, hypotheses(here), tasks(here), pictures=pictures).contents
