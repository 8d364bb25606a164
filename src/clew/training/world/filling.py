"""A workspace worth exploring: three agencies hand in what the world holds, and begin to work.

Everything goes through the functions that officers' commands call, under exhibits and authorities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connections

from clew.access.acting import acting, agency, signed_in
from clew.access.connections import Connection
from clew.access.demonstration import DEMO, Practising, sign_in_for_practice
from clew.casework.decisions import connect
from clew.casework.entities import create
from clew.casework.errors import DecidedMeanwhileError
from clew.casework.observations import observe
from clew.casework.proposals import Proposal, accept, proposals, reject
from clew.casework.things import Thing
from clew.intake.contribute import hand_in
from clew.intake.exhibits import add_exhibit
from clew.intake.sharing import Shared
from clew.intake.workers import work_until
from clew.records.models import (
    Category,
    ContributedFile,
    Contribution,
    Entity,
    EntityKind,
    Exhibit,
    FileState,
    Media,
    Sharing,
    Source,
)
from clew.training.world.cast import AGENCIES, Unit
from clew.training.world.making import FILES, TRUTH
from clew.training.world.relations import KnownMedia, known_media
from clew.training.world.truth import CaseTruth, Copied, TruthError, cases
from clew.workspace import Workspace

OFFICERS: Mapping[str, Practising] = {
    AGENCIES[0].key: DEMO,
    AGENCIES[1].key: Practising("DEMO-E", "Estmark", AGENCIES[1].name, "Esra Mol", "estmark"),
    AGENCIES[2].key: Practising("DEMO-S", "Sudria", AGENCIES[2].name, "Sil Ander", "sudria"),
}
"""Who practises for which agency of the world: the demo's officer for the first."""

_OWNER = Connection.OWNER.value
_DECIDED = 4
"""Proposals that each agency has decided at most, and never more than half: the others wait."""
_WHAT = {"A": "phone of the suspect", "B": "second device of the suspect"}
_SHARED = {0: Sharing.MEMBERS, 1: Sharing.MEMBERS, 2: Sharing.HIT_ONLY}


@dataclass(frozen=True)
class Filled:
    """What is in the workspace then; `waiting` proposals, as the demo's officer sees them."""

    contributions: int
    files: int
    series: int
    waiting: int


def fill_workspace(
    workspace: Workspace, world: Path, say: Callable[[str], None] = lambda _words: None
) -> Filled:
    """Let the agencies of a world hand it in and begin to work on it.

    Args:
        workspace: opened for practice, through the application's connection: each agency's officer
            sees what that agency may.
        world: folder of the world.
        say: told what goes on.

    Raises:
        TruthError: there is no world.
    """
    known = list(cases(world / TRUTH))
    if not known:
        raise TruthError(f"{world} holds no case yet. Make one with: clew world make {world}")
    files = sum(len(case.files) for case in known)
    say(f"handing in {files} files …")
    numbers = {unit.key: _handed_in(unit, world / FILES, known) for unit in AGENCIES}
    if not _read(say, files):
        work_until(workspace, lambda: _read(say, files))
    say("opening series …")
    rows = Media.objects.using(_OWNER).values_list("pk", "sha256")
    media = {bytes(sha256).hex(): number for number, sha256 in rows}
    truth = {media[sha256]: one for sha256, one in known_media(known).items() if sha256 in media}
    series = sum(_worked_on(case, media, truth) for case in known)
    with _at_work(AGENCIES[0]), acting():
        waiting = len(proposals())
    return Filled(sum(map(len, numbers.values())), files, series, waiting)


def _read(say: Callable[[str], None], files: int) -> bool:
    """Whether all that was handed in has its answers; tells how much of it is stored."""
    try:
        stored = ContributedFile.objects.using(_OWNER).filter(state=FileState.STORED).count()
        say(f"reading and comparing: {stored} of {files} files are stored …")
        return not Contribution.objects.using(_OWNER).filter(ended_at=None).exists()
    finally:
        connections[_OWNER].close()  # asked in a thread of its own, which nobody closes it for


@contextmanager
def _at_work(unit: Unit) -> Iterator[None]:
    """Act as the officer who practises for an agency."""
    with signed_in(sign_in_for_practice(OFFICERS[unit.key])):
        yield


def _handed_in(unit: Unit, files: Path, known: list[CaseTruth]) -> list[int]:
    """Record an agency's exhibits and hand in what was found on each; the contributions."""
    numbers = []
    with _at_work(unit):
        for case in known:
            mine = [file for file in case.files if file.agency == unit.key]
            for number in sorted({file.exhibit for file in mine}):
                found = [file for file in mine if file.exhibit == number]
                with acting():
                    exhibit = _exhibit(unit, case, number, max(file.found for file in found))
                    before = Contribution.objects.filter(exhibit=exhibit).first()
                if before is not None:  # a stopped run handed it in
                    numbers.append(before.pk)
                    continue
                sharing = Shared(_SHARED[(case.number + AGENCIES.index(unit)) % 3])
                paths = [files / file.path for file in found]
                numbers.append(hand_in(paths, exhibit=exhibit, shared=sharing))
    return numbers


def _exhibit(unit: Unit, case: CaseTruth, number: str, last: datetime) -> Exhibit:
    """The agency's exhibit of this number, recorded if it is not yet."""
    found = Exhibit.objects.filter(agency_id=agency() or 0, number=number).first()
    return found or add_exhibit(
        number=number,
        description=_described(case, number),
        seized_where=f"{unit.country}, search of case {case.number}",
        seized_at=last + timedelta(days=1),
        source=Source.DEVICE,
        source_name=_made_by(case, number),
        examiner="forensic examiner of the agency",
    )


def _described(case: CaseTruth, exhibit: str) -> str:
    return _WHAT.get(exhibit[-1], f"laptop of somebody who collected what {case.identity} posted")


def _made_by(case: CaseTruth, exhibit: str) -> str:
    place = {"A": 0, "B": 1}.get(exhibit[-1])
    if place is None:
        return "laptop"
    device = case.devices[place]
    return f"{device.maker} {device.model} {device.serial}".strip()


def _worked_on(case: CaseTruth, media: Mapping[str, int], truth: Mapping[int, KnownMedia]) -> int:
    """The lead agency of a case opens a series and decides the first few proposals in it."""
    title = f"block {case.subjects[0]}"
    if Entity.objects.using(_OWNER).filter(kind=EntityKind.SERIES, title=title).exists():
        return 1  # by a run before
    unit = next(unit for unit in AGENCIES if unit.key == case.agency)
    ours = {media[file.sha256] for file in case.files if file.sha256 in media}
    with _at_work(unit):
        with acting():
            series = create(EntityKind.SERIES, title, sharing=Sharing.MEMBERS)
            about = Thing(EntityKind.SERIES, series.pk)
            observe(about, "series is", "open")
            person = create(
                EntityKind.PERSON,
                title,
                category=Category.VICTIM,
                sharing=Sharing.MEMBERS,
            )
            why = "the same numbered block in every picture"
            connect("victim in", Thing(EntityKind.PERSON, person.pk), about, why, confirmed=True)
            name = create(EntityKind.ONLINE_IDENTITY, case.identity, sharing=Sharing.MEMBERS)
            posted = Thing(EntityKind.ONLINE_IDENTITY, name.pk)
            connect("distributed by", about, posted, "the name on files found elsewhere")
            waiting = [one for one in proposals() if ours >= set(one.media)]
        for one in waiting[: min(_DECIDED, len(waiting) // 2)]:
            _decide(one, series.pk, truth)
        with acting():
            for file in _telling(case):
                observe(Thing("media", media[file.sha256]), "note", "words on the wall: a school")
    return 1


def _decide(one: Proposal, series: int, truth: Mapping[int, KnownMedia]) -> None:
    """As somebody does who looks closely: what agrees is confirmed, what does not rejected."""
    agrees = all(truth[lead.first].agrees(truth[lead.second], lead.kind) for lead in one.leads)
    try:
        with acting():
            if agrees:
                accept(one.id, "the same room and the same block", series=series)
            else:
                reject(one.id, "taken one after the other, not the same film")
    except DecidedMeanwhileError:
        return  # what was decided just before has changed it


def _telling(case: CaseTruth) -> list[Copied]:
    """One picture of the case's own, to say something about."""
    return [f for f in case.files if f.edit == "original" and f.kind == "picture"][:1]
