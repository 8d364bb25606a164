"""Look-ups of one hash among a million media, through the served interface, by several clients.

Every look-up is a request of an officer who is signed in and acts under an authority; what it finds
is shown as far as the policies allow, and it is in the log before it is answered. Half of the
hashes asked for are those of media that are there, a few bits off; the others are of nothing.

All clients are programs of one officer, whose questions are counted together: that is harder than
as many officers. They share the processors with what they measure, and are made to take little of
them: one process, connections that stay, requests that were written before the time begins.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.db import connections
from django.utils import timezone

from bench.material import scratch
from bench.results import Result, Row
from clew.access.models import Agency, Authority, Officer, OfficerRole, Role, Session, SessionKind
from clew.access.officers import first_administrator
from clew.access.secret import digest, new_secret
from clew.audit.events import Event
from clew.compare.calibration import Thresholds
from clew.media.kind import MediaType
from clew.records.models import Folder, Quota
from clew.workspace import Workspace

MEDIA = 1_000_000
CLIENTS = 8
SECONDS = 60.0
_WARM = 3.0
_BARE = 2000
_REQUESTS = 4000
"""Written for each client before it begins; asked from the start again when they are used up."""

_FILL = (
    "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, notes, "
    "compared, matches_left_out) SELECT sha256(convert_to('file-' || i, 'UTF8')), 90000, 'image', "
    "'jpeg', 1280, 960, '', 'read', '{}', true, 0 FROM generate_series(1, %(media)s) i",
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id) "
    "SELECT %(folder)s, convert_to('IMG_' || id || '.jpg', 'UTF8'), 90000, 'read', '{}', id, "
    "%(agency)s FROM records_media",
    # The look of number i, and seven more for its other orientations, which are never indexed.
    "INSERT INTO records_storedtrace (media_id, signal, version, ordinal, variant, value, quality) "
    "SELECT id, 'picture', %(version)s, 0, 'whole', sha256(convert_to('look-' || id, 'UTF8')) || "
    "decode(repeat(md5(id::text), 14), 'hex'), 90 FROM records_media",
)


def run() -> Result:
    """Fill a workspace, serve it, ask for a minute."""
    return measured(MEDIA, SECONDS)


def measured(media: int, seconds: float, clients: int = CLIENTS) -> Result:
    """The same with other numbers."""
    with scratch() as name:
        folder = Path(name) / "workspace"
        Path(name).chmod(0o755)
        began = time.perf_counter()
        with Workspace.open(folder) as workspace:
            officer, authority = _officer()
            _fill(workspace, media, officer)
            secrets = [_session(officer, authority) for _ in range(clients)]
            bare = _bare(workspace, media)
            filled = time.perf_counter() - began
            with _served(folder) as port:
                took, failed = _asked(port, secrets, media, seconds)
                noted = _noted()
    return _result(media, clients, seconds, filled, bare, took, failed, noted)


def _officer() -> tuple[Officer, int]:
    until = timezone.now() + timedelta(days=2)
    first_administrator(
        country="XX",
        country_name="Measured",
        agency="Measured",
        name="Measured",
        sign_in_name="measured",
        until=until,
        roles=(Role.SPECIALIST,),
    )
    officer = Officer.objects.using("owner").get(sign_in_name="measured")
    Quota.objects.using("owner").create(agency_id=officer.agency_id, per_hour=10**6, per_day=10**6)
    held = Authority.objects.using("owner").create(
        agency_id=officer.agency_id,
        operation="Measured",
        legal_basis="none: made-up material",
        reference="Az 1",
        purpose="measuring",
        valid_until=until,
        whole_agency=True,
        added_by=officer,
    )
    assert OfficerRole.objects.using("owner").filter(officer=officer).exists()
    return officer, held.pk


def _session(officer: Officer, authority: int) -> str:
    secret = new_secret()
    Session.objects.using("owner").create(
        digest=digest(secret),
        officer=officer,
        kind=SessionKind.COMMAND_LINE,
        scopes=["read"],
        authority_id=authority,
        expires_at=timezone.now() + timedelta(hours=2),
        idle=timedelta(hours=2),
    )
    return secret


def _fill(workspace: Workspace, media: int, officer: Officer) -> None:
    from clew.signals.registry import signals

    held = Folder.objects.using("owner").create(path=b"/evidence", agency_id=officer.agency_id)
    values = {
        "media": media,
        "folder": held.pk,
        "agency": officer.agency_id,
        "version": signals()["picture"].version,
    }
    with connections["owner"].cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, values)
        for table in ("media", "sighting", "storedtrace"):
            cursor.execute(f"ANALYZE records_{table}")
    assert Agency.objects.using("owner").count() == 1
    workspace.looks.search(np.zeros((1, 32), np.uint8), 0)  # fed once, as by whoever scanned


def _look(number: int, off: int) -> bytes:
    """The hash of a media with some bits turned over; of none for a number that is not there."""
    value = bytearray(hashlib.sha256(f"look-{number}".encode()).digest())
    for bit in range(off):
        value[(bit * 7) % 32] ^= 1 << (bit % 8)
    return bytes(value)


def _hashes(media: int, seed: int) -> Iterator[bytes]:
    numbers = np.random.default_rng(seed)
    while True:
        number = int(numbers.integers(1, media + 1))
        yield _look(number, 12)
        yield _look(number + media, 0)


def _bare(workspace: Workspace, media: int) -> list[float]:
    """Seconds of the search alone, of one hash at a time by one thread."""
    index = workspace.looks._index
    radius = Thresholds().radius(MediaType.IMAGE)
    asked = _hashes(media, 0)
    took = []
    for _ in range(_BARE):
        query = np.frombuffer(next(asked), np.uint8)[None]
        began = time.perf_counter()
        index.search(query, radius)
        took.append(time.perf_counter() - began)
    return took[_BARE // 10 :]


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    command = [
        Path(sys.executable).parent / "clew",
        "up",
        "--no-worker",
        "--port",
        "0",
        "-w",
        folder,
    ]
    environment = os.environ | {"CLEW_RATE": "10000000"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline().rpartition(":")[2])
        finally:
            server.send_signal(signal.SIGTERM)


def _asked(
    port: int, secrets: list[str], media: int, seconds: float
) -> tuple[list[float], list[str]]:
    """Seconds of each request, and what failed; the clients are a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(clients_at_once, (port, secrets, media, seconds))


def clients_at_once(
    port: int, secrets: list[str], media: int, seconds: float
) -> tuple[list[float], list[str]]:
    """Clients, each of which asks again as soon as it has an answer."""
    took: list[float] = []
    failed: list[str] = []
    requests = [_requests(secret, media, n + 1) for n, secret in enumerate(secrets)]
    until = time.monotonic() + _WARM + seconds
    threads = [
        threading.Thread(target=_client, args=(port, asked, until, took, failed))
        for asked in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, failed


def _requests(secret: str, media: int, seed: int) -> list[bytes]:
    """What one client sends; every second one is of nothing."""
    asked = _hashes(media, seed)
    written = []
    for _ in range(_REQUESTS):
        body = json.dumps({"algorithm": "pdq", "value": next(asked).hex()}).encode()
        head = (
            "POST /api/v1/query/hash HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        written.append(head.encode() + body)
    return written


def _client(
    port: int, requests: list[bytes], until: float, took: list[float], failed: list[str]
) -> None:
    counted_from = time.monotonic() + _WARM
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        turn = 0
        while (now := time.monotonic()) < until:
            connection.sendall(requests[turn % len(requests)])
            status, answer = _answer(connection)
            if now >= counted_from:
                took.append(time.monotonic() - now)
            if status != 200 or answer.count(b'"match":') != 1 - turn % 2:
                failed.append(f"{status} {answer[:200]!r}")
            turn += 1


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return int(lines[0].split()[1]), body


def _noted() -> int:
    """How many questions are in the log."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry WHERE event = %s", [Event.QUERY.value])
        (count,) = cursor.fetchone()
    return int(count)


def _result(
    media: int,
    clients: int,
    seconds: float,
    filled: float,
    bare: list[float],
    took: list[float],
    failed: list[str],
    noted: int,
) -> Result:
    search, p50, p95, p99 = (
        statistics.median(bare),
        *(float(np.percentile(took, share)) for share in (50, 95, 99)),
    )
    bar = 20 * search + 0.030
    met = p95 <= bar and not failed and noted >= len(took)
    return Result(
        title="Look-up of one hash through the interface",
        says=(
            f"{clients} clients for {seconds:.0f} s, each asking again as soon as it has its "
            f"answer, of a workspace of {media:,} made-up pictures; half of the hashes are of one "
            "that is there, 12 bits off. Each request names its session, is checked for its "
            "authority, and is in the log. The bare search is one hash by one thread in the index "
            f"alone, median of {len(bare)}. Clients, server and database share the processors. "
            f"Filling took {filled:.0f} s."
        ),
        rows=[
            Row(
                cells={
                    "bare search": f"{search * 1e3:.3f} ms",
                    "requests": f"{len(took):,} ({len(took) / seconds:.0f}/s)",
                    "median": f"{p50 * 1e3:.1f} ms",
                    "p95": f"{p95 * 1e3:.1f} ms",
                    "p99": f"{p99 * 1e3:.1f} ms",
                    "errors": str(len(failed)),
                }
            )
        ],
        bars=[
            f"p95 ≤ 20 × the bare search + 30 ms = {bar * 1e3:.1f} ms, no error, all in the log: "
            + ("met" if met else f"not met ({p95 * 1e3:.1f} ms, {len(failed)} errors)")
        ],
        figures={
            "bare": search,
            "p50": p50,
            "p95": p95,
            "p99": p99,
            "bar": bar,
            "errors": failed[:5],
            "requests": len(took),
            "noted": noted,
            "met": met,
        },
    )
