"""``clew audit``: the log, its checkpoints, and checking it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    path_text,
    people,
)
from clew.cli.session import day, opened_for_officer

if TYPE_CHECKING:
    from clew.audit.events import Event
    from clew.audit.signing import ServerKey
    from clew.audit.verify import Verdict
    from clew.workspace import Workspace


def show(
    event: Annotated[str | None, typer.Option(help="Only this event, such as query.")] = None,
    officer: Annotated[str | None, typer.Option(help="Only by this sign-in name.")] = None,
    about: Annotated[str | None, typer.Option(help='Only about this, such as "victim 12".')] = None,
    since: Annotated[str | None, typer.Option(help="From this day on, YYYY-MM-DD (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this day, YYYY-MM-DD (UTC).")] = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The newest entries: your own, and as an auditor those of your agency.

    Examples:
      clew audit show

      clew audit show --event reveal --officer ben --since 2027-01-01 --json
    """
    with explained():
        from clew.access.acting import acting
        from clew.audit.events import Event
        from clew.audit.log import record
        from clew.audit.reading import Wanted, newest

        wanted = Wanted(
            event=_event(event),
            officer=officer,
            about=about,
            since=_beginning(since),
            until=day(until) if until is not None else None,
            most=most,
        )
        with opened_for_officer(workspace), acting():
            entries = newest(wanted)
            record(Event.VIEW, about="log", details={"entries": len(entries)})
    if json:
        answer([vars(one) for one in entries])
        return
    for one in reversed(entries):
        words = (one.officer or "nobody", one.event, one.about, one.authority, one.details)
        told = " · ".join(word for word in words if word and word != "{}")
        people.print(
            f"{one.number}  {one.written_at:%Y-%m-%d %H:%M:%S}  {clean(told)}",
            markup=False,
            soft_wrap=True,
        )


def _event(name: str | None) -> Event | None:
    from clew.audit.events import Event

    if name is None:
        return None
    try:
        return Event(name)
    except ValueError:
        fail(f"there is no event {name!r}. There are: {', '.join(Event)}")


def _beginning(text: str | None) -> datetime | None:
    return day(text) - timedelta(days=1) + timedelta(seconds=1) if text is not None else None


def export(
    file: Annotated[Path, typer.Argument(help="Where to write it.", show_default=False)],
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="As the owner of the workspace's folder: entries of all agencies."
        ),
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the log as a file that anybody can check with `clew audit verify`.

    As an auditor: your agency's entries in full, of all others a digest, so that the file shows
    that nothing is missing. That it was exported is in the log, and in the file.

    Examples:
      clew audit export log.jsonl

      clew audit export log.jsonl --whole --workspace ./case-17
    """
    with explained():
        from clew.access.acting import acting
        from clew.access.connections import Connection
        from clew.audit.events import Event
        from clew.audit.export import exported
        from clew.audit.log import record, record_unattended
        from clew.workspace import Workspace

        if whole:
            with Workspace.open(workspace, create=False, default=Connection.OWNER):
                record_unattended(Event.EXPORT, about="log")
                _write(file, exported())
        else:
            with opened_for_officer(workspace):
                with acting():
                    record(Event.EXPORT, about="log")
                with acting():
                    _write(file, exported())
    people.print(f"Written: {clean(path_text(file.absolute()))}", soft_wrap=True, markup=False)


def _write(file: Path, lines: Iterable[bytes]) -> None:
    """Write a file that is there completely or not at all, readable for its owner alone."""
    try:
        fresh = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it is renamed in the end
            dir=file.parent, prefix=".clew-", delete=False
        )
    except OSError as error:
        fail(f"{path_text(file)} cannot be written ({error.strerror}); name another")
    try:
        with fresh, aside.status("exporting the log …"):
            fresh.writelines(lines)
        Path(fresh.name).replace(file)
    except BaseException:
        Path(fresh.name).unlink(missing_ok=True)
        raise


def verify(
    file: Annotated[Path, typer.Argument(help="An exported log.", show_default=False)],
    witness: Annotated[
        list[Path] | None,
        typer.Option(help="Checkpoints that somebody else kept: a file, or a folder of them."),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="Public key of the server (clew audit key); any other is refused."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check an exported log; needs no workspace and no database.

    Names the first entry that does not fit. Without --witness, a log that was rewritten and signed
    anew by whoever has the server's key cannot be told from the true one.

    Exit code 0: it fits. 1: it does not. 2: it cannot be read.

    Examples:
      clew audit verify log.jsonl

      clew audit verify log.jsonl --witness checkpoints.jsonl --key server.pem
    """
    with explained():
        from clew.audit.signing import KeyFileError, public_key
        from clew.audit.verify import UnreadableError, checkpoints_in
        from clew.audit.verify import verify as check

        try:
            keys = {public_key(one) for one in key or []}
            witnessed = [one for place in witness or [] for one in checkpoints_in(place)]
            with file.open("rb") as lines:
                verdict = check(lines, witnessed, keys)
        except (KeyFileError, UnreadableError) as error:
            fail(str(error))
        if json:
            answer(verdict)
        else:
            _tell(verdict, witnessed=bool(witnessed), pinned=bool(keys))
    raise typer.Exit(Exit.FOUND if verdict.fits else Exit.NONE_FOUND)


def _tell(verdict: Verdict, *, witnessed: bool, pinned: bool) -> None:
    if not verdict.fits:
        people.print(
            f"Does not fit, at position {verdict.position}: {clean(verdict.problem)}.",
            soft_wrap=True,
            markup=False,
        )
        return
    hidden = f" ({verdict.hidden} by their digests only)" if verdict.hidden else ""
    people.print(
        f"Fits: {counted(verdict.entries, 'entry', 'entries')}{hidden}, "
        f"{counted(verdict.checkpoints, 'checkpoint')}."
    )
    if witnessed:
        people.print(f"The witness confirms all up to position {verdict.witnessed or 0}.")
    else:
        people.print("Nobody else confirms it: give a witness's checkpoints with --witness.")
    if not pinned:
        people.print("The checkpoints' key was not compared with any: give it with --key.")


def checkpoint(
    out: Annotated[
        Path | None,
        typer.Option(help="Give it to a witness too: added to this file, or a file in a folder."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign how the log stands now, as the owner of the workspace's folder.

    `clew worker` and `clew up` do so by themselves (CLEW_CHECKPOINT_MINUTES, CLEW_WITNESS); this is
    for where neither runs. Let the witness's file or folder be kept by somebody else.

    Examples:
      clew audit checkpoint --out /media/witness/checkpoints.jsonl
    """
    with explained():
        from clew.audit.checkpoint import hand_over, make_checkpoint
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened:
            signed = make_checkpoint(_key(opened))
        people.print(f"Checkpoint {signed.checkpoint}: {signed.position} entries, {signed.hash}")
        if out is not None:
            given = hand_over(signed, out)
            people.print(f"Given: {clean(path_text(given))}", soft_wrap=True, markup=False)


def key(workspace: WorkspaceOption = None) -> None:
    """Print the public key that checkpoints are signed with, for whoever verifies.

    Examples:
      clew audit key > server.pem
    """
    with explained():
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened:
            public = _key(opened).public_pem
        people.print(public, end="", markup=False, soft_wrap=True)


def _key(opened: Workspace) -> ServerKey:
    from clew.audit.checkpoint import server_key

    return server_key(opened.settings, opened.folder)
