"""What officers saw, heard or concluded, of a media or of anything it is connected with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import (
    CertaintyWord,
    Number,
    Sent,
    SharingChosen,
    ThingName,
    Word,
    Words,
    agencies_named,
)
from clew.casework import observations as work
from clew.casework.things import MEDIA, Thing
from clew.casework.vocabulary import vocabulary
from clew.records.models import Certainty, Observation

router = Router(tags=["observations"])

_Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class ObservationWritten(SharingChosen):
    """What is said, of what, and where it is to be seen."""

    about: ThingName
    type: Word
    words: Words
    certainty: CertaintyWord = "assessment"
    source: ThingName | None = None
    """The media or person it is known from."""
    sighting: Number | None = None
    region: Annotated[list[_Share], Field(min_length=4, max_length=4)] | None = None
    """Left, top, right and bottom as shares of the picture."""
    start: _Seconds | None = None
    end: _Seconds | None = None


class Replacement(Sent):
    """What is right instead; empty words take back what was said."""

    words: Words
    certainty: CertaintyWord = "assessment"


class ObservationShown(Schema):
    """What somebody said."""

    number: int
    about: str
    type: str
    words: str
    certainty: str
    region: list[float] | None
    start: float | None
    end: float | None
    sharing: str
    officer: int
    agency: int
    replaces: int | None
    at: datetime


class ObservationTypeShown(Schema):
    """What can be said."""

    type: str
    about: list[str]
    choices: list[str]
    says: str


@router.get("observations/types", response=Page[ObservationTypeShown])
def list_observation_types(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The types of observation there are; `note` is free text."""
    found = [
        {"type": name, "about": one.about, "choices": one.choices, "says": one.says}
        for name, one in vocabulary().observations.items()
    ]
    return page_of(found, lambda one: [one["type"]], cursor, limit, dict)


@router.get("observations", response=Page[ObservationShown])
def list_observations(
    request: HttpRequest,
    about: Annotated[ThingName, Query(..., description="What of.")],
    history: Annotated[bool, Query(False, description="Also what no longer counts.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, object]:
    """What was said of something that you see, oldest first."""
    with acting():
        require_authority()
        found = work.observations(Thing.named(about), history=history)
        return page_of(found, lambda one: [one.pk], cursor, limit, _told)


@router.post("observations", response={201: ObservationShown})
def write_observation(request: HttpRequest, said: ObservationWritten) -> Status[dict[str, object]]:
    """Say something of a media or an entity: an observation, or a note."""
    with acting():
        span = None
        if said.start is not None:
            span = (said.start, said.end if said.end is not None else said.start)
        made = work.observe(
            Thing.named(said.about),
            said.type,
            said.words,
            certainty=Certainty(said.certainty),
            source=Thing.named(said.source) if said.source is not None else None,
            sighting=said.sighting,
            region=said.region,
            span=span,
            sharing=said.sharing,
            agencies=agencies_named(said.agencies),
        )
        made.refresh_from_db()
        return Status(201, _told(made))


@router.post("observations/{number}/replace", response={201: ObservationShown})
def replace_observation(
    request: HttpRequest, number: Number, said: Replacement
) -> Status[dict[str, object]]:
    """Say in place of an observation of your agency what is right; both are kept."""
    with acting():
        made = work.replace(number, said.words, certainty=Certainty(said.certainty))
        made.refresh_from_db()
        return Status(201, _told(made))


def _told(one: Observation) -> dict[str, object]:
    if one.media_id is not None:
        about = Thing(MEDIA, one.media_id)
    else:
        assert one.entity is not None
        about = Thing(one.entity.kind, one.entity.pk)
    return {
        "number": one.pk,
        "about": str(about),
        "type": one.type,
        "words": one.words,
        "certainty": one.certainty,
        "region": one.region,
        "start": one.start,
        "end": one.end,
        "sharing": one.sharing,
        "officer": one.officer_id,
        "agency": one.agency_id,
        "replaces": one.replaces_id,
        "at": one.at,
    }
