"""Working on a series in a real browser: its board, its records, what is connected with it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from clew.access.acting import acting
from clew.audit.models import Entry
from clew.casework.entities import add_to_series, create
from clew.casework.observations import observe
from clew.casework.things import Thing
from clew.records.models import Entity, Export, Hypothesis, Observation, Task


def add(page: Page, form: str, **fields: str) -> None:
    """Fill in what is folded under a name, and send it by keyboard."""
    folded = page.locator(f"#{form}")
    if folded.get_attribute("open") is None:
        folded.locator("summary").first.press("Enter")
    for label, value in fields.items():
        field = folded.locator(f"[name={label}]:enabled")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    folded.locator("form button").first.press("Enter")
    expect(folded).not_to_have_attribute("open", "", timeout=20_000)


def test_a_series_from_its_first_clue_to_a_victim_who_is_identified(desk, sit):
    at, one = sit(), desk.pair[0]
    page = at.page
    at.go("/series")
    page.locator("summary", has_text="New series").press("Enter")
    page.get_by_label("Working title, without anybody’s name").fill("Blue room")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/series/\d+$"))
    series = page.url.rpartition("/")[2]

    # Pinned from the page of a media: a part of it, drawn over its veil.
    at.go(f"/media/{one}")
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog")
    box = dialog.locator("#pin-picture").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5)
    page.mouse.up()
    dialog.get_by_label("Series").select_option(series)
    dialog.get_by_label("What there is to follow up").fill("A poster of a swimming club")
    dialog.get_by_label("Left").fill("x")
    dialog.get_by_role("button", name="Pin").click()
    expect(dialog.get_by_role("alert")).to_contain_text("all four edges")
    dialog.get_by_label("Left").fill("20")
    at.accessible()
    at.picture("pin")
    dialog.get_by_role("button", name="Pin").click()
    expect(dialog).to_have_count(0)
    pinned = Observation.objects.using("owner").get(type="clue")
    assert (pinned.from_media_id, pinned.region[0]) == (one, 0.2)
    assert abs(pinned.region[2] - 0.75) < 0.02
    page.keyboard.press("s")
    page.get_by_role("dialog").get_by_label("Series").select_option(series)
    page.get_by_label("Why they belong together").fill("the poster")
    page.keyboard.press("Enter")
    expect(page.get_by_text("put into Blue room")).to_be_visible()

    at.go(f"/series/{series}")
    clues = page.get_by_role("region", name="Clues")
    expect(clues).to_contain_text("A poster of a swimming club")
    expect(clues.locator(".crop rect")).to_have_attribute("x", "0.2")
    page.keyboard.press("n")
    page.keyboard.type("ask the club")
    page.keyboard.press("Tab")
    # What is typed elsewhere on the page stays while something is kept.
    add(page, "add-hypothesis", words="Estmark")
    expect(page.locator("#note-words")).to_have_value("ask the club")
    add(page, "add-note")
    expect(page.get_by_role("region", name="Notes")).to_contain_text("ask the club")
    supposed = Hypothesis.objects.using("owner").get().pk
    add(page, f"argue-{supposed}", words="the plug", certainty="fact")
    add(page, f"argue-{supposed}", side="against", words="the radiator")
    add(page, f"weigh-{supposed}", stands="likely", why="one of each")
    held = page.get_by_role("article", name="Country: Estmark")
    expect(held).to_contain_text("likely: one of each")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(".toast").last).to_have_text("Undone")
    expect(held.locator(".chip").first).to_have_text("open")
    add(page, "add-task", words="Call the swimming club", until="2020-01-31")
    todo = page.get_by_role("region", name="Tasks")
    expect(todo).to_contain_text("overdue")
    given = Task.objects.using("owner").get()
    add(page, f"task-{given.pk}", why="they know it")
    expect(todo.get_by_role("button", name="Open again")).to_be_visible()
    add(page, "add-victim", title="Girl with the red scarf", why="she is in it")
    girl = Entity.objects.using("owner").filter(category="victim").latest("pk").pk
    add(page, f"find-{girl}-identity", stage="proposed", why="her school book")
    add(page, f"find-{girl}-whereabouts", stage="country", why="the plug")
    ana = page.get_by_role("article", name="Girl with the red scarf")
    expect(ana).to_contain_text("proposed")
    add(page, f"find-{girl}-whereabouts", stage="located", why="the wrong register")
    whereabouts = ana.locator(".aspect .chip").nth(1)
    expect(whereabouts).not_to_have_text("country known")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(".toast").last).to_have_text("Undone")
    expect(whereabouts).to_have_text("country known")
    add(page, "add-tie", type="was at", kind="place", title="Flat with a poster", why="seen")
    tie = page.get_by_role("region", name="Connected with")
    expect(tie.get_by_role("link", name="Flat with a poster")).to_be_visible()
    page.locator(f"#find-{girl}-safety summary").press("Enter")
    at.accessible()
    at.picture("board")
    page.get_by_role("listbox").press("Home")
    page.keyboard.press(" ")
    expect(page.locator("#selected")).to_have_text("1 selected")
    page.keyboard.down("v")
    expect(page.locator(".peek img")).to_be_visible()
    page.keyboard.up("v")
    expect(page.locator(".peek")).to_be_hidden()
    at.accessible()

    # What it hangs together with, walked along by keyboard.
    page.get_by_role("link", name="Graph").press("Enter")
    page.wait_for_url("**/graph")
    page.wait_for_load_state("networkidle")
    where = page.locator("#where")
    expect(where.locator("a").first).to_have_text("Blue room")
    expect(where).to_contain_text("joined with 3")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        if "Flat with a poster" in where.locator(".ahead").inner_text():
            break
    expect(where.locator(".ahead")).to_contain_text("was at (proposed): Flat with a poster")
    page.keyboard.press("Enter")
    expect(where.locator("a").first).to_have_text("Flat with a poster")
    page.get_by_label("confirmed only").check()
    expect(where).to_contain_text("joined with 0")
    page.get_by_label("confirmed only").uncheck()
    page.locator("#graph").focus()
    page.keyboard.press("l")
    expect(page.locator("#as-list")).to_contain_text("victim in Blue room")
    at.accessible()
    at.picture("graph")
    at.go(f"/series/{series}/timeline")
    expect(page.get_by_role("table")).to_contain_text("found")
    at.picture("timeline")
    at.go(f"/series/{series}")

    # A colleague: told that Ana is here, and the second one that identifying takes.
    there = sit("second")
    other = there.page
    there.go(f"/series/{series}")
    expect(other.locator("#presence")).to_have_text("Also here now: Ana")
    other.get_by_role("link", name="Girl with the red scarf").press("Enter")
    other.wait_for_url(f"**/entities/{girl}")
    add(other, f"find-{girl}-identity", stage="identified", why="the register")
    expect(other.get_by_role("region", name="Identity")).to_contain_text("identified")
    add(other, "add-name", kind="name", words="Mia Muster", source="the register")
    expect(other.get_by_role("region", name="Names")).to_contain_text("Mia Muster")
    there.accessible()
    there.picture("entity")
    assert there.refused == []

    # Refused: what was typed is still there, and it says who may.
    add(page, f"find-{girl}-safety", stage="safeguarded", why="with her aunt")
    find = page.locator(f"#find-{girl}-identity")
    page.locator("h1").click()
    find.locator("summary").press("Enter")
    find.locator("[name=stage]").select_option("identified")
    find.locator("[name=why]").fill("a reason that took long to type")
    find.locator("form button").press("Enter")
    expect(page.locator(".toast.bad")).to_contain_text("No identity is proposed")
    expect(find.locator("[name=why]")).to_have_value("a reason that took long to type")
    assert [one.split(" ")[0] for one in at.refused] == ["422"]
    at.go("/series?mine=yes")
    expect(page.get_by_role("link", name=re.compile("Blue room"))).to_contain_text("all identified")
    at.picture("series")


def test_a_case_sheet_takes_a_second_person(desk, sit):
    one = desk.pair[0]
    with acting(desk.secrets["specialist"]):
        series = create("series", "Attic").pk
        add_to_series(series, "the window", media=[one])
        observe(Thing("series", series), "clue", "A poster", source=Thing("media", one))
    at = sit(accept_downloads=True)
    page = at.page
    at.go(f"/series/{series}")
    sheet = page.locator("#add-sheet")
    sheet.locator("summary").first.press("Enter")
    expect(page.get_by_role("button", name="Make it")).to_have_count(0)
    page.get_by_label("With pictures of its clues").check()
    page.get_by_role("button", name="Ask for it").press("Enter")
    expect(sheet).to_have_attribute("open", "")  # it says what for
    page.get_by_label("What for, and for whom").fill("for the police of Estmark")
    at.picture("sheet-ask")
    page.locator("#note-words").evaluate("field => { field.closest('details').open = true }")
    page.locator("#note-words").fill("half a note")
    page.get_by_role("button", name="Ask for it").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("somebody else has to agree")
    expect(page.locator("#note-words")).to_have_value("half a note")
    sheet.locator("summary").first.press("Enter")
    expect(sheet).to_contain_text("waits for a supervisor")
    expect(sheet).to_contain_text("for the police of Estmark")
    at.accessible()
    at.picture("sheet-waits")
    asked = Export.objects.using("owner").get(entity=series)

    # Who asked cannot agree, on any page.
    sheet.get_by_role("link", name="Take it back").press("Enter")
    page.wait_for_url("**/oversight/exports")
    mine = page.get_by_role("region", name="Case sheet of Attic, with pictures")
    expect(mine).to_contain_text(f"pictures of media {one}")
    expect(mine.get_by_text("Agree", exact=False)).to_have_count(0)
    expect(mine.get_by_text("Take it back").first).to_be_visible()

    second = sit("supervisor", viewport={"width": 834, "height": 1112})
    second.go("/")
    told = second.page.get_by_text(f"export:{asked.pk}").first
    expect(told).to_contain_text(f"whether a case sheet of series {series} is taken out of Clew")
    second.go("/oversight/exports")
    theirs = second.page.get_by_role("region", name="Case sheet of Attic, with pictures")
    theirs.get_by_text("Agree", exact=False).first.press("Enter")
    theirs.get_by_label("Why").first.fill("ordered by the court")
    assert second.page.evaluate("document.documentElement.scrollWidth") <= 834
    second.accessible()
    second.picture("exports")
    theirs.get_by_role("button", name="Agree to it").press("Enter")
    expect(second.page.get_by_role("status").first).to_contain_text("Who asked may make it")
    row = second.page.get_by_role("row").filter(has_text="Case sheet of Attic")
    expect(row).to_contain_text("ordered by the court")
    second.accessible()
    second.picture("exports-agreed")
    second.go(f"/series/{series}")
    second.page.locator("#add-sheet summary").first.press("Enter")
    box = second.page.locator("#live-sheet").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 834
    second.picture("sheet-tablet")
    assert second.refused == []

    at.go(f"/series/{series}")
    sheet.locator("summary").first.press("Enter")
    expect(sheet).to_contain_text("Agreed to by Hal: ordered by the court")
    at.accessible()
    at.picture("sheet-agreed")
    page.get_by_role("button", name="Make it").focus()
    with page.expect_download(timeout=60_000) as made:
        page.keyboard.press("Enter")
    assert made.value.path().read_bytes().startswith(b"%PDF-")
    (noted,) = Entry.objects.using("owner").filter(event="export")
    assert (noted.about, f"media:{one}" in noted.details) == (f"series:{series}", True)
    assert Entry.objects.using("owner").filter(event="reveal", about=f"media:{one}").exists()

    # What is agreed to is what is made: the board of before, and no other.
    add(page, "add-clue", words="A second poster")
    sheet.locator("summary").first.press("Enter")
    expect(sheet).to_contain_text("The board has changed since")
    expect(page.get_by_role("button", name="Make it")).to_have_count(0)
    expect(page.get_by_label("What for, and for whom")).to_have_value("for the police of Estmark")
    at.picture("sheet-changed")
    assert at.refused == []


def test_two_records_become_one_and_two_again(desk, sit):
    at = sit("second", viewport={"width": 834, "height": 1112})
    page = at.page
    at.go("/entities?kind=place")
    for title in ("Flat by the sea", "Flat with a sofa"):
        page.locator("summary", has_text="New record").press("Enter")
        page.get_by_label("Working title, without anybody’s name").fill(title)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/entities/\d+$"))
        at.go("/entities?kind=place")
    at.picture("entities")
    page.get_by_role("link", name="Flat by the sea").click()
    page.wait_for_load_state("networkidle")
    first = page.url.rpartition("/")[2]
    sofa = Entity.objects.using("owner").get(title="Flat with a sofa").pk
    add(page, "add-said", type="furnishing", words="striped sofa", certainty="fact")
    page.locator("#add-merge summary").press("Enter")
    page.locator("[name=into]").fill(f"place:{sofa}")
    page.locator("#merge-why").fill("the same sofa")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/entities/{sofa}")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("region", name="What is said of it")).to_contain_text("striped sofa")
    page.goto(f"{desk.address}/entities/{first}")
    page.wait_for_url(f"**/entities/{sofa}")
    page.wait_for_load_state("networkidle")
    add(page, f"apart-{first}", why="it is another one")
    expect(page.get_by_role("region", name="One and the same")).to_contain_text("Nothing was")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.get_by_role("region", name="One and the same")).to_contain_text("by the sea")
    at.accessible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 834
    at.picture("tablet-entity")
    assert at.refused == []
