"""Contributions: what your agency has handed in, and how each file stood then."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from ninja import Router, Schema

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of_rows
from clew.api.words import Number
from clew.casework.acts import viewed
from clew.casework.errors import NotSeenError
from clew.records.models import ContributedFile, Contribution

router = Router(tags=["contributions"])


class ContributionShown(Schema):
    """What was handed in at one time under one authority."""

    number: int
    begun_at: datetime
    ended_at: datetime | None
    """When all its files had an answer; null while any of them waits."""
    officer: str
    authority: str
    exhibit: str | None
    sharing: str | None
    counts: dict[str, int]
    """Files by how they stood: held, nearly held, connected, new, unreadable."""


class FileShown(Schema):
    """One file of a contribution, as it was told then."""

    number: int
    path: str
    size: int
    sha256: str | None
    media: int | None
    again: bool
    state: str
    """arriving, waiting, reading, stored, failed or cancelled."""
    standing: str | None
    better: list[str]
    """In what it is nearer to how it was taken than what was held."""
    signs: list[str]
    """That it is as a camera wrote it, each a reason; never a finding."""
    problem: str


@router.get("contributions", response=Page[ContributionShown])
def list_contributions(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The contributions of your agency, oldest first."""
    with acting():
        require_authority()
        viewed("contributions")
        return page_of_rows(_with_names(), cursor, limit, _told)


@router.get("contributions/{number}", response=ContributionShown)
def show_contribution(request: HttpRequest, number: Number) -> dict[str, object]:
    """One contribution."""
    with acting():
        found = _contribution(number)
        viewed("contribution", f"contribution:{number}")
        return _told(found)


@router.get("contributions/{number}/files", response=Page[FileShown])
def files_of_contribution(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Its files with an answer for each."""
    with acting():
        found = _contribution(number)
        viewed("files of contribution", f"contribution:{number}")
        return page_of_rows(found.files.all(), cursor, limit, _file)


def _with_names() -> QuerySet[Contribution]:
    return Contribution.objects.select_related("officer", "authority", "exhibit")


def _contribution(number: int) -> Contribution:
    require_authority()
    found = _with_names().filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"Your agency has no contribution {number}.")
    return found


def _told(one: Contribution) -> dict[str, object]:
    counts = one.files.exclude(standing=None).order_by("standing").values_list("standing")
    return {
        "number": one.pk,
        "begun_at": one.begun_at,
        "ended_at": one.ended_at,
        "officer": one.officer.sign_in_name,
        "authority": one.authority.reference,
        "exhibit": one.exhibit.number if one.exhibit is not None else None,
        "sharing": one.sharing,
        "counts": dict(counts.annotate(n=Count("pk"))),
    }


def _file(row: ContributedFile) -> dict[str, object]:
    return {
        "number": row.pk,
        "path": bytes(row.path).decode("utf-8", "replace"),
        "size": row.size,
        "sha256": bytes(row.sha256).hex() if row.sha256 is not None else None,
        "media": row.media_id,
        "again": row.again,
        "state": row.state,
        "standing": row.standing,
        "better": row.better,
        "signs": row.signs,
        "problem": row.problem,
    }
