"""The first page: what is new for the officer, and who else works on the same."""

from __future__ import annotations

from playwright.sync_api import expect

from clew.access.acting import acting
from clew.access.acting import officer as me
from clew.casework.entities import add_to_series, create
from clew.casework.observations import observe
from clew.casework.tasks import ask_for
from clew.casework.things import Thing
from clew.records.models import EntityKind


def test_ones_own_series_tell_of_hits_and_of_others_at_work(desk, sit):
    at = sit()
    page = at.page
    with acting(desk.secrets["specialist"]):
        series = create(EntityKind.SERIES, "Blue room").pk
        board = Thing("series", series)
        add_to_series(series, "the same wallpaper", media=[desk.pair[0]])
        ask_for(board, "call the school")
        ask_for(board, "ask for the plan", assigned=me())
    with acting(desk.secrets["second"]):
        observe(board, "note", "the lamp is Danish")
        observe(board, "note", "so is the plug")
    at.go("/")
    card = page.get_by_role("region", name="Your series")
    expect(card).to_contain_text("Ben works on it too: 2 acts")
    tasks = page.get_by_role("region", name="Your tasks")
    expect(tasks.get_by_role("link", name="ask for the plan")).to_be_visible()
    expect(tasks.get_by_role("link", name="call the school")).to_contain_text("nobody’s yet")
    at.picture("home")
    page.get_by_role("region", name="Your series").get_by_role("link", name="hit").click()
    page.wait_for_url(f"{desk.address}/proposals?series={series}")
    expect(page.locator(".proposal").first).to_be_visible()
    # Of another agency nobody is told.
    there = sit("stranger")
    there.go("/")
    expect(there.page.get_by_role("region", name="Your series")).to_contain_text("None yet")
    expect(there.page.get_by_text("call the school")).to_have_count(0)
