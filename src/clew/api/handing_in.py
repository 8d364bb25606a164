"""Handing in by upload: announce, look how far it is, cancel, retry."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema, Status
from pydantic import Field

from clew.access.acting import acting, require_authority
from clew.api import contributions as contributions_shown
from clew.api.paging import Cursor, Limit, Page, page_in_order
from clew.api.problems import Problem
from clew.api.words import Maybe, Number, Sent, SharingWord, Word
from clew.intake import contributions
from clew.intake.exhibits import exhibit_by_number
from clew.intake.sharing import shared_with
from clew.intake.uploads import LARGEST, MOST_FILES, Announced, announce, expected
from clew.records.models import Sharing
from clew.serving.served import served
from clew.serving.uploads import BEGINNING

# One address is one router's: announcing is a POST to where contributions are listed.
router = contributions_shown.router

_Path = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FileAnnounced(Sent):
    """A file that will be uploaded."""

    path: _Path
    """Where it lies, there where it is uploaded from."""
    size: Annotated[int, Field(ge=0, le=LARGEST)]
    sha256: _Sha256
    modified_ns: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """When it was last changed, in nanoseconds since 1970."""


class Manifest(Sent):
    """What will be handed in."""

    files: Annotated[list[FileAnnounced], Field(min_length=1, max_length=MOST_FILES)]
    exhibit: Maybe = ""
    """Number of what they were found on."""
    sharing: SharingWord | None = None
    agencies: list[Word] = Field(default_factory=list, max_length=200)
    """``LKA 21``, or ``DE/LKA 21`` where several have that name."""


class UploadExpected(Schema):
    """Where one file is uploaded to, by the tus protocol, in pieces of at most 10 MiB."""

    path: str
    url: str | None
    """Null once all of it has arrived."""
    offset: int
    size: int


class Begun(Schema):
    """A contribution that waits for its uploads."""

    number: int
    uploads: list[UploadExpected]


class HowFar(Schema):
    """How far a contribution is."""

    number: int
    files: dict[str, int]
    """By state: arriving, waiting, reading, stored, failed, cancelled."""
    standings: dict[str, int]
    """Of those that were compared."""
    ended: bool
    cancelled: bool
    halted: str
    """Why nothing goes on before a person has put it right; empty otherwise."""


@router.post("contributions", response={201: Begun, 401: Problem, 403: Problem, 422: Problem})
def begin_contribution(request: HttpRequest, manifest: Manifest) -> Status[dict[str, object]]:
    """Begin a contribution: say what will be uploaded. The answer says where each file goes."""
    with acting():
        require_authority()
        exhibit = exhibit_by_number(manifest.exhibit) if manifest.exhibit else None
        shared = None
        if manifest.sharing is not None:
            shared = shared_with(Sharing(manifest.sharing), manifest.agencies)
    files = [Announced(**one.model_dump()) for one in manifest.files]
    largest = served().settings.upload_limit
    number = announce(files, largest, exhibit=exhibit, shared=shared)
    with acting():
        return Status(201, {"number": number, "uploads": _uploads(number)})


@router.get("contributions/{number}/uploads", response=Page[UploadExpected])
def show_uploads(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Where the files of a contribution are uploaded to, and how much of each has arrived."""
    with acting():
        require_authority()
        return page_in_order(
            _uploads(number), lambda one: [one["path"]], cursor, limit, lambda one: one
        )


@router.get("contributions/{number}/progress", response=HowFar)
def show_progress(request: HttpRequest, number: Number) -> contributions.State:
    """How far a contribution is; how its files stand, as soon as that is known."""
    with acting():
        require_authority()
        return contributions.state_of(number)


@router.post("contributions/{number}/cancel", response=HowFar)
def cancel_contribution(request: HttpRequest, number: Number) -> contributions.State:
    """Take back what was not read yet; what is being read is stored all the same."""
    contributions.cancel(number)
    with acting():
        return contributions.state_of(number)


@router.post("contributions/{number}/retry", response=HowFar)
def retry_contribution(request: HttpRequest, number: Number) -> contributions.State:
    """Try again what failed, was cancelled or is stuck."""
    contributions.retry(number)
    with acting():
        return contributions.state_of(number)


def _uploads(number: int) -> list[dict[str, object]]:
    return [
        {"path": one.path, "url": _url(one.upload), "offset": one.offset, "size": one.size}
        for one in expected(number)
    ]


def _url(upload: UUID | None) -> str | None:
    return f"{BEGINNING}/{upload}" if upload is not None else None
