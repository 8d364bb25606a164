"""Narrowing the grid by words, handing in from it, scope on a page, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from beside import beside
from clew.intake.contribute import finish
from clew.records.models import ContributedFile, Contribution, Exhibit, Original, Sighting


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
    at.accessible()
    page.locator("#nothing").get_by_role("link", name="Everything").click()
    page.wait_for_url(f"{desk.address}/media")
    expect(page.locator("#nothing")).to_be_hidden()

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


def test_what_a_scan_found_is_handed_in_from_the_grid(desk, sit):
    owned = Sighting.objects.using("owner")
    packed = owned.filter(modified_ns=None, media__isnull=False).values_list("media", flat=True)
    media = list(
        owned.filter(media__type="image")
        .exclude(media__in=list(packed))
        .order_by("-media")
        .values_list("media", flat=True)
        .distinct()[:2]
    )
    gone = list(owned.filter(media=media[1]))
    for one in gone:  # as if it had been scanned on another machine
        owned.filter(pk=one.pk).update(path=b"elsewhere/" + bytes(one.path))
    at = sit()
    page = at.page
    at.go("/media?copies=apart")
    for number in media:
        page.locator(f"#media-{number}").click(modifiers=["Control"])
    expect(page.locator("#selected")).to_have_text("2 selected")
    page.keyboard.press("h")
    page.wait_for_url("**/contribute/finds?media=*")
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("1 of 2 media can be handed in from here.")
    lost = page.get_by_role("listitem").filter(has_text=f"Media {media[1]}")
    expect(lost).to_contain_text("cannot be read from this server")
    at.accessible()
    at.picture("finds")
    page.get_by_label("Number, as on its label").fill("Ex 9")
    page.get_by_label("What it is", exact=True).fill("laptop")
    page.get_by_label("Where it was seized").fill("Kiel")
    page.get_by_label("When it was seized (UTC)").fill("2026-03-01T10:00")
    page.get_by_role("button", name="Hand in one file").press("Enter")
    page.wait_for_url(re.compile(r"/contributions/\d+$"))
    made = Contribution.objects.using("owner").latest("pk")
    assert made.exhibit == Exhibit.objects.using("owner").get(number="Ex 9")
    (file,) = ContributedFile.objects.using("owner").filter(contribution=made)
    expect(page.locator("main")).to_contain_text("laptop")
    beside(lambda: finish(desk.workspace, made.pk))
    expect(page.locator(".chip.good", has_text="done")).to_be_visible(timeout=20_000)
    file.refresh_from_db()
    assert (file.state, file.problem, file.media_id) == ("stored", "", media[0])
    assert Original.objects.using("owner").filter(media=media[0]).exists()
    assert at.refused == []
    # Nothing of it lies here: it says so, and where to.
    page.goto(f"{desk.address}/contribute/finds?media={media[1]}")
    expect(page.locator("main")).to_contain_text("0 of 1 media can be handed in from here.")
    expect(page.get_by_role("button", name="Hand in one file")).to_have_count(0)
    at.accessible()
    for one in gone:
        owned.filter(pk=one.pk).update(path=bytes(one.path))


def test_a_filter_that_names_what_was_merged_since_shows_what_it_is_part_of(desk, sit):
    at = sit()
    page = at.page
    at.go("/media")
    made = page.evaluate(
        """async (media) => {
            const asked = (path, told) => fetch(path, {
                method: "POST",
                headers: {
                    "Content-Type": "application/json",
                    "Clew-Asks": "script",
                    "X-CSRFToken": document.body.dataset.form,
                },
                body: JSON.stringify(told),
            }).then((answer) => answer.json());
            const put = (one, title) => asked("/media/series", { media: [one], why: "x", title });
            const one = await put(media[0], "hall");
            const two = await put(media[1], "attic");
            const into = { into: `series:${two.series}`, why: "one house" };
            await asked(`/entities/${one.series}/merge`, into);
            return [one.series, two.series];
        }""",
        list(desk.pair),
    )
    for number in made:
        at.go(f"/media?copies=apart&series={number}")
        expect(page.locator(".tile")).to_have_count(2)
        expect(page.locator("#f-series")).to_have_value(str(made[1]))
