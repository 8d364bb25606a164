"""What notices say, in the officer's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.casework.notices import Told
from clew.records.models import NoticeKind


def kinds_of_notices() -> dict[NoticeKind, str]:
    """Why somebody is told."""
    return {
        NoticeKind.UNUSUAL: _("Unusual use"),
        NoticeKind.WATCHED: _("Asked about what is watched"),
        NoticeKind.REVIEW: _("Reviews due"),
        NoticeKind.CONTRIBUTION: _("Contribution failed"),
        NoticeKind.CERTIFICATION: _("Certification ending"),
        NoticeKind.ASKED: _("Decision asked for"),
        NoticeKind.ANSWERED: _("Decision answered"),
    }


def says(told: Told, me: int) -> str:
    """What there is to know.

    Args:
        told: the notice.
        me: number of the officer who reads it.
    """
    details = {**told.details, "who": told.who}
    return _SAYS[NoticeKind(told.kind)](details, me)


def _rules() -> dict[str, str]:
    """What is counted of conduct (clew.casework.conduct)."""
    return {
        "questions in one hour": _("questions in one hour"),
        "questions at night": _("questions at night"),
        "questions without an act within a day": _("questions without an act within a day"),
        "media shown": _("media shown"),
        "exports and reports": _("exports and reports"),
        "attempts refused": _("attempts refused"),
        "questions about what is watched": _("questions about what is watched"),
    }


_Details = Mapping[str, object]


def _unusual(told: _Details, _me: int) -> str:
    rule = _rules().get(str(told["rule"]), told["rule"])
    words = _("%(who)s: %(figure)s %(rule)s; from %(mark)s on it is unusual")
    return words % {**told, "rule": rule}


def _watched(told: _Details, _me: int) -> str:
    return _("%(who)s asked about it (entry %(entry)s of the log)") % told


def _review(told: _Details, _me: int) -> str:
    number = int(str(told["open"]))
    words = ngettext("%(open)s thing to look at again", "%(open)s things to look at again", number)
    return words % {"open": number}


def _contribution(told: _Details, _me: int) -> str:
    if told["halted"]:
        return _("nothing goes on until somebody has looked at why")
    number = int(str(told["failed"]))
    words = ngettext(
        "it ended, and %(failed)s file was not stored; it can be retried",
        "it ended, and %(failed)s files were not stored; they can be retried",
        number,
    )
    return words % {"failed": number}


def _certification(told: _Details, me: int) -> str:
    if told["officer"] == me:
        return _("your certification ends on %(until)s") % told
    return _("the certification of %(who)s ends on %(until)s") % told


def _asked(told: _Details, _me: int) -> str:
    if "media" in told:
        return _("whether media %(media)s is deleted") % told
    if "series" in told:
        return _("whether a case sheet of series %(series)s is taken out of Clew") % told
    if "export" in told:
        return _("whether all that was found is taken out of Clew")
    return _("whether your agency leads entity %(entity)s") % told


def _answered(told: _Details, _me: int) -> str:
    answers = {
        "agreed": _("agreed"),
        "refused": _("refused"),
        "accepted": _("accepted"),
        "declined": _("declined"),
        "withdrawn": _("withdrawn"),
    }
    answer = str(told["answer"])
    return _("the answer: %(answer)s") % {"answer": answers.get(answer, answer)}


_SAYS: Mapping[NoticeKind, Callable[[_Details, int], str]] = {
    NoticeKind.UNUSUAL: _unusual,
    NoticeKind.WATCHED: _watched,
    NoticeKind.REVIEW: _review,
    NoticeKind.CONTRIBUTION: _contribution,
    NoticeKind.CERTIFICATION: _certification,
    NoticeKind.ASKED: _asked,
    NoticeKind.ANSWERED: _answered,
}
