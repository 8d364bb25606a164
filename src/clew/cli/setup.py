"""``clew setup``: from nothing to an officer at work, or to a workspace for practice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from clew.cli.output import WorkspaceOption, clean, explained, people
from clew.cli.session import Typed, day, keep_secret
from clew.cli.signing import StdinOption, enrolled


def setup(
    demo: Annotated[
        bool, typer.Option("--demo", help="For practice on harmless material alone.")
    ] = False,
    workspace: WorkspaceOption = None,
    stdin: StdinOption = False,
) -> None:
    """Make a workspace, its first officer and a first authority, and sign in: in a minute.

    The first officer is administrator, specialist and supervisor, and adds the others. With --demo
    a workspace for practice is made: its demo officer signs in by itself, and is refused in every
    other workspace. With --stdin, one a line: country, agency, name, sign-in name, last day of the
    certification, password, secret of the one-time codes (empty for a new one), a code of it,
    operation, legal basis, reference, purpose, last day of the authority.

    Examples:
      clew setup

      clew setup --demo --workspace ./practice
    """
    with explained():
        from clew.access.connections import Connection
        from clew.access.demonstration import sign_in_for_practice
        from clew.workspace import Workspace

        default = Connection.APPLICATION
        with Workspace.open(workspace, default=default, demo=demo) as opened:
            if demo:
                sign_in_for_practice()
            else:
                keep_secret(opened, _first_officer(Typed(stdin)))
            folder = str(opened.folder)
    what = "A workspace for practice on harmless material" if demo else "Set up, and signed in"
    people.print(f"{what}: {clean(folder)}", markup=False, soft_wrap=True)
    people.print("Go on with: clew scan FOLDER")


def _first_officer(typed: Typed) -> str:
    """Make the first officer and their authority; the secret of their session."""
    from clew.access.acting import acting, use_authority
    from clew.access.authorities import add_authority
    from clew.access.models import Role
    from clew.access.officers import first_administrator
    from clew.access.signin import sign_in
    from clew.records.folders import give_what_is_nobodys

    year = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
    people.print("You and your agency")
    invitation = first_administrator(
        country=typed.ask("Country (two letters) or organisation"),
        country_name="",
        agency=typed.ask("Agency"),
        name=typed.ask("Your first and last name"),
        sign_in_name=typed.ask("Sign-in name"),
        until=day(typed.ask("Last day of your certification", default=year)),
        roles=(Role.ADMINISTRATOR, Role.SPECIALIST, Role.SUPERVISOR),
    )
    give_what_is_nobodys()
    # The code that enrolled is used up, the next takes half a minute: a recovery code stands in.
    secret = sign_in(*enrolled(typed, invitation))
    people.print("The authority under which you begin")
    with acting(secret):
        made = add_authority(
            operation=typed.ask("Operation"),
            legal_basis=typed.ask("Legal basis"),
            reference=typed.ask("Reference"),
            purpose=typed.ask("Purpose"),
            until=day(typed.ask("Its last day", default=year)),
        )
        use_authority(made.pk)
    return secret
