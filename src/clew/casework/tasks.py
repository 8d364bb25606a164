"""What is to be done: who, until when, and what came of it. Tasks are their agency's own."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet

from clew.access.acting import officer, require_authority
from clew.access.models import Officer
from clew.casework.acts import act, noted, ours, viewed
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, StatementError
from clew.casework.things import Thing, seen, with_parts
from clew.records.models import Task, TaskState, TaskStep

_REFUSED = "Tasks are given and done by contributors, specialists and supervisors of an agency."


def ask_for(
    about: Thing, words: str, *, assigned: int | None = None, until: date | None = None
) -> Task:
    """Give a task.

    Args:
        about: the series or other entity it is for.
        words: what is to be done.
        assigned: number of an officer of the own agency; None for whoever comes to it first.
        until: the day by which.

    Raises:
        NotSeenError: there is no such entity, or no such officer in the agency.
        StatementError: it does not say what.
    """
    if about.is_media:
        raise StatementError("A task is about a series, a person, a place; not a media.")
    if not words.strip():
        raise StatementError("Say what is to be done.")
    with act(_REFUSED):
        about = seen(about)
        made = Task.objects.create(entity_id=about.id, words=words.strip())
        if assigned is not None or until is not None:
            _step(made, TaskState.OPEN, assigned, until, "")
        noted("task given", about, task=made.pk, assigned=assigned)
    made.refresh_from_db()
    return made


def go_on(
    number: int,
    state: str,
    *,
    why: str = "",
    assigned: int | None = None,
    until: date | None = None,
) -> TaskStep:
    """Say what becomes of a task: done, dropped, open again, somebody else's.

    Args:
        number: of the task.
        state: open, done or dropped.
        why: what came of it; may be empty.
        assigned: whose it is from now on.
        until: the day by which.

    Raises:
        NotSeenError: the agency has no such task, or no such officer.
        DecidedMeanwhileError: somebody else was faster.
    """
    if state not in TaskState.values:
        raise StatementError(f"A task is {', '.join(TaskState.values)}.")
    with act(_REFUSED):
        one = task(number)
        made = _step(one, state, assigned, until, why.strip())
        noted("task went on", f"task:{one.pk}", state=state, assigned=assigned)
    return made


def finish(number: int, state: str, why: str = "") -> TaskStep:
    """Say that a task is done or dropped, or open again; whose it is and until when stays."""
    require_authority()
    one = task(number)
    if one.state == state:
        raise DecidedMeanwhileError(f"It is {state} already. Load the page again to see by whom.")
    return go_on(number, state, why=why, assigned=one.assigned_id, until=one.until)


def unstep(number: int) -> TaskStep:
    """Put a task back to before its last step; one that was just given is dropped."""
    last = list(TaskStep.objects.filter(task=number).order_by("-number")[:2])
    if len(last) > 1:
        before = last[1]
        return go_on(number, before.state, assigned=before.assigned_id, until=before.until)
    if last and last[0].state != TaskState.OPEN:
        return go_on(number, TaskState.OPEN)
    return go_on(number, TaskState.DROPPED, why="taken back at once")


def task(number: int) -> Task:
    """A task of the own agency.

    Raises:
        NotSeenError: there is none.
    """
    found = Task.objects.filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"Your agency has no task {number}.")
    return found


def _step(one: Task, state: str, assigned: int | None, until: date | None, why: str) -> TaskStep:
    if assigned is not None and not colleagues().filter(pk=assigned).exists():
        raise NotSeenError("There is no such officer in your agency: choose another one.")
    return TaskStep.objects.create(
        task=one,
        number=one.steps + 1,
        state=state,
        assigned_id=assigned,
        until=until,
        why=why,
    )


def colleagues() -> QuerySet[Officer]:
    """Officers of the own agency who are at work."""
    return Officer.objects.filter(agency_id=ours(), state="active").order_by("name")


def tasks(about: Thing) -> list[Task]:
    """Tasks of the own agency about something: open ones first, by day; each with its officer."""
    about = seen(about)
    viewed("tasks", about)
    rows = Task.objects.filter(entity__in=with_parts([about.id])).exclude(state=TaskState.DROPPED)
    return list(
        # *open* comes after *done* in the alphabet.
        rows.select_related("assigned").order_by("-state", F("until").asc(nulls_last=True), "pk")
    )


def unit_tasks(most: int = 50) -> list[Task]:
    """Open tasks of the own agency that are somebody else's or nobody's: nobody's come first."""
    require_authority()
    rows = Task.objects.filter(state=TaskState.OPEN).exclude(assigned=officer())
    viewed("tasks of the agency")
    return list(
        rows.select_related("entity", "assigned").order_by(
            F("assigned").asc(nulls_first=True), F("until").asc(nulls_last=True), "pk"
        )[:most]
    )


def my_tasks(most: int = 50) -> list[Task]:
    """Open tasks that are the acting officer's, the first due first; each with what it is about."""
    require_authority()
    rows = Task.objects.filter(assigned=officer(), state=TaskState.OPEN).select_related("entity")
    viewed("own tasks")
    return list(rows.order_by(F("until").asc(nulls_last=True), "pk")[:most])
