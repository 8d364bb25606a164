"""What goes wrong at a desk: hands that slip, sessions that end while somebody types, and back."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from clew.access.models import Authority, Session
from clew.access.secret import digest
from clew.audit.models import Entry
from clew.records.models import Grade, Media


def test_a_hand_that_slips_decides_on_nothing_that_was_not_looked_at(desk, sit):
    at = sit()
    page = at.page
    at.go("/proposals")
    waiting = int(page.locator("#count").get_attribute("data-count") or 0)
    assert waiting > 3
    page.locator(".proposal").first.get_by_label("Why").fill("the same room")
    place = page.locator(".proposal").first.get_by_role("button", name="Confirm").bounding_box()
    assert place is not None
    for _click in range(2):  # as slowly as a tired hand: the next one may lie there by then
        page.mouse.click(place["x"] + 20, place["y"] + 15)
        page.wait_for_timeout(200)
    expect(page.locator("#count")).to_have_text(str(waiting - 1))
    page.locator(".proposal").first.focus()
    for _repeat in range(6):  # a key that is held
        page.keyboard.down("x")
        page.wait_for_timeout(60)
    page.keyboard.up("x")
    expect(page.locator("#count")).to_have_text(str(waiting - 2))
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.locator("#count")).to_have_text(str(waiting))
    assert at.refused == []

    at.go("/media?kind=image")
    before = Grade.objects.using("owner").count()
    for _repeat in range(6):
        page.keyboard.down("1")
        page.wait_for_timeout(60)
    page.keyboard.up("1")
    expect(page.get_by_text(re.compile("graded 1"))).to_have_count(1)
    assert Grade.objects.using("owner").count() == before + 1
    page.keyboard.press("u")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowRight")  # moving goes on
    page.keyboard.up("ArrowRight")
    reached = page.locator(".tile").nth(3).get_attribute("id")
    expect(page.get_by_role("listbox")).to_have_attribute("aria-activedescendant", reached or "")


def _session_of(desk, who):
    return Session.objects.using("owner").filter(digest=digest(desk.secrets[who]))


def test_what_was_typed_stays_when_the_authority_or_the_session_ends(desk, sit):
    at = sit("second")
    page = at.page
    at.go("/series")
    page.get_by_text("New series").click()
    title = page.get_by_label("Working title, without anybody’s name")
    title.fill("The green room")
    held = _session_of(desk, "second").get().authority
    _session_of(desk, "second").update(authority=None)
    page.get_by_role("button", name="Make it").click()
    told = page.locator(".toast.bad").last
    expect(told).to_contain_text("Choose the authority under which you work first.")
    expect(told.get_by_role("link")).to_have_attribute("target", "_blank")
    expect(title).to_have_value("The green room")
    at.accessible()
    _session_of(desk, "second").update(authority=held)

    # Over, and signed in again in another tab: what protects forms is another one then.
    until = _session_of(desk, "second").get().expires_at
    _session_of(desk, "second").update(expires_at=timezone.now())
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".toast.bad").last).to_contain_text("Your session is over. Sign in again.")
    expect(title).to_have_value("The green room")
    search = page.get_by_role("searchbox", name="Search")
    search.fill("a sofa by the window")
    search.press("Enter")
    expect(page.locator(".toast.bad")).to_have_count(3)
    expect(search).to_have_value("a sofa by the window")
    _session_of(desk, "second").update(expires_at=until)
    page.context.clear_cookies(name="clew-form")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(re.compile(r"/series/\d+$"))
    expect(page.get_by_role("heading", name="The green room")).to_be_visible()

    # Somebody else at the same machine does not go on with it.
    page.get_by_text("Add a note").click()
    note = page.locator("#add-note [name=words]")
    note.fill("ask the school")
    cookie = {"name": "clew-session", "value": desk.secrets["specialist"], "url": desk.address}
    page.context.add_cookies([cookie])
    page.context.clear_cookies(name="clew-form")
    page.locator("#add-note button.main").click()
    expect(page.locator(".toast.bad").last).to_contain_text("Somebody else has signed in here")
    expect(note).to_have_value("ask the school")
    page.once("dialog", lambda asked: asked.dismiss())
    page.get_by_role("link", name="Home").click()
    expect(note).to_have_value("ask the school")


def test_a_form_that_is_pressed_twice_is_sent_once(desk, sit):
    at = sit("supervisor")
    page = at.page
    at.go("/admin/authorities/new")
    before = Authority.objects.using("owner").count()
    for name in ("operation", "reference", "legal_basis", "purpose"):
        page.locator(f"[name={name}]").fill("Lantern two")
    page.locator("[name=until]").fill(f"{timezone.localdate() + timedelta(days=9)}")
    page.locator("[name=whom]").first.check()
    page.get_by_role("button", name=re.compile("^Record")).dblclick()
    page.wait_for_url(re.compile(r"/admin/authorities\b(?!/new)"))
    page.wait_for_load_state("networkidle")
    assert Authority.objects.using("owner").count() == before + 1


def test_one_goes_back_to_what_was_found(desk, sit):
    at = sit()
    page = at.page
    found = Media.objects.using("owner").get(pk=desk.pair[0])
    at.go("/")
    page.get_by_role("searchbox").fill(bytes(found.sha256).hex())
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?answer=*")  # at home there is a link to "4 media, 12 matches"
    page.get_by_role("link", name=f"Media {found.pk}").click()
    page.wait_for_url(f"**/media/{found.pk}")
    page.go_back()
    expect(page.get_by_role("link", name=f"Media {found.pk}")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name=f"Media {found.pk}")).to_be_visible()
    answer = page.url
    assert bytes(found.sha256).hex() not in answer
    asked = Entry.objects.using("owner").filter(event="query").count()
    # Another officer is shown nothing of it.
    other = sit("second")
    other.page.goto(answer)
    expect(other.page.get_by_text("This answer is not kept any longer")).to_be_visible()
    expect(other.page.get_by_role("link", name=f"Media {found.pk}")).to_have_count(0)
    assert Entry.objects.using("owner").filter(event="query").count() == asked


def test_a_hash_that_is_dropped_is_searched_for(desk, sit):
    at = sit()
    page = at.page
    found = Media.objects.using("owner").get(pk=desk.pair[0])
    at.go(f"/media/{found.pk}")
    page.locator("dl.figures code").first.evaluate("code => getSelection().selectAllChildren(code)")
    page.locator("dl.figures code").first.drag_to(page.get_by_role("heading", level=1))
    page.wait_for_url("**/search?answer=*")
    expect(page.get_by_role("link", name=f"Media {found.pk}")).to_contain_text("Same file")


def test_what_words_are_written_of_has_its_page(desk, sit):
    at = sit()
    page = at.page
    at.go("/entities?kind=place")
    made = page.evaluate(
        """() => fetch("/entities/new", {
            method: "POST",
            headers: {
                "Clew-Asks": "script", "Content-Type": "application/json",
                "X-CSRFToken": document.body.dataset.form,
            },
            body: JSON.stringify({kind: "place", title: "villa with a turquoise door"}),
        }).then((answer) => answer.json())"""
    )
    page.get_by_role("searchbox", name="Search").fill("turquoise")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?answer=*")
    page.get_by_role("link", name=re.compile(r"^place \d+$")).click()
    page.wait_for_url(f"{desk.address}{made['go']}")


def test_an_address_that_leads_nowhere_says_what_to_do(desk, sit):
    for who, language, words in (
        ("specialist", "en-GB", "There is no page at this address"),
        (None, "de-DE", "Unter dieser Adresse gibt es keine Seite"),
    ):
        at = sit(who, locale=language)
        for path in ("/nowhere", "/media/abc"):
            at.go(path)
            expect(at.page.get_by_text(words)).to_be_visible()
            assert at.refused[-1] == f"404 {desk.address}{path}"
        at.page.get_by_role("link").last.click()
        at.page.wait_for_url(re.compile("/(sign-in)?$"))


def test_what_was_typed_into_a_form_that_is_refused_is_shown(desk, sit):
    at = sit()
    page = at.page
    at.go("/media?kind=video")
    name = page.locator("form[action='/media/filters'] [name=name]")
    name.evaluate("field => field.removeAttribute('maxlength')")
    name.fill("films that I have looked at " * 12)
    name.press("Enter")
    expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    expect(page.locator(".written")).to_contain_text("films that I have looked at films")
    at.accessible()
