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


def test_colleagues_on_one_media_are_told_of_each_other_and_nobody_else_is(desk, sit):
    ana, ben = sit(), sit("second")
    ana.go(f"/media/{desk.pair[0]}")
    ben.go(f"/media/{desk.pair[0]}")
    expect(ben.page.locator("#presence")).to_have_text("Also here now: Ana")
    ben.accessible()
    ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(ana.page.locator("#presence")).to_have_text("Also here now: Ben")
    ben.go(f"/media/{desk.pair[1]}")
    expect(ben.page.locator("#presence")).to_be_hidden()


def test_a_page_that_nobody_uses_keeps_no_session_alive(desk, sit):
    page = sit().page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else 0)
    page.clock.install()
    page.goto(f"{desk.address}/media/{desk.pair[0]}")
    page.wait_for_load_state("networkidle")
    page.clock.run_for("04:00")
    assert len(asked) > 5
    page.clock.run_for("02:00")
    before = len(asked)
    page.clock.run_for("20:00")
    assert len(asked) == before
    page.keyboard.press("Shift")
    page.wait_for_timeout(300)
    assert len(asked) > before
