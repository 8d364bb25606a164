"""A small sample of one's own grades, asked again to measure how far grading agrees with itself.

One grade in fifty, chosen by its number, a week or more after it was given, without the first
answer beside it. Nobody is asked who works blind, has seen as much as they wanted to, is due for a
break, or does not want to be asked; and never more than a few times a day.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from django.db import connection
from django.utils import timezone

from clew.access.acting import officer, require_authority
from clew.access.connections import prepared
from clew.casework.acts import act, noted, viewed
from clew.casework.desk import desk
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.vocabulary import vocabulary
from clew.records.models import AskedAgain, Grade

A_DAY = 3
"""Asked at most so often."""
_WAIT, _FORGOTTEN = timedelta(days=7), timedelta(days=90)
_REFUSED = "Only who gave a grade is asked again, once."

_NEXT = """
SELECT g.id, g.media_id, g.scheme FROM records_grade g
JOIN records_media m ON m.id = g.media_id
WHERE g.officer_id = $1 AND g.grade IS NOT NULL AND g.at BETWEEN $2 AND $3
  AND access.sampled(g.id)
  AND NOT EXISTS (SELECT FROM records_tombstone t JOIN records_deletion d ON d.id = t.deletion_id
      WHERE d.media_id = g.media_id)
  AND NOT EXISTS (SELECT FROM records_askedagain a WHERE a.first_id = g.id)
  AND NOT EXISTS (SELECT FROM records_grade l WHERE l.media_id = g.media_id
      AND l.scheme = g.scheme AND l.officer_id = g.officer_id AND l.number > g.number)
ORDER BY g.id LIMIT 1
"""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A media that is to be graded once more.

    Attributes:
        first: number of the grade that is asked again, by which it is answered.
        media: its number.
        scheme: by which it was graded.
        grades: the numbers there are, with their words.
    """

    first: int
    media: int
    scheme: str
    grades: dict[int, str]


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it, told to who answered and to nobody else.

    Attributes:
        media: number of the media.
        before: what they had said, and ``now``; None where they would rather not look.
    """

    media: int
    before: int
    now: int | None


def next_question() -> Question | None:
    """What the acting officer is asked next; None for nothing, and where asking would not be kind.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    sitting = desk()
    if sitting.blind or sitting.over_limit or sitting.break_due or not sitting.asked_again:
        return None
    now = timezone.now()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if AskedAgain.objects.filter(at__gte=today).count() >= A_DAY:
        return None
    rows = prepared(connection, _NEXT, [officer(), now - _FORGOTTEN, now - _WAIT])
    if not rows:
        return None
    ((first, media, scheme),) = rows
    known = vocabulary().schemes.get(scheme)
    if known is None:  # the operator took it away
        return None
    return Question(first=first, media=media, scheme=scheme, grades=known.grades)


def answer(first: int, grade: int | None) -> Answered:
    """Say how one would grade now; the vote stays as it was.

    Args:
        first: of the question.
        grade: a number of its scheme; None for rather not looking again.

    Raises:
        NotSeenError: the acting officer gave no such grade.
        StatementError: the scheme has no such number.
        RefusedError: it is not to be asked again.
        DecidedMeanwhileError: it was answered already.
    """
    with act(_REFUSED):
        before = Grade.objects.filter(pk=first, officer=officer() or 0).first()
        if before is None or before.grade is None:
            raise NotSeenError("You gave no such grade.")
        if grade is not None and grade not in vocabulary().scheme(before.scheme).grades:
            raise StatementError(f"The scheme {before.scheme} has no {grade}.")
        AskedAgain.objects.create(first=before, grade=grade)
        # Not what was said: the log is read by auditors, and this is told in sums.
        noted("asked again", f"media:{before.media_id}", scheme=before.scheme)
    return Answered(media=before.media_id, before=before.grade, now=grade)


def answers(most: int = 50) -> list[Answered]:
    """The acting officer's own, the newest first."""
    viewed("asked again")
    rows = AskedAgain.objects.select_related("first").order_by("-pk")[:most]
    return [
        Answered(media=one.first.media_id, before=one.first.grade or 0, now=one.grade)
        for one in rows
    ]
