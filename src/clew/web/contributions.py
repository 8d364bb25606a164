"""What became of what was handed in: how far it is, how it stands, what is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.access.acting import acting, may_contribute
from clew.casework import handed_in as work
from clew.casework.grid import count as counted
from clew.casework.handed_in import Of, Progress
from clew.casework.narrowing import Filter
from clew.intake import contributions as intake
from clew.intake.contributions import ContributionError, State, states_of
from clew.intake.standing import CAMERA_ORIGINAL, EARLIER, LARGER, LESS_COMPRESSED
from clew.records.models import Contribution, FileState, Sharing, Standing
from clew.web.acts import Number, said
from clew.web.browser import word
from clew.web.frame import at_work, framed
from clew.web.grid import known_words, standing_words
from clew.web.handing_in import ones_own
from clew.web.handing_in_with import sharing_words

PAGE = 30
_SOON = timedelta(seconds=20)
"""Within which a worker takes what was handed in, unless there is none or it has much to do."""
_LISTS = {
    "unreadable": Of.UNREADABLE,
    "better": Of.BETTER,
    "open": Of.OPEN,
    "cancelled": Of.CANCELLED,
}


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files of a contribution by their numbers; all of them when none is named."""

    files: Annotated[list[Number], msgspec.Meta(max_length=10_000)] = []


@dataclass(frozen=True)
class Phase:
    """How much of one step is done, in files or in bytes."""

    name: str
    done: int
    all: int
    says: str


@dataclass(frozen=True)
class Group:
    """Files that stand alike: how many, what that means, and where they are shown."""

    name: str
    words: str
    count: int
    says: str
    query: str
    parts: tuple[Group, ...] = ()


@at_work("GET")
def contributions(request: HttpRequest) -> HttpResponse:
    """What the agency has handed in, newest first."""
    before = word(request.GET, "before")
    with acting():
        rows = work.listed(int(before) if before.isdecimal() and len(before) < 19 else None)
        found = list(rows[:PAGE])
        states = states_of([one.pk for one in found])
        told = {
            "contributions": [(one, states[one.pk], _brief(states[one.pk])) for one in found],
            "further": found[-1].pk if len(found) == PAGE else 0,
            "may": may_contribute(),
        }
    return framed(request, "contributions", told)


def _brief(state: State) -> list[tuple[str, int, str]]:
    words = standing_words()
    return [(words[one], count, one.value) for one, count in state.standings.items()]


@at_work("GET")
def contribution(request: HttpRequest, number: int) -> HttpResponse:
    """One contribution, as far as it is."""
    with acting():
        one = work.opened(number)
        told = {
            **_now(one),
            "sharing": sharing_words()[Sharing(one.sharing)] if one.sharing else "",
            "words": _words(),
        }
    return framed(request, "contribution", told)


@at_work("GET")
def now(request: HttpRequest, number: int) -> HttpResponse:
    """The part of its page that changes while it is read and compared."""
    with acting():
        told = _now(work.contribution(number))
    return framed(request, "parts/contribution-now", told)


def _now(one: Contribution) -> dict[str, object]:
    progress = work.progress(one.pk)
    over = progress.state.over
    left_out = counted(Filter(contribution=one.pk, scope="out")) if over else 0
    return {
        "one": one,
        "state": progress.state,
        "progress": progress,
        "mine": work.is_ones_own(one) and may_contribute(),
        "may": may_contribute(),
        "phases": _phases(progress),
        "groups": _groups(one.pk, progress),
        "better": _better(one.pk, progress),
        "left_out": left_out,
        "no_media": work.stored_and_no_media(one.pk),
        "arriving": progress.state.files.get(FileState.ARRIVING, 0),
        "unread": waits_unread(progress.state, timezone.now() - one.begun_at),
        "failed": progress.state.files.get(FileState.FAILED, 0),
        "taken_back": progress.state.files.get(FileState.CANCELLED, 0),
        "signature": f"{progress.state.files} {progress.state.standings}",
    }


def waits_unread(state: State, since: timedelta) -> bool:
    """Whether all of it waits, and has for so long that there may be no worker."""
    waits = {file for file, count in state.files.items() if count} - {FileState.CANCELLED}
    return not state.over and waits == {FileState.WAITING} and since > _SOON


def _phases(progress: Progress) -> list[Phase]:
    files, state = progress.files, progress.state
    cancelled = state.files.get(FileState.CANCELLED, 0)
    arriving = state.files.get(FileState.ARRIVING, 0)
    wanted = files - cancelled
    read = state.files.get(FileState.STORED, 0) + state.files.get(FileState.FAILED, 0)
    of = _("%(done)s of %(all)s files")
    steps = (
        (_("Sent"), wanted - arriving),
        (_("Read"), read),
        (_("Compared"), min(progress.compared, wanted)),
    )
    return [Phase(name, done, wanted, of % {"done": done, "all": wanted}) for name, done in steps]


def _groups(number: int, progress: Progress) -> list[Group]:
    says = {
        Standing.HELD: _("The same bytes were handed in before, or another agency shares them."),
        Standing.NEARLY_HELD: _("Another version of the whole of it was."),
        Standing.CONNECTED: _("It agrees in some other way with something that you may see."),
        Standing.NEW: _("Nothing of it is there that you may see or learn of."),
        Standing.UNREADABLE: _("It could not be read; why, is told below."),
    }
    standings = progress.state.standings
    return [
        Group(
            name=one.value,
            words=words,
            count=standings.get(one, 0),
            says=says[one],
            query=_query(number, standing=one.value),
            parts=_held(number, progress) if one is Standing.HELD else (),
        )
        for one, words in standing_words().items()
    ]


def _held(number: int, progress: Progress) -> tuple[Group, ...]:
    return tuple(
        Group(
            name=f"held-{one.name.lower()}",
            words=words,
            count=progress.held[one],
            says="",
            query=_query(number, standing=Standing.HELD.value, known=one.value),
        )
        for one, words in known_words().items()
        if one in progress.held
    )


def _better(number: int, progress: Progress) -> dict[str, object]:
    words = better_words()
    return {
        "kinds": [(words[one], progress.better[one]) for one in words if one in progress.better],
        "query": _query(number, better="yes"),
    }


def _query(number: int, **more: str) -> str:
    return urlencode({"contribution": number, **more})


def better_words() -> dict[str, str]:
    """In what something is nearer to how it was taken than all that was held of it."""
    return {
        CAMERA_ORIGINAL: _("signs of a camera’s original"),
        EARLIER: _("earlier"),
        LARGER: _("larger"),
        LESS_COMPRESSED: _("less compressed"),
    }


@at_work("GET")
def files(request: HttpRequest, number: int) -> HttpResponse:
    """A list of its files, a page of it."""
    name, after = word(request.GET, "which"), word(request.GET, "after")
    if name not in _LISTS or (after and not (after.isdecimal() and len(after) < 19)):
        raise Http404
    with acting():
        one = work.contribution(number)
        found = work.files(number, _LISTS[name], int(after or 0))
        mine = work.is_ones_own(one) and may_contribute()
    words = better_words()
    told = {
        "number": number,
        "which": name,
        "lines": [(line, [words.get(kind, kind) for kind in line.better]) for line in found],
        "further": found[-1].number if len(found) == work.LISTED else 0,
        "continued": bool(after),
        "mine": mine,
        "states": state_words(),
    }
    return framed(request, "parts/contribution-files", told)


def state_words() -> dict[str, str]:
    """How far a file is, for people."""
    return {
        FileState.ARRIVING.value: _("waits for its upload"),
        FileState.WAITING.value: _("waits to be read"),
        FileState.READING.value: _("is read"),
        FileState.STORED.value: _("in the vault"),
        FileState.FAILED.value: _("not stored"),
        FileState.CANCELLED.value: _("cancelled"),
    }


@at_work("POST")
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what was not read yet: some files, or all."""
    chosen = said(request, Chosen).files
    with acting():
        one = ones_own(number)
        if one.ended_at is not None:
            raise ContributionError(_("There is nothing to cancel: all of it has its answer."))
        count = intake.cancel(number, chosen)
    told = ngettext("%(count)s file taken back", "%(count)s files taken back", count)
    return JsonResponse({"count": count, "says": told % {"count": count}})


@at_work("POST")
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Try again what failed, was cancelled or is stuck: some files, or all."""
    chosen = said(request, Chosen).files
    with acting():
        ones_own(number)
        count = intake.retry(number, chosen)
    told = ngettext("%(count)s file is tried again", "%(count)s files are tried again", count)
    return JsonResponse({"count": count, "says": told % {"count": count}})


def _words() -> dict[str, str]:
    """What the script of its page says."""
    return {
        "under_way": _("Under way."),
        "at_its_end": _("Done: all files have their answer."),
        "halted": _("Halted."),
    }
