"""How often a match is wrong, in the officer's language: a sentence, and the measurement behind it.

The figures are those of :mod:`clew.compare.calibration`; here they only get words.
"""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clew.compare.calibration import A_MILLION, figures_of
from clew.compare.evidence import Match, MatchKind
from clew.web.measures import Exactly


def trust(match: Match) -> Exactly:
    """How far a match can be trusted."""
    if match.kind is MatchKind.SAME_FILE:
        return Exactly(_("It is the same file, byte by byte."), _("SHA-256 is the same"))
    figures = figures_of(match)
    if figures is None:
        words = _("Too little was measured to say how often this is wrong.")
        return Exactly(words, words)
    told = {
        "wrong": _grouped(figures.wrong),
        "pairs": _grouped(figures.pairs),
        "chance": _grouped(max(1, round(figures.among(A_MILLION)))),
        "threshold": figures.threshold,
        "rate": _grouped(round(1 / figures.upper)),
    }
    if figures.wrong:
        words = _("In %(wrong)s of %(pairs)s comparisons of different media it was wrong.")
    else:
        words = _("In none of %(pairs)s comparisons of different media it was wrong.")
    if match.kind is MatchKind.SOUND:
        exact = _(
            "Measured when up to %(threshold)s %% of the landmarks may differ. The true rate is "
            "below 1 in %(rate)s, with 95 %% confidence: of a question among a million media fewer "
            "than %(chance)s answers are wrong."
        )
    else:
        exact = _(
            "Measured when up to %(threshold)s bits may differ. The true rate is below 1 in "
            "%(rate)s, with 95 %% confidence: of a question among a million media fewer than "
            "%(chance)s answers are wrong."
        )
    return Exactly(words % told, exact % told)


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
