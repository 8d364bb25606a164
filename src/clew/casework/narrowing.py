"""What the grid is narrowed to, in words that stand in an address, and as conditions of SQL."""

from __future__ import annotations

from datetime import date

import msgspec

from clew.casework.errors import StatementError
from clew.casework.held import HeldAs, known_as
from clew.casework.scope import LEFT_OUT
from clew.casework.things import whole
from clew.casework.vocabulary import vocabulary
from clew.casework.worded import Worded, looked_for, of_link, of_note, of_place
from clew.records.models import ContributedFile, Standing

UNGRADED, DISPUTED = "none", "disputed"
_KINDS = ("image", "video", "sound")
_SCOPES = ("in", "out")


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown; empty for everything.

    Attributes:
        kind: image, video or sound.
        scheme: the grading scheme that ``grade`` is of.
        grade: a number of the scheme as the officer voted, ``none`` for what the officer has not
            graded, ``disputed`` for what graders differ on.
        agency: number of an agency that holds it.
        since: found on that day or later; ``until`` on that day or earlier.
        standing: how a contributed file stood to what was held.
        contribution: number of one; only what came with it.
        known: of what was held when it came with that contribution, what is known of it now, in a
            word of :class:`clew.casework.held.HeldAs`.
        better: only what came nearer to how it was taken than all that was held of it.
        scope: ``in`` or ``out`` of the authority in use.
        series: number of one; only what is confirmed to be in it, or in what was merged with it.
        tag: one that the media bears.
        words: all of them in one name of its files and folders, in one note or tag, or in one name
            of what it is connected with.
        matched: whether it matches anything that is seen.
        with_media: number of a media that it matches.
        with_entity: number of a person, place, object or the like that it is connected with.
        camera: make, model and serial number as its header names them.
        longer: films and sounds of at least so many seconds; ``shorter`` of at most, 0 for any.
        stacks: whether near-copies are folded into one.
        oldest_first: the other way round.
    """

    kind: str = ""
    scheme: str = ""
    grade: str = ""
    agency: int = 0
    since: date | None = None
    until: date | None = None
    standing: str = ""
    contribution: int = 0
    known: str = ""
    better: bool = False
    scope: str = ""
    series: int = 0
    tag: str = ""
    words: str = ""
    matched: bool = False
    with_media: int = 0
    with_entity: int = 0
    camera: str = ""
    longer: int = 0
    shorter: int = 0
    stacks: bool = True
    oldest_first: bool = False

    def __post_init__(self) -> None:
        """See that it names what there is."""
        if self.kind and self.kind not in _KINDS:
            raise StatementError(f"There is no kind {self.kind!r}: {', '.join(_KINDS)}.")
        if self.standing and self.standing not in Standing.values:
            raise StatementError(f"Nothing stands {self.standing!r} to what was held.")
        if self.known and (self.known not in list(HeldAs) or not self.contribution):
            raise StatementError(f"Nothing held is {self.known!r}, or no contribution is named.")
        if self.scope and self.scope not in _SCOPES:
            raise StatementError(f"There is no scope {self.scope!r}: {', '.join(_SCOPES)}.")
        looked_for(self.words)
        if self.scheme:
            vocabulary().scheme(self.scheme)
        if self.grade and not self.grade.lstrip("-").isdigit():
            if self.grade not in (UNGRADED, DISPUTED):
                raise StatementError(f"{self.grade!r} is no grade.")
        elif len(self.grade) > 9:
            raise StatementError(f"{self.grade} is no grade.")


class Values:
    """Values of a statement, each at its place; they travel apart from it."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def __call__(self, value: object, kind: str) -> str:
        """The place of a value of that type in SQL."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


LATEST = """
SELECT DISTINCT ON (g.officer_id) g.officer_id, g.grade FROM records_grade g
WHERE g.media_id = {media} AND g.scheme = {scheme} ORDER BY g.officer_id, g.number DESC
"""
MINE = """
(SELECT g.grade FROM records_grade g
 WHERE g.officer_id = (SELECT access.officer()) AND g.media_id = {media} AND g.scheme = {scheme}
 ORDER BY g.number DESC LIMIT 1)
"""


def conditions(wanted: Filter, scheme: str, value: Values, words: Worded | None = None) -> str:
    """What a media ``{m}`` has to be, as SQL in Clew's own words.

    Args:
        wanted: the filter.
        scheme: the place of the grading scheme's name among the values.
        value: takes the filter's values.
        words: those of the filter, made ready; None when it has none.
    """
    told = ["true"]
    if wanted.kind:
        told.append(f"{{m}}.type = {value(wanted.kind, 'text')}")
    held = []
    if wanted.agency:
        held.append(f"h.agency_id = {value(wanted.agency, 'bigint')}")
    if wanted.since is not None:
        held.append(f"h.seen_at >= {value(wanted.since, 'date')}")
    if wanted.until is not None:
        held.append(f"h.seen_at < {value(wanted.until, 'date')} + 1")
    if held:
        told.append(
            "EXISTS (SELECT FROM records_sighting h WHERE h.media_id = {m}.id AND "
            f"{' AND '.join(held)})"
        )
    came = []
    if wanted.standing:
        came.append(f"f.standing = {value(wanted.standing, 'text')}")
    if wanted.contribution:
        came.append(f"f.contribution_id = {value(wanted.contribution, 'bigint')}")
    if wanted.better:
        came.append("f.better <> '{}'")
    if came:
        told.append(
            "EXISTS (SELECT FROM records_contributedfile f WHERE f.media_id = {m}.id AND "
            f"{' AND '.join(came)})"
        )
    if wanted.known:
        told.append(f"{{m}}.id = ANY({value(_known(wanted), 'bigint[]')})")
    if wanted.scope:
        told.append(f"{'NOT ' if wanted.scope == 'in' else ''}{LEFT_OUT.format(media='{m}.id')}")
    if wanted.series:
        told.append(
            "EXISTS (SELECT FROM records_connection i WHERE i.first_media_id = {m}.id AND "
            "i.type = 'in series' AND i.state = 'confirmed' AND "
            f"i.second_entity_id = ANY({value(whole(wanted.series), 'bigint[]')}))"
        )
    if wanted.tag:
        told.append(
            "EXISTS (SELECT FROM records_observation t WHERE t.media_id = {m}.id "
            f"AND t.type = 'tag' AND t.words = {value(wanted.tag, 'text')} AND NOT EXISTS "
            "(SELECT FROM records_observation n WHERE n.replaces_id = t.id))"
        )
    if words is not None:
        told.append(
            "(EXISTS (SELECT FROM records_sighting h WHERE h.media_id = {m}.id AND "
            f"{of_place(words, value, 'h')}) OR "
            "EXISTS (SELECT FROM records_observation t WHERE t.media_id = {m}.id AND "
            f"{of_note(words, value, 't')}) OR "
            "EXISTS (SELECT FROM records_connection e WHERE e.first_media_id = {m}.id AND "
            f"{of_link(words, value, 'e')}))"
        )
    if wanted.matched:
        told.append(
            "(EXISTS (SELECT FROM records_storedmatch a WHERE a.first_id = {m}.id) OR "
            "EXISTS (SELECT FROM records_storedmatch a WHERE a.second_id = {m}.id))"
        )
    if wanted.with_media:
        there = value(wanted.with_media, "bigint")
        told.append(
            "EXISTS (SELECT FROM records_storedmatch a WHERE "
            f"(a.first_id = {{m}}.id AND a.second_id = {there}) OR "
            f"(a.second_id = {{m}}.id AND a.first_id = {there}))"
        )
    if wanted.with_entity:
        parts = value(whole(wanted.with_entity), "bigint[]")
        told.append(
            "EXISTS (SELECT FROM records_connection e WHERE e.first_media_id = {m}.id "
            f"AND e.state = 'confirmed' AND e.second_entity_id = ANY({parts}))"
        )
    if wanted.camera:
        told.append(f"{{m}}.camera = {value(wanted.camera, 'text')}")
    if wanted.longer:
        told.append(f"{{m}}.duration >= {value(wanted.longer, 'double precision')}")
    if wanted.shorter:
        told.append(f"{{m}}.duration <= {value(wanted.shorter, 'double precision')}")
    if wanted.grade == DISPUTED:
        votes = LATEST.format(media="{m}.id", scheme=scheme)
        told.append(f"(SELECT count(DISTINCT v.grade) FROM ({votes}) v) > 1")
    elif wanted.grade:
        mine = MINE.format(media="{m}.id", scheme=scheme)
        told.append(
            f"{mine} IS NULL"
            if wanted.grade == UNGRADED
            else f"{mine} = {value(int(wanted.grade), 'integer')}"
        )
    return " AND ".join(told)


def _known(wanted: Filter) -> list[int]:
    """Media of a contribution that were held and of which that is known now."""
    rows = ContributedFile.objects.filter(
        contribution=wanted.contribution, standing=Standing.HELD, media__isnull=False
    )
    known = known_as(set(rows.values_list("media", flat=True)))
    return [number for number, one in known.items() if one == wanted.known]
