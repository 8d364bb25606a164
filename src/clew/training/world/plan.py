"""What is taken at the events of a case, and what becomes of it; no pixel is drawn yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from clew.training.world.cast import AGENCIES, Cast
from clew.training.world.chance import between, one_of, source
from clew.training.world.stock import PRODUCTS

PICTURE_TURNS = 13
"""Edited copies of pictures in a case; every edit comes up in turn, from case to case."""
CLIP_TURNS = 5


@dataclass(frozen=True)
class Happening:
    """One event: which place, when, by what light, and what stood there."""

    name: str
    outdoors: bool
    at: datetime
    night: bool
    products: tuple[int, ...]
    seconds: float
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class Shot:
    """One taking.

    Attributes:
        name: of the origin.
        kind: ``picture``, ``clip`` or ``sound``.
        event: index of the happening; None for pictures of something else.
        device: index of the camera.
        at: seconds after the event began; for others days after the case did.
        seconds: its length.
    """

    name: str
    kind: str
    event: int | None
    device: int
    at: float
    seconds: float = 0.0

    @property
    def at_event(self) -> bool:
        """Whether the first camera took it at an event."""
        return self.event is not None and self.device == 0


@dataclass(frozen=True)
class Spread:
    """One copy: of which shot, by which turn of the edits, found by whom."""

    shot: int
    turn: int
    agency: int
    exact: bool = False
    again: bool = False  # a second edit on top


@dataclass(frozen=True)
class Plan:
    """A case before it is made."""

    cast: Cast
    happenings: tuple[Happening, ...]
    shots: tuple[Shot, ...]
    spreads: tuple[Spread, ...] = field(default=())


@dataclass(frozen=True)
class Amount:
    """How much there is to a case: pictures and clips by event, copies, seconds of a clip."""

    pictures: tuple[int, ...] = (6, 6, 4)
    clips: tuple[int, ...] = (1, 1, 0)
    elsewhere: int = 6
    picture_copies: int = PICTURE_TURNS
    clip_copies: int = CLIP_TURNS
    exact: int = 4
    seconds: float = 1.0

    @property
    def files(self) -> int:
        """Of one case; the second device took four more."""
        taken = sum(self.pictures) + sum(self.clips) + 4 + self.elsewhere
        return taken + self.picture_copies + self.clip_copies + self.exact


WHOLE = Amount()
BRIEF = Amount((3, 1), (1, 0), 1, 3, 1, 1, 0.25)
"""For a quick look, and for tests."""


def plan_of(seed: int, cast: Cast, amount: Amount = WHOLE) -> Plan:
    """What is taken and spread in a case: so many files as the amount says."""
    random = source(seed, "plan", cast.number)
    happenings = tuple(_happening(random, cast, number) for number in range(len(amount.pictures)))
    shots = _shots(random, cast, amount)
    return Plan(cast, happenings, tuple(shots), tuple(_spreads(random, cast, shots, amount)))


def _happening(random: np.random.Generator, cast: Cast, number: int) -> Happening:
    night = number == 1
    at = cast.begins + timedelta(days=2 * number, hours=11 if night else between(random, 0, 5))
    return Happening(
        f"event {cast.number}/{number}",
        number == 2,
        at,
        night,
        tuple(int(n) for n in random.integers(PRODUCTS, size=int(random.integers(2, 4)))),
        between(random, 10, 13),
        tuple(int(n) for n in random.integers(6, size=2)),
    )


def _shots(random: np.random.Generator, cast: Cast, amount: Amount) -> list[Shot]:
    shots: list[Shot] = []

    def add(kind: str, event: int | None, device: int, at: float, seconds: float = 0.0) -> None:
        name = f"{kind} {cast.number}/{len(shots)}"
        shots.append(Shot(name, kind, event, device, at, seconds * amount.seconds))

    for event, (pictures, clips) in enumerate(zip(amount.pictures, amount.clips, strict=True)):
        for _ in range(pictures):
            add("picture", event, 0, between(random, 0, 900))
        for _ in range(clips):
            add("clip", event, 0, between(random, 0, 2), between(random, 4.5, 6.5))
    # The second device was there too: takes of what the first one took.
    for _ in range(2):
        add("picture", 0, 1, between(random, 0, 900))
    add("clip", 0, 1, between(random, 1.5, 3.5) * amount.seconds, between(random, 4.0, 5.5))
    add("sound", 1, 1, 0.5, 9.0)
    for place in range(amount.elsewhere):
        add("picture", None, int(place == 5), between(random, -60, 40))
    return shots


def _spreads(
    random: np.random.Generator, cast: Cast, shots: list[Shot], amount: Amount
) -> list[Spread]:
    """Copies, most of them found by the two agencies that do not lead."""
    others = [n for n in range(len(AGENCIES)) if n != cast.lead]
    clips = [n for n, shot in enumerate(shots) if shot.kind == "clip"]
    pictures = [n for n, shot in enumerate(shots) if shot.kind == "picture" and shot.at_event]
    chosen = [int(n) for n in random.permutation(pictures)]
    made = []
    for turn in range(amount.picture_copies):
        agency = one_of(random, others) if turn % 4 else cast.lead
        made.append(Spread(chosen[turn % len(chosen)], turn, agency, again=turn in (5, 9)))
    for turn in range(amount.clip_copies):
        agency = others[turn % 2] if turn % 4 else cast.lead
        made.append(Spread(clips[turn % len(clips)], turn, agency))
    for index in range(amount.exact):
        shot = clips[-1] if index == 0 else chosen[index % len(chosen)]
        made.append(Spread(shot, index, others[index % 2], exact=True))
    return made
