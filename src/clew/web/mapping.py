"""Where places of a series lie to each other: by coordinates alone, nothing is asked of others.

There is no outline of countries: none comes in a small, well-kept package without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

from django.http import HttpRequest, HttpResponse

from clew.access.acting import acting
from clew.casework.places import Located, places
from clew.casework.things import entity
from clew.records.models import EntityKind
from clew.web.frame import at_work, framed

_WIDE, _HIGH, _EDGE = 1000, 600, 90
_STEPS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30)
_LINES = 8
_LEAST = 0.002
"""Degrees that are shown at least: 200 metres."""


@dataclass(frozen=True)
class Spot:
    """A place on the map."""

    place: Located
    x: float
    y: float


@dataclass(frozen=True)
class Frame:
    """What part of the earth is drawn, and how: a degree of latitude has the same length anywhere.

    Attributes:
        middle: latitude and longitude of the middle.
        scale: pixels of a degree of latitude.
    """

    middle: tuple[float, float]
    scale: float

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Where that is, in pixels."""
        across = (longitude - self.middle[1]) * cos(radians(self.middle[0]))
        return (
            round(_WIDE / 2 + across * self.scale, 1),
            round(_HIGH / 2 - (latitude - self.middle[0]) * self.scale, 1),
        )


@at_work("GET")
def page(request: HttpRequest, number: int) -> HttpResponse:
    """The places, drawn as far as it is known where they are, and listed."""
    with acting():
        found = places(number)
        one = entity(number, EntityKind.SERIES)
    known = [place for place in found if place.latitude is not None]
    frame = _frame(known)
    told = {"series": one, "places": found, "spots": [], "across": [], "down": []}
    if frame is not None:
        told["spots"] = [
            Spot(place, *frame.at(place.latitude or 0.0, place.longitude or 0.0)) for place in known
        ]
        told["across"], told["down"] = _lines(frame)
    return framed(request, "map", told)


def _frame(known: list[Located]) -> Frame | None:
    if not known:
        return None
    latitudes = [place.latitude or 0.0 for place in known]
    longitudes = [place.longitude or 0.0 for place in known]
    middle = (
        (min(latitudes) + max(latitudes)) / 2,
        (min(longitudes) + max(longitudes)) / 2,
    )
    high = max(max(latitudes) - min(latitudes), _LEAST)
    wide = max((max(longitudes) - min(longitudes)) * cos(radians(middle[0])), _LEAST)
    scale = min((_WIDE - 2 * _EDGE) / wide, (_HIGH - 2 * _EDGE) / high)
    return Frame(middle, scale)


def _lines(frame: Frame) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    """Where lines of whole degrees, or parts of one, lie: of latitude, and of longitude."""
    high = _HIGH / frame.scale
    wide = _WIDE / frame.scale / max(cos(radians(frame.middle[0])), 0.01)
    step = next((one for one in _STEPS if wide / one <= _LINES), _STEPS[-1])
    across = [
        (frame.at(at, frame.middle[1])[1], _words(at, "N", "S"))
        for at in _between(frame.middle[0], high, step)
    ]
    down = [
        (frame.at(frame.middle[0], at)[0], _words(at, "E", "W"))
        for at in _between(frame.middle[1], wide, step)
    ]
    return across, down


def _between(middle: float, length: float, step: float) -> list[float]:
    first, last = round((middle - length / 2) / step), round((middle + length / 2) / step)
    return [at * step for at in range(first, last + 1)]


def _words(degrees: float, positive: str, negative: str) -> str:
    return f"{abs(degrees):g}° {positive if degrees >= 0 else negative}"
