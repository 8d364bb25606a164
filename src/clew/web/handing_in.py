"""Handing in from a browser: what it comes from is said once, then files arrive piece by piece.

What has arrived, and what is waited for, the server knows: nothing of a case is kept in a browser.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, agency, may_contribute, officer, require_authority
from clew.access.models import Agency
from clew.casework.errors import NotSeenError, RefusedError, StatementError
from clew.casework.handed_in import contribution, is_ones_own
from clew.intake.exhibits import ExhibitRefusedError, add_exhibit
from clew.intake.sharing import Shared
from clew.intake.uploads import LARGEST, MOST_FILES, Announced, Expected, announce, expected
from clew.records.models import Contribution, Exhibit, FileState, Sharing, Source
from clew.serving.served import served
from clew.web.acts import Number, said
from clew.web.frame import at_work, framed, why_of
from clew.web.uploading import BEGINNING

_MOST_EXHIBITS = 200
_NAMING = (Sharing.NAMED, Sharing.ALL_EXCEPT)
_NANOSECONDS = 1_000_000

_Line = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\x00]*$")]


class FileSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that will be uploaded; browsers know times by the millisecond."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    size: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    modified_ms: Annotated[int, msgspec.Meta(ge=0, lt=2**42)] | None = None


class NewExhibit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seized thing that is not recorded yet; ``when`` is in UTC."""

    number: _Line
    what: _Line
    where: _Line
    when: _Line
    source: _Line
    source_name: _Line = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What will be handed in, what it was found on, and with whom it is shared."""

    files: Annotated[list[FileSaid], msgspec.Meta(min_length=1, max_length=MOST_FILES)]
    exhibit: Number | None = None
    new_exhibit: NewExhibit | None = None
    sharing: _Line = ""
    agencies: Annotated[list[Number], msgspec.Meta(max_length=200)] = []


@at_work("GET")
def contribute(request: HttpRequest) -> HttpResponse:
    """The page on which somebody hands in."""
    with acting():
        require_authority()
        may = may_contribute()
        told = {
            "may": may,
            "exhibits": [
                (one.pk, _name(one)) for one in Exhibit.objects.order_by("-pk")[:_MOST_EXHIBITS]
            ],
            "sources": [(one.value, words) for one, words in _sources().items()],
            "sharings": [(one.value, words) for one, words in sharing_words().items()],
            "naming": ",".join(_NAMING),
            "agencies": list(
                Agency.objects.exclude(pk=agency() or 0)
                .select_related("country")
                .order_by("country__code", "name")
            ),
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
        _see_that_one_may()
        exhibit = _exhibit(told)
        number = announce(
            files, served().settings.upload_limit, exhibit=exhibit, shared=_shared(told)
        )
        answer: dict[str, object] = {
            "number": number,
            "uploads": [_upload(one) for one in expected(number)],
        }
    if told.new_exhibit is not None and exhibit is not None:
        answer["exhibit"] = {"number": exhibit.pk, "name": _name(exhibit)}
    return JsonResponse(answer)


def _name(exhibit: Exhibit) -> str:
    return f"{exhibit.number} – {exhibit.description}"


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
    _see_that_one_may()
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


def _see_that_one_may() -> None:
    if not may_contribute():
        raise RefusedError(
            _("Contributors, specialists and supervisors hand in: ask one of them to do it.")
        )


def _exhibit(told: Manifest) -> Exhibit | None:
    if told.exhibit is not None:
        found = Exhibit.objects.filter(pk=told.exhibit, agency=agency()).first()
        if found is None:
            raise NotSeenError(_("Your agency has no such exhibit: choose another one."))
        return found
    new = told.new_exhibit
    if new is None:
        return None
    if new.source not in Source.values:
        raise StatementError(_("Say what the exhibit is: a device, a service, an account …"))
    try:
        return add_exhibit(
            number=new.number.strip(),
            description=new.what.strip(),
            seized_where=new.where.strip(),
            seized_at=_moment(new.when),
            source=Source(new.source),
            source_name=new.source_name.strip(),
        )
    except ExhibitRefusedError as error:
        raise StatementError(_exhibit_refused(new) or why_of(error)) from error


def _exhibit_refused(new: NewExhibit) -> str:
    if not (new.number.strip() and new.what.strip() and new.where.strip()):
        return _("A new exhibit says its number, what it is, and where it was seized.")
    return _(
        "There is an exhibit %(number)s of your agency already: choose it, or type another number."
    ) % {"number": new.number.strip()}


def _moment(typed: str) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=UTC)
    except ValueError:
        raise StatementError(_("Say when the exhibit was seized, day and time.")) from None


def _shared(told: Manifest) -> Shared | None:
    if not told.sharing:
        return None
    if told.sharing not in Sharing.values:
        raise StatementError(_("Choose with whom it is shared."))
    sharing = Sharing(told.sharing)
    names = sharing in _NAMING
    there = set(Agency.objects.filter(pk__in=told.agencies).values_list("pk", flat=True))
    if names != bool(told.agencies) or there != set(told.agencies):
        raise StatementError(
            _("Choose the agencies that this names, and none where it names none.")
        )
    return Shared(sharing, tuple(sorted(there)))


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


def sharing_words() -> dict[Sharing, str]:
    """With whom something is shared, for people."""
    return {
        Sharing.OWN_AGENCY: _("my agency alone"),
        Sharing.MEMBERS: _("all agencies"),
        Sharing.NAMED: _("certain agencies"),
        Sharing.ALL_EXCEPT: _("all agencies but some"),
        Sharing.HIT_ONLY: _("hit only: others learn that there is a match and whom to call"),
    }


def _sources() -> dict[Source, str]:
    return {
        Source.DEVICE: _("a device"),
        Source.SERVICE: _("a service"),
        Source.FORUM: _("a forum"),
        Source.ACCOUNT: _("an account"),
        Source.ADDRESS: _("an address"),
        Source.REFERRAL: _("a referral"),
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
