"""The page of one media, as it is after something was done on it."""

from __future__ import annotations

from playwright.sync_api import expect

from clew.access.acting import acting
from clew.casework.grades import grade_all


def test_what_others_voted_comes_with_ones_own_vote_and_all_acts_are_undone_in_turn(desk, sit):
    media = desk.pair[0]
    with acting(desk.secrets["second"]):
        grade_all({media: 2}, "US")
    at = sit()
    page = at.page
    at.go(f"/media/{media}")
    grading = page.get_by_role("region", name="Grade (US)")
    expect(grading).to_contain_text("One grade of somebody else is shown once you have graded.")
    expect(grading.get_by_role("cell", name="Ben")).to_have_count(0)
    page.get_by_role("button", name="Keep revealed").click()
    expect(page.locator(".picture img")).to_be_visible()
    page.keyboard.press("t")
    page.get_by_label("One word to find it by").fill("lamp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="lamp", exact=True)).to_be_visible()
    page.keyboard.press("1")
    expect(grading.get_by_role("cell", name="Ben")).to_be_visible()
    expect(grading.get_by_role("cell", name="Ana")).to_be_visible()
    expect(page.locator(".picture img")).to_be_visible()
    at.accessible()
    page.keyboard.press("u")
    expect(grading.get_by_role("cell", name="Ben")).to_have_count(0)
    expect(grading.locator("[aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_role("link", name="lamp", exact=True)).to_have_count(0)
