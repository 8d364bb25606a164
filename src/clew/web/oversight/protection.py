"""The data-protection officer's desk: find a person, correct what is kept, restrict it.

Words that are searched for may be a name: they are posted, and stand in no address.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.access.models import Agency, Officer, Role
from clew.casework.entities import add_particular
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.observations import replace
from clew.casework.protection import Kept, free, kept_of, persons_named, restrict
from clew.records.models import (
    Aspect,
    Certainty,
    Entity,
    EntityKind,
    Observation,
    Particular,
    Restriction,
)
from clew.web.browser import word
from clew.web.frame import at_work, tried
from clew.web.menu import done, for_roles, shown
from clew.web.series import aspect_words, stage_words
from clew.web.vocabulary_words import choices_in_words, in_words, said_in_words

_PROTECTOR = for_roles(Role.DATA_PROTECTION_OFFICER)
_MOST = 100


@at_work("GET", "POST")
@_PROTECTOR
def find(request: HttpRequest) -> HttpResponse:
    """Persons in whose record some words stand, and those whose records are restricted."""
    words = word(request.POST, "words").strip()
    found: list[Entity] | None = None
    why, status = "", 200
    if request.method == "POST":

        def ask() -> None:
            nonlocal found
            if not words:
                raise StatementError(_("Type a name, an alias, an address or other words."))
            found = persons_named(words)

        why, status = tried(ask)
    with acting():
        require_authority()
        restricted = list(
            Entity.objects.filter(kind=EntityKind.PERSON, restricted=True).order_by("pk")[:_MOST]
        )
    told = {"why": why, "sought": words, "found": found, "restricted": restricted}
    return shown(request, "oversight/protection", told, status)


@at_work("GET")
@_PROTECTOR
def person(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that is kept of a person, with what no longer counts."""
    return _page(request, number)


def _page(
    request: HttpRequest, number: int, why: str = "", status: int = 200, act: str = ""
) -> HttpResponse:
    with acting():
        require_authority()
        one = Entity.objects.filter(pk=number, kind=EntityKind.PERSON).first()
        if one is None:
            raise NotSeenError(_("There is no such person that you may see."))
        kept = kept_of(number)
        officers = dict(
            Officer.objects.filter(pk__in={line.by for line in kept}).values_list("pk", "name")
        )
        agencies = dict(
            Agency.objects.filter(pk__in={line.agency for line in kept}).values_list("pk", "name")
        )
        history = list(
            Restriction.objects.filter(entity=one).select_related("officer").order_by("-pk")
        )
    told = {
        "why": why,
        "act": act,
        "typed": request.POST,
        "person": one,
        "kept": [
            _shown(line, officers.get(line.by, agencies.get(line.agency, ""))) for line in kept
        ],
        "history": history,
    }
    return shown(request, "oversight/person", told, status)


_CORRECTED = ("particular", "observation")


@dataclass(frozen=True)
class Line:
    """One thing that is kept of a person, ready for the template.

    Attributes:
        kept: as it is in the database.
        what: which sort of record, with its number; ``says`` what is said, both in words.
        by: who wrote it.
        key: by which the page names it; ``address`` of its form.
        corrects: whether it can be corrected here; ``sourced`` whether with what it is known from.
        choices: the only words that it can have, as kept and in words; none where any can.
    """

    kept: Kept
    what: str
    says: str
    by: str
    key: str
    address: str
    corrects: bool
    sourced: bool
    choices: list[tuple[str, str]]


def _shown(kept: Kept, by: str) -> Line:
    sort, _space, number = kept.what.partition(" ")
    kind, _colon, words = kept.says.partition(": ")
    return Line(
        kept=kept,
        what=f"{in_words(sort)} {number}",
        says=kept.says if sort == "person" else _says(sort, kind, words),
        by=by,
        key=f"{sort}-{number}",
        address=f"{sort}/{number}",
        corrects=kept.counts and sort in _CORRECTED,
        sourced=sort == "particular",
        choices=choices_in_words(kind) if sort == "observation" else [],
    )


def _says(sort: str, kind: str, words: str) -> str:
    """What is said, in words; what an officer wrote stays as it was written."""
    match sort:
        case "observation":
            return f"{in_words(kind)}: {said_in_words(words, kind)}"
        case "particular":
            return f"{in_words(kind)}: {words}"
        case "finding":
            return f"{aspect_words()[Aspect(kind)]}: {stage_words().get(words, words)}"
        case "connection":
            return in_words(f"{kind}: {words}")
    return f"{kind}: {words}"


@at_work("POST")
@_PROTECTOR
def correct(request: HttpRequest, number: int, what: str, line: int) -> HttpResponse:
    """Say in place of what is wrong what is right; both are kept."""
    words, source = word(request.POST, "words"), word(request.POST, "source")
    certainty = Certainty.FACT if word(request.POST, "fact") else Certainty.ASSESSMENT

    def do() -> None:
        if what == "observation":
            _of(Observation.objects.filter(pk=line, entity_id=number).exists())
            replace(line, words, certainty=certainty)
        elif what == "particular":
            old = Particular.objects.filter(pk=line, entity_id=number).first()
            _of(old is not None)
            assert old is not None
            add_particular(
                old.entity_id,
                old.kind,
                words,
                certainty=certainty,
                source=source,
                replaces=old.pk,
            )
        else:
            raise Http404

    why, status = tried(do)
    if why:
        return _page(request, number, why, status, f"{what}-{line}")
    return done(f"/protection/{number}", "corrected")


def _of(there: bool) -> None:
    if not there:
        raise NotSeenError(_("There is no such statement about this person."))


@at_work("POST")
@_PROTECTOR
def limit(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Restrict a person's record, or let it be worked with again."""
    acts = {"restrict": (restrict, "restricted"), "free": (free, "freed")}
    if act not in acts:
        raise Http404
    why, status = tried(lambda: acts[act][0](number, word(request.POST, "why")))
    if why:
        return _page(request, number, why, status, act)
    return done(f"/protection/{number}", acts[act][1])
