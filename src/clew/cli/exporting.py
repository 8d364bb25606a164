"""``clew export``: what leaves Clew as a file, by two people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import WhyOption, at_work, done, tell, who
from clew.cli.output import (
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    explained,
    fail,
    path_text,
    people,
)

if TYPE_CHECKING:
    from clew.casework.exports import Contents
    from clew.casework.findings import Findings
    from clew.records.models import Export, ExportKind
    from clew.workspace import Workspace

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", show_default=False)]
_PRACTICE = "practice: a second officer agrees by themselves"


def export(
    context: typer.Context,
    workspace: WorkspaceOption = None,
    json: Annotated[  # noqa: ARG001 - said for the day when there is another form
        bool, typer.Option("--json", help="As JSON, the only form so far.")
    ] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead.")
    ] = None,
) -> None:
    """Everything found, for other programs; without a command below, what was agreed to is made.

    An export takes two people: who asks, and a supervisor of the same agency. A report
    (`clew report`) and the case sheet of a series, which is made in the browser, do as well.

    Examples:
      clew export ask findings --why "for the analysts of 4 KLs 12/26"

      clew export agree 4 --why "ordered by the court"

      clew export --json > findings.json

      clew export --json --output findings.json
    """
    if context.invoked_subcommand is not None:
        return
    with explained():
        import msgspec

        from clew.cli.session import opened_for_work
        from clew.records.models import ExportKind

        with opened_for_work(workspace) as opened:
            findings = handed_out(opened, ExportKind.FINDINGS, pictures=False)
        if output is None:
            answer(findings)
            return
        content = msgspec.json.format(msgspec.json.encode(findings), indent=2) + b"\n"
        _write_whole(output, content)
    people.print(f"Written: {clean(path_text(output.absolute()))}", soft_wrap=True, markup=False)


def _write_whole(output: Path, content: bytes) -> None:
    """Write a file that is there completely or not at all."""
    try:
        with tempfile.NamedTemporaryFile(dir=output.parent, prefix=".clew-", delete=False) as fresh:
            try:
                fresh.write(content)
                fresh.close()
                Path(fresh.name).replace(output)
            except BaseException:
                Path(fresh.name).unlink()
                raise
    except OSError as error:
        fail(f"{path_text(output)} cannot be written ({error.strerror}); name another with -o")


def handed_out(opened: Workspace, kind: ExportKind, *, pictures: bool) -> Findings:
    """All findings, which another officer agreed to hand out; in the log as an export.

    In a workspace for practice, where nobody agreed, a second officer does so by themselves.

    Raises:
        RefusedError: nobody agreed, or that is over.
        DecidedMeanwhileError: there is something else by now.
    """
    from clew.access.acting import acting
    from clew.casework.errors import DecidedMeanwhileError, RefusedError
    from clew.casework.exports import agreed, make, of_findings
    from clew.casework.gather import gather

    number = None
    try:
        with acting():
            number = agreed(kind, pictures=pictures).number
    except RefusedError:
        if not opened.demo:  # told before all is gathered
            raise
    findings = gather()
    contents = of_findings(findings, kind, pictures=pictures)
    if number is not None:
        try:
            with acting():
                make(number, contents)
            return findings
        except DecidedMeanwhileError:
            if not opened.demo:
                raise
    number = _agreed_in_practice(contents)
    with acting():
        make(number, contents)
    return findings


def _agreed_in_practice(contents: Contents) -> int:
    """Ask as who is signed in, and agree as somebody else of the same agency who practises."""
    from clew.access.acting import acting, signed_in
    from clew.access.demonstration import SECOND, sign_in_for_practice
    from clew.casework.exports import agree, ask

    with acting():
        number = ask(contents, _PRACTICE).pk
    with signed_in(sign_in_for_practice(SECOND)), acting():
        agree(number, _PRACTICE)
    aside.print(
        f"Practice: {SECOND.officer} agreed by themselves (export {number}). Where real work is "
        "done a second officer has to.",
        soft_wrap=True,
    )
    return number


def ask(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="findings, report, or a series: series:3.")
    ],
    why: WhyOption,
    with_pictures: Annotated[
        bool, typer.Option("--with-pictures", help="A report or a case sheet with pictures.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for something to be taken out of Clew as it is now; a supervisor has to agree.

    What is findings is made by `clew export`, a report by `clew report`, the case sheet of a series
    at its page in the browser.

    Examples:
      clew export ask findings --why "for the analysts of 4 KLs 12/26"

      clew export ask report --with-pictures --why "for the court, 4 KLs 12/26"

      clew export ask series:3 --why "for the police of Estmark"
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.exports import ask as ask_for
        from clew.casework.told_now import told_now
        from clew.cli.session import opened_for_work

        with opened_for_work(workspace), acting():
            made = ask_for(told_now(what, pictures=with_pictures), why)
    done(f"Asked for. A supervisor agrees with: clew export agree {made.pk}", json, export=made.pk)


@contextmanager
def _deciding(workspace: Path | None) -> Iterator[None]:
    """At work on a request, whose number may be mistyped: it says where the right one stands."""
    with at_work(workspace):
        from clew.casework.errors import NotSeenError

        try:
            yield
        except NotSeenError as error:
            raise NotSeenError(f"{error} Those that wait: clew export requests.") from None


def agree(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Agree to an export that another officer asked for, as a supervisor.

    Who asked may make it for seven days, and nobody else.

    Examples:
      clew export agree 4 --why "ordered by the court"
    """
    with _deciding(workspace):
        from clew.casework.exports import HOLDS_FOR
        from clew.casework.exports import agree as agree_to

        made = agree_to(number, why)
        until = made.at + HOLDS_FOR
    done(f"Agreed: export {number}, until {until:%Y-%m-%d %H:%M} UTC", json, agreed=number)


def refuse(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Refuse an export that another officer asked for, as a supervisor.

    Examples:
      clew export refuse 4 --why "the sheet is enough"
    """
    with _deciding(workspace):
        from clew.casework.exports import refuse as refuse_it

        refuse_it(number, why)
    done(f"Refused: export {number}", json, refused=number)


def withdraw(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take back an export that you asked for and nobody has agreed to.

    Examples:
      clew export withdraw 4 --why "no longer needed"
    """
    with _deciding(workspace):
        from clew.casework.exports import withdraw as withdraw_it

        withdraw_it(number, why)
    done(f"Taken back: export {number}", json, withdrawn=number)


def requests(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Exports that were asked for and that nobody has decided.

    Examples:
      clew export requests
    """
    with at_work(workspace):
        from clew.casework.exports import requests as waiting

        rows = [
            {
                "export": one.pk if json else f"export {one.pk}",
                "what": _named(one.kind, one.entity_id, pictures=one.pictures),
                "holds": one.holds if json else _in_words(one),
                "at": one.at,
                "by": who(one.officer_id, one.agency_id),
                "why": one.why,
            }
            for one in waiting()
        ]
    tell(rows, json, "None.")


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """What you have asked for, and what became of it, the latest first.

    Examples:
      clew export list
    """
    with at_work(workspace):
        from clew.casework.exports import own

        rows = [
            {
                "export": one.number if json else f"export {one.number}",
                "what": _named(one.kind, one.series, pictures=one.pictures),
                "at": one.at,
                "why": one.why,
                "state": one.state,
                "by": one.by or None,
                "answer": one.answer or None,
                "until": one.until,
            }
            for one in own()
        ]
    tell(rows, json, "None.")


def _named(kind: str, series: int | None, *, pictures: bool) -> str:
    what = f"{kind} of series:{series}" if series is not None else kind
    return f"{what} with pictures" if pictures else what


def _in_words(one: Export) -> str:
    counts = {name: value for name, value in one.holds.items() if isinstance(value, int)}
    return ", ".join(f"{value} {name}" for name, value in counts.items() if value)
