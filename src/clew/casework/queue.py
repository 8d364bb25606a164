"""The queue of what waits for a decision, looked through page by page; for a process that serves.

Nothing in it says what an officer may see: each page is asked of the database as that officer.
"""

from __future__ import annotations

import contextvars
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

import msgspec
import structlog
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from clew.access.acting import acting, officer, require_authority
from clew.access.errors import AccessError
from clew.casework.acts import ours, viewed
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.proposals import Proposal, some
from clew.casework.waiting import Key, Order, Row, Wanted
from clew.records.models import SetAside

log = structlog.get_logger()

_PATIENCE = 0.06
"""Seconds that a page waits for an order that is found anew, before it shows the one there was."""
_LATER = timedelta(hours=16)
_LONGEST_NAME = 40


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """What some questions are together under.

    Attributes:
        about: number of the series or media; 0 for what is about none.
        count: how many questions that has.
    """

    about: int
    count: int


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some of what waits.

    Attributes:
        asked: proposals, each with what it is together with others under.
        count: how many wait in all that were wanted; of those with somebody in ``danger`` and of
            ``unidentified`` victims.
        aside: how many the officer set aside until later.
        after: where the next page begins; None when there is none.
    """

    asked: Sequence[tuple[Proposal, Heading]]
    count: int
    danger: int
    unidentified: int
    aside: int
    after: Key | None


class Queue:
    """What waits, in order, for each agency at work in a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: dict[int, Order] = {}
        self._finding: dict[int, threading.Thread] = {}

    def page(self, wanted: Wanted, *, after: Key | None = None, most: int = 12) -> Page:
        """Some of what waits, weights and matches as they are now.

        Args:
            wanted: which, and in what order.
            after: where the page before ended; None for the first.
            most: so many at most.

        Raises:
            clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        """
        require_authority()
        order = self._order()
        aside = set(
            SetAside.objects.filter(until__gt=timezone.now()).values_list("question", flat=True)
        )
        rows = order.of(wanted)
        hidden = aside
        if wanted.aside:
            rows, hidden = rows.only(aside), set()
        shown, end = _shown(rows.rows, order.settled, hidden, after, most)
        viewed("proposals", entries=len(shown))
        sums = rows.without(order.settled | hidden)
        return Page(
            asked=[(one, Heading(about=under, count=sums.group(under))) for one, under in shown],
            count=sums.count,
            danger=sums.danger,
            unidentified=sums.unidentified,
            aside=len(aside),
            after=end,
        )

    def touching(self, series: Collection[int]) -> Counter[int]:
        """How many questions touch each of some series, what the officer set aside left out."""
        require_authority()
        order, wanted = self._order(), set(series)
        hidden = order.settled | set(
            SetAside.objects.filter(until__gt=timezone.now()).values_list("question", flat=True)
        )
        return Counter(
            number
            for one in order.questions
            if one.series and one.name not in hidden
            for number in one.series
            if number in wanted
        )

    def settled(self, name: str) -> None:
        """Note that a proposal was decided; within the transaction of an officer."""
        if (order := self._orders.get(ours())) is not None:
            order.settled.add(name)

    def taken_back(self) -> None:
        """Note that something decided is undecided again."""
        if (order := self._orders.get(ours())) is not None:
            order.settled.clear()
            order.expire()

    def _order(self) -> Order:
        """The order that is remembered; found now when there is none."""
        agency = ours()
        with self._lock:
            there = self._orders.get(agency)
            if there is not None and not there.due:
                return there
            thread = self._finding.get(agency)
            if thread is None and there is not None:
                within = contextvars.copy_context()
                thread = threading.Thread(
                    target=within.run, args=(self._find_anew, agency), daemon=True
                )
                self._finding[agency] = thread
                thread.start()
        if there is None:
            found = Order.found()
            self._orders[agency] = found
            return found
        if thread is not None:
            thread.join(_PATIENCE)
        return self._orders[agency]

    def _find_anew(self, agency: int) -> None:
        """Beside the requests, as the officer who asked."""
        there = self._orders[agency]
        before = set(there.settled)
        try:
            with acting():
                require_authority()
                found = Order.found()
            found.settled |= there.settled - before  # decided while it was being found
            self._orders[agency] = found
        except (AccessError, DatabaseError) as error:
            log.warning("what waits could not be ordered anew", why=str(error))
        finally:
            with self._lock:
                self._finding.pop(agency, None)
            connections.close_all()


def _shown(
    rows: Sequence[Row], settled: set[str], hidden: set[str], after: Key | None, most: int
) -> tuple[list[tuple[Proposal, int]], Key | None]:
    """Proposals of a page as they are now, with what each is under; and where the next begins.

    What turns out to be settled is added to ``settled``.
    """
    begin = bisect_right(rows, after, key=lambda row: row[0]) if after else 0
    shown: dict[str, tuple[Proposal, int]] = {}
    while len(shown) < most and begin < len(rows):
        few: list[Row] = []
        while len(few) < most - len(shown) and begin < len(rows):
            name = rows[begin][2].name
            if name not in settled and name not in hidden:
                few.append(rows[begin])
            begin += 1
        now = {
            lead.match: one
            for one in some({media for _, _, each in few for media in each.media})
            for lead in one.leads
        }
        for _, under, each in few:
            found = now.get(each.lead)
            if found is None:
                settled.add(each.name)  # decided elsewhere, or no longer there
            elif found.id not in hidden:
                shown.setdefault(found.id, (found, under))
    return list(shown.values()), rows[begin - 1][0] if 0 < begin < len(rows) else None


def set_aside(name: str) -> None:
    """Put a proposal aside until tomorrow, for the acting officer alone.

    When another match arrives it is another proposal, and is asked at once.

    Raises:
        StatementError: that is no proposal's name.
    """
    require_authority()
    if not name or len(name) > _LONGEST_NAME:
        raise StatementError("There is no proposal of that name.")
    with transaction.atomic():
        SetAside.objects.filter(until__lte=timezone.now()).delete()
        SetAside.objects.update_or_create(
            officer_id=officer() or 0, question=name, defaults={"until": timezone.now() + _LATER}
        )


def bring_back(name: str) -> None:
    """Have a proposal that the acting officer set aside be asked again.

    Raises:
        NotSeenError: they have set none of that name aside.
    """
    require_authority()
    if not SetAside.objects.filter(question=name).delete()[0]:
        raise NotSeenError("You have set no such proposal aside; it may be asked again already.")
