"""What is done with a contribution that was handed in: looking how far it is, cancel, retry."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from clew.access import acting
from clew.access.connections import prepared
from clew.audit.events import Event
from clew.audit.log import record
from clew.intake.queues import Phase, enqueue_reading, enqueue_standing, on_this_machine
from clew.intake.sharing import Shared
from clew.records.models import (
    OPEN_STATES,
    ContributedFile,
    Contribution,
    Exhibit,
    FileState,
    Standing,
    Upload,
)

PORTION = 512
"""Files that one job reads: enough that beginning it costs little, few enough to share out."""


class ContributionError(Exception):
    """Something cannot be done with a contribution; ``str(error)`` says why and what to do."""


class NoContributionError(ContributionError):
    """The agency has none of that number."""


@dataclass(frozen=True)
class State:
    """How far a contribution is, as the database has it.

    Attributes:
        number: of the contribution.
        files: how many are in which state.
        standings: how many of those that were read stand how; more are told as they are compared.
        ended: whether all have their answers.
        cancelled: whether its officer took back what was not read yet.
        halted: why nothing goes on; empty when it does.
    """

    number: int
    files: dict[FileState, int] = field(default_factory=dict)
    standings: dict[Standing, int] = field(default_factory=dict)
    ended: bool = False
    cancelled: bool = False
    halted: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing happens any more by itself."""
        return self.ended or bool(self.halted)

    @property
    def waiting(self) -> int:
        """Files without an answer."""
        return sum(self.files.get(state, 0) for state in OPEN_STATES)


def begin(exhibit: Exhibit | None, shared: Shared | None, files: int) -> Contribution:
    """A contribution begins, in a transaction of the officer's, under an authority that holds."""
    contribution = Contribution.objects.create(
        authority_id=acting.require_authority(),
        agency_id=acting.agency() or 0,
        officer_id=acting.officer() or 0,
        exhibit=exhibit,
        sharing=shared.sharing if shared is not None else None,
        sharing_agencies=list(shared.agencies) if shared is not None else [],
    )
    record_step(contribution.pk, "begun", files=files)
    return contribution


def locked(number: int) -> Contribution | None:
    """A running contribution of the acting officer's, which nobody else changes meanwhile."""
    running = Contribution.objects.filter(pk=number, ended_at=None)
    return running.select_for_update(no_key=True).first()


def state_of(number: int) -> State:
    """How far a contribution is, in a transaction of an officer of its agency.

    Raises:
        NoContributionError: the agency has none of that number.
    """
    found = states_of([number])
    if number not in found:
        raise NoContributionError(
            f"your agency has no contribution {number}; see: clew contribution list"
        )
    return found[number]


def states_of(numbers: Sequence[int]) -> dict[int, State]:
    """How far contributions are that an officer of their agency asks for, by their numbers."""
    # One statement without models: whoever waits for a contribution asks several times a second.
    files: dict[int, Counter[str]] = {}
    standings: dict[int, Counter[str]] = {}
    said: dict[int, tuple[bool, bool, str]] = {}
    for number, *how, state, standing, count in prepared(connection, _HOW_FAR, [list(numbers)]):
        said[number] = how[0], how[1], how[2]
        if state is not None:
            files.setdefault(number, Counter())[state] += count
        if standing is not None:
            standings.setdefault(number, Counter())[standing] += count
    return {
        number: State(
            number,
            {one: files[number][one] for one in FileState if one in files.get(number, ())},
            {one: standings[number][one] for one in Standing if one in standings.get(number, ())},
            *how,
        )
        for number, how in said.items()
    }


_HOW_FAR = """
    SELECT one.id, one.ended_at IS NOT NULL, one.cancelled_at IS NOT NULL, one.halted,
           file.state, file.standing, count(file.id)
    FROM records_contribution one
    LEFT JOIN records_contributedfile file ON file.contribution_id = one.id
    WHERE one.id = ANY($1::bigint[]) GROUP BY one.id, file.state, file.standing
"""


def cancel(number: int, files: Collection[int] = ()) -> int:
    """Take back what no job has taken yet; what is being read is stored all the same.

    Args:
        number: of the contribution.
        files: numbers of files of it; all of them when empty.

    Returns:
        How many files were taken back.

    Raises:
        ContributionError: it is not one of the acting officer's that runs.
    """
    with acting.acting():
        acting.require_authority()
        if (contribution := locked(number)) is None:
            raise ContributionError(_not_ones_own(number, "runs"))
        rows = contribution.files.filter(state__in=(FileState.ARRIVING, FileState.WAITING))
        if files:
            rows = rows.filter(pk__in=files)
        else:
            contribution.cancelled_at = timezone.now()
            contribution.save(update_fields=["cancelled_at"])
        taken_back = rows.update(state=FileState.CANCELLED)
        enqueue_standing(number)
        record_step(number, "cancelled", files=taken_back)
    return int(taken_back)


def retry(number: int, files: Sequence[Path] | Sequence[int] = ()) -> int:
    """Have files read that failed, were cancelled, or are stuck because the contribution is.

    What was not uploaded to its end is waited for again.

    Args:
        number: of the contribution.
        files: which, by their paths or their numbers; all of them when empty.

    Returns:
        How many are read now.

    Raises:
        ContributionError: it is not the acting officer's, or under another authority; or one of
            the files is not in it, or has its answer.
    """
    with acting.acting():
        acting.require_authority()
        with connection.cursor() as cursor:
            cursor.execute("SELECT access.go_on(%s)", [number])
            (done,) = cursor.fetchone()
        contribution = locked(number) if done else None
        if contribution is None:
            raise ContributionError(_not_ones_own(number, "is under the authority of this session"))
        rows = contribution.files.exclude(state__in=(FileState.STORED, FileState.ARRIVING))
        if files:
            rows = _named(rows, files, number)
        portion = (contribution.files.aggregate(last=Max("portion"))["last"] or 0) + 1
        # What was uploaded is reached from everywhere.
        uploaded = Upload.objects.filter(file__contribution=number).exists()
        queue = Phase.READING if uploaded else on_this_machine()
        unsent = rows.filter(upload__offset__lt=F("upload__size"))
        awaited = contribution.files.filter(pk__in=list(unsent.values_list("pk", flat=True)))
        count = awaited.update(state=FileState.ARRIVING, standing=None, problem="")
        wanted = list(rows.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(wanted), PORTION):
            some = contribution.files.filter(pk__in=wanted[start : start + PORTION])
            some.update(state=FileState.WAITING, standing=None, problem="", portion=portion)
            enqueue_reading(number, portion, queue)
            portion += 1
        enqueue_standing(number)
        count += len(wanted)
        record_step(number, "tried again", files=count)
    return int(count)


def record_step(number: int, step: str, **details: object) -> None:
    """Note in the log what an officer, or a worker for them, did with a contribution."""
    record(Event.CONTRIBUTION, about=f"contribution:{number}", details={"act": step, **details})


def _not_ones_own(number: int, what: str) -> str:
    return f"{number} is no contribution of yours that {what}; see: clew contribution list"


def _named(
    rows: QuerySet[ContributedFile], files: Sequence[Path] | Sequence[int], number: int
) -> QuerySet[ContributedFile]:
    if numbers := [file for file in files if isinstance(file, int)]:
        return rows.filter(pk__in=numbers)
    paths = [file for file in files if isinstance(file, Path)]
    wanted = {os.path.realpath(os.fsencode(path)): path for path in paths}
    found = rows.filter(path__in=list(wanted))
    there = {bytes(path) for path in found.values_list("path", flat=True)}
    if missing := [file for path, file in wanted.items() if path not in there]:
        raise ContributionError(
            f"{missing[0]} is not in contribution {number}, or is stored already; see: "
            f"clew contribution show {number}"
        )
    return found
