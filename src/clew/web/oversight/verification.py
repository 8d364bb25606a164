"""Checking the log on the page: all of it, from its first entry on, beside other work.

It is the check of ``clew audit verify``, of the lines that ``clew audit export`` would write. Who
distrusts this server exports the log and checks it elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clew.access.acting import acting
from clew.access.models import Role
from clew.audit.checkpoint import confirmed
from clew.audit.events import Event
from clew.audit.export import exported
from clew.audit.log import record
from clew.audit.models import Checkpoint, Link
from clew.audit.signing import SignedCheckpoint
from clew.audit.verify import UnreadableError, Verdict, checkpoints_in, verify
from clew.serving.served import served
from clew.settings import Settings
from clew.web.browser import kept
from clew.web.frame import at_desk, at_work
from clew.web.menu import done, for_roles, shown

_SHORT = 1.5
"""Seconds that are waited for an answer: a log of some ten thousand entries is checked by then."""


@dataclass
class Check:
    """One check, as far as it is.

    Attributes:
        begun_at: when.
        entries: in the log then; ``read`` of them so far.
        verdict: once it is over; ``problem`` why it could not be.
        witnessed: whether a witness's checkpoints were compared.
        over: set when it is over.
    """

    begun_at: datetime
    entries: int
    read: int = 0
    verdict: Verdict | None = None
    problem: str = ""
    witnessed: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> int:
        """How much of it was read, in percent."""
        return min(100, self.read * 100 // max(self.entries, 1))


_checks: dict[int, Check] = {}
"""The last check of each officer, until this process ends."""
_lock = threading.Lock()


@at_work("GET", "POST")
@for_roles(Role.AUDITOR)
def verification(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint and the last check; or begin one."""
    officer = at_desk(request).officer
    if request.method == "POST":
        _begin(officer, kept(request, "session")).over.wait(_SHORT)
        return done("/oversight/verification", "")
    settings = served().settings
    with acting():
        newest = Checkpoint.objects.order_by("-number").first()
        last = Link.objects.order_by("position").last()
        standing = confirmed()
        record(Event.VIEW, about="log", details={"act": "checkpoints"})
    told = {
        "checkpoint": newest,
        "chain_hash": bytes(newest.hash).hex() if newest is not None else "",
        "key": bytes(newest.key).hex() if newest is not None else "",
        "entries": last.position if last is not None else 0,
        "standing": standing,
        "too_old": standing.too_old(settings),
        "witness": settings.witness,
        "check": _checks.get(officer),
    }
    return shown(request, "oversight/verification", told)


@at_work("GET")
@for_roles(Role.AUDITOR)
def progress(request: HttpRequest) -> HttpResponse:
    """How far the check is; asked again and again until it is over."""
    check = _checks.get(at_desk(request).officer)
    return shown(request, "oversight/parts/check", {"check": check})


def _begin(officer: int, secret: str) -> Check:
    with _lock:
        running = _checks.get(officer)
        if running is not None and not running.over.is_set():
            return running
        with acting(secret):
            last = Link.objects.order_by("position").last()
            record(Event.VIEW, about="log", details={"act": "verified"})
        check = Check(timezone.now(), last.position if last is not None else 0)
        _checks[officer] = check
    threading.Thread(
        target=_run, args=(check, secret, served().settings), name="verifying", daemon=True
    ).start()
    return check


def _run(check: Check, secret: str, settings: Settings) -> None:
    try:
        witnessed = _witnessed(settings)
        check.witnessed = bool(witnessed)
        with acting(secret):
            check.verdict = verify(_counted(check), witnessed)
    except Exception as error:  # whatever it is, the page says so
        check.problem = str(error)
    finally:
        connections.close_all()
        check.over.set()


def _witnessed(settings: Settings) -> list[SignedCheckpoint]:
    """What the witness holds, where this server can read it and it holds anything."""
    if settings.witness is None or not settings.witness.exists():
        return []
    try:
        return list(checkpoints_in(settings.witness))
    except UnreadableError as error:
        if "holds no checkpoint" in str(error):
            return []
        raise


def _counted(check: Check) -> Iterator[bytes]:
    for line in exported():
        check.read += 1
        yield line
