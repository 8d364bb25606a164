"""Where the grid walks: media in order, beginning where the policies of the database lead.

At the sightings of the own agency and at those that are shared, each by its own index, or at the
few media that a filter names.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from clew.access.connections import prepared
from clew.casework.narrowing import UNGRADED, Filter, Values
from clew.casework.things import whole
from clew.casework.worded import Worded, of_link, of_note, of_place

STRETCH = 20_000
"""Files that a page looks through for words."""
_TYPES = {"tag": "text", "camera": "text", "series": "bigint[]", "with_entity": "bigint[]"}
_SOURCES = {
    "with_media": "SELECT a.second_id AS media_id FROM records_storedmatch a "
    "WHERE a.first_id = {value} UNION ALL SELECT a.first_id FROM records_storedmatch a "
    "WHERE a.second_id = {value}",
    "series": "SELECT i.first_media_id AS media_id FROM records_connection i "
    "WHERE i.second_entity_id = ANY({value}) AND i.type = 'in series' AND i.state = 'confirmed'",
    "with_entity": "SELECT e.first_media_id AS media_id FROM records_connection e "
    "WHERE e.second_entity_id = ANY({value}) AND e.state = 'confirmed' "
    "AND e.first_media_id IS NOT NULL",
    "contribution": "SELECT f.media_id FROM records_contributedfile f "
    "WHERE f.contribution_id = {value}",
    "tag": "SELECT t.media_id FROM records_observation t WHERE t.type = 'tag' "
    "AND t.words = {value}",
    "camera": "SELECT r.id AS media_id FROM records_media r WHERE r.camera = {value} "
    "AND r.camera <> ''",
    "grade": "SELECT g.media_id FROM records_grade g WHERE g.scheme = {scheme}",
}
"""Where the few media of a filter are found, so that not all have to be looked at."""
_SEEN = ("s.agency_id = (SELECT access.case_agency())", "s.sharing <> 'own agency'")
"""Files of the own agency, and those that are shared; each by its own index."""


def held_media(
    wanted: Filter,
    scheme: str,
    value: Values,
    words: Worded | None,
    *,
    after: int | None = None,
    end: int | None = None,
) -> str:
    """Media beyond the last page, in order: of the narrowest source, or all that may be seen."""
    order, beyond, until = ("ASC", ">", "<=") if wanted.oldest_first else ("DESC", "<", ">=")
    further = f"{{media}} {beyond} {value(_start(wanted, after), 'bigint')}"
    if end is not None:
        further += f" AND {{media}} {until} {value(end, 'bigint')}"
    for name, source in _SOURCES.items():
        said = getattr(wanted, name)
        if said and said != UNGRADED:
            kind = _TYPES.get(name, "bigint")
            sought = whole(said) if kind == "bigint[]" else said
            asked = source.format(
                scheme=scheme, value="" if name == "grade" else value(sought, kind)
            )
            return (
                f"SELECT DISTINCT b.media_id FROM ({asked}) b "
                f"WHERE {further.format(media='b.media_id')} ORDER BY b.media_id {order}"
            )
    some = (
        "(SELECT {column} AS media_id FROM {table} s WHERE {which} AND {further} "
        f"ORDER BY {{column}} {order})"
    )

    def found(table: str, which: str, column: str = "s.media_id") -> str:
        within = further.format(media=column)
        return some.format(table=table, which=which, column=column, further=within)

    among = f"{of_place(words, value, 's')} AND " if words is not None else ""
    sources = [found("records_sighting", among + which) for which in _SEEN]
    if words is not None:
        sources += [
            found("records_observation", of_note(words, value, "s")),
            found("records_connection", of_link(words, value, "s"), "s.first_media_id"),
        ]
    return (
        f"SELECT DISTINCT b.media_id FROM ({' UNION ALL '.join(sources)}) b "
        f"ORDER BY b.media_id {order}"
    )


def _start(wanted: Filter, after: int | None) -> int:
    return after if after is not None else (0 if wanted.oldest_first else 2**62)


def end_of_stretch(wanted: Filter, after: int | None) -> int | None:
    """The last media of the files that a page looks through; None when they are the last ones."""
    value = Values()
    order, beyond, nearest = ("ASC", ">", "min") if wanted.oldest_first else ("DESC", "<", "max")
    start, skipped = value(_start(wanted, after), "bigint"), value(STRETCH - 1, "integer")
    ends = (
        f"(SELECT s.media_id FROM records_sighting s WHERE {which} AND s.media_id {beyond} {start} "
        f"ORDER BY s.media_id {order} OFFSET {skipped} LIMIT 1)"
        for which in _SEEN
    )
    ((end,),) = in_order(f"SELECT {nearest}(b.media_id) FROM ({' UNION ALL '.join(ends)}) b", value)
    return None if end is None else int(end)


# How many rows a policy lets through cannot be known beforehand: PostgreSQL would rather sort
# all media than walk along an index until a page is full.
_PLAIN = ("bitmapscan", "hashjoin", "mergejoin", "sort", "hashagg", "seqscan")


def in_order(statement: str, value: Values) -> list[tuple[Any, ...]]:
    """Ask by the indexes, in their order."""
    change = ", ".join(f"set_config('enable_{one}', $1, true)" for one in _PLAIN)
    switch: Any = f"SELECT {change}, set_config('jit', 'off', true)"
    asked: Any = statement
    prepared(connection, switch, ["off"])
    rows = prepared(connection, asked, value.values)
    prepared(connection, switch, ["on"])
    return rows
