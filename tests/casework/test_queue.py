"""The queue of decisions: in the order of the proposals, page by page, and true at any moment."""

from __future__ import annotations

import pytest

from clew.casework.decisions import undo
from clew.casework.entities import add_to_series, create
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.proposals import accept, proposals, reject
from clew.casework.queue import Page, Queue, bring_back, set_aside
from clew.casework.waiting import Wanted
from clew.records.models import EntityKind, SetAside

ALL = Wanted()


def ids(page: Page) -> list[str]:
    return [one.id for one, _ in page.asked]


def all_of(queue: Queue, wanted: Wanted = ALL, most: int = 2) -> list[str]:
    """Everything, page by page."""
    page = queue.page(wanted, most=most)
    found = ids(page)
    while page.after is not None:
        page = queue.page(wanted, after=page.after, most=most)
        found += ids(page)
    return found


@pytest.fixture
def waiting(case) -> list[tuple[int, int]]:
    """Seven pairs, the first nearest; and one that the agency does not see."""
    made = [(case.media(), case.media()) for _ in range(7)]
    for number, pair in enumerate(made):
        case.match(*pair, distance=32 + number)
    case.match(made[0][0], case.media(case.theirs), distance=40)
    return made


def test_its_pages_are_the_proposals_in_their_order(case, waiting):
    queue = Queue()
    with case.as_("anna"):
        wanted = [one.id for one in proposals()]
        assert all_of(queue) == wanted
        page = queue.page(Wanted(), most=3)
        assert (page.count, page.danger, page.unidentified, page.aside) == (7, 0, 0, 0)
        assert [one.leads for one, _ in page.asked] == [one.leads for one in proposals()[:3]]
    with case.as_("nils"):
        assert queue.page(Wanted()).count == 0, "one agency's order tells another nothing"


def test_what_is_decided_is_gone_at_once_and_comes_back_when_it_is_taken_back(case, waiting):
    queue = Queue()
    with case.as_("anna"):
        first, second, *_ = all_of(queue)
        decision = accept(first, "alike")
        queue.settled(first)
        page = queue.page(Wanted())
        assert (page.count, first in ids(page)) == (6, False)
        reject(second, "not alike")  # by a process that keeps an order of its own
        page = queue.page(Wanted())
        assert (page.count, second in ids(page)) == (5, False), "what is shown is asked anew"
        undo(decision.pk, "too fast")
    queue = Queue()
    with case.as_("berta"):
        page = queue.page(Wanted())
        assert (page.count, ids(page)[0]) == (6, first)


def test_a_match_that_arrives_changes_what_is_asked(case, waiting):
    queue = Queue()
    with case.as_("anna"):
        before = all_of(queue)
    late = case.media()
    case.match(waiting[0][0], late, distance=8)
    case.match(waiting[0][1], late, distance=45)
    with case.as_("anna"):
        page = queue.page(Wanted(), most=20)
        now = {one.id: one for one in proposals()}
        assert set(ids(page)) <= now.keys()
        assert before[0] not in ids(page), "it rests on more now, so it is another question"


def test_an_order_is_found_anew_beside_the_requests_when_it_is_due(case, waiting, monkeypatch):
    from clew.casework import queue as module

    monkeypatch.setattr(module, "_PATIENCE", 60.0)
    queue = Queue()
    with case.as_("anna"):
        assert queue.page(Wanted()).count == 7
        queue.taken_back()
    case.match(waiting[0][0], waiting[1][0], distance=50)
    from clew.access.acting import acting, signed_in

    with signed_in(case.secrets["anna"]), acting():
        page = queue.page(Wanted())
    assert page.count == 8


def test_what_is_set_aside_is_so_for_one_officer_until_it_is_brought_back(case, waiting):
    queue = Queue()
    with case.as_("anna"):
        first, *others = all_of(queue)
        set_aside(first)
        page = queue.page(Wanted(), most=20)
        assert (ids(page), page.count, page.aside) == (others, 6, 1)
        assert ids(queue.page(Wanted(aside=True))) == [first]
        with pytest.raises(StatementError):
            set_aside("x" * 41)
    with case.as_("berta"):
        assert first in all_of(queue)
        with pytest.raises(NotSeenError):
            bring_back(first)  # not hers
    with case.as_("anna"):
        assert queue.page(Wanted()).aside == 1
        bring_back(first)
        assert all_of(queue) == [first, *others]
    with case.as_("anna"):
        set_aside(first)
    with case.owner() as owner:
        owner.execute("UPDATE records_setaside SET until = now() - interval '1 minute'")
    with case.as_("anna"):
        assert first in all_of(queue), "tomorrow it is asked again"
        set_aside(others[0])
        assert SetAside.objects.count() == 1, "what is over is not kept"


def test_what_is_about_one_series_or_one_media_is_together(case, waiting):
    for number in (3, 5):
        case.match(waiting[0][0], waiting[number][0], distance=51)
    with case.as_("anna"):
        series = create(EntityKind.SERIES, "blue room")
        add_to_series(series.pk, "the same", media=[waiting[6][0], waiting[2][1]])
    queue = Queue()
    with case.as_("anna"):
        page = queue.page(Wanted(by="series"), most=20)
        under = [heading.about for _, heading in page.asked]
        assert under == [series.pk] * 2 + [0] * 7
        assert {heading.count for _, heading in page.asked[:2]} == {2}
        (one, other) = queue.page(Wanted(series=series.pk)).asked
        assert {one[0].media, other[0].media} == {waiting[6], waiting[2]}
        page = queue.page(Wanted(by="media"), most=20)
        under = [heading.about for _, heading in page.asked]
        at = under.index(waiting[0][0])
        assert under[at : at + 3] == [waiting[0][0]] * 3
        assert page.asked[at][1].count == 3
        assert queue.page(Wanted(media=waiting[0][0])).count == 3
        assert sorted(all_of(queue, Wanted(by="media"))) == sorted(all_of(queue))
