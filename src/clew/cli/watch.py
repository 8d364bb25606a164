"""``clew watch``: against insiders: what alerts, what is unusual, how much may be asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import WhyOption, at_work, done, tell, thing
from clew.cli.output import JsonOption, WorkspaceOption, clean, counted, fail, people

if TYPE_CHECKING:
    from clew.casework.things import Thing

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII | re.IGNORECASE)


def add(
    what: Annotated[
        str,
        typer.Argument(
            metavar="THING", help="Such as media:12 or person:7, or a SHA-256.", show_default=False
        ),
    ],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Be told silently when another officer of your agency asks about something.

    Whoever asks sees no difference. Only you and your agency's supervisors see the watch and its
    alerts.

    Examples:
      clew watch add person:7 --why "a colleague may know the suspect"
    """
    with at_work(workspace):
        from clew.casework.watching import watch

        made = watch(_what(what), why)
    done(f"Watched (watch {made.pk})", json, watch=made.pk)


def _what(name: str) -> Thing | bytes:
    return bytes.fromhex(name) if _HASH.fullmatch(name) else thing(name)


def end(
    number: Annotated[int, typer.Argument(metavar="NUMBER", show_default=False)],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Watch something no more.

    Examples:
      clew watch end 4 --why "it was cleared up"
    """
    with at_work(workspace):
        from clew.casework.watching import end_watch

        end_watch(number, why)
    done(f"Ended: watch {number}", json, ended=number)


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Your watches; as a supervisor those of your agency.

    Examples:
      clew watch list
    """
    with at_work(workspace):
        from clew.casework.watching import watched, watches
        from clew.cli.case import who

        rows = [
            {
                "watch": one.pk,
                "what": watched(one),
                "since": one.at,
                "by": who(one.officer_id, one.agency_id),
                "why": one.why,
            }
            for one in watches()
        ]
    tell(rows, json, "Nothing is watched.")


def alerts(
    most: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Who asked about what you watch; as a supervisor, about what your agency watches.

    Examples:
      clew watch alerts
    """
    with at_work(workspace):
        from clew.casework.watching import alarms

        rows = [
            {
                "at": one.at,
                "officer": one.officer,
                "event": one.event,
                "what": one.what,
                "watch": f"watch {one.watch}",
                "entry": f"entry {one.entry}",
            }
            for one in alarms(most)
        ]
    tell(rows, json, "Nobody asked.")


def notices(
    all_: Annotated[bool, typer.Option("--all", help="Those that were read too.")] = False,
    most: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What you have to know without having asked, such as what is unusual in your agency.

    No authority is needed. Say what you have read with `clew watch read`.

    Examples:
      clew watch notices
    """
    with at_work(workspace):
        from clew.casework.notices import notices as found

        rows = [
            {
                "notice": one.number if json else f"notice {one.number}",
                "at": one.at,
                "kind": one.kind,
                "about": one.about,
                "says": f"{one.says}; see {one.see}" if one.see else one.says,
                "read": one.read if json else "read" if one.read else None,
            }
            for one in found(all_=all_, most=most)
        ]
    tell(rows, json, "Nothing new.")


def read(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NUMBER...", show_default=False)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that you have read notices, so that they are not shown again.

    Examples:
      clew watch read 17 18

      clew watch read --all
    """
    if bool(numbers) == all_:
        fail("say which: numbers of notices, or --all")
    with at_work(workspace):
        from clew.casework.notices import notices as found
        from clew.casework.notices import read as read_them

        done_now = read_them(numbers or [one.number for one in found(most=None)])
    done(f"Read: {counted(done_now, 'notice')}", json, read=done_now)


def report(
    days: Annotated[int, typer.Option(min=1, help="Looked back so many.")] = 7,
    zone: Annotated[str, typer.Option(help="Whose clock says when it is night.")] = "UTC",
    night: Annotated[str, typer.Option(help="From which hour to which.")] = "20-6",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What is unusual about how your agency's officers use Clew, for its supervisors.

    A figure above its mark says that somebody should ask, nothing more.

    Examples:
      clew watch report --days 30 --zone Europe/Berlin
    """
    hours = re.fullmatch(r"(\d{1,2})-(\d{1,2})", night, re.ASCII)
    if hours is None:
        fail(f"{night!r} is not two hours with - between them; write 20-6")
    with at_work(workspace):
        from clew.casework.conduct import unusual

        rows = [
            {
                "officer": one.officer,
                "figure": one.figure if json else f"{one.figure} {one.rule}",
                "rule": one.rule if json else None,
                "mark": one.mark if json else f"mark {one.mark}",
                "why": one.why,
            }
            for one in unusual(days, zone, (int(hours[1]), int(hours[2])))
        ]
    tell(rows, json, "Nothing unusual.")


def quota(
    agency: Annotated[str | None, typer.Option(help="Whose officers; with both numbers.")] = None,
    per_hour: Annotated[int | None, typer.Option(min=1, help="Questions in an hour.")] = None,
    per_day: Annotated[int | None, typer.Option(min=1, help="Questions in a day.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """How many questions each officer may ask; setting it is for administrators of the country.

    Examples:
      clew watch quota

      clew watch quota --agency "LKA 21" --per-hour 500 --per-day 3000
    """
    with at_work(workspace):
        from clew.casework.quotas import quotas, set_quota
        from clew.records.rules import USUAL_QUOTA

        if agency is not None and per_hour is not None and per_day is not None:
            set_quota(agency, per_hour, per_day)
        elif (agency, per_hour, per_day) != (None, None, None):
            fail("name all three: --agency, --per-hour and --per-day")
        rows = [
            {"agency": one.agency.name, "per hour": one.per_hour, "per day": one.per_day}
            for one in quotas()
        ]
    usual = f"Where nothing is said: {USUAL_QUOTA[0]} questions an hour, {USUAL_QUOTA[1]} a day."
    tell(rows, json, usual)
    if rows and not json:
        people.print(clean(usual), markup=False)
