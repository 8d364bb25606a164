"""The queue of decisions with 25,000 questions: its first page, further ones, and after a decision.

Every request is one of an officer who is signed in to the pages and acts under an authority; what
is on a page is asked of the database under its policies and is in the log before it is answered.
"""

from __future__ import annotations

import re
import statistics
import time
from pathlib import Path

import numpy as np
import requests
from django.db import connections

from bench.api_lookup import _officer, _served, _session
from bench.material import scratch
from bench.results import Result, Row
from clew.access.models import Agency, Country, Session
from clew.records.models import Folder
from clew.workspace import Workspace

QUESTIONS = 25_000
ASKED = 60
_BAR = 0.150

_FILL = (
    "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, notes, "
    "compared, matches_left_out) SELECT sha256(convert_to('file-' || i, 'UTF8')), 90000, 'image', "
    "'jpeg', 1280, 960, '', 'read', '{}', true, 0 FROM generate_series(1, %(questions)s * 5 / 2) i",
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id, "
    "sharing) SELECT %(folder)s, convert_to('IMG_' || id || '.jpg', 'UTF8'), 90000, 'read', '{}', "
    "id, %(ours)s, 'own agency' FROM records_media",
    # One in five is held in another country too.
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id, "
    "sharing) SELECT %(their_folder)s, convert_to('IMG_' || id || '.jpg', 'UTF8'), 90000, 'read', "
    "'{}', id, %(theirs)s, 'all members' FROM records_media WHERE id %% 5 = 0",
    # Four of five are about two that look alike, the others about a stack of four near-copies.
    "INSERT INTO records_storedmatch (first_id, second_id, kind, distance, threshold, evidence) "
    "SELECT id, id + 1, 'picture', 32 + id %% 20, 52, '{}' FROM records_media "
    "WHERE id %% 2 = 1 AND id <= %(questions)s * 8 / 5",
    "INSERT INTO records_storedmatch (first_id, second_id, kind, distance, threshold, evidence) "
    "SELECT id, id + k, 'picture', 8, 52, '{}' FROM records_media, generate_series(1, 3) k "
    "WHERE id %% 4 = 1 AND id > %(questions)s * 8 / 5 AND id <= %(questions)s * 12 / 5",
)


def run() -> Result:
    """Fill a workspace, serve it, look through what waits and decide some of it."""
    return measured(QUESTIONS, ASKED)


def measured(questions: int, asked: int) -> Result:
    """The same with other numbers."""
    with scratch() as name:
        folder = Path(name) / "workspace"
        Path(name).chmod(0o755)
        with Workspace.open(folder):
            officer, authority = _officer()
            _fill(questions)
            secret = _session(officer, authority)
            Session.objects.using("owner").update(scopes=["read", "contribute"])
            with _served(folder) as port:
                waiting, took = _looked(f"http://127.0.0.1:{port}", secret, asked)
    return _result(waiting, asked, took)


def _fill(questions: int) -> None:
    ours = Agency.objects.using("owner").get()
    elsewhere = Country.objects.using("owner").create(code="YY", name="Elsewhere")
    theirs = Agency.objects.using("owner").create(country=elsewhere, name="Elsewhere")
    folders = [
        Folder.objects.using("owner").create(path=b"/evidence", agency=one)
        for one in (ours, theirs)
    ]
    values = {
        "questions": questions,
        "folder": folders[0].pk,
        "their_folder": folders[1].pk,
        "ours": ours.pk,
        "theirs": theirs.pk,
    }
    with connections["owner"].cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, values)
        for table in ("media", "sighting", "storedmatch"):
            cursor.execute(f"ANALYZE records_{table}")


def _looked(address: str, secret: str, asked: int) -> tuple[int, dict[str, list[float]]]:
    """How many wait, and seconds of each request."""
    took: dict[str, list[float]] = {}
    with requests.Session() as session:
        session.cookies.set("clew-session", secret)

        def ask(kind: str, path: str, told: object = None) -> str:
            headers = {"Clew-Asks": "script", "X-CSRFToken": token[0]}
            began = time.perf_counter()
            answer = session.request(
                "GET" if told is None else "POST",
                address + path,
                json=told,
                headers=headers,
                timeout=60,
            )
            took.setdefault(kind, []).append(time.perf_counter() - began)
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
            return answer.text

        token = [""]
        page = ask("first page since the server began", "/proposals")
        token[0] = _first(r'data-form="(\w+)"', page)
        waiting = int(_first(r'data-count="(\d+)"', page))
        for _ in range(asked):
            page = ask("first page", "/proposals")
            ask("first page, by media", "/proposals?by=media")
            ask("what waits, at home", "/part/waiting")
            further = _first(r'hx-get="([^"]+)"', page).replace("&amp;", "&")
            ask("further page", further)
        for _ in range(asked // 4):
            page = ask("first page after a decision", "/proposals")
            name = _first(r'data-proposal="([\w-]+)"', page)
            ask("confirming", f"/proposals/{name}/accept", {"why": "measured"})
        left = int(_first(r'data-count="(\d+)"', ask("first page", "/proposals")))
        assert left == waiting - asked // 4, (left, waiting)
    return waiting, took


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def _result(waiting: int, asked: int, took: dict[str, list[float]]) -> Result:
    p95 = {name: float(np.percentile(seconds, 95)) for name, seconds in took.items()}
    held = {name: p95[name] for name in ("first page", "first page after a decision")}
    met = all(seconds <= _BAR for seconds in held.values())
    return Result(
        title="The queue of decisions in the browser's place",
        says=(
            f"One officer's requests, one after the other, {asked} of each kind, with {waiting:,} "
            "questions waiting: four of five about two pictures that look alike, the others about "
            "a stack of four near-copies, one media in five held in another country too. A page "
            "has twelve questions. The first page since the server began finds the order of all "
            "of them; from then on it is remembered and found anew beside the requests. From "
            "sending to the last byte; client, server and database share the processors."
        ),
        rows=[
            Row(
                cells={
                    "request": name,
                    "median": f"{statistics.median(seconds) * 1e3:.0f} ms",
                    "p95": f"{p95[name] * 1e3:.0f} ms",
                    "longest": f"{max(seconds) * 1e3:.0f} ms",
                }
            )
            for name, seconds in took.items()
        ],
        bars=[f"first page: p95 ≤ {_BAR * 1e3:.0f} ms: " + ("met" if met else "missed")],
        figures={"p95": p95, "waiting": waiting, "met": met},
    )
