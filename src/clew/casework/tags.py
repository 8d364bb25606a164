"""Tags: one word to find media by, given to many at once and taken back as simply."""

from __future__ import annotations

from collections.abc import Collection

from clew.casework.acts import act, noted, ours
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.things import all_seen
from clew.records.models import Certainty, Observation

_REFUSED = "Tags are given by contributors, specialists and supervisors, to what they see."
_LONGEST = 60
_MOST_TOLD = 200


def tag_all(media: Collection[int], word: str) -> list[int]:
    """Give a tag to media; those that bear it already as your agency sees it are left as they are.

    Args:
        media: their numbers.
        word: the tag.

    Returns:
        Numbers of the observations made, by which they are taken back.

    Raises:
        StatementError: it is no tag.
        NotSeenError: one of the media is not seen.
    """
    word = " ".join(word.split())
    if not word or len(word) > _LONGEST:
        raise StatementError(f"A tag is a word or a few, of at most {_LONGEST} letters.")
    with act(_REFUSED):
        all_seen(media)
        there = Observation.objects.filter(
            agency_id=ours(), type="tag", words=word, replaced_by__isnull=True, media__in=media
        ).values_list("media", flat=True)
        wanted = sorted(set(media) - set(there))
        made = Observation.objects.bulk_create(
            Observation(media_id=one, type="tag", words=word, certainty=Certainty.ASSESSMENT)
            for one in wanted
        )
        things = [f"media:{one}" for one in wanted][:_MOST_TOLD]
        noted("tagged", "media", media=len(wanted), things=things)
    return [one.pk for one in made]


def untag_all(observations: Collection[int]) -> None:
    """Take tags back; both what was said and that it was taken back stay in the history.

    Args:
        observations: their numbers.

    Raises:
        NotSeenError: the agency has no such tag.
        DecidedMeanwhileError: one of them was taken back already.
    """
    with act(_REFUSED):
        old = list(Observation.objects.filter(pk__in=observations, agency_id=ours(), type="tag"))
        if len(old) != len(set(observations)):
            raise NotSeenError("Your agency has not given all of these tags; look at them again.")
        Observation.objects.bulk_create(
            Observation(
                media_id=one.media_id,
                type="tag",
                words="",
                certainty=one.certainty,
                sharing=one.sharing,
                sharing_agencies=one.sharing_agencies,
                replaces=one,
            )
            for one in old
        )
        things = [f"media:{one.media_id}" for one in old][:_MOST_TOLD]
        noted("untagged", "media", media=len(old), things=things)
