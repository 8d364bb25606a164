"""``clew upload``: hands files in to a server, and goes on where it was cut off."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from clew.cli.keep import SHARINGS, SHARINGS_HELP, AgencyOption
from clew.cli.output import JsonOption, answer, aside, clean, counted, explained, fail, people

if TYPE_CHECKING:
    import httpx

_PIECE = 8 * 1024 * 1024
_PATIENCE_SECONDS = 300.0
"""With a server that does not answer, before giving up; what it acknowledged stays there."""
_TUS = {"Tus-Resumable": "1.0.0"}


def upload(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The files in scope.")],
    server: Annotated[str, typer.Option(help="Its address.", show_default=False)],
    exhibit: Annotated[
        str, typer.Option("--exhibit", help="Number of what they were found on.")
    ] = "",
    share: Annotated[
        str | None,
        typer.Option(help=f"With whom (at first own-agency): {SHARINGS_HELP}", show_default=False),
    ] = None,
    agency: AgencyOption = None,
    contribution: Annotated[
        int | None,
        typer.Option(help="Go on with this one, which was cut short.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Hand files in to a Clew server, as `clew contribute` does on its own machine.

    What is handed in is announced first with its SHA-256, then sent in pieces; a connection that is
    cut goes on where it was. The session is a token's, made by `clew token create` on the server
    with the scope contribute: put it into CLEW_TOKEN, or a file named by CLEW_TOKEN_FILE.

    Examples:
      clew upload /media/evidence/DCIM/IMG_0417.JPG --server https://clew.lka.example --exhibit 17-4

      clew upload clip.mp4 --server https://clew.lka.example --share named --agency NL/Politie

      clew upload clip.mp4 still.jpg --server https://clew.lka.example --contribution 12
    """
    if contribution is not None and (share or agency):
        fail("a contribution that was begun is shared as it was announced; see: clew share")
    sharing = _sharing(share, agency)
    with explained():
        import httpx

        wanted = {os.path.realpath(file): file for file in files}
        headers = {"Authorization": f"Bearer {_token()}"}
        with httpx.Client(base_url=server, headers=headers, timeout=60) as client:
            try:
                if contribution is None:
                    files_told = [_announced(path) for path in wanted]
                    manifest = {"files": files_told, "exhibit": exhibit} | sharing
                    once = {"Idempotency-Key": uuid.uuid4().hex}
                    told = _asked(
                        client, "POST", "/api/v1/contributions", json=manifest, headers=once
                    ).json()
                    number, uploads = told["number"], told["uploads"]
                else:
                    number = contribution
                    uploads = _expected(client, number)
                by_path = {path.lstrip("/"): path for path in wanted}
                _send_all(client, [one for one in uploads if one["path"] in by_path], by_path)
            except httpx.HTTPError as error:
                fail(
                    f"{server} does not answer ({type(error).__name__}). What it acknowledged is "
                    "kept for seven days; go on with --contribution."
                )
    if json:
        answer({"contribution": number})
    else:
        people.print(f"{counted(len(wanted), 'file')} handed in: contribution {number}.")


def _sharing(share: str | None, agencies: list[str] | None) -> dict[str, object]:
    """What the manifest says of sharing; the server knows the agencies."""
    if share is None:
        if agencies:
            fail("--agency goes with --share named or --share all-except")
        return {}
    if share not in SHARINGS:
        fail(f"there is no sharing {share}. There are: {', '.join(SHARINGS)}")
    return {"sharing": SHARINGS[share], "agencies": agencies or []}


def _expected(client: httpx.Client, number: int) -> list[Any]:
    """What a contribution still waits for, read page by page."""
    found: list[Any] = []
    asked: dict[str, str | int] = {"limit": 200}
    while True:
        address = f"/api/v1/contributions/{number}/uploads"
        page = _asked(client, "GET", address, params=asked).json()
        found += page["items"]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


def _token() -> str:
    from clew.settings import Settings

    settings = Settings.from_environment()
    if settings.token is None and settings.token_file is None:
        fail("say whose session it is: a token in CLEW_TOKEN, or its file in CLEW_TOKEN_FILE")
    if settings.token_file is not None:
        return settings.token_file.read_text(encoding="ascii").strip()
    return settings.token or ""


def _announced(path: str) -> dict[str, object]:
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            status = os.fstat(file.fileno())
    except OSError as error:
        fail(f"{clean(path)} cannot be read ({error.strerror})")
    return {
        "path": path,
        "size": status.st_size,
        "sha256": digest,
        "modified_ns": max(0, status.st_mtime_ns),
    }


def _send_all(client: httpx.Client, uploads: list[Any], by_path: dict[str, str]) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    total = sum(one["size"] for one in uploads)
    with Progress(*columns, console=aside, disable=not aside.is_terminal) as bar:
        task = bar.add_task("uploading", total=total)
        for one in uploads:
            if one["url"] is None:
                bar.advance(task, one["size"])
                continue
            with Path(by_path[one["path"]]).open("rb") as file:
                for sent in _send(client, one["url"], file.fileno(), one["offset"], one["size"]):
                    bar.advance(task, sent)


def _send(client: httpx.Client, url: str, file: int, offset: int, size: int) -> Any:
    """Send one file from where the server has it; yields how many bytes further it is."""
    yield offset
    while offset < size:
        piece = os.pread(file, min(_PIECE, size - offset), offset)
        if not piece:
            fail(f"a file became shorter while it was uploaded (at {offset} of {size} bytes)")
        headers = _TUS | {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        answered = _asked(client, "PATCH", url, content=piece, headers=headers, accept=(409,))
        if answered.status_code == 409:
            # The answer to an earlier piece was lost, not the piece.
            answered = _asked(client, "HEAD", url, headers=_TUS)
        reached = int(answered.headers["Upload-Offset"])
        yield reached - offset
        offset = reached


def _asked(
    client: httpx.Client, method: str, url: str, *, accept: tuple[int, ...] = (), **sent: Any
) -> httpx.Response:
    """Ask until there is an answer; a server may be started anew meanwhile."""
    import httpx

    deadline, wait = time.monotonic() + _PATIENCE_SECONDS, 0.2
    while True:
        try:
            answered = client.request(method, url, **sent)
            if answered.status_code < 500 or time.monotonic() > deadline:
                break
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        time.sleep(wait)
        wait = min(10.0, 2 * wait)
    if not answered.is_success and answered.status_code not in accept:
        try:
            detail = str(answered.json()["detail"])
        except (ValueError, KeyError):
            detail = f"it answers {answered.status_code} to {method}"
        fail(f"the server refuses: {clean(detail)}")
    return answered
