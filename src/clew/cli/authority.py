"""``clew authority``: under which legal basis work is done."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people
from clew.cli.session import day, opened_for_officer

ReferenceArgument = Annotated[str, typer.Argument(help="Its reference.", show_default=False)]


def add(
    reference: ReferenceArgument,
    operation: Annotated[str, typer.Option(help="What the inquiry is called.")],
    basis: Annotated[str, typer.Option(help="The law or order it rests on.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    until: Annotated[str, typer.Option(help="Its last day, YYYY-MM-DD (UTC).")],
    officer: Annotated[
        list[str] | None,
        typer.Option(help="Sign-in name of who may use it (default: the whole agency)."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record an authority of your agency, as a supervisor. Its words never change.

    Examples:
      clew authority add Az-12 --operation Lantern --basis "§ 98" --purpose … --until 2027-06-30
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.authorities import add_authority
        from clew.access.models import Officer

        with opened_for_officer(workspace), acting():
            named = list(Officer.objects.filter(sign_in_name__in=officer or []))
            if missing := set(officer or []) - {one.sign_in_name for one in named}:
                fail(f"no such officer: {', '.join(sorted(missing))}")
            add_authority(
                operation=operation,
                legal_basis=basis,
                reference=reference,
                purpose=purpose,
                until=day(until),
                officers=named,
            )
    people.print(f"Recorded: {clean(reference)}", markup=False)


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The authorities you may use now.

    Examples:
      clew authority list
    """
    with explained():
        from clew.access.acting import acting, authority
        from clew.access.authorities import usable_authorities

        with opened_for_officer(workspace), acting():
            used = authority()
            told = [
                {
                    "reference": one.reference,
                    "operation": one.operation,
                    "legal basis": one.legal_basis,
                    "purpose": one.purpose,
                    "valid until": one.valid_until.isoformat(),
                    "in use": one.pk == used,
                }
                for one in usable_authorities()
            ]
    if json:
        answer(told)
        return
    for one in told:
        mark = "*" if one["in use"] else " "
        people.print(
            clean(f"{mark} {one['reference']}: {one['operation']}, {one['legal basis']}, until "),
            clean(str(one["valid until"])[:10]),
            markup=False,
            soft_wrap=True,
        )
    if not told:
        people.print("None. A supervisor adds one with: clew authority add")


def use(reference: ReferenceArgument, workspace: WorkspaceOption = None) -> None:
    """Work under an authority from now on, in this session.

    Examples:
      clew authority use "Az 12/26"
    """
    with explained():
        from clew.access.acting import acting, use_authority

        with opened_for_officer(workspace), acting():
            use_authority(_by(reference))
    people.print(f"In use: {clean(reference)}", markup=False)


def revoke(reference: ReferenceArgument, workspace: WorkspaceOption = None) -> None:
    """End an authority now, as a supervisor; nobody can work under it any more.

    Examples:
      clew authority revoke "Az 12/26"
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.authorities import revoke_authority
        from clew.access.models import Authority

        with opened_for_officer(workspace), acting():
            revoke_authority(Authority.objects.get(pk=_by(reference)))
    people.print(f"Revoked: {clean(reference)}", markup=False)


def _by(reference: str) -> int:
    from clew.access.models import Authority

    found = Authority.objects.filter(reference=reference).first()
    if found is None:
        fail(f"your agency has no authority {reference}; see: clew authority list")
    return found.pk
