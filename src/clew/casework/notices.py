"""Notices: what an officer is told without having asked, and which of it was read.

They are written by the database (records/0010): where something happens by triggers, in time by
the functions that :func:`tell_unusual` and :func:`tell_what_is_due` call as the worker. A further
kind is a member of :class:`~clew.records.models.NoticeKind`, whatever calls ``access.notify``, and
its words below.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import msgspec
from django.db.models import F
from django.utils import timezone

from clew.access.acting import officer
from clew.access.connections import worker
from clew.access.models import Officer
from clew.casework.acts import viewed
from clew.casework.conduct import NIGHT, RULES
from clew.casework.errors import NotSeenError
from clew.records.models import Notice, NoticeKind
from clew.settings import Settings

_DAYS = 7
"""Conduct is looked at over so many days, and told once in them."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in words.

    Attributes:
        number: its own.
        at: since when it waits.
        kind: why the officer is told (:class:`~clew.records.models.NoticeKind`).
        about: a reference such as ``watch:4``.
        says: what there is to know, in English; ``details`` that in figures and words of the
            vocabulary, for whoever says it in another language, and ``who`` it is about, by
            sign-in name.
        see: the command that tells more.
        read: whether the officer said that it was read.
    """

    number: int
    at: datetime
    kind: str
    about: str
    says: str
    details: Mapping[str, object]
    who: str
    see: str
    read: bool


def notices(*, all_: bool = False, most: int | None = 100) -> list[Told]:
    """The acting officer's notices; no authority is needed to be told.

    What was not read comes first, and the newest of that.

    Args:
        all_: those that were read too.
        most: at most so many; None for all.
    """
    rows = Notice.objects.all() if all_ else Notice.objects.filter(read_at=None)
    found = list(rows.order_by(F("read_at").desc(nulls_first=True), "-pk")[:most])
    viewed("notices", entries=len(found))
    concerned = {one.details["officer"] for one in found if "officer" in one.details}
    names = dict(Officer.objects.filter(pk__in=concerned).values_list("pk", "sign_in_name"))
    return [
        Told(
            number=one.pk,
            at=one.at,
            kind=one.kind,
            about=one.about,
            says=_SAYS[NoticeKind(one.kind)](one.details, names),
            details=one.details,
            who=_name(one.details, names) if "officer" in one.details else "",
            see=_seen_at(one),
            read=one.read_at is not None,
        )
        for one in found
    ]


def read(numbers: Collection[int]) -> int:
    """Say that some were read; how many of them had not been.

    Raises:
        NotSeenError: one is no notice of the acting officer's.
    """
    own = Notice.objects.filter(pk__in=numbers)
    if missing := sorted(set(numbers) - set(own.values_list("pk", flat=True))):
        raise NotSeenError(f"You have no notice {missing[0]}.")
    done = own.filter(read_at=None).update(read_at=timezone.now())
    viewed("notices read", entries=done)
    return done


_Words = Callable[[Mapping[str, object], Mapping[int, str]], str]


def _name(details: Mapping[str, object], names: Mapping[int, str]) -> str:
    number = details["officer"]
    assert isinstance(number, int)
    return names.get(number, f"officer {number}")


def _unusual(details: Mapping[str, object], names: Mapping[int, str]) -> str:
    figure = f"{details['figure']} {details['rule']}"
    return f"{_name(details, names)}: {figure}, mark {details['mark']}"


def _watched(details: Mapping[str, object], names: Mapping[int, str]) -> str:
    entry = f"{details['event']}, entry {details['entry']}"
    return f"{_name(details, names)} asked about it ({entry})"


def _contribution(details: Mapping[str, object], _names: Mapping[int, str]) -> str:
    if details["halted"]:
        return "nothing goes on until somebody has looked at why"
    return f"it ended with files that were not stored: {details['failed']}; they can be retried"


def _certification(details: Mapping[str, object], names: Mapping[int, str]) -> str:
    whose = "your" if details["officer"] == officer() else f"{_name(details, names)}'s"
    return f"{whose} certification ends on {details['until']}"


def _asked(details: Mapping[str, object], _names: Mapping[int, str]) -> str:
    if "media" in details:
        return f"whether media:{details['media']} is deleted"
    if "series" in details:
        return f"whether a case sheet of series:{details['series']} is taken out of Clew"
    if "export" in details:
        return f"whether all that was found is taken out of Clew ({details['export']})"
    return f"whether your agency leads entity {details['entity']}"


_SAYS: Mapping[NoticeKind, _Words] = {
    NoticeKind.UNUSUAL: _unusual,
    NoticeKind.WATCHED: _watched,
    NoticeKind.REVIEW: lambda details, _: f"things to look at again: {details['open']}",
    NoticeKind.CONTRIBUTION: _contribution,
    NoticeKind.CERTIFICATION: _certification,
    NoticeKind.ASKED: _asked,
    NoticeKind.ANSWERED: lambda details, _: f"the answer: {details['answer']}",
}


_SEE: Mapping[NoticeKind, str] = {
    NoticeKind.UNUSUAL: "clew watch report",
    NoticeKind.WATCHED: "clew watch alerts",
    NoticeKind.REVIEW: "clew retention due",
    NoticeKind.CONTRIBUTION: "clew contribution show",
}


def _seen_at(one: Notice) -> str:
    kind = NoticeKind(one.kind)
    if kind is NoticeKind.ASKED:
        if "export" in one.details:
            return "clew export requests"
        return "clew retention requests" if "media" in one.details else "clew entity leads"
    return _SEE.get(kind, "")


def tell_unusual(settings: Settings) -> None:
    """Tell supervisors and auditors of what was unusual in the last days, as the worker."""
    with worker().cursor() as cursor:
        cursor.execute(
            "SELECT access.tell_unusual(%s, %s, %s, %s, %s, %s)",
            [
                timezone.now() - timedelta(days=_DAYS),
                settings.time_zone,
                *NIGHT,
                [rule.name for rule in RULES],
                [rule.mark for rule in RULES],
            ],
        )


def tell_what_is_due(settings: Settings) -> None:
    """Tell of reviews that are due and certifications that end soon, as the worker."""
    with worker().cursor() as cursor:
        cursor.execute("SELECT access.tell_reviews(%s)", [settings.review_after])
        cursor.execute("SELECT access.tell_certifications()")
