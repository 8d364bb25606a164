"""``clew contribution``: what your agency has handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people
from clew.cli.session import opened_for_work

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from clew.records.models import Contribution


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
    number: Annotated[int, typer.Argument(help="Its number.", show_default=False)],
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
                    "standing": row.standing,
                    "held as": known.get(bytes(row.sha256 or b"").hex()),
                    "better": row.better,
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
        said = row["problem"] or ", ".join([f"{row['standing']}{now}", *better])
        people.print(clean(f"  {row['path']}: {said}"), markup=False, soft_wrap=True)


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
        + (words or "no files")
        + ("" if one["ended"] else " (interrupted; hand in again what is missing)")
    )
