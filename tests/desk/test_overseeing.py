"""Oversight, by those who have to do it, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_an_auditor_searches_and_checks_the_log_and_sees_who_saw_what(desk, sit):
    media = desk.pair[0]
    looking = sit("second")
    looking.go(f"/media/{media}")
    looking.page.get_by_role("button", name="Hold to reveal", exact=False).first.focus()
    looking.page.keyboard.down("Enter")
    expect(looking.page.locator(".picture img")).to_be_visible()
    looking.page.keyboard.up("Enter")

    at = sit("auditor")
    page = at.page
    at.go("/oversight")
    at.picture("oversight")
    page.get_by_role("navigation", name="Oversight").get_by_role("link", name="Log").press("Enter")
    page.wait_for_url("**/oversight/log")
    page.get_by_label("Who").select_option("ben")
    page.get_by_label("What").select_option("reveal")
    page.get_by_label("About").fill(f"media:{media}")
    page.get_by_label("About").press("Enter")
    page.wait_for_url("**about=media*")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows.first).to_contain_text(f"media:{media}")
    at.accessible()
    at.picture("log")
    rows.first.get_by_role("link").press("Enter")
    expect(page.get_by_text("What is written, hashed anew, has the digest")).to_be_visible()
    expect(page.get_by_text("to find who is shown")).to_be_visible()
    at.accessible()
    at.picture("log-entry")
    at.go("/oversight/log")
    older = page.get_by_role("link", name="Older ones")
    first = rows.first.inner_text()
    older.press("Enter")
    page.wait_for_url("**before=*")
    assert rows.first.inner_text() != first

    at.go("/oversight/seen")
    page.get_by_label("Media or record").fill(str(media))
    page.get_by_role("button", name="Show who").press("Enter")
    expect(rows.filter(has_text="ben")).to_contain_text(re.compile("^ben1"))
    at.accessible()
    at.picture("who-saw")
    page.get_by_label("Officer").select_option("ben")
    page.get_by_role("button", name="Show what").press("Enter")
    expect(rows.filter(has_text=f"media:{media}").first).to_be_visible()

    at.go("/oversight/verification")
    page.get_by_role("button", name="Check").press("Enter")
    expect(page.get_by_text(re.compile(r"It fits: \d+ entries"))).to_be_visible()
    at.accessible()
    at.picture("verification")
    assert at.refused == []
