"""Figures for people, each with the exact one beside it, and numbers that people type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.casework.errors import StatementError
from clew.compare.evidence import MatchKind
from clew.web.browser import word

_POINTS = 256
"""Bits of what is read of a picture, of a region of one, and of a frame."""
_THOUSAND = 1000
_MUCH, _SOME = 80, 50
_LONGEST = 18
_MINUTE = 60


@dataclass(frozen=True)
class Exactly:
    """Something in words, and exactly for whoever asks."""

    words: str
    exact: str

    def __str__(self) -> str:
        return self.words


def measure(kind: MatchKind, distance: int, threshold: int) -> Exactly:
    """How near a match is, in words; exactly, in the kind's own unit and with what counts."""
    if kind is MatchKind.SAME_FILE:
        return Exactly("", _("SHA-256 is the same"))
    told = {"distance": distance, "threshold": threshold, "points": _POINTS}
    if kind is MatchKind.SOUND:
        return Exactly(
            _("%(distance)s %% of what stands out differs") % told,
            _("%(distance)s %% of the landmarks differ; up to %(threshold)s %% counts as a match")
            % told,
        )
    exact = _("%(distance)s of %(points)s bits differ; up to %(threshold)s count as a match") % told
    if not distance:
        return Exactly(_("none of %(points)s points differs") % told, exact)
    words = ngettext(
        "%(distance)s of %(points)s points differs",
        "%(distance)s of %(points)s points differ",
        distance,
    )
    return Exactly(words % told, exact)


def size(octets: int) -> Exactly:
    """How large a file is: 730 KB, 1.2 MB."""
    exact = ngettext("%(count)s byte", "%(count)s bytes", octets) % {
        "count": number_format(octets, force_grouping=True)
    }
    if octets < _THOUSAND:
        return Exactly(exact, exact)
    amount = float(octets)
    for unit in ("KB", "MB", "GB", "TB"):
        amount /= _THOUSAND
        if amount < _THOUSAND or unit == "TB":
            break
    shown = number_format(amount, decimal_pos=1 if amount < 10 else 0)
    return Exactly(f"{shown} {unit}", exact)


def detail(quality: int) -> Exactly:
    """How much there is in a picture to go by."""
    exact = _("quality %(quality)s of 100") % {"quality": quality}
    if quality >= _MUCH:
        return Exactly(_("much detail to go by"), exact)
    if quality >= _SOME:
        return Exactly(_("some detail to go by"), exact)
    return Exactly(_("little detail to go by"), exact)


def clock(seconds: float, *, tenths: bool = False) -> str:
    """Seconds as on a clock: 1:02:03, or 2:03; with tenths 2:03.4."""
    at = round(seconds * 10) if tenths else int(seconds) * 10
    whole, tenth = divmod(at, 10)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    told = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{told}.{tenth}" if tenths else told


def brief(seconds: float) -> str:
    """A short time: 5.5 s; from a minute on as on a clock."""
    if seconds >= _MINUTE:
        return clock(seconds)
    return _("%(seconds)s s") % {"seconds": number_format(seconds, decimal_pos=1)}


def lasting(seconds: float) -> Exactly:
    """How long something lasts, as on a clock."""
    exact = _("%(seconds)s seconds") % {"seconds": number_format(seconds, decimal_pos=2)}
    return Exactly(clock(seconds) if seconds >= 1 else exact, exact)


def positive(told: Mapping[str, str], name: str) -> int:
    """A number that stands in an address or form; 0 where there is none.

    Raises:
        StatementError: something else stands there.
    """
    typed = word(told, name)
    if not typed:
        return 0
    if not typed.isdecimal() or len(typed) > _LONGEST:
        raise StatementError(_("%(name)s is a number.") % {"name": name})
    return int(typed)
