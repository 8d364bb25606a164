"""The grid: everything an officer sees, newest first, filtered, stacks of near-copies as one.

One statement a page, keyset-paged: a page deep down costs what the first one does. What the officer
may see is decided by the policies; the statement only begins where they lead, at the sightings of
the own agency and at those that are shared, each by its own index.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from clew.access.acting import require_authority
from clew.access.connections import prepared
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.acts import noted
from clew.casework.narrowing import LATEST, MINE, Filter, Values, conditions
from clew.casework.scope import LEFT_OUT
from clew.casework.together import REJECTED, STACK
from clew.casework.vocabulary import vocabulary
from clew.casework.walking import end_of_stretch, held_media, in_order
from clew.casework.worded import Worded, worded

MOST = 200
"""Media of one page, or by name; so many names fit into one entry of the log."""
COUNTED = 1_000_000
_AGREE = 2
"""Officers who have to say the same for a grade to be agreed."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One media, or a stack of near-copies, as the grid shows it.

    Attributes:
        id: number of the media; of a stack its newest.
        type: image, video or sound; ``format`` such as jpeg.
        width: in pixels; ``height`` likewise.
        duration: seconds, None for pictures.
        copies: media in the stack, itself included.
        places: how many places it was found in, as far as seen.
        found: when it was last found.
        agencies: numbers of those that hold it.
        mine: the officer's own grade.
        agreed: the grade that two or more officers gave and nobody contradicted.
        disputed: graders differ, as far as is told: only when the officer has voted.
        series: numbers of series it is confirmed to be in.
        tags: its tags.
        matches: how many it has.
        partly: whether only part of it could be read.
        left_out: whether it is out of scope of the authority in use.
    """

    id: int
    type: str
    format: str
    width: int
    height: int
    duration: float | None
    copies: int
    places: int
    found: datetime | None
    agencies: tuple[int, ...]
    mine: int | None
    agreed: int | None
    disputed: bool
    series: tuple[int, ...]
    tags: tuple[str, ...]
    matches: int
    partly: bool
    left_out: bool


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the grid.

    Attributes:
        tiles: what it shows; with words in the filter also none, and yet there may be more.
        further: the media behind which the next page begins; None when this is the last.
    """

    tiles: list[Tile]
    further: int | None


_TOLD = """
SELECT p.id, p.type, p.format, p.width, p.height, p.duration, p.copies, l.places, l.found,
       l.agencies, {mine}, v.least, v.most, v.voters,
       ARRAY(SELECT i.second_entity_id FROM records_connection i WHERE i.first_media_id = p.id
             AND i.type = 'in series' AND i.state = 'confirmed' ORDER BY 1),
       ARRAY(SELECT DISTINCT t.words FROM records_observation t WHERE t.media_id = p.id
             AND t.type = 'tag' AND t.words <> '' AND NOT EXISTS (
             SELECT FROM records_observation n WHERE n.replaces_id = t.id) ORDER BY 1),
       (SELECT count(*) FROM records_storedmatch a WHERE a.first_id = p.id)
       + (SELECT count(*) FROM records_storedmatch a WHERE a.second_id = p.id),
       p.outcome = 'partly', {left_out}
FROM page p
CROSS JOIN LATERAL (SELECT count(*) AS places, max(s.seen_at) AS found,
    array_agg(DISTINCT s.agency_id) AS agencies
    FROM records_sighting s WHERE s.media_id = p.id) l
CROSS JOIN LATERAL (SELECT min(w.grade) AS least, max(w.grade) AS most, count(w.grade) AS voters
    FROM ({votes}) w) v
"""
_COLUMNS = "m.id, m.type, m.format, m.width, m.height, m.duration, m.outcome"


def page(wanted: Filter, *, after: int | None = None, most: int = 100) -> Page:
    """One page of the grid; that it was shown, from which media to which, is in the log.

    Args:
        wanted: the filter. For words a page looks through so many files,
            :data:`clew.casework.walking.STRETCH`.
        after: where the page before said that this one begins; None for the first page.
        most: so many at most, up to :data:`MOST`.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    value, most = Values(), min(most, MOST)
    scheme = value(wanted.scheme or default_scheme(), "text")
    order = "ASC" if wanted.oldest_first else "DESC"
    words = worded(wanted.words) if wanted.words else None
    end = end_of_stretch(wanted, after) if words is not None else None
    held = held_media(wanted, scheme, value, words, after=after, end=end)
    statement = (
        f"WITH held AS ({held}), "
        f"page AS ({_chosen(wanted, scheme, value, words)} ORDER BY held.media_id {order} "
        f"LIMIT {value(most, 'integer')}) {_told(scheme)} ORDER BY p.id {order}"
    )
    # Not by name: what is veiled and scrolled past was not looked at, and a watch is not for that.
    found = _shown(statement, value, named=False)
    if words is not None and after is None:
        # Not the words: they may be a name.
        noted("narrowed by words", "media", Event.QUERY, found=len(found))
    return Page(tiles=found, further=found[-1].id if len(found) == most else end)


def stack(number: int, scheme: str = "") -> list[Tile]:
    """A media with its near-copies, newest first, as the grid shows each.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    value = Values()
    named = value(scheme or default_scheme(), "text")
    walked = STACK.format(start=value(number, "bigint"), rejected=REJECTED)
    statement = (
        f"WITH RECURSIVE {walked}, page AS (SELECT {_COLUMNS}, 1 AS copies FROM stack k "
        f"JOIN records_media m ON m.id = k.id ORDER BY m.id DESC LIMIT {MOST}) {_told(named)} "
        "ORDER BY p.id DESC"
    )
    return _shown(statement, value)


def tiles(numbers: Sequence[int], scheme: str = "", wanted: Filter | None = None) -> list[Tile]:
    """Some media as the grid shows them, in the order given; those that are not seen are left out.

    Args:
        numbers: theirs.
        scheme: the grading scheme; empty for the first there is.
        wanted: only those of them that this filter lets through; None for all.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    value = Values()
    named = value(scheme or default_scheme(), "text")
    asked = list(dict.fromkeys(numbers))[:MOST]
    among = f"m.id = ANY({value(asked, 'bigint[]')})"
    if wanted is not None:
        words = worded(wanted.words) if wanted.words else None
        among += f" AND {conditions(wanted, named, value, words).replace('{m}', 'm')}"
    statement = (
        f"WITH page AS (SELECT {_COLUMNS}, 1 AS copies FROM records_media m "
        f"WHERE {among}) {_told(named)}"
    )
    found = {tile.id: tile for tile in _shown(statement, value)}
    return [found[number] for number in asked if number in found]


def count(wanted: Filter) -> int:
    """How many media there are, stacks not folded, up to :data:`COUNTED`."""
    value = Values()
    statement = f"SELECT count(*) FROM ({_all(wanted, value, COUNTED)}) counted"
    ((number,),) = in_order(statement, value)
    return int(number)


def numbers(wanted: Filter, most: int) -> list[int]:
    """The numbers of all media that a filter shows, stacks not folded, up to so many."""
    value = Values()
    return [int(number) for (number,) in in_order(_all(wanted, value, most), value)]


def _all(wanted: Filter, value: Values, most: int) -> str:
    require_authority()
    scheme = value(wanted.scheme or default_scheme(), "text")
    words = worded(wanted.words) if wanted.words else None
    held = held_media(wanted, scheme, value, words)
    where = conditions(wanted, scheme, value, words).replace("{m}", "m")
    joined = f"JOIN records_media m ON m.id = held.media_id WHERE {where} AND"
    return (
        f"WITH held AS ({held}) SELECT held.media_id FROM held "
        f"{'WHERE' if where == 'true' else joined} {scheme} IS NOT NULL LIMIT {most}"
    )


def cameras() -> list[str]:
    """Cameras of what the acting officer sees, as headers name them; :data:`_CAMERAS` at most.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    asked: Any = _EACH_CAMERA
    return [name for (name,) in prepared(connection, asked, [_CAMERAS]) if name]


_CAMERAS = 200
# From one to the next along the index, however many media are of each.
_EACH_CAMERA = """
WITH RECURSIVE each(camera, number) AS (
    (SELECT m.camera, 1 FROM records_media m WHERE m.camera <> '' ORDER BY m.camera LIMIT 1)
    UNION ALL
    SELECT (SELECT m.camera FROM records_media m WHERE m.camera <> '' AND m.camera > e.camera
            ORDER BY m.camera LIMIT 1), e.number + 1
    FROM each e WHERE e.camera IS NOT NULL AND e.number < $1::integer)
SELECT camera FROM each WHERE camera IS NOT NULL
"""


def default_scheme() -> str:
    """The grading scheme where none was chosen; empty when there is none."""
    return next(iter(sorted(vocabulary().schemes)), "")


def _chosen(wanted: Filter, scheme: str, value: Values, words: Worded | None) -> str:
    """Those of them that the filter lets through; of a stack the one that leads it."""
    where = conditions(wanted, scheme, value, words)
    here, other = where.replace("{m}", "m"), where.replace("{m}", "o")
    if not wanted.stacks:
        return (
            f"SELECT {_COLUMNS}, 1 AS copies FROM held "
            f"JOIN records_media m ON m.id = held.media_id WHERE {here}"
        )
    near, far = ("second", "first") if wanted.oldest_first else ("first", "second")
    leads = "k.last" if wanted.oldest_first else "k.leader"
    walked = STACK.format(start="m.id", rejected=REJECTED)
    # Most of a stack are told by one look at a nearer copy; only who has none walks through it.
    return f"""
SELECT {_COLUMNS}, k.copies
FROM held JOIN records_media m ON m.id = held.media_id
CROSS JOIN LATERAL (
    WITH RECURSIVE {walked}
    SELECT max(o.id) AS leader, min(o.id) AS last, count(*) AS copies
    FROM stack t JOIN records_media o ON o.id = t.id WHERE {other}) k
WHERE {here} AND NOT EXISTS (
    SELECT FROM records_storedmatch c JOIN records_media o ON o.id = c.{far}_id
    WHERE c.near_copy AND c.{near}_id = m.id AND NOT {REJECTED} AND {other})
  AND {leads} = m.id"""


def _told(scheme: str) -> str:
    mine = MINE.format(media="p.id", scheme=scheme)
    votes = LATEST.format(media="p.id", scheme=scheme)
    return _TOLD.format(mine=mine, votes=votes, left_out=LEFT_OUT.format(media="p.id"))


def _shown(statement: str, value: Values, *, named: bool = True) -> list[Tile]:
    """What is shown, and that it was, in the log."""
    found = [_tile(row) for row in in_order(statement, value)]
    if found:
        span = f"media:{min(tile.id for tile in found)} to {max(tile.id for tile in found)}"
        details: dict[str, object] = {"act": "grid", "media": len(found)}
        if named:
            details["things"] = [f"media:{tile.id}" for tile in found]
        record(Event.VIEW, about=span, details=details)
    return found


def _tile(row: Sequence[Any]) -> Tile:
    *told, mine, least, most, voters, series, tags, matches, partly, left_out = row
    number, kind, form, width, height, duration, copies, places, found, agencies = told
    agreed = least if voters >= _AGREE and least == most else None
    return Tile(
        id=number,
        type=kind,
        format=form,
        width=width,
        height=height,
        duration=duration,
        copies=copies,
        places=places,
        found=found,
        agencies=tuple(one for one in agencies or () if one is not None),
        mine=mine,
        agreed=agreed,
        # What others say is kept from whoever has not said anything: it would lead them.
        disputed=mine is not None and least != most,
        series=tuple(series),
        tags=tuple(tags),
        matches=matches,
        partly=partly,
        left_out=left_out,
    )
