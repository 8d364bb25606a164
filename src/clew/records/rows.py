"""Many rows by one statement of arrays: a scan writes thousands, and models one by one are slow.

Written by the worker, as all that is read, stored and compared.

A statement of one array for each column is parsed once whatever the number of rows, where one of
many VALUES grows with them (psycopg and PostgreSQL both read all of its text).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from clew.access.connections import worker

TEXTS = "texts"
"""Type of a column of ``text[]``: arrays of arrays would be flattened, so it travels as JSON."""


def insert(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    conflict: str = "DO NOTHING",
) -> None:
    """Insert rows into a table.

    Args:
        table: its name in the database.
        columns: names and types in SQL, in the order of the values; ``TEXTS`` for lists of text,
            ``jsonb`` for anything msgspec can encode. Names and types are the program's own.
        rows: the values; columns that are not named take the database's default.
        conflict: what follows ``ON CONFLICT``.
    """
    if not rows:
        return
    arrays, kept = [], []
    for (name, kind), values in zip(columns.items(), zip(*rows, strict=True), strict=True):
        as_json = kind in (TEXTS, "jsonb")
        column = [msgspec.json.encode(v).decode() for v in values] if as_json else list(values)
        arrays.append((column, "text" if as_json else kind))
        kept.append(
            f'ARRAY(SELECT jsonb_array_elements_text(given."{name}"::jsonb))'
            if kind == TEXTS
            else f'given."{name}"::{kind}'
        )
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join(f"%s::{kind}[]" for _, kind in arrays)
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(kept)} "  # noqa: S608
        f"FROM unnest({places}) AS given({names}) ON CONFLICT {conflict}"
    )
    with worker().cursor() as cursor:
        cursor.execute(statement, [column for column, _ in arrays])


def replacing(key: str, columns: Sequence[str]) -> str:
    """What follows ``ON CONFLICT`` when the new row's columns count: ``key`` is what conflicts."""
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
    return f"({key}) DO UPDATE SET {changes}"
