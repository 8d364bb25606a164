"""Handing in from a browser: what it comes from is said once, then files arrive piece by piece.

What has arrived, and what is waited for, the server knows: nothing of a case is kept in a browser.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, may_contribute, officer, require_authority
from clew.casework.errors import RefusedError
from clew.casework.handed_in import contribution, is_ones_own
from clew.intake.uploads import LARGEST, MOST_FILES, Announced, Expected, announce, expected
from clew.records.models import Contribution, FileState
from clew.serving.served import served
from clew.web.acts import said
from clew.web.frame import at_work, framed
from clew.web.handing_in_with import (
    About,
    choices,
    exhibit_of,
    name_of,
    see_that_one_may,
    shared_of,
)
from clew.web.uploading import BEGINNING

_NANOSECONDS = 1_000_000


class FileSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that will be uploaded; browsers know times by the millisecond."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    size: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    modified_ms: Annotated[int, msgspec.Meta(ge=0, lt=2**42)] | None = None


class Manifest(About, frozen=True, kw_only=True):
    """What will be handed in, what it was found on, and with whom it is shared."""

    files: Annotated[list[FileSaid], msgspec.Meta(min_length=1, max_length=MOST_FILES)]


@at_work("GET")
def contribute(request: HttpRequest) -> HttpResponse:
    """The page on which somebody hands in."""
    with acting():
        require_authority()
        may = may_contribute()
        told = {
            "may": may,
            **choices(),
            "waiting": _waiting() if may else [],
            "largest": served().settings.upload_limit,
            "most": MOST_FILES,
            "words": _words(),
        }
    return framed(request, "contribute", told)


def _waiting() -> list[Contribution]:
    """The officer's own contributions of which not everything has arrived, newest first."""
    arriving = Count("files", filter=Q(files__state=FileState.ARRIVING))
    rows = Contribution.objects.filter(
        officer=officer(), authority=require_authority(), ended_at=None
    ).annotate(arriving=arriving, all=Count("files"))
    return list(rows.filter(arriving__gt=0).select_related("exhibit").order_by("-pk")[:20])


@at_work("POST")
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a contribution; the answer says where each file is uploaded to."""
    told = said(request, Manifest)
    files = [
        Announced(
            one.path,
            one.size,
            one.sha256,
            one.modified_ms * _NANOSECONDS if one.modified_ms is not None else None,
        )
        for one in told.files
    ]
    with acting():
        require_authority()
        see_that_one_may()
        exhibit = exhibit_of(told)
        number = announce(
            files, served().settings.upload_limit, exhibit=exhibit, shared=shared_of(told)
        )
        answer: dict[str, object] = {
            "number": number,
            "uploads": [_upload(one) for one in expected(number)],
        }
    if told.new_exhibit is not None and exhibit is not None:
        answer["exhibit"] = {"number": exhibit.pk, "name": name_of(exhibit)}
    return JsonResponse(answer)


@at_work("GET")
def uploads(request: HttpRequest, number: int) -> HttpResponse:
    """Where the files of one's own contribution are uploaded to, and how much has arrived."""
    with acting():
        one = ones_own(number)
        found = [] if one.ended_at is not None else expected(number)
    return JsonResponse({"number": number, "uploads": [_upload(one) for one in found]})


def ones_own(number: int) -> Contribution:
    """A contribution of the acting officer's own, under the authority in use.

    Raises:
        NotSeenError: the officer sees none of that number.
        RefusedError: it is somebody else's, or under another authority.
    """
    found = contribution(number)
    see_that_one_may()
    if not is_ones_own(found):
        raise RefusedError(
            _(
                "Contribution %(number)s is %(officer)s’s, under %(authority)s: only that officer "
                "goes on with it, under that authority."
            )
            % {
                "number": number,
                "officer": found.officer.name,
                "authority": found.authority.reference,
            }
        )
    return found


def _upload(one: Expected) -> dict[str, Any]:
    return {
        "file": one.file,
        "path": one.path,
        "size": one.size,
        "offset": one.offset,
        "modified_ms": one.modified_ns // _NANOSECONDS if one.modified_ns is not None else None,
        "state": one.state.value,
        "url": f"{BEGINNING}/{one.upload}" if one.upload is not None else None,
    }


def _words() -> dict[str, str]:
    """What the script of this page says."""
    return {
        "looking_through": _("Looking through what you chose …"),
        "nothing_in_it": _("There is no file in what you chose."),
        "folder_unread": _("{path} cannot be read. Choose it again, or copy it to this machine."),
        "chosen": _("{count} files, {size}"),
        "chosen_one": _("One file, {size}"),
        "too_large_each": _(
            "{path} has {size}; at most {limit} can be uploaded. Hand it in on the machine of a "
            "worker (clew contribute), or ask your operator to raise CLEW_UPLOAD_LIMIT."
        ),
        "too_many": _(
            "{count} files are more than one contribution takes ({most}). Hand them in a folder "
            "at a time."
        ),
        "changed": _("{path} has changed or cannot be read any more. Choose it again."),
        "remove": _("Take {path} out of the list"),
        "cancel_file": _("Cancel {path}"),
        "retry_file": _("Try {path} again"),
        "cancel": _("Cancel"),
        "again": _("Try again"),
        "take_out": _("Take out"),
        "hand_in": _("Hand in"),
        "hand_in_count": _("Hand in {count} files"),
        "fingerprinting": _("Fingerprints: {done} of {size}"),
        "sending": _("{done} of {size} sent, {files} of {count} files"),
        "stopped": "{why}",
        "paused": _("Paused: {done} of {size} sent"),
        "no_connection": _("No connection; trying again by itself. {done} of {size} sent"),
        "all_sent": _("All {count} files are sent."),
        "ended_with": _(
            "{sent} of {count} files are sent; {failed} failed, {cancelled} cancelled."
        ),
        "pause": _("Pause"),
        "go_on": _("Go on"),
        "further": _("and {count} more"),
        "state_chosen": _("chosen"),
        "state_waiting": _("waits"),
        "state_sending": _("being sent"),
        "state_sent": _("sent"),
        "state_failed": _("failed"),
        "state_cancelled": _("cancelled"),
        "going_on": _(
            "Going on with contribution {number}: {count} files were not sent to the end."
        ),
        "not_there": _("{count} further files of contribution {number} are not in what you chose."),
        "no_upload": _(
            "It is not waited for any more: it was cancelled, or given up after a week."
        ),
        "no_authority": _("Sign in and choose the authority in another tab, then go on here."),
        "signed_out": _("Your session is over. Sign in again in another tab, then go on here."),
        "refused_upload": _(
            "The server refuses it ({status}). Try it again, or tell your operator."
        ),
        "see": _("How contribution {number} stands"),
    }
