"""``clew exhibit``: what was seized, and through whose hands it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.output import (
    JsonOption,
    WorkspaceOption,
    answer,
    clean,
    counted,
    explained,
    fail,
    people,
)
from clew.cli.session import moment, opened_for_work

if TYPE_CHECKING:
    from clew.records.models import CustodyEntry, Exhibit

NumberArgument = Annotated[str, typer.Argument(help="Its number.", show_default=False)]


def add(
    number: NumberArgument,
    what: Annotated[str, typer.Option(help="What it is.")],
    where: Annotated[str, typer.Option(help="Where it was seized.")],
    when: Annotated[str, typer.Option(help="When, YYYY-MM-DD HH:MM (UTC).")],
    source: Annotated[
        str, typer.Option(help="device, service, forum, account, address or referral.")
    ] = "device",
    source_name: Annotated[
        str, typer.Option(help="Make, service, account or number of it.", show_default=False)
    ] = "",
    hash_: Annotated[
        str,
        typer.Option(
            "--hash", help="Acquisition hash as ALGORITHM:HEXADECIMAL.", show_default=False
        ),
    ] = "",
    examiner: Annotated[str, typer.Option(help="Who made the image.", show_default=False)] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Record a seized thing. What was written of it never changes.

    Examples:
      clew exhibit add 17-4 --what "phone, black" --where "Main St 4" --when "2026-05-04 06:10"

      clew exhibit add 17-5 --what disk --where … --when 2026-05-04 --hash sha256:9f86d0…
    """
    with explained():
        from clew.access.acting import acting
        from clew.intake.exhibits import add_exhibit
        from clew.records.models import Source

        algorithm, colon, value = hash_.partition(":")
        if hash_ and not (colon and value):
            fail("an acquisition hash is given as ALGORITHM:HEXADECIMAL, such as sha256:9f86d0…")
        if source not in Source.values:
            fail(f"there is no source {source}. There are: {', '.join(Source.values)}")
        at = moment(when)
        with opened_for_work(workspace), acting():
            add_exhibit(
                number=number,
                description=what,
                seized_where=where,
                seized_at=at,
                source=Source(source),
                source_name=source_name,
                acquisition_algorithm=algorithm,
                acquisition_hash=value,
                examiner=examiner,
            )
    people.print(f"Recorded: exhibit {clean(number)}", markup=False)


def custody(
    number: NumberArgument,
    by: Annotated[str, typer.Option("--from", help="Who handed it over.")],
    to: Annotated[str, typer.Option(help="Who received it.")],
    where: Annotated[str, typer.Option(help="Where.")],
    why: Annotated[str, typer.Option(help="What for.")],
    when: Annotated[str, typer.Option(help="When, YYYY-MM-DD HH:MM (UTC).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Add to an exhibit's custody who handed it to whom. Nobody can change or remove an entry.

    Examples:
      clew exhibit custody 17-4 --from "A. Ames" --to "Lab 3" --where Kiel --why imaging --when …
    """
    with explained():
        from clew.access.acting import acting
        from clew.intake.exhibits import exhibit_by_number, hand_over

        at = moment(when)
        with opened_for_work(workspace), acting():
            entry = hand_over(
                exhibit_by_number(number),
                handed_by=by,
                received_by=to,
                at=at,
                where=where,
                why=why,
            )
            entry.refresh_from_db()
    people.print(f"Recorded: entry {entry.position} of exhibit {clean(number)}", markup=False)


def show(
    number: NumberArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """What is recorded of an exhibit: seizure, image, custody, folders and contributions.

    Examples:
      clew exhibit show 17-4

      clew exhibit show 17-4 --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.acts import viewed
        from clew.intake.exhibits import exhibit_by_number, gaps

        with opened_for_work(workspace), acting():
            found = exhibit_by_number(number)
            viewed("exhibit", f"exhibit:{found.pk}")
            chain = list(found.custody.select_related("recorded_by").order_by("position"))
            folders = [bytes(f.path).decode("utf-8", "replace") for f in found.folders.all()]
            told = _told(found) | {
                "custody": [_entry(entry) for entry in chain],
                "custody broken at": gaps(chain),
                "folders": folders,
                "contributions": list(
                    found.contributions.order_by("pk").values_list("pk", flat=True)
                ),
            }
    if json:
        answer(told)
        return
    for label, value in told.items():
        if isinstance(value, list) and label == "custody":
            for entry in value:
                words = ", ".join(f"{name} {said}" for name, said in entry.items())
                people.print(f"custody: {clean(words)}", markup=False, soft_wrap=True)
        elif value not in ("", []):
            said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            people.print(f"{label}: {clean(said)}", markup=False, soft_wrap=True)


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The exhibits of your agency.

    Examples:
      clew exhibit list --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.acts import viewed
        from clew.records.models import Exhibit

        with opened_for_work(workspace), acting():
            viewed("exhibits")
            told = [_told(one) for one in Exhibit.objects.order_by("number")]
    if json:
        answer(told)
        return
    for one in told:
        words = f"{one['number']}: {one['what']}, {one['seized where']}, {one['seized at']}"
        people.print(clean(words), markup=False, soft_wrap=True)
    if not told:
        people.print(f"{counted(0, 'exhibit')}. Record one with: clew exhibit add")


def _told(one: Exhibit) -> dict[str, object]:
    image = f"{one.acquisition_algorithm}:{one.acquisition_hash}" if one.acquisition_hash else ""
    return {
        "number": one.number,
        "what": one.description,
        "seized where": one.seized_where,
        "seized at": f"{one.seized_at:%Y-%m-%d %H:%M} UTC",
        "source": f"{one.source} {one.source_name}".strip(),
        "acquisition hash": image,
        "examiner": one.examiner,
    }


def _entry(one: CustodyEntry) -> dict[str, object]:
    return {
        "entry": one.position,
        "from": one.handed_by,
        "to": one.received_by,
        "at": f"{one.at:%Y-%m-%d %H:%M} UTC",
        "where": one.where,
        "why": one.why,
        "recorded by": one.recorded_by.sign_in_name,
    }
