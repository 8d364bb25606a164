"""What is done in the grid, in a real browser: narrowing it by words."""

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
