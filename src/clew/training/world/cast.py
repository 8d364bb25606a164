"""Who and what there is in a world, case by case: agencies, places, cameras, ties between cases.

Everything of a case follows from the seed and the case's number, so that any case can be made
without the others, and a world has no largest size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.training.world.chance import between, one_of, source, word
from clew.training.world.homes import Furnishing


@dataclass(frozen=True)
class Unit:
    """An agency: its folder in the world, its country and its name."""

    key: str
    country: str
    name: str


AGENCIES = (
    Unit("norland", "Norland", "Norland Child Protection Unit"),
    Unit("estmark", "Estmark", "Estmark Federal Police"),
    Unit("sudria", "Sudria", "Sudria Crimes against Children Office"),
)
"""Of three countries that do not exist."""

_FIRST_DAY = datetime(2022, 1, 8, 10, 0, tzinfo=UTC)
_KINDS = ("bedroom", "sitting room", "kitchen")


@dataclass(frozen=True)
class Home:
    """A room with its name and look, the yard that belongs to it, its town and where it lies."""

    room: str
    look: Furnishing
    yard: str
    yard_look: Furnishing
    town: str
    spot: tuple[float, float]


@dataclass(frozen=True)
class Cast:
    """Who and where of one case; see :class:`clew.training.world.truth.CaseTruth`."""

    number: int
    lead: int
    subjects: tuple[int, ...]
    offender: str
    identity: str
    home: Home
    devices: tuple[str, str]
    voices: tuple[str, ...]
    tune: str
    begins: datetime
    follows: dict[str, int]


def cast_of(seed: int, number: int) -> Cast:
    """The cast of the case of this number."""
    random = source(seed, "case", number)
    follows = {}
    if _home_case(number) != number:
        follows["place"] = _home_case(number)
    if _camera_case(number) != number:
        follows["camera"] = _camera_case(number)
    if number % 10 == 8:
        follows["look"] = number - 5
    subjects = (10 + number, 510 + number) if random.random() < 0.25 else (10 + number,)
    name = word(random, 2)
    owner = _camera_case(number)
    return Cast(
        number=number,
        lead=number % len(AGENCIES),
        subjects=subjects,
        offender=f"person {owner}",
        identity=f"{name.lower()}{random.integers(10, 99)}",
        home=_home(seed, _home_case(number)),
        devices=(f"camera {owner}", f"second camera {number}"),
        voices=(f"voice {owner}", f"voice of {number}"),
        # One tune in three is a recording that everybody has.
        tune=f"hit {random.integers(4)}" if random.random() < 0.35 else f"tune {number}",
        begins=_FIRST_DAY + timedelta(days=7 * number + between(random, 0, 5)),
        follows=follows,
    )


def _home_case(number: int) -> int:
    """One case in six happens where the one before it did."""
    return number - 1 if number % 6 == 5 else number


def _camera_case(number: int) -> int:
    """One case in four was taken by the camera, and the person, of the one before it."""
    return number - 1 if number % 4 == 2 else number


def _home(seed: int, case: int) -> Home:
    random = source(seed, "home", case)
    school = (
        f"{word(random, 2).upper()} {one_of(random, ('SCHOOL', 'KINDERGARTEN', 'SPORTS CLUB'))}"
    )
    words = (f"{school}\n{word(random, 3)}",)
    spot = between(random, -60, 70), between(random, -179, 179)
    town = word(random, 3)
    if case % 5 == 3:  # every second of them has the look of the one before
        look = Furnishing("hotel", f"hotel chain {case // 10}", (str(random.integers(101, 620)),))
    else:
        look = Furnishing(_KINDS[case % 3], f"room {case}", words)
    yard = Furnishing("yard", f"yard {case}", words)
    return Home(f"room {case}", look, f"yard {case}", yard, town, spot)
