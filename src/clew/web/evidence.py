"""A match in words and drawings, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.casework.dossier import Agreeing
from clew.compare.evidence import Match, MatchKind, Span
from clew.web.measures import Exactly, brief, clock, detail, measure
from clew.web.sounds import Drawing
from clew.web.trust import trust

_MOST_SPANS = 12
_OTHER_SPEED = 0.01
_NOTABLE = 0.1  # seconds
_CLOSE = ((0.2, "very"), (0.5, "alike"), (0.8, "less"), (1.0, "barely"))


@dataclass(frozen=True)
class Band:
    """A shared stretch: where it lies in both films, in thousandths of the longer one."""

    x: int
    width: int
    other_x: int
    other_width: int
    words: str

    @property
    def points(self) -> str:
        """The band between the two bars, as points of an SVG polygon."""
        right, other_right = self.x + self.width, self.other_x + self.other_width
        return f"{self.x},30 {right},30 {other_right},70 {self.other_x},70"


@dataclass(frozen=True)
class Evidence:
    """One match, ready for a template.

    Attributes:
        number: of the match; ``other`` the media that is matched.
        kind: what agrees, in words.
        closeness: in words, empty for the same file.
        distance: in the kind's unit; ``alike`` in percent, 100 for the same and 0 for what just
            counts.
        remarks: how it has to be turned, which parts agree, how much time is shared.
        trust: how often such a match is wrong.
        turn: class of how the first is turned to lie on the second.
        measure: how near it is and how near it must be, in words.
        bands: shared stretches; ``further`` how many more there are.
        state: how the own agency decided, in words; ``decided`` as it is kept.
        length: of this media, as on a clock; ``other_length`` of the other.
        width: of this media in thousandths of the longer one; ``other_width`` of the other.
        heard: whether it rests on what is heard; then ``sketches`` of both, where there are any.
    """

    number: int
    other: int
    kind: str
    closeness: str
    distance: int
    alike: int
    measure: Exactly
    remarks: tuple[Exactly, ...]
    trust: Exactly
    turn: str
    bands: tuple[Band, ...]
    further: int
    state: str
    decided: str
    length: str
    other_length: str
    width: int
    other_width: int
    heard: bool
    sketches: tuple[Drawing | None, ...]


def evidence_of(
    one: Agreeing,
    duration: float | None,
    other_duration: float | None,
    sketches: tuple[Drawing | None, ...] = (),
) -> Evidence:
    """A match with what it rests on.

    Args:
        one: the match.
        duration: of the media it is seen from, in seconds; None for pictures.
        other_duration: of the other one.
        sketches: of both, for a match by sound.
    """
    match = one.match
    share = match.distance / match.threshold if match.threshold else 0.0
    in_step = match.kind in (MatchKind.FILM, MatchKind.SOUND)
    shown = match.spans[:_MOST_SPANS] if in_step else ()
    here = max([duration or 0.0, *(span.first_end for span in shown)])
    there = max([other_duration or 0.0, *(span.second_end for span in shown)])
    longest = max(here, there, 0.001)
    return Evidence(
        number=one.number,
        other=one.other,
        kind=kind_words()[match.kind],
        closeness="" if match.kind is MatchKind.SAME_FILE else closeness(share),
        distance=match.distance,
        alike=alike(share),
        measure=measure(match.kind, match.distance, match.threshold),
        remarks=tuple(_remarks(match)),
        trust=trust(match),
        turn=match.orientation.replace("°", "").replace(" ", "-"),
        bands=tuple(_band(span, longest) for span in shown),
        further=len(match.spans) - len(shown) if in_step else 0,
        state=state_words().get(one.state, one.state),
        decided=one.state,
        length=clock(here),
        other_length=clock(there),
        width=round(here / longest * 1000),
        other_width=round(there / longest * 1000),
        heard=match.kind is MatchKind.SOUND,
        sketches=sketches,
    )


def kind_words() -> dict[MatchKind, str]:
    """How two media agree, for people."""
    return {
        MatchKind.SAME_FILE: _("Same file"),
        MatchKind.PICTURE: _("Pictures look alike"),
        MatchKind.STILL: _("Picture seen in a film"),
        MatchKind.FILM: _("Films share a stretch"),
        MatchKind.SOUND: _("The same is heard"),
    }


def closeness(share: float) -> str:
    """How near a match is, in words, by the share of its threshold that is used up."""
    words = {
        "very": _("very alike"),
        "alike": _("alike"),
        "less": _("less alike"),
        "barely": _("barely alike"),
    }
    return next((words[name] for end, name in _CLOSE if share <= end), words["barely"])


def state_words() -> dict[str, str]:
    """How it was decided, for people."""
    return {
        "proposed": _("proposed"),
        "confirmed": _("confirmed"),
        "rejected": _("rejected"),
    }


def _remarks(match: Match) -> list[Exactly]:
    told = []
    if match.kind in (MatchKind.FILM, MatchKind.SOUND) and match.spans:
        words = ngettext(
            "%(time)s shared in %(count)s stretch",
            "%(time)s shared in %(count)s stretches",
            len(match.spans),
        ) % {"time": clock(match.seconds), "count": len(match.spans)}
        told.append(Exactly(words, _("%(seconds)s seconds") % {"seconds": f"{match.seconds:.2f}"}))
    if match.kind is MatchKind.STILL and match.spans:
        at = max(match.spans[0].first_start, match.spans[0].second_start)
        exact = _("%(seconds)s seconds") % {"seconds": f"{at:.2f}"}
        told.append(Exactly(_("seen at %(time)s") % {"time": clock(at)}, exact))
    if match.kind is MatchKind.SOUND and match.spans:
        told.extend(_clocks(match.spans[0]))
    if match.orientation != "as it is":
        turned = _orientation(match.orientation)
        told.append(Exactly(_("agrees when it is %(turned)s") % {"turned": turned}, turned))
    for label, variant in (
        (_("here"), match.first_variant),
        (_("there"), match.second_variant),
    ):
        if variant != "whole":
            part = _part(variant)
            words = _("%(where)s the part: %(part)s") % {"where": label, "part": part}
            told.append(Exactly(words, part))
    if match.kind is not MatchKind.SOUND:
        told.append(detail(match.quality))
    return told


def _orientation(name: str) -> str:
    """How something is turned or mirrored, in words."""
    told = {
        "mirrored": _("mirrored"),
        "upside down": _("upside down"),
        "turned by 180°": _("turned by 180°"),
        "turned by 90°": _("turned by 90°"),
        "turned by 270°": _("turned by 270°"),
        "mirrored and turned by 90°": _("mirrored and turned by 90°"),
        "mirrored and turned by 270°": _("mirrored and turned by 270°"),
    }
    return told.get(name, name)


def _part(variant: str) -> str:
    """The part or treatment of a media that agrees, in words."""
    name, _comma, page = variant.partition(", page ")
    track, number = name.partition("sound track ")[1:]
    if track:
        told = _("sound track %(number)s") % {"number": number}
    elif name.startswith("its middle, "):
        share = name.removeprefix("its middle, ").removesuffix(" off")
        told = _("its middle, %(share)s off each edge") % {"share": share}
    else:
        told = {
            "whole": _("all of it"),
            "inside its border": _("inside its border"),
            "inside its inner border": _("inside its inner border"),
            "panel": _("a picture within it"),
        }.get(name, name)
    if page:
        told += _(", page %(page)s") % {"page": page}
    return told


def _clocks(span: Span) -> list[Exactly]:
    """How the clocks of two recordings go together, in the longest stretch."""
    offset = span.second_start - span.first_start
    exact = _("offset %(seconds)s s") % {"seconds": f"{offset:+.2f}"}
    words = _("begins %(time)s later there") if offset >= 0 else _("begins %(time)s earlier there")
    told = []
    if abs(offset) >= _NOTABLE:
        told.append(Exactly(words % {"time": brief(abs(offset))}, exact))
    if abs(span.speed - 1) >= _OTHER_SPEED:
        speed = f"{span.speed:.2f}"
        told.append(Exactly(_("there at %(speed)s times the speed") % {"speed": speed}, speed))
    return told


def alike(share: float) -> int:
    """How much two media are alike, in percent, by the share of the threshold that is used up."""
    return round((1 - min(share, 1.0)) * 100)


def _band(span: Span, longest: float) -> Band:
    """A shared stretch, both films on one scale of time, which is as long as the longer one."""

    def place(start: float, end: float) -> tuple[int, int]:
        return round(start / longest * 1000), max(4, round((end - start) / longest * 1000))

    x, width = place(span.first_start, span.first_end)
    other_x, other_width = place(span.second_start, span.second_end)
    words = _("%(start)s – %(end)s here is %(other_start)s – %(other_end)s there") % {
        "start": clock(span.first_start, tenths=True),
        "end": clock(span.first_end, tenths=True),
        "other_start": clock(span.second_start, tenths=True),
        "other_end": clock(span.second_end, tenths=True),
    }
    if span.best is not None:
        words += _("; best seen at %(here)s here, %(there)s there") % {
            "here": clock(span.best.first, tenths=True),
            "there": clock(span.best.second, tenths=True),
        }
    return Band(x, width, other_x, other_width, words)
