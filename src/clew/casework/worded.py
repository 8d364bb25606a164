"""Media by words in the names of their files, in notes and tags, in names of what is connected.

A word is found wherever it occurs, in whatever case. No index on words would be used (see
:mod:`clew.casework.search`), so the grid looks through a stretch of files at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import connection

from clew.access.connections import prepared
from clew.casework.errors import StatementError
from clew.casework.things import with_parts
from clew.records.models import Folder

MOST_WORDS, LONGEST = 8, 200
Place = Callable[[object, str], str]
"""Takes a value of a statement and its type, and says where it stands in it."""
_TEXT = "encode(convert_to({text}, 'UTF8'), 'hex')"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word that is looked for.

    Attributes:
        pattern: a regular expression for it, over bytes in hexadecimal: what file systems say
            need not be text.
        folders: numbers of folders in whose path it occurs.
    """

    pattern: str
    folders: tuple[int, ...]


class Worded(msgspec.Struct, frozen=True, kw_only=True):
    """Words that are looked for, as far as they are found without looking at media.

    Attributes:
        words: each of them.
        things: numbers of persons, places, series and the like in whose title, or name or other
            particular, all of them occur, with what was merged into these.
    """

    words: tuple[Word, ...]
    things: tuple[int, ...]


def looked_for(typed: str) -> tuple[str, ...]:
    """The words of what somebody typed.

    Raises:
        StatementError: it is too much.
    """
    words = tuple(dict.fromkeys(typed.split()))
    if len(words) > MOST_WORDS or len(typed) > LONGEST or "\0" in typed:
        raise StatementError(f"Type at most {MOST_WORDS} words, of {LONGEST} letters together.")
    return words


def worded(typed: str) -> Worded:
    """What somebody typed, made ready; asked under the acting officer's policies.

    Raises:
        StatementError: it is too much.
    """
    words = looked_for(typed)
    patterns = [_pattern(word) for word in words]
    folders = [
        (number, bytes(path).hex()) for number, path in Folder.objects.values_list("pk", "path")
    ]
    return Worded(
        words=tuple(
            Word(
                pattern=pattern,
                folders=tuple(number for number, path in folders if re.match(pattern, path)),
            )
            for pattern in patterns
        ),
        things=tuple(with_parts(_things(patterns))) if words else (),
    )


def _pattern(word: str) -> str:
    """Accents are one letter or two, as the system liked that wrote the name."""
    spelled = {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}
    return f"^(?:..)*(?:{'|'.join(sorted(map(_letters, spelled)))})"


def _letters(word: str) -> str:
    cases = [sorted({letter, letter.lower(), letter.upper()}) for letter in word]
    return "".join(
        f"(?:{'|'.join(one.encode('utf-8', 'replace').hex() for one in letters)})"
        for letters in cases
    )


def _things(patterns: list[str]) -> list[int]:
    title, words = (_TEXT.format(text=text) for text in ("e.title", "p.words"))
    every = "(SELECT bool_and({text} ~ w) FROM unnest($1::text[]) w)"
    statement: Any = f"""
SELECT e.id FROM records_entity e WHERE {every.format(text=title)}
UNION SELECT p.entity_id FROM records_particular p WHERE {every.format(text=words)}
AND NOT EXISTS (SELECT FROM records_particular n WHERE n.replaces_id = p.id)
"""
    return [number for (number,) in prepared(connection, statement, [patterns])]


def of_place(asked: Worded, place: Place, sighting: str) -> str:
    """That all the words are in the path of a sighting, or of its folder, as SQL.

    Args:
        asked: the words.
        place: takes values of the statement.
        sighting: the name of its table there.
    """
    told = (
        f"(encode({sighting}.path, 'hex') ~ {place(word.pattern, 'text')}"
        + (
            f" OR {sighting}.folder_id = ANY({place(list(word.folders), 'bigint[]')}))"
            if word.folders
            else ")"
        )
        for word in asked.words
    )
    return " AND ".join(told)


def of_note(asked: Worded, place: Place, observation: str) -> str:
    """That all the words are in an observation that still stands, tags among them, as SQL."""
    text = _TEXT.format(text=f"{observation}.words")
    told = (f"{text} ~ {place(word.pattern, 'text')}" for word in asked.words)
    stands = f"SELECT FROM records_observation z WHERE z.replaces_id = {observation}.id"
    return f"{' AND '.join(told)} AND NOT EXISTS ({stands})"


def of_link(asked: Worded, place: Place, link: str) -> str:
    """That a connection leads to something of which the words are a name, as SQL."""
    things = place(list(asked.things), "bigint[]")
    return f"{link}.state = 'confirmed' AND {link}.second_entity_id = ANY({things})"
