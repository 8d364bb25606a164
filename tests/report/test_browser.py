"""The report in a real browser, as an officer uses it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import sample
from playwright.sync_api import Browser, Page, expect

from clew.cli.report import write_report
from clew.compare.evidence import MatchKind
from clew.signals.picture.pdq import eight_hashes
from clew.signals.space import PDQ
from clew.training.pictures import make_picture


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    pictures = {media: sample.small_jpeg(media) for media in range(8)}
    files = {name: folder / f"{name}.html" for name in ("with", "without")}

    def previews(media: int, what: str) -> bytes | None:
        return pictures[media % 8] if what == "preview" else None

    write_report(sample.findings(), files["with"], previews)
    write_report(sample.findings(), files["without"])
    return files


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it logs an error or asks for anything but its file."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
        ),
    )
    yield page
    context.close()
    assert wrong == []


def blur(page: Page, number: int = 0) -> str:
    image = page.locator(".preview img").nth(number)
    return str(image.evaluate("image => getComputedStyle(image).filter"))


def visible_groups(page: Page) -> list[str]:
    return [
        (group.get_attribute("id") or "").removeprefix("group-")
        for group in page.locator(".group:not([hidden])").all()
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 400])
def test_it_fits_the_window(browser: Browser, reports: dict[str, Path], width: int, scheme: str) -> None:  # fmt: skip  # noqa: E501
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(reports["with"].as_uri())
    for part in ("top", "group-2", "group-4", "problems", "guide"):
        page.evaluate("id => document.getElementById(id).scrollIntoView()", part)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", ground)[0]) > 128) == (scheme == "light")
    page.close()


def test_pictures_are_hidden_until_asked_for_and_again_at_once(
    page: Page, reports: dict[str, Path]
) -> None:
    page.goto(reports["with"].as_uri())
    assert page.locator('.preview[aria-pressed="true"]').count() == 0
    hidden = blur(page)
    assert "blur(16px)" in hidden
    assert "grayscale(1)" in hidden
    previews = page.locator(".preview")
    previews.nth(0).click()
    expect(page.locator("#hide")).to_be_visible()
    expect(page.locator(".preview img").nth(0)).to_have_css("filter", "none")
    assert "blur(16px)" in blur(page, 1)
    previews.nth(1).focus()
    page.keyboard.press("Space")
    expect(page.locator('.preview[aria-pressed="true"]')).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator('.preview[aria-pressed="true"]')).to_have_count(0)
    expect(page.locator(".preview img").nth(0)).to_have_css("filter", hidden)
    previews.nth(1).press("Enter")
    page.locator("#hide").click()
    expect(page.locator('.preview[aria-pressed="true"]')).to_have_count(0)
    expect(page.locator("#hide")).to_be_hidden()


def test_without_script_pictures_stay_hidden(browser: Browser, reports: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reports["with"].as_uri())
    page.locator(".preview").nth(0).click()
    expect(page.locator(".preview img").nth(0)).to_have_css("filter", re.compile("blur"))
    expect(page.locator("form.tools")).to_be_hidden()
    context.close()


def test_what_nobody_asked_to_see_is_not_printed(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["with"].as_uri())
    page.locator(".preview").nth(1).click()
    page.emulate_media(media="print")
    expect(page.locator(".preview").nth(0)).to_be_hidden()
    expect(page.locator(".preview").nth(1)).to_be_visible()
    expect(page.locator("form.tools")).to_be_hidden()


def test_without_pictures_there_are_none(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    assert page.locator("img").count() == 0
    assert page.locator(".item .icon").count() == page.locator(".item").count()


def test_search_and_filters_narrow_the_groups(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    state = page.locator("#state")
    expect(state).to_have_text("5 groups")
    page.keyboard.press("/")
    page.keyboard.type("VID_2024")
    expect(state).to_have_text("1 of 5 groups")
    assert visible_groups(page) == ["4"]
    expect(page.locator(".item.hit")).to_have_count(1)
    page.locator("#search").fill(sample.alike_group().items[2].sha256[:12])
    expect(page.locator("#group-3")).to_be_visible()
    assert visible_groups(page) == ["3"]
    page.locator("#search").fill("archive.7z")
    expect(page.locator("#none")).to_be_visible()
    expect(page.locator("#problems tbody tr:not([hidden])")).to_have_count(1)
    page.locator("#clear").click()
    expect(state).to_have_text("5 groups")
    page.locator('.filter[data-kind="still"]').click()
    assert visible_groups(page) == ["3"]
    page.locator('.filter[data-kind="copies"]').click()
    assert visible_groups(page) == ["3", "4", "5"]
    page.locator(".filter[data-films]").click()
    assert visible_groups(page) == ["3", "4"]
    expect(page.locator("#jump-list li:not([hidden])")).to_have_count(2)


def test_folded_files_are_found_and_shown(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    folded = page.locator("#item-1\\.38")
    expect(folded).to_be_hidden()
    page.locator("#search").fill("series/0037")
    expect(folded).to_be_visible()
    page.goto(reports["without"].as_uri() + "#item-1.39")
    expect(page.locator("#item-1\\.39")).to_be_in_viewport()


def test_links_lead_to_their_items(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    page.locator("#group-4 .link a.label", has_text="4.3").first.click()
    expect(page.locator("#item-4\\.3")).to_be_in_viewport()
    page.locator("#jump-list a", has_text="tone.mp3").click()
    expect(page.locator("#group-5 h2")).to_be_in_viewport()


def test_evidence_is_told_in_words_and_drawn(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    link = page.locator("#group-4 .link").nth(1)
    link.scroll_into_view_if_needed()
    for words in (
        "Films share a stretch",
        "difference 11 of at most 60",
        "6:00 minutes shared in 3 stretches",
        "agrees when 4.1 is mirrored",
        "4.1 compared: inside its border",
        "11:40–14:20 of 4.1 is 2:00–4:40 of 4.3",
        "0 of 499,500 pairs",
    ):
        expect(link).to_contain_text(words)
    drawing = link.get_by_role("img", name=re.compile("6:00 minutes shared by 4.1 and 4.3"))
    expect(drawing).to_be_visible()
    expect(drawing.locator("polygon")).to_have_count(3)
    long, short = (drawing.locator(".film-bar").nth(n).bounding_box() for n in (0, 1))
    assert long is not None
    assert short is not None
    assert short["width"] / long["width"] == pytest.approx(640 / 1265, abs=0.01)


def test_side_by_side_turns_the_first_as_it_agrees(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["with"].as_uri())
    page.locator("#group-3 .link", has_text="turned.jpg").first.locator(".beside").click()
    dialog = page.locator("#beside")
    expect(dialog).to_contain_text("3.1 is shown turned by 90°")
    images = dialog.locator(".preview img")
    expect(images).to_have_count(2)
    assert "blur(16px)" in images.nth(0).evaluate("image => getComputedStyle(image).filter")
    assert images.nth(0).evaluate("image => image.style.transform") == "rotate(90deg)"
    dialog.locator(".preview").nth(0).click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator('.preview[aria-pressed="true"]')).to_have_count(0)


# As the browser turns a picture; style transforms apply from right to left.
TURNED = {
    "mirrored": lambda a: a[:, ::-1],
    "upside down": lambda a: a[::-1],
    "turned by 180°": lambda a: np.rot90(a, 2),
    "turned by 90°": lambda a: cv2.rotate(a, cv2.ROTATE_90_CLOCKWISE),
    "turned by 270°": lambda a: cv2.rotate(a, cv2.ROTATE_90_COUNTERCLOCKWISE),
    "mirrored and turned by 90°": lambda a: cv2.rotate(
        np.ascontiguousarray(a[:, ::-1]), cv2.ROTATE_90_CLOCKWISE
    ),
    "mirrored and turned by 270°": lambda a: cv2.rotate(
        np.ascontiguousarray(a[:, ::-1]), cv2.ROTATE_90_COUNTERCLOCKWISE
    ),
}


@pytest.mark.parametrize("orientation", PDQ.orientations[1:])
def test_the_words_for_turns_mean_what_the_report_shows(orientation: str) -> None:
    """Clockwise, and mirrored before turned: otherwise the report would turn the wrong way."""
    grey = cv2.cvtColor(make_picture(1, 1, 300, 400).pixels, cv2.COLOR_RGB2GRAY)
    turned = np.ascontiguousarray(TURNED[orientation](grey))
    hashes, _ = eight_hashes(grey, *grey.shape)
    other, _ = eight_hashes(turned, *turned.shape)
    distances = np.bitwise_count(hashes ^ other[0]).sum(axis=1)
    assert PDQ.orientations[int(distances.argmin())] == orientation


def test_the_whole_sha256_is_copied(browser: Browser, reports: dict[str, Path]) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(reports["without"].as_uri())
    page.locator("#group-3 .copy").first.click()
    expect(page.locator("#group-3 .copy").first).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == sample.alike_group().items[0].sha256
    context.close()


def test_problems_can_be_sorted(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    table = page.locator(".reason", has_text="s decode").locator("table")
    size = table.get_by_role("button", name="Size")
    size.click()
    expect(table.locator("tbody tr").first).to_contain_text("10 bytes")
    size.click()
    expect(table.locator("tbody tr").first).to_contain_text("broken 6.mp4")
    expect(size.locator("..")).to_have_attribute("aria-sort", "descending")


def test_hostile_names_do_nothing(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["without"].as_uri())
    assert page.title().startswith("Clew: what was found")
    expect(page.locator("#item-2\\.1 .name")).to_have_text(sample.HOSTILE)
    expect(page.locator("#item-2\\.2 .name")).to_have_text("holidayU+202Egpj.exe")
    expect(page.locator("#item-2\\.2 .unseen").first).to_be_visible()


def test_everything_can_be_reached_by_keyboard(page: Page, reports: dict[str, Path]) -> None:
    page.goto(reports["with"].as_uri())
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#search")).to_be_focused()
    names = page.evaluate(
        """() => [...document.querySelectorAll("button, input, summary, a")]
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length))
        .map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert names == []


@pytest.mark.soak
def test_two_thousand_groups_open_and_are_searched_in_reasonable_time(
    page: Page, tmp_path: Path
) -> None:
    target = tmp_path / "many.html"
    # Few bytes: it is the groups that are counted here, not the reading of the disk.
    picture = cv2.imencode(".jpg", np.full((60, 80, 3), 90, np.uint8))[1].tobytes()
    start = time.monotonic()
    write_report(
        sample.many(2000, 3), target, lambda _, what: picture if what == "preview" else None
    )
    assert time.monotonic() - start < 12
    start = time.monotonic()
    page.goto(target.as_uri())
    expect(page.locator("#state")).to_have_text("2,000 groups")
    assert time.monotonic() - start < 15
    start = time.monotonic()
    page.locator("#search").fill("camera/1500/")
    expect(page.locator("#state")).to_have_text("1 of 2,000 groups")
    assert time.monotonic() - start < 5
    page.locator("#clear").click()
    page.locator('#jump-list a[href="#group-1900"]').click()
    expect(page.locator("#group-1900 h2")).to_be_in_viewport()


def test_a_link_between_the_same_file_needs_no_measure(page: Page, tmp_path: Path) -> None:
    target = tmp_path / "same.html"
    group = sample.copies_group(1)
    twins = (group.items[0], sample.item(91, "twin.mp3", type="sound"))
    link = sample.link(90, 91, MatchKind.SAME_FILE, 0)
    write_report(sample.findings([sample.Group(number=1, items=twins, links=(link,))]), target)
    page.goto(target.as_uri())
    expect(page.locator(".link .kind")).to_have_text("Same file")
    expect(page.locator(".link .bar")).to_have_count(0)
