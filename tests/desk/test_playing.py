"""Parts of films and sounds, in a real browser: nothing plays before it is asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from addresses import GET, POST, Client
from beside import beside
from clew.audit.models import Entry
from clew.intake.contribute import contribute
from clew.records.models import Exposure, Media, StoredTrace
from clew.signals.registry import signals

SECONDS, RATE, PITCH = 14, 10, 44_100


def film(*, picture: bool = True) -> bytes:
    """A ball that rolls through a room, or nothing to be seen, with a tone."""
    out = io.BytesIO()
    with av.open(out, "w", "mp4" if picture else "wav") as target:
        track = target.add_stream("aac" if picture else "pcm_s16le", rate=PITCH, layout="mono")
        if picture:
            stream = target.add_stream("mpeg4", rate=RATE)
            stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
            for number in range(SECONDS * RATE):
                pixels = np.full((180, 320, 3), (40, 90, 140), np.uint8)
                left = number * 2 % 280
                pixels[70:110, left : left + 40] = (230, 180, 60)
                target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
            target.mux(stream.encode())
        wave = 8000 * np.sin(np.arange(PITCH * SECONDS) * 2 * np.pi * 440 / PITCH)
        for start in range(0, len(wave), 1024):
            piece = wave[None, start : start + 1024].astype(np.int16)
            frame = av.AudioFrame.from_ndarray(piece, "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = PITCH, start, Fraction(1, PITCH)
            target.mux(track.encode(frame))
        target.mux(track.encode())
    return out.getvalue()


@pytest.fixture(scope="module")
def handed_in(desk, make_place) -> dict[str, int]:
    """Numbers of a film and a sound whose originals are in the vault."""
    folder: Path = make_place() / "handed-in"
    folder.mkdir(parents=True)
    (folder / "rolling.mp4").write_bytes(film())
    (folder / "humming.wav").write_bytes(film(picture=False))
    beside(lambda: contribute(desk.workspace, sorted(folder.iterdir())))
    found = Media.objects.using("owner").order_by("-pk")
    numbers = {kind: found.filter(type=kind).first().pk for kind in ("video", "sound")}
    speech = {"signal": "speech", "version": signals()["speech"].version, "variant": "speech"}
    StoredTrace.objects.using("owner").create(
        media_id=numbers["sound"], ordinal=9, value=b"", quality=100, start=3.2, end=5, **speech
    )
    return numbers


def last_reveal() -> Entry:
    return Entry.objects.using("owner").filter(event="reveal").order_by("number").last()


def state(page: Page) -> dict[str, object] | None:
    return page.evaluate(
        """() => {
            const one = document.querySelector("video, audio");
            return one && {
                kind: one.localName, muted: one.muted, at: one.currentTime, paused: one.paused,
                loop: one.loop, heard: one.webkitAudioDecodedByteCount, wide: one.videoWidth ?? 0,
                autoplay: one.autoplay, over: one.ended,
            };
        }"""
    )


def wait(page: Page, good: Callable[[dict | None], bool]) -> None:
    """Wait for what plays; the policy of the page lets Playwright not ask again and again."""
    for _ in range(400):
        if good(state(page)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(state(page))


def runs(page: Page) -> dict[str, object]:
    """Wait until what plays really goes on."""
    wait(page, lambda one: one is not None and one["at"] > 0.4)
    found = state(page)
    assert found is not None
    assert not found["loop"]
    assert not found["autoplay"]
    return found


def test_a_film_plays_muted_when_it_is_asked_and_with_sound_when_that_is(desk, sit, handed_in):
    at = sit()
    page = at.page
    at.go(f"/media/{handed_in['video']}")
    before = Entry.objects.using("owner").filter(event="reveal").count()
    page.wait_for_timeout(500)
    assert state(page) is None, "there is nothing yet that could play"
    assert Entry.objects.using("owner").filter(event="reveal").count() == before
    page.get_by_label("Play from", exact=True).fill("2")
    page.keyboard.press("m")
    found = runs(page)
    assert (found["kind"], found["muted"], found["heard"]) == ("video", True, 0)
    assert 0 < found["wide"] <= 480
    expect(page.locator("[data-told]")).to_have_text("0:02–0:12, muted")
    at.accessible()
    at.picture("playing")
    noted = json.loads(last_reveal().details)
    assert (noted["what"], noted["from"], noted["to"]) == ("motion", 2, 12)
    assert noted["purpose"] == "to find who is shown"
    assert last_reveal().about == f"media:{handed_in['video']}"
    exposed = Exposure.objects.using("owner").get(officer__sign_in_name="ana")
    assert exposed.reveals == 1
    expect(page.locator("#exposure")).to_have_text("revealed today: 1")
    page.get_by_role("button", name="Pause").click()
    assert state(page)["paused"]
    page.get_by_role("button", name="Go on").click()
    page.keyboard.press("Escape")
    assert state(page) is None

    page.get_by_role("button", name="Play with sound").click()
    found = runs(page)
    assert not found["muted"]
    assert found["heard"] > 0
    assert json.loads(last_reveal().details)["what"] == "motion and sound"
    # What comes next is muted again: sound is asked for each time.
    page.get_by_role("button", name="Next part").click()
    found = runs(page)
    assert (found["muted"], found["heard"]) == (True, 0)
    expect(page.locator("[data-told]")).to_contain_text("0:12–0:14, muted · it ends or breaks off")
    wait(page, lambda one: one is not None and one["over"])
    assert state(page)["paused"], "nothing begins anew, and nothing goes on"
    exposed.refresh_from_db()
    assert exposed.reveals == 3
    assert at.refused == []


def test_a_sound_is_listened_to_from_where_it_is_clicked(desk, sit, handed_in):
    at = sit("second")
    page = at.page
    at.go(f"/media/{handed_in['sound']}")
    assert state(page) is None
    page.get_by_role("button", name="Spectrogram").click()
    drawing = page.locator("#spectrogram img")
    expect(drawing).to_be_visible(timeout=30_000)
    box = drawing.bounding_box()
    drawing.click(position={"x": box["width"] / 2, "y": 20})
    found = runs(page)
    assert (found["kind"], found["muted"]) == ("audio", False)
    assert found["heard"] > 0
    noted = json.loads(last_reveal().details)
    assert noted["what"] == "sound"
    assert noted["from"] == pytest.approx(7, abs=0.3)
    at.accessible()
    at.picture("listening")
    # Where somebody speaks, by keyboard, and in the drawing.
    page.get_by_role("button", name="Listen from 0:03–0:05").press("Enter")
    runs(page)
    assert json.loads(last_reveal().details)["from"] == 3.2
    sketch = page.locator(".sound-of .sketch")
    sketch.click(position={"x": sketch.bounding_box()["width"] / 4, "y": 20})
    expect(page.locator("[data-told]")).to_contain_text("0:03–0:14, sound only", timeout=30_000)
    runs(page)
    assert json.loads(last_reveal().details)["from"] == pytest.approx(3.5, abs=0.2)
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", { value: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert state(page) is None
    assert at.refused == []


def test_blind_nothing_is_played(desk, sit, handed_in):
    at = sit("protector")
    page = at.page
    at.go(f"/media/{handed_in['video']}")
    page.get_by_role("button", name="Work blind").click()
    at.go(f"/media/{handed_in['video']}")
    before = last_reveal().number
    page.keyboard.press("m")
    expect(page.locator(".toast.bad")).to_contain_text("You work blind: nothing is revealed")
    assert state(page) is None
    assert last_reveal().number == before


@pytest.fixture
def client(desk) -> Callable[[str], Client]:
    return lambda who: Client(desk.address, desk.secrets[who])


def test_a_part_is_for_the_session_that_asked_inert_and_over_with_it(desk, handed_in, client):
    ana, ben, number = client("specialist"), client("second"), handed_in["video"]
    asked = {"what": "motion", "start": 0, "colour": True}
    told = ben.ask(POST, f"media/{number}/play", asked)
    assert told.status_code == 200, told.text
    path = told.json()["part"].lstrip("/")
    shown = ben.session.get(f"{desk.address}/{path}", timeout=60)
    assert shown.status_code == 200, shown.text
    assert shown.headers["Content-Type"] == "video/webm"
    assert shown.content.startswith(b"\x1a\x45\xdf\xa3")
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(shown.headers["Clew-Part"]) == {"lasts": 10.0, "notes": []}
    other = path.replace(f"media/{number}/", f"media/{desk.pair[1]}/")
    for asking, wrong in ((ana, path), (ben, other), (ben, path[:-1] + "x")):
        assert asking.ask(GET, wrong).status_code == 404
    # A picture's address is none of a part, nor the other way round.
    assert ben.ask(GET, path.replace("/part/", "/picture/")).status_code == 404
    stranger = client("stranger")
    for kind in handed_in.values():
        assert stranger.ask(POST, f"media/{kind}/play", asked).status_code == 404
    ben.ask(POST, "sign-out", {}, script=False)
    assert ben.ask(GET, path).status_code == 401


def test_what_cannot_be_played_says_why_and_what_to_do(desk, handed_in, client, sit):
    ana = client("specialist")
    asked = {"what": "motion", "start": 0}
    there = Media.objects.using("owner").filter(type="video").order_by("pk").first().pk
    assert there not in handed_in.values()
    answer = ana.ask(POST, f"media/{there}/play", asked)
    assert answer.status_code == 404
    assert "Hand it in, then it can be played." in answer.json()["why"]
    page = ana.ask(GET, f"media/{there}", script=False).text
    assert f'href="/contribute/finds?media={there}"' in page
    assert 'id="player"' not in page
    assert ana.ask(POST, f"media/{desk.pair[0]}/play", asked).status_code == 422
    answer = ana.ask(POST, f"media/{handed_in['sound']}/play", asked)
    assert "it is sound alone" in answer.json()["why"]
    number = handed_in["video"]
    for wrong in ({"what": "all"}, {**asked, "start": -1}, {**asked, "start": 1e9}, {}):
        assert ana.ask(POST, f"media/{number}/play", wrong).status_code == 422
    path = ana.ask(POST, f"media/{number}/play", {**asked, "start": 500}).json()["part"]
    beyond = ana.session.get(desk.address + path, headers={"Clew-Asks": "script"}, timeout=60)
    assert beyond.status_code == 422
    assert "nothing is to be seen or heard of it from there on" in beyond.json()["why"]
