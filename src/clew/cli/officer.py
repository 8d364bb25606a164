"""``clew officer``: who works here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people
from clew.cli.session import day, opened_for_officer

if TYPE_CHECKING:
    from clew.access.models import Officer

NameArgument = Annotated[str, typer.Argument(help="The sign-in name.", show_default=False)]
CertifiedOption = Annotated[
    str, typer.Option("--certified-until", help="Last day of the certification, YYYY-MM-DD.")
]
RoleOption = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="contributor, specialist, supervisor, auditor, administrator, trainer or "
        "data-protection officer; may be given several times.",
    ),
]
FullNameOption = Annotated[str, typer.Option("--name", help="First and last name.")]


def first(
    sign_in_name: NameArgument,
    name: FullNameOption,
    country: Annotated[str, typer.Option(help="Two letters, or an organisation: EUROPOL.")],
    agency: Annotated[str, typer.Option(help="Name of the agency.")],
    certified_until: CertifiedOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a country's first administrator, as the owner of the workspace's folder.

    They are administrator and supervisor, and add the others. What was scanned before there were
    officers becomes their agency's, when they are the first of all.

    Examples:
      clew officer first anna --name Anna --country DE --agency LKA --certified-until 2027-12-31
    """
    with explained():
        from clew.access.officers import first_administrator
        from clew.records.folders import give_what_is_nobodys
        from clew.workspace import Workspace

        with Workspace.open(workspace):
            invitation = first_administrator(
                country=country,
                country_name="",
                agency=agency,
                name=name,
                sign_in_name=sign_in_name,
                until=day(certified_until),
            )
            give_what_is_nobodys()
    _print_invitation(sign_in_name, invitation)


def add(
    sign_in_name: NameArgument,
    name: FullNameOption,
    role: RoleOption,
    certified_until: CertifiedOption,
    agency: Annotated[str | None, typer.Option(help="Of your country (default: yours).")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Add an officer of your country, as an administrator.

    Examples:
      clew officer add ben --name "Ben Berg" --role specialist --certified-until 2027-12-31
    """
    with explained():
        from clew.access import acting
        from clew.access.models import Agency
        from clew.access.officers import add_officer

        with opened_for_officer(workspace), acting.acting():
            ours = Agency.objects.select_related("country").get(pk=acting.agency() or 0)
            where = ours
            if agency is not None:
                where, _ = Agency.objects.get_or_create(country=ours.country, name=agency)
            invitation = add_officer(
                agency=where,
                name=name,
                sign_in_name=sign_in_name,
                roles=_roles(role),
                until=day(certified_until),
            )
    _print_invitation(sign_in_name, invitation)


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The officers you may see: those of your agency, as an administrator of your country.

    Examples:
      clew officer list --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.models import Officer

        with opened_for_officer(workspace), acting():
            rows = Officer.objects.select_related("agency").prefetch_related("roles")
            told = [
                {
                    "sign-in name": one.sign_in_name,
                    "name": one.name,
                    "agency": one.agency.name,
                    "roles": sorted(role.role for role in one.roles.all()),
                    "state": one.state,
                    "certified until": _certified_until(one),
                }
                for one in rows.order_by("sign_in_name")
            ]
    if json:
        answer(told)
        return
    for row in told:
        words = (", ".join(v) if isinstance(v, list) else str(v or "") for v in row.values())
        people.print(clean(" · ".join(words)), markup=False, soft_wrap=True)


def _certified_until(officer: Officer) -> str | None:
    last = officer.certifications.filter(revoked_at=None).order_by("valid_until").last()
    return last.valid_until.date().isoformat() if last is not None else None


def lock(sign_in_name: NameArgument, workspace: WorkspaceOption = None) -> None:
    """Let an officer in no more; open sessions stop answering at once.

    Examples:
      clew officer lock ben
    """
    from clew.access import officers

    _do(workspace, sign_in_name, officers.lock, "Locked")


def unlock(sign_in_name: NameArgument, workspace: WorkspaceOption = None) -> None:
    """Let an officer in again, also after too many failed attempts.

    Examples:
      clew officer unlock ben
    """
    from clew.access import officers

    _do(workspace, sign_in_name, officers.unlock, "Unlocked")


def leave(
    sign_in_name: NameArgument,
    to: Annotated[str, typer.Option(help="Sign-in name of who takes over.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Note that an officer has left for good, and hand their work to another.

    Examples:
      clew officer leave ben --to cleo
    """
    from clew.access import officers

    _do(workspace, sign_in_name, lambda one: officers.leave(one, officer_named(to)), "Left")


def certify(
    sign_in_name: NameArgument, until: CertifiedOption, workspace: WorkspaceOption = None
) -> None:
    """Say until when an officer is certified.

    Examples:
      clew officer certify ben --certified-until 2028-12-31
    """
    from clew.access import officers

    _do(workspace, sign_in_name, lambda one: officers.certify(one, day(until)), "Certified")


def roles(sign_in_name: NameArgument, role: RoleOption, workspace: WorkspaceOption = None) -> None:
    """Let an officer have these roles and no others.

    Examples:
      clew officer roles ben --role specialist --role trainer
    """
    from clew.access import officers

    _do(workspace, sign_in_name, lambda one: officers.give_roles(one, _roles(role)), "Changed")


def invite(sign_in_name: NameArgument, workspace: WorkspaceOption = None) -> None:
    """Invite an officer to enrol anew: password, device and recovery codes are lost.

    Examples:
      clew officer invite ben
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.officers import invite as invite_again

        with opened_for_officer(workspace), acting():
            invitation = invite_again(officer_named(sign_in_name))
    _print_invitation(sign_in_name, invitation)


def _do(
    workspace: WorkspaceOption, name: str, action: Callable[[Officer], None], done: str
) -> None:
    with explained():
        from clew.access.acting import acting

        with opened_for_officer(workspace), acting():
            action(officer_named(name))
    people.print(f"{done}: {clean(name)}", markup=False)


def officer_named(name: str) -> Officer:
    """The officer of a sign-in name whom whoever acts may see; ends the command otherwise."""
    from clew.access.models import Officer

    found = Officer.objects.filter(sign_in_name=name.strip().lower()).first()
    if found is None:
        fail(f"there is no officer {name} that you may see; see: clew officer list")
    return found


def _roles(names: list[str]) -> list[str]:
    from clew.access.models import Role

    if wrong := set(names) - set(Role.values):
        fail(f"no such role: {', '.join(sorted(wrong))}. There are: {', '.join(Role.values)}")
    return names


def _print_invitation(name: str, invitation: str) -> None:
    people.print(f"Invitation for {clean(name)}, good for 7 days; hand it to nobody else:")
    people.print(invitation, markup=False, soft_wrap=True)
    people.print("They use it with: clew enrol")
