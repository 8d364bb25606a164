"""What is written on boards and pages of entities, asked by scripts, and how to undo it."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.casework import decisions, entities, hypotheses, identification, observations, tasks
from clew.casework.errors import StatementError
from clew.casework.things import MEDIA, Thing, entity
from clew.casework.vocabulary import vocabulary
from clew.records.models import Category, EntityKind
from clew.web.acts import said
from clew.web.board_forms import (
    Argued,
    Decided,
    Found,
    Given,
    Into,
    Joined,
    Parted,
    Particular,
    Pinned,
    Statement,
    Stepped,
    Supposed,
    Titled,
    Undone,
    Weighed,
    Why,
)
from clew.web.frame import at_work
from clew.web.vocabulary_words import particular_typed


@at_work("POST")
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Say something of an entity."""
    with acting():
        return _observed(_thing(number), said(request, Statement))


def _observed(about: Thing, told: Statement) -> HttpResponse:
    span = None
    if told.start is not None or told.end is not None:
        start = told.start if told.start is not None else 0.0
        span = (start, told.end if told.end is not None else start)
    made = observations.observe(
        about,
        told.type,
        told.words,
        certainty=told.certainty,
        source=Thing(MEDIA, told.media) if told.media is not None else None,
        region=told.region,
        span=span,
    )
    return JsonResponse({"undo": {"observation": made.pk}})


@at_work("POST")
def pin(request: HttpRequest, number: int) -> HttpResponse:
    """Pin a media, a part of it or a moment of it, to the board of a series."""
    told = said(request, Pinned)
    with acting():
        series = told.series
        if series is None:
            if not told.title.strip():
                raise StatementError(_("Choose a series, or type the title of a new one."))
            series = entities.create(EntityKind.SERIES, told.title).pk
        pinned = msgspec.structs.replace(told, media=number)
        return _observed(Thing(EntityKind.SERIES, series), pinned)


@at_work("POST")
def retract(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what the own agency said; it stays in the history."""
    with acting():
        observations.replace(number, "")
    return JsonResponse({})


@at_work("POST")
def suppose(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what could be so."""
    told = said(request, Supposed)
    with acting():
        made = hypotheses.suppose(_thing(number), told.subject, told.words)
    return JsonResponse({"undo": {"hypothesis": made.pk}})


@at_work("POST")
def argue(request: HttpRequest, number: int) -> HttpResponse:
    """Say what speaks for or against a hypothesis."""
    told = said(request, Argued)
    source = Thing(MEDIA, told.media) if told.media is not None else None
    with acting():
        made = hypotheses.argue(
            number, told.side, told.words, certainty=told.certainty, source=source
        )
    return JsonResponse({"undo": {"argument": made.pk}})


@at_work("POST")
def weigh(request: HttpRequest, number: int) -> HttpResponse:
    """Say how a hypothesis stands."""
    told = said(request, Weighed)
    with acting():
        hypotheses.weigh(number, told.stands, told.why)
    return JsonResponse({"undo": {"hypothesis": number}})


@at_work("POST")
def give_task(request: HttpRequest, number: int) -> HttpResponse:
    """Give a task."""
    told = said(request, Given)
    with acting():
        made = tasks.ask_for(_thing(number), told.words, assigned=told.assigned, until=told.until)
    return JsonResponse({"undo": {"task": made.pk}})


@at_work("POST")
def step_task(request: HttpRequest, number: int) -> HttpResponse:
    """Say that a task is done, dropped or open again."""
    told = said(request, Stepped)
    with acting():
        tasks.finish(number, told.state, told.why)
    return JsonResponse({"undo": {"task": number}})


@at_work("POST")
def find(request: HttpRequest, number: int) -> HttpResponse:
    """Record where identity, whereabouts or safety of a victim stands."""
    told = said(request, Found)
    with acting():
        if told.stage == "identified":
            made = identification.confirm_identity(number, told.why)
        else:
            made = identification.find(
                number, told.aspect, told.stage, told.why, certainty=told.certainty
            )
    return JsonResponse({"undo": {"finding": made.pk}})


@at_work("POST")
def join(request: HttpRequest, number: int) -> HttpResponse:
    """Connect with something that is there, or with something new."""
    told = said(request, Joined)
    with acting():
        here = _thing(number)
        other = Thing.named(told.other) if told.other.strip() else _new(told, told.kind)
        first, second = _in_order(told.type, here, other)
        made = decisions.connect(told.type, first, second, told.why, confirmed=told.confirmed)
        (step,) = decisions.history(made.pk)[-1:]
    return JsonResponse({"undo": {"decision": step.decision}, "connection": made.pk})


def _new(told: Joined | Titled, kind: str) -> Thing:
    if not told.title.strip() or kind not in EntityKind.values:
        raise StatementError(_("Choose what it is connected with, or type the title of a new one."))
    category = Category(told.category) if told.category in Category.values else None
    made = entities.create(EntityKind(kind), told.title, category=category)
    return Thing(made.kind, made.pk)


def _in_order(kind: str, here: Thing, other: Thing) -> tuple[Thing, Thing]:
    """Both ends as the type of connection has them: whoever connects need not know the order."""
    ends = vocabulary().connection(kind)
    fits = here.kind in ends.first and other.kind in ends.second
    turned = other.kind in ends.first and here.kind in ends.second
    return (other, here) if turned and not fits else (here, other)


@at_work("POST")
def victim(request: HttpRequest, number: int) -> HttpResponse:
    """Put a victim into a series: one that is there, or a new one."""
    told = said(request, Joined)
    with acting():
        who = Thing.named(told.other) if told.other.strip() else None
        if who is None:
            named = msgspec.structs.replace(told, category=Category.VICTIM)
            who = _new(named, EntityKind.PERSON)
        decision = entities.add_to_series(number, told.why, persons=[who.id])
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Confirm or reject a connection of the own agency."""
    told = said(request, Decided)
    with acting():
        decision = decisions.decide([number], told.state, told.why)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def create(request: HttpRequest) -> HttpResponse:
    """Make a series, a person, a place or another thing."""
    told = said(request, Titled)
    with acting():
        made = _new(told, told.kind)
    return JsonResponse({"go": address_of(made)})


@at_work("POST")
def name(request: HttpRequest, number: int) -> HttpResponse:
    """Keep a name, a date of birth, an address: for the lead agency alone."""
    told = said(request, Particular)
    with acting():
        entities.add_particular(
            number,
            particular_typed(told.kind),
            told.words,
            certainty=told.certainty,
            source=told.source,
        )
    return JsonResponse({})


@at_work("POST")
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """Say that it is one with another of its kind."""
    told = said(request, Into)
    with acting():
        into = Thing.named(told.into)
        decision = entities.merge(number, into.id, told.why)
    return JsonResponse({"undo": {"decision": decision.pk}, "go": address_of(into)})


@at_work("POST")
def apart(request: HttpRequest, number: int) -> HttpResponse:
    """Let something that was merged stand on its own again."""
    told = said(request, Why)
    with acting():
        decision = entities.take_apart(number, told.why)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def part(request: HttpRequest, number: int) -> HttpResponse:
    """Take media out of a series, or into a new one."""
    told = said(request, Parted)
    with acting():
        if told.title.strip():
            _series, decision = entities.split(number, told.title, told.why, media=told.media)
        else:
            decision = entities.remove_from_series(number, told.why, media=told.media)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo a decision that stands in the past of something, for a reason."""
    told = said(request, Undone)
    with acting():
        decision = decisions.undo(told.decision, told.why)
    return JsonResponse({"undo": {"decision": decision.pk}})


def address_of(thing: Thing) -> str:
    """The page of a media, a series or another entity."""
    if thing.is_media:
        return f"/media/{thing.id}"
    return f"/series/{thing.id}" if thing.kind == EntityKind.SERIES else f"/entities/{thing.id}"


def _thing(number: int) -> Thing:
    require_authority()
    one = entity(number)
    return Thing(one.kind, one.pk)
