"""Asking the workspace without a file: by a hash that somebody sent, or by a media in it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from clew.access.acting import acting, on_disk
from clew.access.connections import worker
from clew.audit.events import Event
from clew.audit.log import record_at_once
from clew.casework.errors import StatementError
from clew.casework.find import Answer, Found, note_answer, noted_of
from clew.casework.gather import items
from clew.casework.hits import hits_behind, holders_of_hits
from clew.casework.quotas import begin_question
from clew.casework.things import MEDIA, Thing, seen
from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match, MatchKind
from clew.compare.subject import Subject
from clew.intake.matching import search, search_hash
from clew.media.kind import MediaType
from clew.records.models import Media
from clew.records.readings import traces_of
from clew.workspace import Workspace


class Hash(StrEnum):
    """What can be looked up."""

    PDQ = "pdq"
    """256 bits of a picture's look. Found as it is: to find turned copies, ask with the file."""
    SHA256 = "sha256"
    SHA1 = "sha1"
    MD5 = "md5"
    """Files with equal MD5 and different content can be made at will: a lead, no proof."""


LENGTHS = {Hash.PDQ: 32, Hash.SHA256: 32, Hash.SHA1: 20, Hash.MD5: 16}
"""Bytes of each."""

_BY_DIGEST = {
    Hash.SHA256: "SELECT id FROM records_media WHERE sha256 = %s",
    Hash.SHA1: "SELECT media_id FROM records_storedtrace "
    "WHERE signal = 'exact' AND substring(value, 33, 20) = %s",
    Hash.MD5: "SELECT media_id FROM records_storedtrace "
    "WHERE signal = 'exact' AND substring(value, 53, 16) = %s",
}


_NONE_IS_SEEN = "NOT EXISTS (SELECT FROM records_media WHERE id = ANY($4::bigint[]))"


def look_up_hash(
    workspace: Workspace, kind: Hash, value: bytes, thresholds: Thresholds | None = None
) -> Answer:
    """Who in the workspace has this hash, or one near it.

    Raises:
        StatementError: it has not as many bytes as such a hash has.
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    if len(value) != LENGTHS[kind]:
        raise StatementError(f"A {kind} hash has {LENGTHS[kind]} bytes, not {len(value)}.")

    def found() -> list[tuple[int, Match]]:
        if kind is Hash.PDQ:
            return search_hash(workspace, value, thresholds or Thresholds())
        return _by_digest(kind, value)

    # The hash itself is case data, and stands in the log: what was asked must be known later.
    name = "file" if kind is Hash.SHA256 else kind.value
    return _asked(f"{name} {value.hex()}", found)


def look_up_media(workspace: Workspace, media: int, thresholds: Thresholds | None = None) -> Answer:
    """Who in the workspace shares a trace with a media of it, searched anew.

    Raises:
        NotSeenError: the acting officer sees no such media.
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """

    def found() -> list[tuple[int, Match]]:
        with acting():
            seen(Thing(MEDIA, media))
            kind = MediaType(Media.objects.only("type").get(pk=media).type)
        subject = Subject.of(kind, traces_of([media])[media].values())
        return search(workspace, subject, thresholds or Thresholds(), but_not=media)

    return _asked(f"media:{media}", found)


def _asked(about: str, search_all: Callable[[], list[tuple[int, Match]]]) -> Answer:
    """Search everything, and tell what the acting officer may know.

    Nothing is open while it is searched: no connection is kept from others, no count locked. What
    was found and may not be told takes as long as nothing: the same is asked of the database.
    """
    begin_question()
    found = search_all()
    numbers = sorted({media for media, _ in found})
    asked = "asked by hash or media"
    answer = Answer((), ())
    nothing = {"act": asked, **noted_of(answer)}
    holders = holders_of_hits(numbers)
    if holders or not record_at_once(
        Event.QUERY, about=about, details=nothing, only_if=_NONE_IS_SEEN, values=[numbers]
    ):
        with acting(authorised=True, lasting=False):
            known = items(numbers)
            answer = Answer(
                tuple(Found(known[media], match) for media, match in found if media in known),
                hits_behind(found, holders),
            )
            note_answer(asked, about, answer)
    on_disk()  # nobody is answered whose question could still be lost
    return answer


def _by_digest(kind: Hash, value: bytes) -> list[tuple[int, Match]]:
    with worker().cursor() as cursor:
        cursor.execute(_BY_DIGEST[kind], [value])
        media = sorted({number for (number,) in cursor.fetchall()})
    same = Match(kind=MatchKind.SAME_FILE, distance=0, threshold=0, versions={"exact": 1})
    return [(number, same) for number in media]
