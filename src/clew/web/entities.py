"""People, places and things: lists of them, and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from clew.access.acting import acting, require_authority
from clew.access.acting import officer as acting_officer
from clew.casework import record as work
from clew.casework.entities import listed as all_of
from clew.casework.hypotheses import hypotheses
from clew.casework.tasks import colleagues, tasks
from clew.records.models import EntityKind
from clew.web.browser import word
from clew.web.frame import at_work, framed
from clew.web.series import choices, joins_of, kind_words, types_of
from clew.web.vocabulary_words import PARTICULARS

_KINDS = tuple(kind for kind in EntityKind if kind != EntityKind.SERIES)
"""Series have a list of their own."""


@at_work("GET")
def listed(request: HttpRequest) -> HttpResponse:
    """Those of one kind that the officer sees."""
    asked = word(request.GET, "kind")
    kind = EntityKind(asked) if asked in EntityKind.values else EntityKind.PERSON
    with acting():
        require_authority()
        found = all_of(kind)
    told = {
        "kind": kind.value,
        "kind_words": kind_words()[kind],
        "all_kinds": [(one.value, kind_words()[one]) for one in _KINDS],
        "entities": found,
        **choices(),
    }
    return framed(request, "entities", told)


@at_work("GET")
def entity(request: HttpRequest, number: int) -> HttpResponse:
    """What is known of one entity."""
    with acting():
        known = work.record(number)
        here = known.thing
        if here.id != number:
            return HttpResponseRedirect(f"/entities/{here.id}")
        kind = EntityKind(here.kind)
        told = {
            "record": known,
            "thing": here,
            "kind_words": kind_words()[kind],
            "hypotheses": hypotheses(here),
            "tasks": tasks(here),
            "colleagues": list(colleagues()),
            "me": acting_officer(),
            "today": timezone.localdate(),
            "types": types_of(kind),
            "joins": joins_of(kind),
            "name_kinds": PARTICULARS,
            **choices(),
        }
    return framed(request, "entity", told)
