"""The words that officers choose from: files of Clew's own, and an operator's beside them.

An operator's folder (``CLEW_VOCABULARY``) has the same names: ``connections.json`` and
``observations.json`` add to Clew's own or replace single words, ``grades/*.json`` add schemes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.abc import Traversable
from typing import TypeVar

import msgspec

from clew.casework.errors import VocabularyError
from clew.settings import Settings

_Word = TypeVar("_Word")


class ConnectionType(msgspec.Struct, frozen=True, kw_only=True):
    """What two things can have to do with each other.

    Attributes:
        first: kinds of thing at its first end; ``second`` likewise.
        says: what it means.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    says: str


class ObservationType(msgspec.Struct, frozen=True, kw_only=True):
    """What can be observed.

    Attributes:
        about: kinds of thing.
        choices: the only words allowed; any when empty.
        says: what it means.
    """

    about: tuple[str, ...]
    choices: tuple[str, ...] = ()
    says: str


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """How one country or organisation grades. A number means nothing without its scheme.

    Attributes:
        scheme: its name.
        source: who uses it.
        grades: words by number.
    """

    scheme: str
    source: str
    grades: dict[int, str]


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All words there are."""

    connections: dict[str, ConnectionType]
    observations: dict[str, ObservationType]
    schemes: dict[str, Scheme]

    def connection(self, name: str) -> ConnectionType:
        """A type of connection.

        Raises:
            VocabularyError: there is none of that name; the message lists those there are.
        """
        return _named("type of connection", name, self.connections)

    def observation(self, name: str) -> ObservationType:
        """A type of observation; raises as :meth:`connection`."""
        return _named("type of observation", name, self.observations)

    def scheme(self, name: str) -> Scheme:
        """A grading scheme; raises as :meth:`connection`."""
        return _named("grading scheme", name, self.schemes)


def _named(what: str, name: str, there: dict[str, _Word]) -> _Word:
    try:
        return there[name]
    except KeyError:
        raise VocabularyError(
            f"There is no {what} called {name!r}. There are: {', '.join(sorted(there))}."
        ) from None


@cache
def vocabulary() -> Vocabulary:
    """The words of Clew and of this operator.

    Raises:
        VocabularyError: a file cannot be read; the message names it.
    """
    folder = Settings.from_environment().vocabulary
    places: list[Traversable] = [resources.files("clew.casework").joinpath("vocabularies")]
    if folder is not None:
        places.append(folder)
    connections: dict[str, ConnectionType] = {}
    observations: dict[str, ObservationType] = {}
    schemes: dict[str, Scheme] = {}
    for place in places:
        connections |= _read(place.joinpath("connections.json"), dict[str, ConnectionType], {})
        observations |= _read(place.joinpath("observations.json"), dict[str, ObservationType], {})
        for file in _files(place.joinpath("grades")):
            scheme = _read(file, Scheme, None)
            schemes[scheme.scheme] = scheme
    return Vocabulary(connections=connections, observations=observations, schemes=schemes)


def _files(folder: Traversable) -> Iterator[Traversable]:
    if folder.is_dir():
        yield from sorted(
            (file for file in folder.iterdir() if file.name.endswith(".json")),
            key=lambda file: file.name,
        )


def _read(file: Traversable, kind: type[_Word], missing: _Word | None) -> _Word:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        if missing is None:
            raise
        return missing
    except (OSError, msgspec.DecodeError) as error:
        raise VocabularyError(
            f"{file} cannot be read ({error}). Mend it, or take it out of CLEW_VOCABULARY; the "
            "operator's guide shows what such a file holds."
        ) from error
