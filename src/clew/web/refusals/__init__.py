"""What the layers below say to people, refusals above all, in the officer's language.

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
from clew.web.refusals.health import HEALTH
from clew.web.refusals.intake import INTAKE
from clew.web.refusals.log import LOG
from clew.web.refusals.reading import READING
from clew.web.refusals.vault import VAULT
from clew.web.vocabulary_words import in_words

REFUSALS: tuple[str, ...] = CASEWORK + INTAKE + ACCESS + VAULT + READING + LOG + HEALTH

_FOR_THE_SHELL = re.compile(r"\s*[^.;:]*`clew [^`]*`[^.;]*[.;]?")


def told(said: str) -> str:
    """What a layer below says, in the language of the page and for its readers.

    What is to be typed in a shell is left out; of several things in a row each is told.
    """
    whole = said.strip()
    short = _FOR_THE_SHELL.sub("", whole).strip()
    if short and short != whole:
        short = short.rstrip(":;,. ") + "."
    return _each(short)


def _each(said: str) -> str:
    """Several things that are said in a row, each as much of it as is known as one."""
    parts, there = said.split("; "), []
    while parts:
        for end in range(len(parts), 0, -1):
            one = "; ".join(parts[:end])
            known = in_their_language(one)
            if known != one or end == 1:
                there.append(known)
                del parts[:end]
                break
    return "; ".join(there)


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
    return _each(in_words(value))


@cache
def _shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The refusals as expressions, those without names in them first."""
    return [
        (template, re.compile(_shape(template), re.DOTALL))
        for template in sorted(REFUSALS, key=lambda one: one.count("%("))
    ]


_VALUES = {"count": r"\S+"}
"""What stands in the place of names that can be only that."""


def _shape(template: str) -> str:
    parts = re.split(r"%\((\w+)\)s", template)
    return "".join(
        f"(?P<{part}>{_VALUES.get(part, '.+?')})" if at % 2 else re.escape(part)
        for at, part in enumerate(parts)
    )
