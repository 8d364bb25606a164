"""Words that narrow the grid, and scope on a media's page, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from clew.records.models import Sighting


def test_words_narrow_the_grid_and_it_goes_on_where_a_page_found_nothing(desk, sit):
    found = Sighting.objects.using("owner").filter(media=desk.pair[0]).earliest("pk")
    name = bytes(found.path).decode().rsplit("/", 1)[-1].upper()
    at = sit()
    page = at.page
    at.go("/media?copies=apart")
    everything = page.locator(".tile").count()
    page.get_by_label("Words in names, notes or tags").fill(name)
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**words=*")
    page.wait_for_load_state("networkidle")
    expect(page.locator(f"#media-{desk.pair[0]}")).to_be_visible()
    assert page.locator(".tile").count() < everything
    expect(page.get_by_label("Words in names, notes or tags")).to_have_value(name)
    at.accessible()
    at.go("/media?words=no-such-name")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^0 media"))

    def with_nothing_in_its_first_page(route: Route) -> None:
        told = route.fetch()
        first = '{"tiles": [], "further": 100000000000000000, "query": "copies=apart", "like": 0}'
        text = re.sub(r'(<script id="first"[^>]*>).*?(</script>)', rf"\1{first}\2", told.text())
        route.fulfill(response=told, body=text)

    page.route("**/media?copies=apart", with_nothing_in_its_first_page)
    page.goto(f"{desk.address}/media?copies=apart")
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.get_by_role("listbox")).to_have_attribute(
        "aria-activedescendant", re.compile(r"^media-\d+$")
    )


def test_a_media_is_left_out_of_scope_on_its_page_and_taken_back(desk, sit):
    at = sit()
    page = at.page
    at.go(f"/media/{desk.pair[0]}")
    chip = page.locator("#left-out")
    expect(chip).to_be_hidden()
    page.get_by_role("button", name="Out of scope … X").press("Enter")
    page.get_by_label("Why", exact=True).fill("a holiday, and nobody else")
    at.accessible()
    page.keyboard.press("Enter")
    expect(chip).to_be_visible()
    expect(page.get_by_text(f"Media {desk.pair[0]} left out of scope")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(".toast").last).to_have_text("Undone")
    expect(chip).to_be_hidden()
    page.keyboard.press("x")
    page.get_by_label("Why", exact=True).fill("a holiday after all")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Back into scope … X")).to_be_visible()
    at.go(f"/media/{desk.pair[0]}")
    expect(chip).to_be_visible()
    decided = page.get_by_role("region", name="Decisions about it").get_by_role("row")
    expect(decided).to_have_count(3)
    expect(decided.first).to_contain_text("a holiday after all")
    at.go("/media?scope=out&copies=apart")
    expect(page.locator(f"#media-{desk.pair[0]}")).to_be_visible()
    page.goto(f"{desk.address}/media/{desk.pair[0]}")
    page.get_by_role("button", name="Back into scope … X").press("Enter")
    page.get_by_label("Why", exact=True).fill("it shows the room")
    page.keyboard.press("Enter")
    expect(chip).to_be_hidden()
