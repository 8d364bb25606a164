"""What it costs that every query is in the log: the same query, and once more with a second entry.

The query is the cheapest there is, for a picture whose traces are known: it decodes nothing. No
query is without its entry; what a second one adds is what the first one costs.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from bench.material import distinct_photos, scratch, shared_data
from bench.results import Result, Row
from clew.access.acting import acting, signed_in, use_authority
from clew.access.connections import Connection
from clew.access.models import Agency, Authority, Officer, OfficerRole, Role, Session, SessionKind
from clew.access.officers import first_administrator
from clew.access.secret import digest, new_secret
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.find import find_file
from clew.intake.reading import read_files
from clew.intake.triage import Scan
from clew.records.models import Quota
from clew.signals.reading import Reading
from clew.workspace import Workspace

_TURNS = 400
_CLIENTS = 8
_SECONDS = 5.0


def run() -> Result:
    """Ask in turn with and without an entry, then write entries from several clients at once."""
    with scratch() as name:
        folder, photos = Path(name) / "workspace", distinct_photos()
        Path(name).chmod(0o755)
        with Workspace.open(folder) as workspace:
            secret = _officer()
            Quota.objects.create(agency=Agency.objects.get(), per_hour=10**6, per_day=10**6)
            with signed_in(secret):
                Scan(workspace, shared_data() / "photos_mixed").run()
        with Workspace.open(folder, default=Connection.APPLICATION) as workspace:
            asked = read_files(workspace.settings, photos[:20])
            bare, noted = _in_turn(workspace, secret, asked)
            rate = _at_once(secret)
    added = statistics.median(b / a for a, b in zip(bare, noted, strict=True)) - 1
    share = added / (1 - added)  # of the query without any entry
    whole = statistics.median(bare)
    less, more = whole * (1 - added), whole
    return Result(
        title="The log",
        says=(
            f"Medians of {_TURNS} queries for a picture whose traces are known, by an officer "
            f"under an authority in a workspace of {len(photos)} photos, each asked once as it "
            "is and once with a second entry in the log, in turn. What that adds, the median over "
            "these pairs, is the share of the one entry that each query writes. "
            f"Then {_CLIENTS} clients for {_SECONDS:.0f} s, each with transactions that do nothing "
            "but write one entry and wait until it is on the disk."
        ),
        rows=[
            Row(cells={"what": "query without an entry", "measured": f"{less * 1e3:.2f} ms"}),
            Row(cells={"what": "query with its entry", "measured": f"{more * 1e3:.2f} ms"}),
            Row(cells={"what": "share of the entry", "measured": f"{share:.1%}"}),
            Row(cells={"what": f"entries by {_CLIENTS} clients", "measured": f"{rate:.0f}/s"}),
        ],
        bars=[
            f"at most 10 % of a query's time: {'met' if share <= 0.1 else 'missed'} ({share:.1%})"
        ],
        figures={"share": share, "without": less, "with": more, "entries a second": rate},
    )


def _officer() -> str:
    """A session under an authority, in a new workspace."""
    soon = timezone.now() + timedelta(days=1)
    first_administrator(
        country="DE", country_name="", agency="A", name="B", sign_in_name="b", until=soon
    )
    officer = Officer.objects.get()
    OfficerRole.objects.create(officer=officer, role=Role.SPECIALIST)
    authority = Authority.objects.create(
        agency=officer.agency,
        operation="bench",
        legal_basis="bench",
        reference="bench",
        purpose="bench",
        valid_until=soon,
        whole_agency=True,
    )
    secret = new_secret()
    Session.objects.create(
        digest=digest(secret),
        officer=officer,
        kind=SessionKind.WEB,
        scopes=["read"],
        expires_at=soon,
    )
    with acting(secret):
        use_authority(authority.pk)
    return secret


def _in_turn(
    workspace: Workspace, secret: str, asked: list[Reading]
) -> tuple[list[float], list[float]]:
    def ask(reading: Reading, *, noted: bool) -> None:
        with acting(secret):
            found = len(find_file(workspace, reading).found)
            if noted:
                record(Event.QUERY, about=f"file {reading.sha256!r}", details={"found": found})

    def timed(reading: Reading, *, noted: bool) -> float:
        start = time.perf_counter()
        ask(reading, noted=noted)
        return time.perf_counter() - start

    for reading in asked:
        ask(reading, noted=True)
    times: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(_TURNS):
        reading = asked[turn % len(asked)]
        for noted in (turn % 2 == 0, turn % 2 == 1):  # neither always comes first
            times[noted].append(timed(reading, noted=noted))
    return times[False], times[True]


def _at_once(secret: str) -> float:
    """Entries a second, from several connections."""
    done = [0] * _CLIENTS
    until = time.perf_counter() + _SECONDS

    def write(number: int) -> Callable[[], None]:
        def work() -> None:
            try:
                while time.perf_counter() < until:
                    with acting(secret):
                        record(Event.QUERY, about="media")
                    done[number] += 1
            finally:
                connection.close()

        return work

    clients = [threading.Thread(target=write(number)) for number in range(_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sum(done) / _SECONDS
