"""``clew contribution``: what your agency has handed in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    counted,
    explained,
    fail,
    people,
)
from clew.cli.session import opened_for_work

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from clew.intake.contributions import State
    from clew.records.models import Contribution

NumberArgument = Annotated[int, typer.Argument(help="Its number.", show_default=False)]
_LOOK_SECONDS = 0.25


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The contributions of your agency: who handed in how much, and how it stood.

    Examples:
      clew contribution list --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.acts import viewed
        from clew.records.models import Contribution

        with opened_for_work(workspace), acting():
            viewed("contributions")
            told = [_told(one) for one in _with_names(Contribution.objects.order_by("pk"))]
    if json:
        answer(told)
        return
    for one in told:
        people.print(_line(one), markup=False, soft_wrap=True)
    if not told:
        people.print("None yet. Hand in with: clew contribute FILE")


def show(
    number: NumberArgument,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """One contribution with an answer for each of its files, as it was told then.

    What is known of the victims in a held file is told as it stands now.

    Examples:
      clew contribution show 12
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.acts import viewed
        from clew.casework.held import held_as
        from clew.records.models import Contribution, Standing

        with opened_for_work(workspace), acting():
            viewed("contribution", f"contribution:{number}")
            found = _with_names(Contribution.objects.filter(pk=number)).first()
            if found is None:
                fail(f"your agency has no contribution {number}; see: clew contribution list")
            told = _told(found)
            held = found.files.filter(standing=Standing.HELD, media__isnull=False)
            known = held_as({bytes(one.sha256 or b"").hex() for one in held})
            files = [
                {
                    "path": bytes(row.path).decode("utf-8", "replace"),
                    "sha256": bytes(row.sha256).hex() if row.sha256 is not None else "",
                    "size": row.size,
                    "again": row.again,
                    "state": row.state,
                    "standing": row.standing,
                    "held as": known.get(bytes(row.sha256 or b"").hex()),
                    "better": row.better,
                    "signs": row.signs,
                    "problem": row.problem,
                }
                for row in found.files.order_by("path")
            ]
    if json:
        answer(told | {"files": files})
        return
    people.print(_line(told), markup=False, soft_wrap=True)
    for row in files:
        better = row["better"] if isinstance(row["better"], list) else []
        now = f" ({row['held as']})" if row["held as"] else ""
        standing = f"{row['standing'] or row['state']}{now}"
        said = row["problem"] or ", ".join([standing, *better])
        people.print(clean(f"  {row['path']}: {said}"), markup=False, soft_wrap=True)
        signs = row["signs"] if isinstance(row["signs"], list) else []
        if signs:
            told_by = clean(f"    signs of a camera's original: {'; '.join(signs)}")
            people.print(told_by, markup=False, soft_wrap=True)


def _with_names(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    return rows.select_related("officer", "authority", "exhibit")


def _told(one: Contribution) -> dict[str, object]:
    from django.db.models import Count

    counts = one.files.exclude(standing=None).order_by("standing").values_list("standing")
    return {
        "number": one.pk,
        "begun": f"{one.begun_at:%Y-%m-%d %H:%M} UTC",
        "officer": one.officer.sign_in_name,
        "authority": one.authority.reference,
        "exhibit": one.exhibit.number if one.exhibit is not None else None,
        "sharing": one.sharing,
        "ended": one.ended_at is not None,
        "cancelled": one.cancelled_at is not None,
        "halted": one.halted,
        "states": dict(one.files.order_by("state").values_list("state").annotate(n=Count("pk"))),
        "counts": dict(counts.annotate(n=Count("pk"))),
    }


def _line(one: dict[str, object]) -> str:
    counts = one["counts"]
    words = (
        ", ".join(f"{n} {name}" for name, n in counts.items()) if isinstance(counts, dict) else ""
    )
    exhibit = f", exhibit {one['exhibit']}" if one["exhibit"] else ""
    return clean(
        f"{one['number']}: {one['begun']}, {one['officer']} under {one['authority']}{exhibit}: "
        + (words or "no answers yet")
        + _how_far(one)
    )


def _how_far(one: dict[str, object]) -> str:
    if one["halted"]:
        return f" (halted: {one['halted']})"
    if not one["ended"]:
        return f" (not at its end; see: clew contribution watch {one['number']})"
    return " (cancelled)" if one["cancelled"] else ""


def watch(
    number: NumberArgument,
    once: Annotated[bool, typer.Option("--once", help="Say how far it is, and end.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """How far a contribution is, drawn until it has come to its end.

    Files are told by state, and by how they stand as soon as that is known. Ctrl-C ends the
    watching, not the work. Exit code 2 when a person has to put something right first.

    Examples:
      clew contribution watch 12

      clew contribution watch 12 --once --json
    """
    with explained():
        from clew.access.acting import acting, require_authority
        from clew.intake.contributions import state_of

        with opened_for_work(workspace), Bar(works=False) as bar:
            while True:
                with acting():
                    require_authority()
                    state = state_of(number)
                bar(state)
                if once or state.over:
                    break
                time.sleep(_LOOK_SECONDS)
    _tell(state, json)


def cancel(
    number: NumberArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Take back what has not been read yet. What was stored stays, with its answers.

    What is being read at this moment is stored all the same. `clew contribution retry` asks for
    what was taken back again.

    Examples:
      clew contribution cancel 12
    """
    with explained():
        from clew.intake.contribute import finish
        from clew.intake.contributions import cancel as take_back

        with opened_for_work(workspace) as opened, Bar() as bar:
            taken_back = take_back(number)
            state = finish(opened, number, bar)
    if not json:
        people.print(f"{counted(taken_back, 'file')} taken back.")
    _tell(state, json)


def retry(
    number: NumberArgument,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]", help="Which; all by default.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Try again what failed, was cancelled or is stuck; what is stored is left alone.

    Under the authority of the contribution. Doing it twice doubles nothing.

    Examples:
      clew contribution retry 12

      clew contribution retry 12 /media/evidence/DCIM/IMG_0417.JPG
    """
    with explained():
        from clew.intake.contribute import finish
        from clew.intake.contributions import retry as try_again

        with opened_for_work(workspace) as opened, Bar() as bar:
            again = try_again(number, files or [])
            state = finish(opened, number, bar)
    if not json:
        people.print(f"{counted(again, 'file')} tried again.")
    _tell(state, json)


class Bar:
    """Draws how far a contribution is.

    Args:
        works: whether this process works on it, and stopping it is told with how to go on.
    """

    def __init__(self, *, works: bool = True) -> None:
        self._works = works
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=aside,
            transient=True,
            disable=not aside.is_terminal,
        )
        self._task = self._bar.add_task("handing in", total=None, detail="")
        self._number: int | None = None

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._bar.stop()
        if self._works and kind is KeyboardInterrupt and self._number is not None:
            aside.print(
                f"Stopped. What is stored stays; go on with: clew contribution retry {self._number}"
            )
            raise typer.Exit(Exit.STOPPED)

    def __call__(self, state: State) -> None:
        """Show where it is."""
        self._number = state.number
        total = sum(state.files.values())
        self._bar.update(
            self._task,
            description=f"contribution {state.number}",
            total=max(1, total),
            completed=total - state.waiting,
            detail=_in_words(state),
        )


def _in_words(state: State) -> str:
    files = ", ".join(f"{count} {name}" for name, count in state.files.items())
    stand = ", ".join(f"{count} {name}" for name, count in state.standings.items())
    return f"{files or 'no files'}" + (f" · {stand}" if stand else "")


def _tell(state: State, json: bool) -> None:
    if json:
        answer(state)
    else:
        end = f"halted: {state.halted}" if state.halted else "at its end"
        end = end if state.over else "goes on"
        people.print(
            clean(f"Contribution {state.number}: {_in_words(state)} ({end})."),
            markup=False,
            soft_wrap=True,
        )
    if state.halted:
        raise typer.Exit(Exit.CANNOT_TELL)
