"""Where two media agree in time, as bars drawn to scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clew.cli.report import text
from clew.compare.evidence import Match, MatchKind, Span

COLOURS = 6
"""Bands take turns through as many colours; each also carries its number."""
_WIDTH = 1000.0
_LEAST_WIDTH = 4.0
_SHORT_FILM = 60.0
_LEAST_FOR_NUMBER = 12.0


@dataclass(frozen=True)
class Band:
    """One stretch that both films share, or one time at which a picture is seen.

    Attributes:
        number: from 1, as in the list below the bars.
        colour: class of its colour.
        top_x: left edge on the upper bar; with ``top_width`` and likewise for the lower bar.
        points: the band between the bars, as SVG points; empty for a single bar.
        words: its times as text.
        detail: how long it is and how much agrees.
    """

    number: str
    colour: str
    top_x: str
    top_width: str
    bottom_x: str
    bottom_width: str
    points: str
    words: str
    detail: str


@dataclass(frozen=True)
class Timeline:
    """Bars of one or two films with what they share.

    Attributes:
        id: unique in the page, for title and description.
        title: what the drawing shows; and
        description: the same in words for those who do not see it.
        top: label of the upper film; and ``bottom`` of the lower, empty for a still.
        top_length: length of the upper film as text, and of the lower.
        top_width: length of the upper bar, and of the lower.
        bands: what is shared, in order of time.
        more: bands beyond the first ones, folded in the list.
    """

    id: str
    title: str
    description: str
    top: str
    top_length: str
    top_width: str
    bottom: str
    bottom_length: str
    bottom_width: str
    bands: tuple[Band, ...]
    more: tuple[Band, ...]

    @property
    def all_bands(self) -> tuple[Band, ...]:
        """Every band, for the drawing."""
        return self.bands + self.more

    @property
    def top_numbers(self) -> list[tuple[str, str]]:
        """Where numbers stand on the upper bar, in percent of the width."""
        return _numbers((band.top_x, band.top_width, band.number) for band in self.all_bands)

    @property
    def bottom_numbers(self) -> list[tuple[str, str]]:
        """Likewise on the lower bar; none where there is no lower bar."""
        if not self.bottom:
            return []
        return _numbers((band.bottom_x, band.bottom_width, band.number) for band in self.all_bands)


@dataclass(frozen=True)
class Film:
    """What a bar needs to know of a film: its label in the report, and its seconds if known."""

    label: str
    seconds: float | None


BANDS_LISTED = 8


def timeline(name: str, match: Match, first: Film, second: Film, film_is_first: bool) -> Timeline:
    """The drawing for a match that has spans.

    Args:
        name: unique in the page.
        match: a still in a film, two films, or two recordings.
        first: of the match's first media.
        second: of its second.
        film_is_first: for a still, which of the two is the film.
    """
    if match.kind is MatchKind.STILL:
        return _still(name, match.spans, first if film_is_first else second, film_is_first)
    return _films(name, match, first, second)


def _films(name: str, match: Match, first: Film, second: Film) -> Timeline:
    spans = match.spans
    counted = "landmark" if match.kind is MatchKind.SOUND else "frame"
    lengths = (
        first.seconds or max(span.first_end for span in spans),
        second.seconds or max(span.second_end for span in spans),
    )
    longest = max(*lengths, 0.1)
    tenths = longest < _SHORT_FILM
    bands = []
    for number, span in enumerate(sorted(spans, key=lambda s: s.first_start)):
        top = _placed(span.first_start, span.first_end, longest)
        bottom = _placed(span.second_start, span.second_end, longest)
        corners = (
            (top[0], 0),
            (top[0] + top[1], 0),
            (bottom[0] + bottom[1], 100),
            (bottom[0], 100),
        )
        words = (
            f"{_stretch(span.first_start, span.first_end, tenths)} of {first.label} is "
            f"{_stretch(span.second_start, span.second_end, tenths)} of {second.label}"
        )
        detail = (
            f"{text.duration(span.seconds)}, {text.counted(span.frames, counted)} "
            f"{'agrees' if span.frames == 1 else 'agree'}, mean difference {span.distance:.0f}"
        )
        bands.append(_band(number, top, bottom, _points(corners), words, detail))
    shared = sum(span.seconds for span in spans)
    return Timeline(
        id=name,
        title=f"{text.duration(shared)} shared by {first.label} and {second.label}",
        description="; ".join(band.words for band in bands),
        top=first.label,
        top_length=text.clock(lengths[0], tenths),
        top_width=_number(lengths[0] / longest * _WIDTH),
        bottom=second.label,
        bottom_length=text.clock(lengths[1], tenths),
        bottom_width=_number(lengths[1] / longest * _WIDTH),
        bands=tuple(bands[:BANDS_LISTED]),
        more=tuple(bands[BANDS_LISTED:]),
    )


def _still(name: str, spans: Sequence[Span], film: Film, film_is_first: bool) -> Timeline:
    times = sorted(
        (
            (s.first_start, s.first_end, s) if film_is_first else (s.second_start, s.second_end, s)
            for s in spans
        ),
        key=lambda time: time[:2],
    )
    length = max(film.seconds or max(end for _, end, _ in times), 0.1)
    tenths = length < _SHORT_FILM
    nearest = min(span.distance for span in spans)
    bands = []
    for number, (start, end, span) in enumerate(times):
        place = _placed(start, end, length)
        words = f"{_stretch(start, end, tenths)} of {film.label}"
        closest = ", the nearest" if span.distance == nearest and len(spans) > 1 else ""
        detail = f"difference {span.distance:.0f}{closest}"
        bands.append(_band(number, place, place, "", words, detail))
    return Timeline(
        id=name,
        title=f"When the picture is seen in {film.label}",
        description="; ".join(band.words for band in bands),
        top=film.label,
        top_length=text.clock(length, tenths),
        top_width=_number(_WIDTH),
        bottom="",
        bottom_length="",
        bottom_width="",
        bands=tuple(bands[:BANDS_LISTED]),
        more=tuple(bands[BANDS_LISTED:]),
    )


def _band(
    number: int,
    top: tuple[float, float],
    bottom: tuple[float, float],
    points: str,
    words: str,
    detail: str,
) -> Band:
    return Band(
        number=str(number + 1),
        colour=f"colour-{number % COLOURS}",
        top_x=_number(top[0]),
        top_width=_number(top[1]),
        bottom_x=_number(bottom[0]),
        bottom_width=_number(bottom[1]),
        points=points,
        words=words,
        detail=detail,
    )


def _placed(start: float, end: float, longest: float) -> tuple[float, float]:
    """Left edge and width on a bar; never too narrow to be seen, never over the end."""
    width = min(max((end - start) / longest * _WIDTH, _LEAST_WIDTH), _WIDTH)
    return min(max(start / longest * _WIDTH, 0.0), _WIDTH - width), width


def _numbers(bands: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Middles of the stretches wide enough to hold their number."""
    return [
        (_number((float(x) + float(width) / 2) / _WIDTH * 100), number)
        for x, width, number in bands
        if float(width) >= _LEAST_FOR_NUMBER
    ]


def _points(corners: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in corners)


def _stretch(start: float, end: float, tenths: bool) -> str:
    begin, finish = text.clock(start, tenths), text.clock(end, tenths)
    return begin if begin == finish else f"{begin}–{finish}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
