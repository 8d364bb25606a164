"""``clew token``: programs that work on behalf of an officer."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people
from clew.cli.session import Typed, day, opened_for_officer
from clew.cli.signing import StdinOption


def create(
    label: Annotated[str, typer.Argument(help="What it is for.", show_default=False)],
    until: Annotated[str, typer.Option(help="Its last day, YYYY-MM-DD, within a year.")],
    authority: Annotated[str, typer.Option(help="Reference of the one it works under.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, contribute or administer; may be given several times."),
    ] = None,
    workspace: WorkspaceOption = None,
    stdin: StdinOption = False,
) -> None:
    """Issue a token, which a program gives as CLEW_TOKEN. It is shown once and kept nowhere.

    It may do what you may do, within its scopes (default: read), under one authority, and ends
    with that authority, with your certification, and when you leave. You prove anew who you are.
    With --stdin, one a line: password, one-time code.

    Examples:
      clew token create nightly --until 2027-01-31 --authority "Az 12/26" --scope read
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.authorities import usable_authorities
        from clew.access.models import Scope
        from clew.access.tokens import issue_own_token

        scopes = [Scope(one) for one in scope or ["read"] if one in Scope.values]
        if wrong := set(scope or []) - set(Scope.values):
            fail(f"no such scope: {', '.join(sorted(wrong))}. There are: {', '.join(Scope.values)}")
        last, typed = day(until), Typed(stdin)
        with opened_for_officer(workspace):
            with acting():
                used = usable_authorities().filter(reference=authority).first()
            if used is None:
                fail(f"you may not use an authority {authority} now; see: clew authority list")
            password = typed.ask("Password", hidden=True)
            code = typed.ask("One-time or recovery code")
            secret = issue_own_token(
                password, code, label=label, scopes=scopes, authority=used.pk, until=last
            )
    people.print("The token, shown this once; keep it as you keep a password:")
    people.print(secret, markup=False, soft_wrap=True)


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Your tokens, those that have ended too. The secrets are kept nowhere.

    Examples:
      clew token list --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.tokens import own_tokens

        with opened_for_officer(workspace), acting():
            told = [
                {
                    "number": one.number,
                    "label": one.label,
                    "scopes": list(one.scopes),
                    "authority": one.authority,
                    "until": one.expires_at.date().isoformat(),
                    "over": one.over,
                }
                for one in own_tokens()
            ]
    if json:
        answer(told)
        return
    for one in told:
        scopes, over = ", ".join(one["scopes"]), " (over)" if one["over"] else ""  # type: ignore[arg-type]
        words = f"{one['number']}: {one['label']} · {scopes} · {one['authority']} · {one['until']}"
        people.print(clean(words + over), markup=False, soft_wrap=True)


def revoke(
    number: Annotated[int, typer.Argument(help="Its number.", show_default=False)],
    workspace: WorkspaceOption = None,
) -> None:
    """End one of your tokens now.

    Examples:
      clew token revoke 7
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.tokens import end_token

        with opened_for_officer(workspace), acting():
            end_token(number)
    people.print(f"Ended: token {number}")
