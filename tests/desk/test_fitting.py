"""Pages fit where they are looked at: tablets, twice the size, fingers, much to be shown."""

from __future__ import annotations

import re

from django.db import connections
from playwright.sync_api import expect

from clew.access.acting import acting
from clew.access.models import Agency
from clew.casework.decisions import connect
from clew.casework.entities import add_to_series, create
from clew.casework.things import Thing
from clew.records.models import EntityKind, Folder, Grade

PATHS = ("/", "/media", "/proposals", "/series", "/contribute", "/oversight/log", "/desk")
_MORE = (
    "INSERT INTO records_media (sha256, size, type, format, width, height, codecs, outcome, notes, "
    "compared, matches_left_out) SELECT sha256(convert_to('file-' || i, 'UTF8')), 9, 'image', "
    "'jpeg', 640, 480, '', 'read', '{}', true, 0 FROM generate_series(1, 230) i",
    "INSERT INTO records_sighting (folder_id, path, size, outcome, notes, media_id, agency_id) "
    "SELECT %(folder)s, convert_to(m.id::text, 'UTF8'), 9, 'read', '{}', m.id, %(agency)s "
    "FROM records_media m "
    "WHERE NOT EXISTS (SELECT FROM records_sighting s WHERE s.media_id = m.id)",
)


def test_nothing_lies_beyond_the_edge_in_either_language(desk, sit):
    with acting(desk.secrets["specialist"]):
        long = create(EntityKind.SERIES, "a title as long as somebody in a hurry types it " * 4).pk
        add_to_series(long, "the same room", media=[desk.pair[0]])
    pages = (*PATHS, f"/series/{long}", f"/media/{desk.pair[0]}")
    for language, wide, high in (("de-DE", 1280, 800), ("en-GB", 820, 1180)):
        at = sit("supervisor", locale=language, viewport={"width": wide, "height": high})
        for path in pages:
            at.page.goto(desk.address + path)
            at.page.wait_for_load_state("networkidle")
            assert at.page.evaluate("document.documentElement.scrollWidth") <= wide, (path, wide)
        search = at.page.get_by_role("searchbox", name=re.compile("Search|Suchen?")).first
        box = search.bounding_box()
        assert box is not None
        assert box["width"] >= 128, "wide enough for what it asks for"


def test_at_twice_the_size_tiles_keep_their_height(desk, sit):
    at = sit(viewport={"width": 640, "height": 400})  # as 1280 × 800 at 200 %
    at.go("/media")
    box = at.page.get_by_role("listbox").bounding_box()
    assert box is not None
    assert box["height"] >= 300
    at.picture("twice-the-size")


def test_several_are_selected_and_one_is_opened_by_finger(desk, sit):
    at = sit(viewport={"width": 820, "height": 1180}, has_touch=True)
    page = at.page
    at.go("/media?kind=image")
    select = page.get_by_role("button", name="Select", exact=True)
    select.tap()
    for number in (0, 2, 3):
        page.locator(".tile").nth(number).tap()
    expect(page.locator("#selected")).to_have_text("3 selected")
    page.locator(".tile").nth(2).tap()
    expect(page.locator("#selected")).to_have_text("2 selected")
    at.accessible()
    select.tap()
    expect(page.locator("#selected")).to_be_hidden()
    second = page.locator(".tile").nth(1)
    media = second.get_attribute("data-media")
    second.tap()
    page.get_by_role("button", name="Open", exact=True).tap()
    page.wait_for_url(f"{desk.address}/media/{media}")


def test_all_that_is_selected_is_graded_and_a_page_that_did_not_come_is_asked_again(desk, sit):
    agency = Agency.objects.using("owner").earliest("pk")
    folder = Folder.objects.using("owner").create(path=b"/evidence", agency=agency)
    with connections["owner"].cursor() as cursor:
        for statement in _MORE:
            cursor.execute(statement, {"folder": folder.pk, "agency": agency.pk})
    at = sit()
    page = at.page
    page.route("**/media/rows*", lambda route: route.abort())
    page.goto(f"{desk.address}/media?kind=image")
    expect(page.get_by_text("The server did not answer").first).to_be_visible()
    page.unroute("**/media/rows*")
    page.wait_for_timeout(2100)
    last = page.locator(".tile[aria-setsize='-1']")
    for _more in range(40):
        page.keyboard.press("End")
        page.wait_for_timeout(250)
        if last.count() == 0:
            break
    expect(last).to_have_count(0)
    page.keyboard.press("Control+a")
    chosen = int(re.sub(r"\D", "", page.locator("#selected").inner_text()))
    assert chosen > 230
    before = Grade.objects.using("owner").count()
    page.keyboard.press("0")
    expect(page.get_by_text(f"{chosen} media graded 0")).to_be_visible(timeout=20_000)
    assert Grade.objects.using("owner").count() == before + chosen
    page.keyboard.press("u")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible(timeout=20_000)
    expect(page.locator(".tile .grade.mine")).to_have_count(0)
    at.wrong.clear()  # what was not answered on purpose


def test_a_board_with_much_on_it_stays_in_reach(desk, sit):
    with acting(desk.secrets["specialist"]):
        board = Thing("series", create(EntityKind.SERIES, "Villa by the lake").pk)
        for number in range(40):
            place = Thing("place", create(EntityKind.PLACE, f"flat {number}").pk)
            connect("was at", board, place, "seen there", confirmed=True)
    at = sit()
    at.go(f"/series/{board.id}")
    assert at.page.evaluate("document.documentElement.scrollHeight") < 3200
    ties = at.page.get_by_role("group", name="Connected with")
    ties.get_by_role("link", name="flat 0", exact=True).focus()
    expect(ties.get_by_role("link", name="flat 0", exact=True)).to_be_in_viewport()
