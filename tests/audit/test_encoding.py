"""Entries become bytes in one way only, and in the database as here."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.audit.encoding import Content, digest, encoded

numbers = st.none() | st.integers(0, 2**63 - 1)
# PostgreSQL keeps no NUL in text; half a surrogate pair is no text at all.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
fields = st.lists(st.none() | texts | st.integers(), max_size=5)


@given(fields, fields)
def test_different_fields_are_different_bytes(one, other):
    def as_text(told: list[object]) -> list[str | None]:
        return [None if field is None else str(field) for field in told]

    assert (encoded(one) == encoded(other)) == (as_text(one) == as_text(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(["ab", "c"], ["a", "bc"]), ([None], [""]), ([None], []), ([], [""]), ([1, 23], [12, 3])],
)
def test_a_border_between_fields_cannot_be_moved(one, other):
    assert encoded(one) != encoded(other)


_DIGEST = (
    "SELECT audit.digest(ROW(%s::bigint, %s::timestamptz, %s, %s::bigint, %s::bigint, %s::bigint, "
    "%s::bigint, %s::bigint, %s, %s, %s, %s::uuid)::audit_entry)"
)


@settings(max_examples=60)
@given(
    st.integers(1, 2**63 - 1),
    st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)),
    st.tuples(numbers, numbers, numbers, numbers, numbers),
    st.tuples(texts, texts, texts, texts),
    st.uuids(),
)
def test_the_database_computes_the_same(
    opened, number: int, at: datetime, asked: tuple, words: tuple, blind: UUID
):
    event, role, about, details = words
    content = Content(
        *(number, at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), event, *asked),
        *(role, about, details, str(blind)),
    )
    row = [number, at.replace(tzinfo=UTC), event, *asked, role, about, details, str(blind)]
    with connections["owner"].cursor() as cursor:
        # What somebody sets for a session must not change what is hashed.
        cursor.execute("SET timezone = 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'")
        cursor.execute(_DIGEST, row)
        assert bytes(cursor.fetchone()[0]) == digest(content)
