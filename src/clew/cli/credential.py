"""``clew credential``: what officers sign in with beside a password, for administrators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.officer import NameArgument, officer_named
from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people
from clew.cli.session import opened_for_officer

if TYPE_CHECKING:
    from clew.access.certificates import Certificate
    from clew.access.models import Officer

CertificateArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="The certificate, as PEM.", show_default=False
    ),
]


def show(
    sign_in_name: NameArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Whether an officer has a password, passkeys, identities or certificates; never more.

    Examples:
      clew credential show ben --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.credentials import ways_to_sign_in

        with opened_for_officer(workspace), acting():
            ways = ways_to_sign_in(officer_named(sign_in_name))
    if json:
        answer(ways)
        return
    has = ", ".join(way for way, there in ways.items() if there)
    people.print(f"{clean(sign_in_name)}: {has or 'nothing; invite them'}", markup=False)


def identity(
    sign_in_name: NameArgument,
    issuer: Annotated[str, typer.Option(help="The provider's address, as it names itself.")],
    subject: Annotated[str, typer.Option(help="The provider's lasting number of them (sub).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Let an officer sign in as whom an identity provider knows by this number.

    Examples:
      clew credential identity ben --issuer https://id.example.org --subject 7f3a-11
    """
    from clew.access import credentials

    _bind(workspace, sign_in_name, lambda one: credentials.bind_identity(one, issuer, subject))


def certificate(
    sign_in_name: NameArgument, file: CertificateArgument, workspace: WorkspaceOption = None
) -> None:
    """Let an officer sign in with a certificate.

    Examples:
      clew credential certificate ben ben.pem
    """
    from clew.access import credentials

    _bind(workspace, sign_in_name, lambda one: credentials.bind_certificate(one, _read(file)))


def machine(
    sign_in_name: NameArgument,
    file: CertificateArgument,
    label: Annotated[str, typer.Option(help="What the machine does.")],
    authority: Annotated[str, typer.Option(help="Reference of the one it works under.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="read, contribute or administer; may be given several times."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Let a machine with this certificate work on an officer's behalf, as with a token.

    Examples:
      clew credential machine ben nas.pem --label nightly --authority "Az 12/26" --scope read
    """
    from clew.access import credentials
    from clew.access.models import Authority

    def bind(one: Officer) -> None:
        held = Authority.objects.filter(reference=authority).first()
        if held is None:
            fail(f"there is no authority {authority} that you may see; see: clew authority list")
        credentials.bind_machine(one, _read(file), label, scope or ["read"], held)

    _bind(workspace, sign_in_name, bind)


def release(sign_in_name: NameArgument, workspace: WorkspaceOption = None) -> None:
    """Take away all identities and certificates of an officer; sessions they began end.

    Examples:
      clew credential release ben
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.credentials import release as release_all

        with opened_for_officer(workspace), acting():
            number = release_all(officer_named(sign_in_name))
    people.print(f"Released: {number} of {clean(sign_in_name)}", markup=False)


def _bind(workspace: WorkspaceOption, name: str, bind: Callable[[Officer], None]) -> None:
    with explained():
        from clew.access.acting import acting

        with opened_for_officer(workspace), acting():
            bind(officer_named(name))
    people.print(f"Bound: {clean(name)}", markup=False)


def _read(file: Path) -> Certificate:
    from clew.access.certificates import read_certificate

    return read_certificate(file.read_text("ascii", errors="replace"))
