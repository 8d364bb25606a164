"""``clew enrol``, ``clew login``, ``clew logout``, ``clew whoami``."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, people
from clew.cli.session import Typed, forget_secret, keep_secret, kept_secret, opened_for_officer

StdinOption = Annotated[
    bool, typer.Option("--stdin", help="For scripts: read the answers from standard input.")
]


_MOST_NOTICES = 5


def enrol(workspace: WorkspaceOption = None, stdin: StdinOption = False) -> None:
    """Set your password and one-time codes, with the invitation you were given.

    With --stdin, one a line: invitation, password, secret of the one-time codes in base32 (empty
    for a new one, which is then printed), a code of it.

    Examples:
      clew enrol
    """
    with explained():
        from clew.access.connections import Connection
        from clew.workspace import Workspace

        typed = Typed(stdin)
        with Workspace.open(workspace, create=False, default=Connection.APPLICATION):
            name, _, _ = enrolled(typed, typed.ask("Invitation", hidden=True), spare=0)
    people.print(f"Enrolled. Sign in with: clew login {clean(name)}")


def enrolled(typed: Typed, invitation: str, spare: int = 1) -> tuple[str, str, str]:
    """Have an invited officer set password and one-time codes; prints their recovery codes.

    Args:
        typed: what the officer answers.
        invitation: as they were handed it.
        spare: how many recovery codes are left out, for signing in at once.

    Returns:
        Sign-in name, password, and the recovery code that was left out; empty for none.
    """
    from clew.access.enrolment import begin_enrolment, enrol

    begun = begin_enrolment(invitation)
    password = typed.ask("New password (12 characters or more)", hidden=True, twice=True)
    secret = typed.ask_unless_typed()
    if not secret:
        secret = begun.totp_secret
        people.print(f"Secret for your app: {secret}", markup=False)
        people.print(begun.address, markup=False, soft_wrap=True)
    codes = enrol(invitation, password, secret, typed.ask("Code the app shows now"))
    people.print("Recovery codes, each good once; write them down, they are kept nowhere else:")
    for code in codes[spare:]:
        people.print(f"  {code}")
    return begun.sign_in_name, password, codes[0] if spare else ""


def login(
    name: Annotated[str, typer.Argument(help="Your sign-in name.", show_default=False)],
    workspace: WorkspaceOption = None,
    stdin: StdinOption = False,
) -> None:
    """Sign in, for 12 hours at most or 2 hours without use.

    With --stdin, one a line: password, one-time code.

    Examples:
      clew login anna

      pass clew | clew login anna --stdin
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.connections import Connection
        from clew.access.signin import sign_in
        from clew.casework.notices import notices
        from clew.workspace import Workspace

        typed = Typed(stdin)
        with Workspace.open(workspace, create=False, default=Connection.APPLICATION) as opened:
            password = typed.ask("Password", hidden=True)
            secret = sign_in(name, password, typed.ask("One-time or recovery code"))
            keep_secret(opened, secret)
            with acting(secret):
                new = notices(most=_MOST_NOTICES + 1)
    people.print("Signed in. Choose an authority with: clew authority use REFERENCE")
    for one in new[:_MOST_NOTICES]:
        said = f"{one.at:%Y-%m-%d %H:%M} · {one.kind} · {one.about} · {one.says}"
        people.print(clean(said), markup=False, soft_wrap=True)
    if new:
        more = "There is more. " if len(new) > _MOST_NOTICES else ""
        people.print(f"{more}All of it: clew watch notices")


def logout(workspace: WorkspaceOption = None) -> None:
    """End your session here.

    Examples:
      clew logout
    """
    with explained():
        from clew.access.acting import acting, sign_out
        from clew.access.connections import Connection
        from clew.access.errors import SignedOutError
        from clew.workspace import Workspace

        with (
            suppress(SignedOutError),  # over already
            Workspace.open(workspace, create=False, default=Connection.APPLICATION) as opened,
        ):
            secret = kept_secret(opened)
            forget_secret(opened)
            if secret is not None:
                with acting(secret):
                    sign_out()
    people.print("Signed out.")


def whoami(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Who is signed in, for which agency, under which authority?

    Exit code 2 when nobody is.

    Examples:
      clew whoami --json
    """
    with explained():
        from clew.access.acting import acting, authority, officer
        from clew.access.models import Authority, Officer

        with opened_for_officer(workspace), acting():
            me = Officer.objects.select_related("agency__country").get(pk=officer() or 0)
            used = Authority.objects.filter(pk=authority() or 0).first()
            told = {
                "name": me.name,
                "sign-in name": me.sign_in_name,
                "agency": me.agency.name,
                "country": me.agency.country.code,
                "roles": sorted(me.roles.values_list("role", flat=True)),
                "authority": used.reference if used is not None else None,
            }
    if json:
        answer(told)
        return
    for label, value in told.items():
        shown = ", ".join(value) if isinstance(value, list) else str(value or "none chosen")
        people.print(f"{label}: {clean(shown)}", markup=False, soft_wrap=True)
