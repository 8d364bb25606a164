"""Handing in from a browser: a folder, a connection that is cut, what came of it, who may not."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Route, expect

from beside import beside
from clew.intake.contribute import contribute, finish
from clew.intake.contributions import State
from clew.records.models import (
    ContributedFile,
    Contribution,
    Exhibit,
    FileState,
    ScopeDecision,
    Upload,
)
from clew.training.pictures import make_picture
from clew.web.contributions import waits_unread

PIECE = 4 * 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}


@pytest.fixture(scope="module")
def folder(desk, collection, make_place) -> Path:
    """A card with a picture that was held, two new ones, one that is broken, and a list."""
    held = collection.first("picture")
    beside(lambda: contribute(desk.workspace, [held]))
    pictures = make_place() / "card" / "DCIM"
    pictures.mkdir(parents=True)
    shutil.copy2(held, pictures / "held.jpg")
    Image.fromarray(make_picture(81, 5, 320, 240).pixels).save(pictures / "beach.jpg")
    noise = np.random.default_rng(5).integers(0, 255, (1100, 1500, 3), dtype=np.uint8)
    Image.fromarray(noise).save(pictures / "large.bmp")
    assert PIECE < (pictures / "large.bmp").stat().st_size < 2 * PIECE
    (pictures / "broken.jpg").write_bytes(b"this was a picture once")
    (pictures.parent / "list.txt").write_text("bread, milk")
    return pictures.parent


class Connection:
    """Cuts the connection after the first piece of each file, until it is mended."""

    def __init__(self) -> None:
        self.cut = True
        self.sent: list[int] = []

    def __call__(self, route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if offset is not None:
            self.sent.append(int(offset))
        if self.cut and (offset is None or int(offset)):
            route.abort("connectionreset")
        else:
            route.continue_()


def test_a_folder_is_handed_in_over_a_connection_that_is_cut(desk, sit, folder):
    at = sit(None)
    page, lines = at.page, Connection()
    page.route("**/contribute/uploads/**", lines)
    page.goto(f"{desk.address}/contribute")
    page.get_by_role("button", name="Demo Officer, Demonstration").press("Enter")
    page.wait_for_url(f"{desk.address}/contribute")
    at.accessible()
    choose, begin = page.locator("#pick-folder"), page.locator("#begin")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").press("Enter")
    chooser.value.set_files(folder)
    expect(page.locator(".file")).to_have_count(5)
    expect(begin).to_have_text("Hand in 5 files")

    # Nothing is sent before it is said what it was found on, and nothing that was typed is lost.
    begin.press("Enter")
    assert page.evaluate("document.activeElement.id") == "number"
    for label, words in (
        ("Number, as on its label", "17-4"),
        ("What it is", "memory card"),
        ("Where it was seized", "Main St 4"),
        ("When it was seized (UTC)", "2026-05-04T06:10"),
    ):
        page.get_by_label(label).fill(words)
    at.picture("contribute")
    page.get_by_label("Share with").select_option("named agencies")
    begin.press("Enter")
    expect(page.locator("#said")).to_contain_text("Choose the agencies")
    expect(page.get_by_label("What it is")).to_have_value("memory card")
    at.accessible()
    at.picture("contribute-refused")
    assert at.refused == [f"422 {desk.address}/contribute/begin"]
    assert not Exhibit.objects.using("owner").exists(), "all of it, or nothing"
    page.get_by_label("Estmark, ").check()
    begin.press("Enter")

    told = page.locator("#told")
    expect(told).to_contain_text("No connection; trying again by itself.", timeout=20_000)
    expect(page.get_by_label("an exhibit that is recorded")).to_be_checked()
    found = Contribution.objects.using("owner").latest("pk")
    assert (found.exhibit.number, found.sharing) == ("17-4", "named agencies")
    large = Upload.objects.using("owner").get(size__gt=PIECE)
    assert large.offset == PIECE
    at.picture("contribute-cut")
    page.get_by_role("button", name="Cancel card/DCIM/large.bmp").press("Enter")
    expect(page.locator(".file", has_text="large.bmp")).to_contain_text("cancelled")
    state = ContributedFile.objects.using("owner").filter(pk=large.file_id)
    assert state.get().state == FileState.CANCELLED
    page.get_by_role("button", name="Try card/DCIM/large.bmp again").press("Enter")
    expect(told).to_contain_text("No connection")
    assert state.get().state == FileState.ARRIVING, "half of it is there: the rest is waited for"
    page.get_by_role("button", name="Pause").press("Enter")
    expect(told).to_contain_text(re.compile(r"Paused: 4(\.\d)? MB of"))

    # The page is gone, and with it all that a browser knew; the same folder goes on.
    page.once("dialog", lambda asked: asked.accept())
    page.reload()
    at.accessible()
    expect(page.locator("#waiting-list")).to_contain_text("1 file of 5 is waited for")
    lines.cut, lines.sent = False, []
    exhibit = page.get_by_label("Exhibit", exact=True)
    expect(exhibit).to_have_value("")  # which one is said each time, not guessed
    choose.set_input_files(folder)
    expect(page.locator("#said")).to_contain_text("1 files were not sent to the end")
    expect(told).to_have_text("All 5 files are sent.", timeout=20_000)
    assert lines.sent == [PIECE], "what was there is not sent again"
    expect(begin).to_be_disabled()
    at.accessible()
    at.picture("contribute-sent")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "card" not in kept, "no name of a file stays in the browser"
    assert "uploads" not in kept
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0

    page.get_by_role("link", name=f"How contribution {found.pk} stands").press("Enter")
    page.wait_for_url(f"{desk.address}/contributions/{found.pk}")
    phases = page.locator("progress")
    expect(phases.nth(0)).to_have_attribute("value", "5")
    expect(page.get_by_role("heading", name="Without an answer yet")).to_be_visible()
    at.accessible()
    at.picture("contribution-under-way")
    beside(lambda: finish(desk.workspace, found.pk))
    expect(page.locator(".chip.good", has_text="done")).to_be_visible(timeout=20_000)
    expect(phases.nth(2)).to_have_attribute("value", "5")
    results = page.locator(".results")
    expect(results).to_contain_text(re.compile(r"1 held.*1\s+ungraded.*3 new.*1 unreadable", re.S))
    expect(page.locator("#now")).not_to_contain_text("earlier")  # browsers tell times less exactly
    unread = page.locator("#unreadable")
    expect(unread.get_by_role("row")).to_have_count(2)
    expect(page.locator("#no-media")).to_contain_text("1 of these files is neither a picture")
    expect(unread).to_contain_text(re.compile("card/DCIM/broken.jpg.*its content is neither", re.S))
    expect(page.get_by_role("heading", name="Without an answer yet")).to_have_count(0)
    at.accessible()
    at.picture("contribution")

    # What is not in scope: a group of them, with a reason, and taken back.
    page.get_by_role("button", name="Out of scope … new").press("Enter")
    page.get_by_label("Why", exact=True).fill("holiday pictures")
    at.accessible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 media left out of scope")).to_be_visible()
    out = page.get_by_role("link", name="2 of these media are out of scope")
    decision = ScopeDecision.objects.using("owner").latest("pk")
    assert (decision.why, decision.scoped.using("owner").count()) == ("holiday pictures", 2)
    out.press("Enter")
    expect(page.locator(".tile .mark", has_text="⊘")).to_have_count(2)
    page.keyboard.press("x")
    page.get_by_label("Why", exact=True).fill("one of them is not")
    page.keyboard.press("Enter")
    expect(page.locator(".tile .mark", has_text="⊘")).to_have_count(1)
    at.accessible()
    page.keyboard.press("u")
    expect(page.locator(".tile .mark", has_text="⊘")).to_have_count(2)
    at.go(f"/media?contribution={found.pk}&standing=held&known=ungraded")
    expect(page.locator(".tile")).to_have_count(1)
    at.go("/contributions")
    expect(page.get_by_role("row")).to_have_count(3)
    at.picture("contributions")
    assert len(at.refused) == 1
    at.wrong[:] = [one for one in at.wrong if "net::ERR_CONNECTION_RESET" not in one]


@pytest.mark.parametrize(
    ("files", "seconds", "told"),
    [
        ({FileState.WAITING: 3}, 21, True),
        ({FileState.WAITING: 3, FileState.CANCELLED: 1}, 21, True),
        ({FileState.WAITING: 3}, 19, False),
        ({FileState.WAITING: 3, FileState.READING: 1}, 999, False),
        ({FileState.WAITING: 3, FileState.STORED: 1}, 999, False),
        ({FileState.WAITING: 3, FileState.ARRIVING: 1}, 999, False),
        ({FileState.STORED: 3}, 999, False),
    ],
)
def test_it_is_told_when_nobody_seems_to_read(files, seconds, told):
    assert waits_unread(State(1, files), timedelta(seconds=seconds)) is told


def test_a_dropped_folder_is_looked_through_and_fingerprints_are_right(desk, sit):
    at = sit(viewport={"width": 834, "height": 1112}, has_touch=True)
    page = at.page
    at.go("/contribute")
    page.evaluate(
        """() => {
            // A drop as browsers tell it: a folder in a folder, a hundred entries at a time.
            const file = (path, text) => ({
                isDirectory: false, fullPath: path,
                file: (settle) => settle(new File([text], path)),
            });
            const folder = (path, ...parts) => ({
                isDirectory: true, fullPath: path, createReader: () => {
                    const some = parts.map((one) => [one]);
                    return { readEntries: (settle) => settle(some.shift() ?? []) };
                },
            });
            const gone = { ...file("/usb/gone.jpg"), file: (settle, fail) => fail(new Error()) };
            const root = folder("/usb", file("/usb/a.txt", "a"), gone,
                folder("/usb/deep", folder("/usb/deep/er", file("/usb/deep/er/b.txt", "bb"))));
            const event = new Event("drop", { bubbles: true, cancelable: true });
            event.dataTransfer = {
                types: ["Files"], files: [], items: [{ webkitGetAsEntry: () => root }],
            };
            document.getElementById("take").dispatchEvent(event);
        }"""
    )
    expect(page.locator(".file bdi")).to_have_text(["usb/a.txt", "usb/deep/er/b.txt"])
    expect(page.locator("#said")).to_contain_text("usb/gone.jpg cannot be read. Choose it again")
    page.get_by_role("button", name="Take usb/a.txt out of the list").press("Enter")
    expect(page.locator("#chosen")).to_have_text("One file, 2 byte")
    assert page.evaluate("document.documentElement.scrollWidth") <= 834
    at.accessible()
    at.picture("tablet-contribute")

    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 128, 100_003]
    told = page.evaluate(
        """async (lengths) => {
            const { Sha256 } = await import("/static/web/sha256.js");
            return lengths.map((length) => {
                const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) % 251);
                const hash = new Sha256();
                for (let at = 0; at < length; at += 1009) {
                    hash.update(bytes.subarray(at, at + 1009));
                }
                return hash.hex();
            });
        }""",
        lengths,
    )
    bytes_of = [bytes((at * 7) % 251 for at in range(length)) for length in lengths]
    assert told == [hashlib.sha256(content).hexdigest() for content in bytes_of]


def asked(desk, who: str) -> requests.Session:
    """Somebody's browser, without a screen."""
    session = requests.Session()
    session.cookies.set("clew-session", desk.secrets[who])
    page = session.get(f"{desk.address}/search", timeout=20).text
    token = re.search(r'data-form="(\w+)"', page)
    assert token is not None
    session.headers.update({"X-CSRFToken": token[1], "Clew-Asks": "script"})
    return session


def test_others_see_as_far_as_they_may_and_change_nothing(desk, sit):
    ana = asked(desk, "specialist")
    content = io.BytesIO()
    Image.fromarray(make_picture(82, 5, 64, 64).pixels).save(content, "JPEG")
    file = {
        "path": "a.jpg",
        "size": len(content.getvalue()),
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
    }
    begun = ana.post(f"{desk.address}/contribute/begin", json={"files": [file]}, timeout=20).json()
    number, upload = begun["number"], begun["uploads"][0]
    here = f"{desk.address}/contributions/{number}"
    url = desk.address + upload["url"]

    expected = {"second": (200, 403), "protector": (200, 403)}
    expected |= {"auditor": (404, 404), "stranger": (404, 404)}
    for who, (looks, acts) in expected.items():
        somebody = asked(desk, who)
        for part in ("", "/now", "/files?which=open"):
            assert somebody.get(here + part, timeout=20).status_code == looks, (who, part)
        for part in ("/cancel", "/retry"):
            answer = somebody.post(here + part, json={"files": [upload["file"]]}, timeout=20)
            assert answer.status_code == acts, (who, part)
            assert "clew" not in answer.json()["why"]
        assert somebody.get(here + "/uploads", timeout=20).status_code == acts, who
        head = somebody.head(url, headers=TUS, timeout=20)
        assert head.status_code == (404 if who in ("second", "stranger") else 403), who
        sent = somebody.patch(url, data=b"x", headers=BYTES, timeout=20)
        assert sent.status_code == head.status_code, who
    stored = ContributedFile.objects.using("owner").get(pk=upload["file"])
    assert (stored.state, stored.upload.offset) == (FileState.ARRIVING, 0)

    at = sit("auditor")
    at.go("/contribute")
    expect(at.page.get_by_text("you have none of these roles here")).to_be_visible()
    expect(at.page.locator("input[type=file]")).to_have_count(0)
    at.go("/contributions")
    expect(at.page.get_by_text("Nothing that you may see was handed in.")).to_be_visible()
    looking = sit("protector", locale="de-DE")
    looking.go(f"/contributions/{number}")
    expect(looking.page.get_by_role("heading", name="Noch ohne Antwort")).to_be_visible()
    expect(looking.page.locator("main button")).to_have_count(0)

    # From elsewhere nothing is sent in her name, whatever method it claims to be.
    for header, value in (("X-CSRFToken", "made" * 8), ("Origin", "https://evil.example")):
        forged = ana.patch(url, data=b"x", headers=BYTES | {header: value}, timeout=20)
        assert forged.status_code == 403, header
    for method in ("HEAD", "OPTIONS"):
        disguised = BYTES | {"X-HTTP-Method-Override": "PATCH", "X-CSRFToken": ""}
        ana.request(method, url, data=b"x", headers=disguised, timeout=20)
    assert ana.get(url, timeout=20).status_code == 405
    bearer = {"Authorization": f"Bearer {desk.secrets['specialist']}"}
    assert requests.head(url, headers=TUS | bearer, timeout=20).status_code == 401
    stored.upload.refresh_from_db(using="owner")
    assert stored.upload.offset == 0
    whole = ana.patch(url, data=content.getvalue(), headers=BYTES, timeout=20)
    assert whole.headers["Upload-Offset"] == str(file["size"])
    assert ana.post(here + "/cancel", json={}, timeout=20).json()["count"] == 1


_SEIZED = {"number": "9", "what": "x", "where": "x", "when": "2026-05-04", "source": "device"}


@pytest.mark.parametrize(
    "wrong",
    [
        *({"files": []}, {"files": [{"path": "../a", "size": 1, "sha256": "0" * 64}]}),
        {"files": [{"path": "a", "size": 2**49, "sha256": "0" * 64}]},
        *({"sharing": "nobody"}, {"sharing": "named agencies"}),
        {"sharing": "all members", "agencies": [1]},
        *({"new_exhibit": _SEIZED | {"what": " "}}, {"new_exhibit": _SEIZED | {"when": "May"}}),
        {"new_exhibit": _SEIZED | {"source": "hearsay"}},
    ],
)
def test_what_cannot_be_handed_in_is_told_and_nothing_of_it_is_kept(desk, wrong):
    before = Contribution.objects.using("owner").count(), Exhibit.objects.using("owner").count()
    whole = {"files": [{"path": "a.jpg", "size": 1, "sha256": "0" * 64}]}
    ana = asked(desk, "specialist")
    answer = ana.post(f"{desk.address}/contribute/begin", json=whole | wrong, timeout=20)
    assert answer.status_code == 422
    assert answer.json()["why"]
    now = Contribution.objects.using("owner").count(), Exhibit.objects.using("owner").count()
    assert now == before
