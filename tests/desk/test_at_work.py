"""A day at the desk, in a real browser: home, grid, media, search, decisions, one's own limits."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from clew.access.models import Officer
from clew.audit.models import Entry
from clew.records.models import (
    Connection,
    Exposure,
    Grade,
    Media,
    Notice,
    NoticeKind,
    Observation,
    StoredTrace,
)


def entries(event: str) -> list[Entry]:
    return list(Entry.objects.using("owner").filter(event=event).order_by("number"))


def tile(page, media: int):
    return page.locator(f"#media-{media}")


def test_from_signing_in_to_grading_by_keyboard_alone(desk, sit):
    at = sit(None)
    page = at.page
    at.go("/media?kind=image")
    assert page.url.endswith("/sign-in?next=%2Fmedia%3Fkind%3Dimage")
    page.get_by_role("button", name="Esra Mol, Estmark").press("Enter")
    page.wait_for_url(f"{desk.address}/media?kind=image")
    expect(page.locator("summary", has_text="Esra Mol")).to_be_visible()
    page.locator("summary", has_text="Esra Mol").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url(f"{desk.address}/sign-in")
    page.get_by_role("button", name="Demo Officer, Demonstration").press("Enter")
    page.wait_for_url(f"{desk.address}/")
    expect(page.get_by_role("heading", name="Decisions that wait")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ wait"))).to_be_visible()
    expect(page.get_by_text("Nothing to undo")).to_have_count(0)
    at.accessible()
    at.picture("home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the bar
    assert page.evaluate("document.activeElement.id") == "main"

    at.go("/media?kind=image")
    grid = page.get_by_role("listbox")
    expect(grid).to_be_focused()
    shown = [
        int(one)
        for one in page.evaluate(
            "[...document.querySelectorAll('.tile')].map(t => t.dataset.media)"
        )
    ]
    assert shown == sorted(shown, reverse=True)
    page.wait_for_function("document.querySelector('.tile canvas').width === 16")
    first, second, third = shown[:3]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    expect(page.get_by_text(f"Media {second} graded 1")).to_be_visible()
    expect(tile(page, second).locator(".grade.mine")).to_have_text("1")
    page.keyboard.press("n")
    expect(grid).to_have_attribute("aria-activedescendant", f"media-{shown[3]}")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#selected")).to_have_text("3 selected")
    page.keyboard.press("4")
    expect(tile(page, first).locator(".grade")).to_have_text("4")
    page.keyboard.press("u")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    expect(tile(page, first).locator(".grade")).to_have_count(0)
    expect(tile(page, second).locator(".grade")).to_have_text("1")
    votes = Grade.objects.using("owner").filter(media=second).order_by("number")
    assert [vote.grade for vote in votes] == [1, 4, 1], "all votes are kept"

    page.keyboard.press("t")
    page.get_by_label("One word to find it by").fill("wallpaper")
    page.keyboard.press("Enter")
    expect(page.get_by_text("tagged “wallpaper”")).to_be_visible()
    assert Observation.objects.using("owner").filter(type="tag", words="wallpaper").count() == 3
    page.keyboard.press("s")
    page.get_by_label("Title of a new one, without anybody’s name").fill("Blue room")
    page.get_by_label("Why they belong together").fill("the same wallpaper")
    page.keyboard.press("Enter")
    expect(page.get_by_text("put into Blue room")).to_be_visible()
    held = Connection.objects.using("owner").filter(type="in series", state="confirmed")
    assert {one.first_media_id for one in held} == {first, second, third}
    page.keyboard.press("Control+z")
    expect(page.locator(".toast").last).to_have_text("Undone")
    assert not held.all().exists()
    stacked = page.locator(".tile.stacked").first
    copies = stacked.locator(".mark.copies").inner_text()
    opened = stacked.get_attribute("data-media")
    stacked.click()
    page.keyboard.press("o")
    expect(page.locator(".tile")).to_have_count(int(copies.removeprefix("× ")))
    page.keyboard.press("Escape")
    expect(page.locator(".tile")).to_have_count(len(shown))
    expect(grid).to_have_attribute("aria-activedescendant", f"media-{opened}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next undecided")
    at.accessible()
    at.picture("keys")
    page.keyboard.press("Escape")
    at.accessible()
    at.picture("grid")
    assert at.refused == []


def test_what_an_officer_is_told_waits_on_the_first_page_until_it_was_read(desk, sit):
    anna = Officer.objects.using("owner").get(sign_in_name="ana")
    for about in ("media:7", "media:8"):
        Notice.objects.using("owner").create(
            officer=anna, kind=NoticeKind.ANSWERED, about=about, details={"answer": "agreed"}
        )
    at = sit()
    page = at.page
    at.go("/")
    card = page.get_by_role("region", name="Told to you")
    expect(card.get_by_role("listitem")).to_contain_text(["media:8", "media:7"])
    card.get_by_role("button", name="Read media:7").press("Enter")
    expect(card.get_by_role("listitem").first).to_contain_text("media:8: the answer: agreed")
    expect(card.get_by_role("button", name=re.compile("^Read media"))).to_have_count(1)
    expect(page.locator(".htmx-added")).to_have_count(0)  # from then on its buttons are htmx's
    card.get_by_role("button", name="All read").press("Enter")
    expect(card).to_contain_text("Nothing new.")
    at.accessible()
    assert not Notice.objects.using("owner").filter(officer=anna, read_at=None).exists()


def test_what_is_revealed_is_noted_counted_and_gone_when_let_go(desk, sit):
    at = sit()
    page = at.page
    at.go("/media?kind=image")
    media = int(page.locator(".tile").first.get_attribute("data-media") or 0)
    before = len(entries("reveal"))
    assert not page.locator(".peek").is_visible()
    page.keyboard.press("Home")
    page.keyboard.down("v")
    picture = page.locator(".peek img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth > 100")
    expect(page.locator("#exposure")).to_have_text("revealed today: 1")
    page.keyboard.up("v")
    expect(picture).to_have_count(0)
    (noted,) = entries("reveal")[before:]
    assert noted.about == f"media:{media}"
    assert "to find who is shown" in noted.details
    box = page.locator(".tile").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    expect(picture).to_be_visible()
    page.mouse.up()
    expect(picture).to_have_count(0)
    assert len(entries("reveal")) == before + 2
    owned = Exposure.objects.using("owner").get(officer__sign_in_name="ana")
    assert owned.reveals == 2
    assert page.url.endswith("kind=image"), "a press that was held opens nothing"

    # The officer's own limit, which nobody else set and nobody else sees.
    at.go("/desk")
    page.get_by_label("Most that I want to reveal in a day").fill("2")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    at.picture("my-desk")
    at.go("/media?kind=image")
    page.keyboard.press("End")
    page.keyboard.down("v")
    expect(page.get_by_text("as many as you wanted to")).to_be_visible()
    page.keyboard.up("v")
    assert len(entries("reveal")) == before + 2
    at.go("/desk")
    page.get_by_label("Most that I want to reveal in a day").fill("")
    page.get_by_label("Minutes at a time").fill("5")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept.")).to_be_visible()

    # A break is due on the page where somebody looks, without going to another.
    page.clock.install()
    at.go("/media?kind=image")
    reminder = page.get_by_text("A short break does good.")
    page.keyboard.press("Home")
    page.keyboard.down("v")
    expect(picture).to_be_visible()
    page.keyboard.up("v")
    expect(reminder).to_have_count(0)
    page.clock.fast_forward("06:00")
    expect(reminder).to_be_visible()
    at.accessible()
    at.picture("break")
    page.locator("#notices").get_by_role("button", name="Later").click()
    expect(reminder).to_have_count(0)
    page.clock.fast_forward("05:00")  # after ten minutes without looking it was a break
    expect(reminder).to_have_count(0)
    page.clock.resume()

    # Working blind: not even a veil is asked for.
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.get_by_role("button", name="Work blind").click()
    at.go("/media?kind=image")
    told = page.locator(".tile .told span").first
    expect(told).to_have_text("picture")
    place, around = told.bounding_box(), page.locator(".tile").first.bounding_box()
    assert place is not None
    assert around is not None
    assert place["y"] + place["height"] < around["y"] + around["height"], "words are to be seen"
    page.keyboard.press("Home")
    page.keyboard.down("v")
    expect(page.get_by_text("You work blind: nothing is revealed")).to_be_visible()
    page.keyboard.up("v")
    at.accessible()
    at.picture("blind")
    assert not [one for one in asked if "/media/veils" in one]
    page.keyboard.press("b")
    expect(page.locator("body")).not_to_have_class(re.compile("blind"))


def test_a_media_with_its_matches_and_searching_for_it(desk, sit, collection):
    at = sit("second", color_scheme="dark")
    page = at.page
    one, other = desk.pair
    at.go(f"/media/{one}")
    link = page.get_by_role("link", name=f"Media {other}", exact=True)
    match = page.locator(".match").filter(has=link)
    expect(match).to_contain_text("How often it is wrong: ")
    expect(match).to_contain_text("comparisons of different media it was wrong")
    at.picture("media")
    match.get_by_role("button", name="Hold to reveal both").hover()
    page.mouse.down()
    expect(match.locator("img")).to_have_count(2)
    page.mouse.up()
    expect(match.locator("img")).to_have_count(0)
    match.get_by_role("button", name="One over the other").click()
    match.get_by_role("slider").fill("20")
    assert match.locator(".beside").evaluate("e => e.style.getPropertyValue('--cut')") == "20%"
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="child exploitive")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Keep revealed").click()
    expect(page.locator(".picture img")).to_be_visible()
    at.accessible()
    page.get_by_role("link", name="Similar ones").click()
    page.wait_for_url("**like=*")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".tile").nth(1)).to_contain_text("points differ")
    at.accessible()

    cut = StoredTrace.objects.using("owner").filter(signal="shots", ordinal=1).earliest("pk")
    at.go(f"/media/{cut.media_id}")
    page.get_by_role("button", name="Storyboard").click()
    board = page.locator("#board img")
    expect(board).to_be_visible()
    assert board.evaluate("image => image.naturalWidth > 300"), "several stills on one sheet"
    assert '"what":"storyboard"' in entries("reveal")[-1].details
    page.get_by_role("button", name="Spectrogram").click()
    heard = page.locator("#spectrogram img")
    expect(heard).to_be_visible()
    assert heard.evaluate("image => image.naturalWidth") == 1200
    assert '"what":"spectrogram"' in entries("reveal")[-1].details
    at.accessible()
    at.picture("film")

    found = Media.objects.using("owner").get(pk=one)
    page.evaluate(
        """hash => {
            const carried = new DataTransfer();
            carried.setData("text", hash);
            const pasted = {clipboardData: carried, bubbles: true};
            document.body.dispatchEvent(new ClipboardEvent("paste", pasted));
        }""",
        bytes(found.sha256).hex(),
    )
    page.wait_for_url("**/search?answer=*")
    expect(page.get_by_role("link", name=f"Media {one}")).to_contain_text("Same file")
    page.locator("input[type=file]").set_input_files(collection.first("picture"))
    page.get_by_role("button", name="Search with it").click()
    expect(page.locator("main")).to_contain_text("Same file")
    page.wait_for_load_state("networkidle")
    at.accessible()
    at.picture("search")
    page.get_by_role("searchbox").fill("wallpaper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Where it is written")).to_be_visible()
    at.accessible()
    tagged = page.locator("main").get_by_role("link", name=re.compile(r"^media \d+$")).first
    page_of_it = tagged.get_attribute("href")
    tagged.press("Enter")
    page.wait_for_url(f"{desk.address}{page_of_it}")
    assert at.refused == []


def test_deciding_by_keyboard_and_taking_it_back(desk, sit):
    at = sit()
    page = at.page
    at.go("/proposals")
    at.picture("decisions")
    first = page.locator(".proposal").first
    expect(first).to_be_focused()
    name = first.get_attribute("data-proposal")
    page.keyboard.press("c")
    expect(page.get_by_text("Say why first.")).to_be_visible()
    page.keyboard.type("the same room")
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-proposal='{name}']")).to_have_count(0)
    confirmed = Connection.objects.using("owner").filter(state="confirmed", match__isnull=False)
    assert confirmed.count() >= 1
    second = page.locator(".proposal").first
    expect(second).to_be_focused()
    page.keyboard.press("x")  # for the same reason
    expect(page.get_by_text("Rejected")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(f"[data-proposal='{name}']")).to_be_focused()
    assert not confirmed.exists()
    page.keyboard.press("j")
    expect(page.locator(".proposal").nth(1)).to_be_focused()
    at.accessible()

    # Later: for this officer alone, until tomorrow; the count goes along, here and at home.
    waiting = int(page.locator("#count").get_attribute("data-count") or 0)
    aside = page.locator(".proposal").nth(1).get_attribute("data-proposal")
    page.keyboard.press("d")
    expect(page.get_by_text("Set aside until tomorrow")).to_be_visible()
    expect(page.locator("#count")).to_have_text(str(waiting - 1))
    at.go("/")
    expect(page.get_by_text(f"{waiting - 1} wait")).to_be_visible()
    page.get_by_role("link", name="1 set aside").click()
    expect(page.locator(".proposal")).to_have_count(1)
    expect(page.locator(".proposal")).to_have_attribute("data-proposal", aside or "")
    at.accessible()
    page.get_by_role("button", name="Ask again now").click()
    expect(page.locator(".proposal")).to_have_count(0)
    at.go("/proposals?by=media")
    expect(page.locator("#count")).to_have_text(str(waiting))
    expect(page.locator("h2.group").first).to_contain_text("near-copies")
    trust = page.locator(".trust .exactly summary").first
    trust.press("Enter")
    expect(page.locator(".trust .exactly").first).to_contain_text("with 95 % confidence")
    at.accessible()
    at.picture("decisions-by-media")
    at.go("/proposals")

    # Somebody else was faster.
    there = sit("second")
    there.go("/proposals")
    waiting = there.page.locator(f"[data-proposal='{name}']")
    waiting.get_by_label("Why").fill("not the same")
    waiting.get_by_role("button", name="Reject").click()
    expect(waiting).to_have_count(0)
    mine = page.locator(f"[data-proposal='{name}']")
    mine.get_by_label("Why").fill("a reason that took long to type")
    mine.get_by_role("button", name="Confirm").click()
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(mine.get_by_label("Why")).to_have_value("a reason that took long to type")
    there.page.keyboard.press("u")
    expect(there.page.get_by_text("Undone", exact=True)).to_be_visible()


def test_without_an_authority_one_is_chosen_and_one_is_back(desk, sit):
    at = sit("newer")
    page = at.page
    at.go("/media?kind=video")
    expect(page.get_by_role("heading", name="Under which authority do you work?")).to_be_visible()
    expect(page.get_by_role("link", name="Choose an authority")).to_be_visible()
    at.picture("authority")
    page.get_by_label("Az 17").check()
    page.get_by_role("button", name="Work under it").click()
    page.wait_for_url("**/media?kind=video")
    expect(page.get_by_role("link", name="Authority in use: Az 17")).to_be_visible()


def test_a_data_protection_officer_on_a_tablet(desk, sit):
    at = sit("protector", viewport={"width": 834, "height": 1112}, has_touch=True)
    page = at.page
    for path in ("/", "/media", f"/media/{desk.pair[0]}", "/proposals", "/desk", "/search"):
        at.go(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 834, f"{path} is wider than the screen"
        at.picture(f"tablet-{path.strip('/').split('/')[0] or 'home'}")
    at.go("/media")
    page.get_by_role("listbox").focus()
    page.keyboard.press("1")
    expect(page.locator(".toast.bad")).to_contain_text("Grades are given by contributors")
    expect(page.locator(".tile .grade.mine")).to_have_count(0)
    assert [one.split(" ")[0] for one in at.refused] == ["403"]
