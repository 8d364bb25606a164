"""However much there is, a page asks the database as often as for a little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.test import Client

from agencies import agency_at_work
from clew.access.connections import Connection
from clew.access.models import Agency
from clew.records.models import Folder
from clew.serving.application import application
from clew.settings import Settings
from clew.workspace import Workspace

_MORE = (
    "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, notes, "
    "compared, matches_left_out) SELECT sha256(convert_to('file-' || i, 'UTF8')), 9, 'image', "
    "'jpeg', 640, 480, '', 'read', '{}', true, 0 FROM generate_series(%(from)s, %(to)s) i",
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id) "
    "SELECT %(folder)s, convert_to(m.id || '-' || n, 'UTF8'), 9, 'read', '{}', m.id, %(agency)s "
    "FROM records_media m, generate_series(1, 2) n "
    "WHERE NOT EXISTS (SELECT FROM records_sighting s WHERE s.media_id = m.id)",
    # Each is nearly the next one, and all look like the first.
    "INSERT INTO records_storedmatch (first_id, second_id, kind, distance, threshold, evidence) "
    "SELECT a.id, b.id, 'picture', d, 52, jsonb_build_object('kind', 'picture', 'distance', d, "
    "'threshold', 52, 'orientation', 'as it is', 'first_variant', 'whole', 'second_variant', "
    "'whole', 'quality', 90, 'spans', '[]'::jsonb, 'versions', '{}'::jsonb) "
    "FROM records_media a JOIN records_media b ON b.id > a.id, LATERAL (SELECT CASE WHEN "
    "b.id = a.id + 1 AND a.id %% 2 = 0 THEN 8 ELSE 40 END AS d) far "
    "WHERE (b.id = a.id + 1 OR a.id = (SELECT min(id) FROM records_media)) ON CONFLICT DO NOTHING",
    "INSERT INTO records_storedtrace (media_id, signal, version, ordinal, variant, value, quality) "
    "SELECT id, 'picture', 1, 0, 'whole', decode(repeat(md5(id::text), 16), 'hex'), 90 "
    "FROM records_media ON CONFLICT DO NOTHING",
)
PAGES = {
    "/": 12,
    "/part/waiting": 26,
    "/part/contributions": 12,
    "/part/hits": 12,
    "/part/cameras": 10,
    "/media": 16,
    "/media?grade=none&kind=image": 16,
    "/media?camera=Nokia+X&entity=1": 16,
    "/media/sketches?media={first},{last}": 10,
    "/media/rows?after={last}": 14,
    "/media/count": 10,
    "/media/{first}": 33,
    "/media/{first}/matches?after=0-0": 16,
    "/media/{last}/stack": 14,
    "/proposals": 24,
    "/proposals?by=media": 24,
    "/search": 8,
    "/desk": 8,
    "/authority": 10,
}
"""Most statements that each may ask, those that begin the session and write the log included."""


@pytest.fixture(scope="module")
def served(make_place: Callable[[], Path]) -> Iterator[Client]:
    settings = Settings.from_environment({"CLEW_WORKERS": "1", "CLEW_HOSTS": "testserver"})
    folder = make_place() / "workspace"
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as opened:
        secret = agency_at_work("DE", "LKA")
        application(opened)
        client = Client()
        client.cookies["clew-session"] = secret
        yield client


def more(begin: int, end: int) -> tuple[int, int]:
    """More media, with places, matches and traces; numbers of the first and the last of all."""
    agency = Agency.objects.using("owner").get()
    folder, _ = Folder.objects.using("owner").get_or_create(path=b"/evidence", agency=agency)
    values = {"from": begin, "to": end, "folder": folder.pk, "agency": agency.pk}
    with connections["owner"].cursor() as cursor:
        for statement in _MORE:
            cursor.execute(statement, values)
        cursor.execute("SELECT min(id), max(id) FROM records_media")
        return cursor.fetchone()


def test_pages_ask_as_often_for_much_as_for_little(served, monkeypatch):
    asked: list[object] = []
    execute = psycopg.Cursor.execute
    here = threading.get_ident()

    def counted(cursor, query, *arguments, **named):
        if threading.get_ident() == here:  # what is found anew beside a page is not the page's
            asked.append(query)
        return execute(cursor, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)

    def counts(first: int, last: int) -> dict[str, int]:
        found = {}
        for page in PAGES:
            path = page.format(first=first, last=last)
            served.get(path)  # what is prepared once a connection
            asked.clear()
            answer = served.get(path)
            assert answer.status_code == 200, (path, answer)
            found[page] = len(asked)
        return found

    few = counts(*more(1, 6))
    many = counts(*more(7, 120))
    assert many == few
    assert not {page: (many[page], most) for page, most in PAGES.items() if many[page] > most}
