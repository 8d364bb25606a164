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
from clew.access.acting import acting, officer
from clew.access.connections import Connection
from clew.access.models import Agency, Officer, OfficerRole
from clew.casework.board import board as board_of
from clew.casework.decisions import connect
from clew.casework.entities import add_to_series, create, media_of
from clew.casework.exports import ask
from clew.casework.hypotheses import argue, hypotheses, suppose, weigh
from clew.casework.identification import find
from clew.casework.observations import observe
from clew.casework.sheet import sheet_of
from clew.casework.tasks import ask_for, tasks
from clew.casework.things import Thing
from clew.records.models import Entity, EntityKind, Folder, Media
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
    # Contributions, and the first of them with all media in it.
    "INSERT INTO records_contribution (agency_id, officer_id, authority_id, halted, ended_at) "
    "SELECT %(agency)s, o.id, a.id, '', CASE WHEN i > 1 THEN now() END "
    "FROM access_officer o, access_authority a, generate_series(%(from)s, %(to)s) i",
    "INSERT INTO records_contributedfile (contribution_id, path, state, portion, size, media_id, "
    "again, problem, standing, better) SELECT (SELECT min(id) FROM records_contribution), "
    "convert_to(m.id::text, 'UTF8'), CASE WHEN m.id %% 2 = 0 THEN 'stored' ELSE 'arriving' END, "
    "0, 9, m.id, false, '', CASE WHEN m.id %% 2 = 0 THEN 'held' END, '{larger}' "
    "FROM records_media m "
    "WHERE NOT EXISTS (SELECT FROM records_contributedfile f WHERE f.media_id = m.id)",
)
_OFFICERS = (
    "INSERT INTO access_officer (name, sign_in_name, agency_id) SELECT 'Officer ' || i, "
    "'officer-' || i, %(agency)s FROM generate_series(%(from)s, %(to)s) i",
    "INSERT INTO access_officerrole (officer_id, role) SELECT o.id, 'specialist' "
    "FROM access_officer o WHERE NOT EXISTS (SELECT FROM access_officerrole r "
    "WHERE r.officer_id = o.id)",
    # Each has something due, a hold, requests for deletion and for exports.
    "UPDATE records_sighting SET seen_at = seen_at - interval '3000 days'",
    "INSERT INTO records_hold (officer_id, agency_id, media_id, why) "
    "SELECT o.id, o.agency_id, (SELECT min(id) FROM records_media), 'trial' FROM access_officer o",
    "INSERT INTO records_deletion (officer_id, agency_id, media_id, why) "
    "SELECT o.id, o.agency_id, (SELECT max(id) FROM records_media), 'old' FROM access_officer o",
    "WITH asked AS (INSERT INTO records_export (officer_id, agency_id, authority_id, kind, "
    "pictures, why, holds, digest) SELECT o.id, o.agency_id, a.id, 'findings', false, 'court', "
    "'{}', '' FROM access_officer o, access_authority a, generate_series(1, 2) RETURNING *) "
    "INSERT INTO records_exportend (officer_id, agency_id, export_id, answer, why) "
    "SELECT officer_id, agency_id, id, 'agreed', 'court' FROM asked WHERE id %% 2 = 0",
    "INSERT INTO records_entity (officer_id, agency_id, kind, title, category, identity, "
    "whereabouts, safety, restricted) SELECT o.id, o.agency_id, 'person', 'girl', 'victim', '', "
    "'', '', false FROM access_officer o",
)
PAGES = {
    "/": 12,
    "/part/waiting": 26,
    "/part/tasks": 14,
    "/part/series": 22,
    "/part/contributions": 7,
    "/part/hits": 12,
    "/contribute": 16,
    "/contributions": 12,
    "/contributions/{handed_in}": 24,
    "/contributions/{handed_in}/now": 22,
    "/contributions/{handed_in}/files?which=better": 16,
    "/contributions/{handed_in}/uploads": 16,
    "/media?contribution={handed_in}&known=ungraded&better=yes&scope=in": 24,
    "/part/cameras": 10,
    "/media": 16,
    "/media?grade=none&kind=image": 16,
    "/media?camera=Nokia+X&entity=1": 17,
    "/media/sketches?media={first},{last}": 10,
    "/media/rows?after={last}": 14,
    "/media/count": 10,
    "/media/{first}": 33,
    "/media/{first}/matches?after=0-0": 16,
    "/media/{last}/stack": 14,
    "/series": 12,
    "/series/{series}": 54,
    "/series/{series}/timeline": 26,
    "/series/{series}/map": 22,
    "/entities?kind=place": 12,
    "/entities/{series}": 40,
    "/entities/{series}/graph": 30,
    "/proposals": 24,
    "/proposals?by=media": 24,
    "/search": 8,
    "/desk": 8,
    "/authority": 10,
    "/oversight": 8,
    "/oversight/log": 16,
    "/oversight/log/1": 16,
    "/oversight/seen?thing=media:{first}": 16,
    "/oversight/seen?officer=de-lka": 16,
    "/oversight/verification": 16,
    "/oversight/conduct": 20,
    "/oversight/access": 18,
    "/oversight/statistics": 30,
    "/oversight/reviews": 27,
    "/oversight/deletions": 18,
    "/oversight/exports": 20,
    "/oversight/holds": 16,
    "/oversight/again": 16,
    "/protection": 12,
    "/admin/officers": 18,
    "/admin/officers/new": 16,
    "/admin/officers/1": 20,
    "/admin/agencies": 16,
    "/admin/authorities": 14,
    "/admin/authorities/new": 12,
    "/admin/tokens": 10,
    "/admin/schemes": 8,
    "/admin/jobs": 14,
    "/admin/health": 8,
}
"""Most statements that each may ask, those that begin the session and write the log included."""


@pytest.fixture(scope="module")
def served(make_place: Callable[[], Path]) -> Iterator[Client]:
    settings = Settings.from_environment({"CLEW_WORKERS": "1", "CLEW_HOSTS": "testserver"})
    folder = make_place() / "workspace"
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as opened:
        secret = agency_at_work("DE", "LKA")
        officer = Officer.objects.using("owner").get()
        for role in ("supervisor", "auditor", "administrator", "data-protection officer"):
            OfficerRole.objects.using("owner").create(officer=officer, role=role)
        application(opened)
        client = Client()
        client.cookies["clew-session"] = secret
        yield client


def more(begin: int, end: int) -> tuple[int, int, int]:
    """More media, with places, matches and traces, and more contributions.

    Returns:
        Numbers of the first media and the last, and of the first contribution.
    """
    agency = Agency.objects.using("owner").get()
    folder, _ = Folder.objects.using("owner").get_or_create(path=b"/evidence", agency=agency)
    values = {"from": begin, "to": end, "folder": folder.pk, "agency": agency.pk}
    with connections["owner"].cursor() as cursor:
        for statement in (*_MORE, *_OFFICERS):
            cursor.execute(statement, values)
        cursor.execute(
            "SELECT min(id), max(id), (SELECT min(id) FROM records_contribution) FROM records_media"
        )
        return cursor.fetchone()


def on_boards(secret: str, first: int, last: int, handed_in: int) -> tuple[int, int, int]:
    """A series with these media, and of everything that stands on its board one for each."""
    with acting(secret):
        one = Entity.objects.filter(kind="series").first() or create(EntityKind.SERIES, "room")
        board = Thing("series", one.pk)
        inside = list(Media.objects.exclude(pk__in=media_of(one.pk)).values_list("pk", flat=True))
        victims = [create("person", f"girl {n}", category="victim").pk for n in inside[:20]]
        add_to_series(one.pk, "x", media=inside, persons=victims)
        for number, media in enumerate(inside[:20]):
            source = Thing("media", media)
            observe(board, "clue", f"clue {number}", source=source, region=[0, 0, 1, 1])
            observe(source, "plug type", "F")
            find(victims[number % len(victims)], "safety", "at risk", "x")
            place = create("place", f"flat {number}").pk
            connect("was at", board, Thing("place", place), "x", confirmed=True)
            supposed = suppose(board, "country", f"country {number}").pk
            argue(supposed, "for", "x")
            weigh(supposed, "likely", "x")
            ask_for(board, "call", assigned=officer())
        ask(
            sheet_of(board_of(one.pk), hypotheses(board), tasks(board), pictures=True).contents, "x"
        )
    return first, last, handed_in


def test_pages_ask_as_often_for_much_as_for_little(served, monkeypatch):
    asked: list[object] = []
    execute = psycopg.Cursor.execute
    here = threading.get_ident()

    def counted(cursor, query, *arguments, **named):
        if threading.get_ident() == here:  # what is found anew beside a page is not the page's
            asked.append(query)
        return execute(cursor, query, *arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)

    def counts(first: int, last: int, handed_in: int) -> dict[str, int]:
        found = {}
        series = Entity.objects.using("owner").filter(kind="series").earliest("pk").pk
        for page in PAGES:
            path = page.format(first=first, last=last, handed_in=handed_in, series=series)
            served.get(path)  # what is prepared once a connection
            asked.clear()
            answer = served.get(path)
            assert answer.status_code == 200, (path, answer)
            found[page] = len(asked)
        return found

    secret = served.cookies["clew-session"].value
    few = counts(*on_boards(secret, *more(1, 6)))
    many = counts(*on_boards(secret, *more(7, 120)))
    assert many == few
    assert not {page: (many[page], most) for page, most in PAGES.items() if many[page] > most}
