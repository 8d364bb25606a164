"""The grid of a workspace with 200,000 media: its first page, and what is fetched while scrolling.

Every request is one of an officer who is signed in to the pages and acts under an authority; what
it shows is decided by the policies and is in the log before it is answered.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import requests
from django.db import connections

from bench.api_lookup import _officer, _served, _session
from bench.material import scratch
from bench.results import Result, Row
from clew.access.models import Agency, Country
from clew.records.models import Folder
from clew.workspace import Workspace

MEDIA = 200_000
ASKED = 60
_BARS = {"first page": 0.150, "scrolling": 0.100}

_FILL = (
    "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, notes, "
    "compared, matches_left_out) SELECT sha256(convert_to('file-' || i, 'UTF8')), 90000, CASE WHEN "
    "i %% 10 = 0 THEN 'video' ELSE 'image' END, 'jpeg', 1280, 960, '', 'read', '{}', true, 0 "
    "FROM generate_series(1, %(media)s) i",
    # One in fifty is another agency's, half of those are shared.
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id, "
    "sharing) SELECT CASE WHEN id %% 50 = 0 THEN %(their_folder)s ELSE %(folder)s END, "
    "convert_to('IMG_' || id || '.jpg', 'UTF8'), 90000, 'read', '{}', id, CASE WHEN id %% 50 = 0 "
    "THEN %(theirs)s ELSE %(ours)s END, CASE WHEN id %% 100 = 0 THEN 'all members' ELSE "
    "'own agency' END FROM records_media",
    # Half of them are in stacks of four near-copies.
    "INSERT INTO records_storedmatch (first_id, second_id, kind, distance, threshold, evidence) "
    "SELECT id, id + k, 'picture', 8, 52, '{}' FROM records_media, generate_series(1, 3) k "
    "WHERE id %% 8 = 1 AND id + k <= (SELECT max(id) FROM records_media)",
    # One in twenty names its camera, of eight.
    "UPDATE records_media SET camera = 'Maker A' || id / 20 %% 8 WHERE id %% 20 = 0",
    # One in three is graded.
    "INSERT INTO records_grade (media_id, scheme, grade, words, why, number, officer_id, "
    "agency_id, at) SELECT id, 'US', id %% 3, '', '', 1, %(officer)s, %(ours)s, now() "
    "FROM records_media WHERE id %% 3 = 0",
)


def run() -> Result:
    """Fill a workspace, serve it, look through it."""
    return measured(MEDIA, ASKED)


def measured(media: int, asked: int) -> Result:
    """The same with other numbers."""
    with scratch() as name:
        folder = Path(name) / "workspace"
        Path(name).chmod(0o755)
        with Workspace.open(folder):
            officer, authority = _officer()
            _fill(media, officer.pk)
            secret = _session(officer, authority)
            with _served(folder) as port:
                took = _looked(f"http://127.0.0.1:{port}", secret, asked)
    return _result(media, asked, took)


def _fill(media: int, officer: int) -> None:
    ours = Agency.objects.using("owner").get()
    theirs = Agency.objects.using("owner").create(
        country=Country.objects.using("owner").get(), name="Elsewhere"
    )
    folders = [
        Folder.objects.using("owner").create(path=b"/evidence", agency=one)
        for one in (ours, theirs)
    ]
    values = {
        "media": media,
        "folder": folders[0].pk,
        "their_folder": folders[1].pk,
        "ours": ours.pk,
        "theirs": theirs.pk,
        "officer": officer,
    }
    with connections["owner"].cursor() as cursor:
        # What officers write is signed by a trigger, for the session of whoever writes.
        cursor.execute("ALTER TABLE records_grade DISABLE TRIGGER sign")
        for statement in _FILL:
            cursor.execute(statement, values)
        cursor.execute("ALTER TABLE records_grade ENABLE TRIGGER sign")
        for table in ("media", "sighting", "storedmatch", "grade"):
            cursor.execute(f"ANALYZE records_{table}")


def _looked(address: str, secret: str, asked: int) -> dict[str, list[float]]:
    """Seconds of each request: first pages plain and filtered, and pages while scrolling."""
    with requests.Session() as session:
        session.cookies.set("clew-session", secret)
        script = {"Clew-Asks": "script"}

        def seconds(path: str) -> float:
            began = time.perf_counter()
            answer = session.get(address + path, headers=script, timeout=60)
            took = time.perf_counter() - began
            assert answer.status_code == 200, (path, answer.status_code)
            last.append(answer)
            return took

        last: list[requests.Response] = []
        for _ in range(5):
            seconds("/media")
            seconds("/media/rows")
        first = [seconds("/media") for _ in range(asked)]
        filtered = [
            seconds(path)
            for _ in range(asked // 4)
            for path in (
                *("/media?grade=none", "/media?kind=video", "/media?copies=apart"),
                *("/media?order=oldest&matched=yes", "/media?camera=Maker+A7"),
            )
        ]
        worded = [
            seconds(path)
            for _ in range(asked // 4)
            for path in ("/media?words=img", "/media?words=IMG_77+jpg", "/media?words=nowhere")
        ]
        scrolling = []
        after = ""
        for _ in range(asked):
            scrolling.append(seconds(f"/media/rows?after={after}"))
            after = str(last[-1].json()["further"])
        deep = [
            seconds(f"/media/rows?after={number}")
            for number in np.random.default_rng(0).integers(1000, MEDIA // 2, asked)
        ]
    return {
        "first page": first,
        "first page, filtered": filtered,
        "first page, by words": worded,
        "scrolling": scrolling,
        "scrolling, deep down": deep,
    }


def _result(media: int, asked: int, took: dict[str, list[float]]) -> Result:
    p95 = {name: float(np.percentile(seconds, 95)) for name, seconds in took.items()}
    met = {
        name: all(value <= most for kind, value in p95.items() if kind.startswith(name))
        for name, most in _BARS.items()
    }
    return Result(
        title="The grid in the browser's place",
        says=(
            f"One officer's requests, one after the other, {asked} of each kind, of a workspace of "
            f"{media:,} made-up media, half of them in stacks of four near-copies, a third graded, "
            "one in fifty another agency's. A first page and a fetch while scrolling have 100 "
            "media. From sending to the last byte, so the whole of the server's time; client, "
            "server and database share the processors."
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
        bars=[
            f"{name}: p95 ≤ {most * 1e3:.0f} ms: " + ("met" if met[name] else "missed")
            for name, most in _BARS.items()
        ],
        figures={"p95": p95, "met": all(met.values())},
    )
