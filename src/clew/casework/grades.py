"""Grades: each officer's vote for one media under one scheme, and how far the votes agree.

A grade is of a media, which is one content byte for byte: it counts wherever those bytes lie and
nowhere else, however alike something looks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

import msgspec
from django.db.models import F, Max, QuerySet, Window

from clew.access.acting import officer
from clew.casework.acts import act, noted, viewed
from clew.casework.errors import StatementError
from clew.casework.things import MEDIA, Thing, all_seen, seen
from clew.casework.vocabulary import vocabulary
from clew.records.models import Grade

_REFUSED = "Grades are given by contributors, specialists and supervisors, for media they see."
_MOST_TOLD = 200


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How the votes for one media under one scheme stand.

    Attributes:
        scheme: its name, without which the numbers mean nothing.
        votes: officers by number.
        words: what each number meant when it was given.
    """

    scheme: str
    votes: dict[int, int]
    words: dict[int, str]

    @property
    def agreed(self) -> int | None:
        """The number that all voted for; None when they differ."""
        return next(iter(self.votes)) if len(self.votes) == 1 else None

    @property
    def share(self) -> float:
        """The share of officers who voted for the most frequent number."""
        return max(self.votes.values()) / sum(self.votes.values())


def grade(
    media: int,
    scheme: str,
    number: int | None,
    why: str = "",
    *,
    sharing: str = "own agency",
    agencies: Collection[int] = (),
) -> Grade:
    """Vote; an earlier vote of the same officer counts no more, and is kept.

    Args:
        media: its number.
        scheme: name of a grading scheme.
        number: one of the scheme's; None to take back what was said.
        why: the reason, if there is one to give.
        sharing: who else sees this vote.
        agencies: numbers of the agencies that sharing names.

    Raises:
        VocabularyError: there is no such scheme.
        StatementError: the scheme has no such number.
        NotSeenError: the media is not seen.
        DecidedMeanwhileError: the officer voted at the same time elsewhere.
    """
    words = _meaning(scheme, number)
    with act(_REFUSED):
        seen(Thing(MEDIA, media))
        before = Grade.objects.filter(media=media, scheme=scheme, officer=officer() or 0)
        made = Grade.objects.create(
            media_id=media,
            scheme=scheme,
            grade=number,
            words=words,
            why=why.strip(),
            number=1 + before.count(),
            sharing=sharing,
            sharing_agencies=list(agencies),
        )
        noted("graded", f"media:{media}", scheme=scheme, grade=number)
    return made


def grade_all(votes: Mapping[int, int | None], scheme: str) -> dict[int, int | None]:
    """Vote for many media at once, by one act.

    Args:
        votes: the scheme's number for each media; None to take back what was said.
        scheme: name of a grading scheme.

    Returns:
        What the officer had said before of each: the votes that undo this.

    Raises:
        VocabularyError: there is no such scheme.
        StatementError: the scheme has no such number.
        NotSeenError: one of the media is not seen.
        DecidedMeanwhileError: the officer voted at the same time elsewhere.
    """
    words = {number: _meaning(scheme, number) for number in set(votes.values())}
    with act(_REFUSED):
        all_seen(votes)
        rows = Grade.objects.filter(media__in=list(votes), scheme=scheme, officer=officer() or 0)
        said = {row.media_id: row for row in rows.order_by("number")}
        Grade.objects.bulk_create(
            Grade(
                media_id=media,
                scheme=scheme,
                grade=number,
                words=words[number],
                number=1 + (said[media].number if media in said else 0),
            )
            for media, number in votes.items()
        )
        things = [f"media:{media}" for media in votes][:_MOST_TOLD]
        noted("graded", "media", scheme=scheme, media=len(votes), things=things)
    return {media: said[media].grade if media in said else None for media in votes}


def _meaning(scheme: str, number: int | None) -> str:
    grades = vocabulary().scheme(scheme).grades
    if number is None:
        return ""
    if number not in grades:
        known = "; ".join(f"{one} {words}" for one, words in sorted(grades.items()))
        raise StatementError(f"The scheme {scheme} has no {number}. It has: {known}.")
    return grades[number]


def agreements(media: int) -> list[Agreement]:
    """How the votes for a media stand that the acting officer sees, by scheme."""
    seen(Thing(MEDIA, media))
    viewed("grades", f"media:{media}")
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    words: dict[str, dict[int, str]] = defaultdict(dict)
    for vote in latest().filter(media=media):
        if vote.grade is not None:
            votes[vote.scheme][vote.grade] += 1
            words[vote.scheme][vote.grade] = vote.words
    return [
        Agreement(scheme=scheme, votes=dict(sorted(counts.items())), words=words[scheme])
        for scheme, counts in sorted(votes.items())
    ]


def latest() -> QuerySet[Grade]:
    """The last vote of each officer for each media under each scheme, taken back ones included."""
    last = Window(Max("number"), partition_by=[F("officer"), F("media"), F("scheme")])
    return Grade.objects.annotate(last=last).filter(number=F("last")).order_by("pk")


def disagreements(scheme: str) -> list[int]:
    """Media whose graders differ under a scheme, for somebody to talk it over."""
    vocabulary().scheme(scheme)
    viewed("disagreements", scheme=scheme)
    said: dict[int, set[int]] = defaultdict(set)
    for media, number in latest().filter(scheme=scheme).values_list("media", "grade"):
        if number is not None:
            said[media].add(number)
    return sorted(media for media, numbers in said.items() if len(numbers) > 1)
