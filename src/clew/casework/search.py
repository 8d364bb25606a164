"""Finding words in titles, observations, reasons and names.

Each statement runs under the acting officer's policies, which PostgreSQL applies before it looks
into the words: what is not seen is neither found nor counted. For the same reason no index on
words would be used; the policies are what narrows the search.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import F, QuerySet

from clew.access.acting import require_authority
from clew.audit.events import Event
from clew.casework.acts import noted
from clew.casework.quotas import count_question
from clew.casework.things import MEDIA, Thing
from clew.records.models import Decision, Entity, Observation, Particular

_MOST_TOLD = 100


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the words were found.

    Attributes:
        about: what they are about, such as ``series:3``; for a reason the decision, such as
            ``decision:8``.
        what: title, a type of observation, a kind of particular, or reason.
        words: the whole text.
    """

    about: str
    what: str
    words: str


def search(words: str, most: int = 100) -> list[Words]:
    """Everything with these words that the acting officer sees, best first.

    Args:
        words: as in a search engine: ``"whole phrase"``, ``-without``, ``or``.
        most: so many at most.
    """
    require_authority()
    count_question()
    ranked: list[tuple[float, Words]] = []
    entities = _with(Entity.objects.all(), "title", words, most)
    ranked += [(one.rank, _found(one, "title", one.title)) for one in entities]
    said = Observation.objects.filter(replaced_by__isnull=True).select_related("entity")
    for note in _with(said, "words", words, most):
        about = Thing(MEDIA, note.media_id) if note.media_id else _thing(note.entity)
        ranked.append((note.rank, Words(about=str(about), what=note.type, words=note.words)))
    particulars = Particular.objects.filter(replaced_by__isnull=True).select_related("entity")
    ranked += [
        (one.rank, _found(one.entity, one.kind, one.words))
        for one in _with(particulars, "words", words, most)
    ]
    ranked += [
        (one.rank, Words(about=f"decision:{one.pk}", what="reason", words=one.why))
        for one in _with(Decision.objects.all(), "why", words, most)
    ]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].about, pair[1].words))
    found = [one for _, one in ranked[:most]]
    # Not the words: they may be a name.
    things = list(dict.fromkeys(one.about for one in found))
    noted("searched words", "records", Event.QUERY, found=len(found), things=things[:_MOST_TOLD])
    return found


def _with(rows: QuerySet[Any], column: str, words: str, most: int) -> QuerySet[Any]:
    query = SearchQuery(words, search_type="websearch", config="simple")
    vector = SearchVector(column, config="simple")
    ranked = rows.annotate(found=vector, rank=SearchRank(F("found"), query))
    found: QuerySet[Any] = ranked.filter(found=query).order_by("-rank", "pk")[:most]
    return found


def _thing(entity: Entity) -> Thing:
    return Thing(entity.kind, entity.pk)


def _found(entity: Entity, what: str, words: str) -> Words:
    return Words(about=str(_thing(entity)), what=what, words=words)
