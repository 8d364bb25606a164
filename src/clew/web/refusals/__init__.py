"""What the layers below refuse with, in the officer's language.

They say it in one language, for every face. It is known again by its shape: what stands in the
place of a name is put into the translation, in the words of the vocabulary where it is one. The
shapes are kept by layer; what is refused before anybody is signed in is among those of access.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext

from clew.web.refusals.access import ACCESS
from clew.web.refusals.casework import CASEWORK
from clew.web.refusals.intake import INTAKE
from clew.web.vocabulary_words import in_words

REFUSALS: tuple[str, ...] = CASEWORK + INTAKE + ACCESS


def in_their_language(refusal: str) -> str:
    """A refusal of the layers below in the language of the page; as it is when it is not known."""
    for template, shape in _shapes():
        found = shape.fullmatch(refusal)
        if found is not None:
            return gettext(template) % {
                name: _told(value) for name, value in found.groupdict().items()
            }
    return refusal


def _told(value: str) -> str:
    """What stands in the place of a name, which may say in its turn why something cannot be."""
    return in_their_language(in_words(value))


@cache
def _shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The refusals as expressions, those without names in them first."""
    return [
        (template, re.compile(_shape(template), re.DOTALL))
        for template in sorted(REFUSALS, key=lambda one: one.count("%("))
    ]


def _shape(template: str) -> str:
    parts = re.split(r"%\((\w+)\)s", template)
    return "".join(
        f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
