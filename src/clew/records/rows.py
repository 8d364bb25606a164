"""Many rows by one statement of arrays: a scan writes thousands, and models one by one are slow.

A statement of one array for each column is parsed once whatever the number of rows, where one of
many VALUES grows with them (psycopg and PostgreSQL both read all of its text).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper

from clew.access.connections import worker

TEXTS = "texts"
"""Type of a column of ``text[]``: arrays of arrays would be flattened, so it travels as JSON."""


def insert(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    conflict: str = "DO NOTHING",
    through: BaseDatabaseWrapper | None = None,
) -> None:
    """Insert rows into a table.

    Args:
        table: its name in the database.
        columns: names and types in SQL, in the order of the values; ``TEXTS`` for lists of text,
            ``jsonb`` for anything msgspec can encode. Names and types are the program's own.
        rows: the values; columns that are not named take the database's default.
        conflict: what follows ``ON CONFLICT``.
        through: the connection; by default the worker's, as for all that is read, stored and
            compared.
    """
    if not rows:
        return
    given, arrays = _given(columns, rows)
    names = ", ".join(f'"{name}"' for name in columns)
    kept = ", ".join(_kept(name, kind) for name, kind in columns.items())
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {kept} FROM {given} "  # noqa: S608
        f"ON CONFLICT {conflict}"
    )
    with (through or worker()).cursor() as cursor:
        cursor.execute(statement, arrays)


def update(
    table: str,
    columns: Mapping[str, str],
    rows: Mapping[int, Sequence[Any]],
    through: BaseDatabaseWrapper,
) -> None:
    """Change rows of a table, each to values of its own.

    Args:
        table: its name in the database.
        columns: as for :func:`insert`.
        rows: the values by the row's ``id``.
        through: the connection.
    """
    if not rows:
        return
    given, arrays = _given(
        {"id": "bigint", **columns}, [(number, *values) for number, values in rows.items()]
    )
    changes = ", ".join(f'"{name}" = {_kept(name, kind)}' for name, kind in columns.items())
    statement = (
        f"UPDATE {table} AS changed SET {changes} FROM {given} "  # noqa: S608
        "WHERE changed.id = given.id"
    )
    with through.cursor() as cursor:
        cursor.execute(statement, arrays)


def _given(
    columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[list[Any]]]:
    """Rows as a table ``given`` within a statement, and the arrays that it is made of."""
    arrays, places = [], []
    for kind, values in zip(columns.values(), zip(*rows, strict=True), strict=True):
        as_json = kind in (TEXTS, "jsonb")
        arrays.append([msgspec.json.encode(v).decode() for v in values] if as_json else [*values])
        places.append(f"%s::{'text' if as_json else kind}[]")
    names = ", ".join(f'"{name}"' for name in columns)
    return f"unnest({', '.join(places)}) AS given({names})", arrays


def _kept(name: str, kind: str) -> str:
    if kind == TEXTS:
        return f'ARRAY(SELECT jsonb_array_elements_text(given."{name}"::jsonb))'
    return f'given."{name}"::{kind}'


def replacing(key: str, columns: Sequence[str]) -> str:
    """What follows ``ON CONFLICT`` when the new row's columns count: ``key`` is what conflicts."""
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
    return f"({key}) DO UPDATE SET {changes}"
