"""What goes wrong at a desk: hands that slip, sessions that end while somebody types, and back."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from clew.records.models import Grade


def test_a_hand_that_slips_decides_on_nothing_that_was_not_looked_at(desk, sit):
    at = sit()
    page = at.page
    at.go("/proposals")
    waiting = int(page.locator("#count").get_attribute("data-count") or 0)
    assert waiting > 3
    page.locator(".proposal").first.get_by_label("Why").fill("the same room")
    place = page.locator(".proposal").first.get_by_role("button", name="Confirm").bounding_box()
    assert place is not None
    for _click in range(2):  # as slowly as a tired hand: the next one may lie there by then
        page.mouse.click(place["x"] + 20, place["y"] + 15)
        page.wait_for_timeout(200)
    expect(page.locator("#count")).to_have_text(str(waiting - 1))
    page.locator(".proposal").first.focus()
    for _repeat in range(6):  # a key that is held
        page.keyboard.down("x")
        page.wait_for_timeout(60)
    page.keyboard.up("x")
    expect(page.locator("#count")).to_have_text(str(waiting - 2))
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.locator("#count")).to_have_text(str(waiting))
    assert at.refused == []

    at.go("/media?kind=image")
    before = Grade.objects.using("owner").count()
    for _repeat in range(6):
        page.keyboard.down("1")
        page.wait_for_timeout(60)
    page.keyboard.up("1")
    expect(page.get_by_text(re.compile("graded 1"))).to_have_count(1)
    assert Grade.objects.using("owner").count() == before + 1
    page.keyboard.press("u")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowRight")  # moving goes on
    page.keyboard.up("ArrowRight")
    reached = page.locator(".tile").nth(3).get_attribute("id")
    expect(page.get_by_role("listbox")).to_have_attribute("aria-activedescendant", reached or "")
