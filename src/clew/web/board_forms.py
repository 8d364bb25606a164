"""What forms of boards and of pages of entities send."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from clew.records.models import Aspect, Certainty, ConnectionState, EntityKind
from clew.web.acts import Chosen, Number, Typed

Long = Annotated[str, msgspec.Meta(max_length=5000, pattern=r"^[^\x00]*$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e7)]


class _Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form of these pages sends."""


class Statement(_Sent, frozen=True):
    """Something said of an entity, which may be known from a media."""

    words: Long
    type: Typed = "note"
    certainty: Certainty = Certainty.ASSESSMENT
    media: Number | None = None
    region: Annotated[list[Share], msgspec.Meta(min_length=4, max_length=4)] | None = None
    start: Seconds | None = None
    end: Seconds | None = None


class Pinned(Statement, frozen=True):
    """A clue from a media for a series: one by its number, or a new one by its title."""

    type: Typed = "clue"
    series: Number | None = None
    title: Typed = ""


class Supposed(_Sent, frozen=True):
    """What could be so."""

    subject: Typed
    words: Typed


class Argued(_Sent, frozen=True):
    """What speaks for it or against it."""

    side: Typed
    words: Long
    certainty: Certainty = Certainty.ASSESSMENT
    media: Number | None = None


class Weighed(_Sent, frozen=True):
    """How a hypothesis stands."""

    stands: Typed
    why: Long


class Given(_Sent, frozen=True):
    """A task."""

    words: Typed
    assigned: Number | None = None
    until: date | None = None


class Stepped(_Sent, frozen=True):
    """What became of a task."""

    state: Typed
    why: Long = ""


class Found(_Sent, frozen=True):
    """Where one of the three stands for a victim."""

    aspect: Aspect
    stage: Typed
    why: Long
    certainty: Certainty = Certainty.ASSESSMENT


class Joined(_Sent, frozen=True):
    """A connection with something that is there, or with something new of a kind and title."""

    type: Typed
    why: Long
    other: Typed = ""
    kind: Typed = ""
    title: Typed = ""
    category: Typed = ""
    confirmed: bool = False


class Titled(_Sent, frozen=True):
    """Something new by its working title."""

    title: Typed
    kind: EntityKind = EntityKind.SERIES
    category: Typed = ""


class Particular(_Sent, frozen=True):
    """A name or the like."""

    kind: Typed
    words: Long
    source: Typed
    certainty: Certainty = Certainty.ASSESSMENT


class Into(_Sent, frozen=True):
    """What something is part of, and why."""

    into: Typed
    why: Long


class Why(_Sent, frozen=True):
    """A reason."""

    why: Long


class Decided(_Sent, frozen=True):
    """How a connection stands."""

    state: ConnectionState
    why: Long


class Parted(_Sent, frozen=True):
    """Media that leave a series; with a title, for a new one."""

    media: Chosen
    why: Long
    title: Typed = ""


class Undone(_Sent, frozen=True):
    """A decision to be undone, and why."""

    decision: Number
    why: Long
