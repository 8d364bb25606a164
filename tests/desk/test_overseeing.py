"""Oversight, by those who have to do it, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from asked import sampled_grade_of
from clew.access.acting import acting
from clew.access.models import AccessReview, Authority, Certification, Officer
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.entities import add_particular, create
from clew.casework.screen import note_reveal
from clew.records.models import (
    AskedAgain,
    Certainty,
    Deletion,
    DeletionEnd,
    Entity,
    Grade,
    Hold,
    Particular,
    Review,
    Sighting,
)
from clew.web.oversight.log import PAGE

LATER = "2031-01-31"


def test_an_auditor_searches_and_checks_the_log_and_sees_who_saw_what(desk, sit):
    media = desk.pair[0]
    with acting(desk.secrets["second"]):
        note_reveal(media, "to find who is shown")
        for _ in range(PAGE):
            record(Event.VIEW, about="workspace")
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
    expect(rows.filter(has_text="ben")).to_contain_text(re.compile(r"^ben\d"))
    at.accessible()
    at.picture("who-saw")
    page.get_by_label("Officer", exact=True).select_option("ben")
    page.get_by_role("button", name="Show what").press("Enter")
    expect(rows.filter(has_text=f"media:{media}").first).to_be_visible()

    at.go("/oversight/verification")
    page.get_by_role("button", name="Check").press("Enter")
    expect(page.get_by_text(re.compile(r"It fits: \d+ entries"))).to_be_visible()
    at.accessible()
    at.picture("verification")
    assert at.refused == []


def test_an_administrator_invites_changes_and_hands_over(desk, sit):
    at = sit("administrator")
    page = at.page
    at.go("/admin/officers")
    at.picture("officers")
    page.get_by_role("link", name="Add an officer").press("Enter")
    page.get_by_label("First and last name").fill("Jo Brand")
    page.get_by_label("Signs in as").fill("ana")
    page.get_by_label("specialist").check()
    page.get_by_label("Certified until").fill(LATER)
    page.get_by_role("button", name="Add and invite").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("choose another")
    expect(page.get_by_label("First and last name")).to_have_value("Jo Brand")
    expect(page.get_by_label("specialist")).to_be_checked()
    at.accessible()
    page.get_by_label("Signs in as").fill("jo")
    page.get_by_role("button", name="Add and invite").press("Enter")
    secret = page.get_by_label("Invitation").input_value()
    assert len(secret) > 30
    at.accessible()
    at.picture("invitation")
    jo = Officer.objects.using("owner").get(sign_in_name="jo")
    at.go(f"/admin/officers/{jo.pk}")
    page.get_by_text("Certify", exact=True).first.press("Enter")
    page.get_by_label("Last day of the certification").fill("2032-01-31")
    page.get_by_role("button", name="Certify").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("Certified.")
    held = Certification.objects.using("owner").filter(officer=jo, revoked_at=None)
    assert [one.valid_until.year for one in held] == [2032]
    page.get_by_text("Change roles").press("Enter")
    page.get_by_label("trainer").check()
    page.get_by_role("button", name="Keep these roles").press("Enter")
    expect(page.get_by_text("specialist, trainer")).to_be_visible()
    page.get_by_text("Has left").press("Enter")
    page.get_by_label("Who takes over").select_option(label="Ben (ben)")
    at.accessible()
    at.picture("officer")
    page.get_by_role("button", name="Note that they left").press("Enter")
    expect(page.get_by_text("handed over to Ben")).to_be_visible()
    at.go("/admin/agencies")
    at.picture("agencies")
    at.go("/admin/jobs")
    at.picture("jobs")
    page.goto(f"{desk.address}/admin/health")
    expect(page.get_by_text("encrypts, writes and verifies")).to_be_visible(timeout=60_000)
    at.accessible()
    at.picture("health")
    assert [one.split(" ")[0] for one in at.refused] == ["422"]


def test_a_supervisor_records_an_authority_and_looks_after_access_and_sums(desk, sit):
    at = sit("supervisor")
    page = at.page
    at.go("/admin/authorities/new")
    for label, words in (
        ("Reference", "Az 17"),
        ("Operation", "Harbour"),
        ("Law or order it rests on", "§ 100b"),
        ("Purpose", "to find who is shown"),
        ("Last day", LATER),
    ):
        page.get_by_label(label).fill(words)
    page.get_by_label("only those chosen here").check()
    page.get_by_label("Ben").check()
    page.get_by_role("button", name="Record it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("say another reference")
    expect(page.get_by_label("Purpose")).to_have_value("to find who is shown")
    page.get_by_label("Reference").fill("Az 99")
    page.get_by_role("button", name="Record it").press("Enter")
    row = page.get_by_role("row").filter(has_text="Az 99")
    expect(row).to_contain_text("Ben")
    at.accessible()
    at.picture("authorities")
    row.get_by_text("Revoke", exact=False).first.press("Enter")
    row.get_by_role("button", name="Revoke now").press("Enter")
    expect(row).to_contain_text("revoked")
    assert Authority.objects.using("owner").get(reference="Az 99").revoked_at is not None

    at.go("/oversight/access")
    row = page.get_by_role("row").filter(has_text="Ana")
    row.get_by_text("Look at it", exact=False).first.press("Enter")
    row.get_by_label("yes, it stays").check()
    row.get_by_label("Why, or what is to be changed").fill("works on Lantern")
    row.get_by_role("button", name="Note it").press("Enter")
    expect(page.get_by_role("row").filter(has_text="Ana")).to_contain_text("works on Lantern")
    assert AccessReview.objects.using("owner").get().roles == ["specialist"]
    at.accessible()
    at.picture("access")
    for path in ("conduct", "statistics"):
        at.go(f"/oversight/{path}")
        at.picture(path)
    assert [one.split(" ")[0] for one in at.refused] == ["422"]


def test_what_is_due_is_kept_and_deleting_takes_two(desk, sit):
    media = sorted(desk.pair)
    old = Sighting.objects.using("owner").filter(media__in=media)
    old.update(seen_at=timezone.now() - timedelta(days=3000))
    at = sit()
    page = at.page
    at.go("/oversight/reviews")
    at.picture("reviews")
    due = page.get_by_role("region", name=f"Media {media[0]}", exact=True)
    due.get_by_text("Keep until").press("Enter")
    due.get_by_label("Look at it again on").fill("2020-01-01")
    due.get_by_label("Why").first.fill("the trial goes on")
    due.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not in the future")
    expect(due.get_by_label("Why").first).to_have_value("the trial goes on")
    due.get_by_label("Look at it again on").fill(LATER)
    due.get_by_role("button", name="Keep it").press("Enter")
    expect(due).to_have_count(0)
    assert Review.objects.using("owner").get(media=media[0]).why == "the trial goes on"
    other = page.get_by_role("region", name=f"Media {media[1]}", exact=True)
    other.get_by_text("Ask for deletion").press("Enter")
    other.get_by_role("button", name="Ask for it").locator("..").locator("..").get_by_label(
        "Why"
    ).fill("a holiday picture")
    other.get_by_role("button", name="Ask for it").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("has to agree")
    asked = Deletion.objects.using("owner").get(media=media[1])
    at.go("/oversight/deletions")
    expect(page.get_by_text("Take it back").first).to_be_visible()
    expect(page.get_by_text("Agree", exact=True)).to_have_count(0)

    second = sit("supervisor")
    second.go("/oversight/deletions")
    second.picture("deletions")
    second.page.get_by_text("Refuse", exact=False).first.press("Enter")
    second.page.get_by_label("Why").fill("it shows the place")
    second.page.get_by_role("button", name="Refuse it").press("Enter")
    expect(second.page.get_by_text("Nothing waits for a second person.")).to_be_visible()
    assert DeletionEnd.objects.using("owner").get(deletion=asked).refused
    second.go("/oversight/holds")
    second.page.get_by_text("Hold a media").press("Enter")
    second.page.get_by_label("Media", exact=True).fill(str(media[0]))
    second.page.get_by_label("Why").fill("trial 4 KLs 12/26")
    second.page.get_by_role("button", name="Hold it").press("Enter")
    expect(second.page.get_by_text("trial 4 KLs 12/26")).to_be_visible()
    second.accessible()
    second.picture("holds")
    second.page.get_by_text("Lift", exact=False).first.press("Enter")
    second.page.get_by_label("Why").last.fill("the judgment is final")
    second.page.get_by_role("button", name="Lift the hold").press("Enter")
    expect(second.page.get_by_text("None is in force.")).to_be_visible()
    assert Hold.objects.using("owner").filter(media=media[0]).count() == 2
    assert [one.split(" ")[0] for one in at.refused + second.refused] == ["422"]


def test_a_data_protection_officer_finds_corrects_and_restricts(desk, sit):
    with acting(desk.secrets["specialist"]):
        girl = create("person", "girl with red scarf", category="victim")
        known = {"certainty": Certainty.FACT, "source": "school register"}
        add_particular(girl.pk, "name", "Mia Muster", **known)
    at = sit("protector")
    page = at.page
    at.go("/protection")
    page.get_by_label("Name, alias, address").fill("Muster")
    page.get_by_label("Name, alias, address").press("Enter")
    page.get_by_role("link", name="girl with red scarf").press("Enter")
    assert "Muster" not in page.url
    page.get_by_text("Correct particular").press("Enter")
    row = page.get_by_role("row").filter(has_text="Mia Muster")
    row.get_by_label("What is right").fill("Mia Munster")
    row.get_by_label("Known from").fill("birth certificate")
    row.get_by_role("button", name="Correct it").press("Enter")
    expect(page.get_by_text("no longer counts")).to_be_visible()
    assert Particular.objects.using("owner").filter(entity=girl, words="Mia Munster").exists()
    page.get_by_text("Restrict", exact=True).press("Enter")
    page.get_by_label("Why").first.fill("objection of 3 May")
    page.get_by_role("button", name="Restrict it").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Restricted")
    assert Entity.objects.using("owner").get(pk=girl.pk).restricted
    at.accessible()
    at.picture("person")
    page.get_by_text("Let it be worked with again").press("Enter")
    page.get_by_label("Why").first.fill("it was answered")
    page.get_by_role("button", name="Let it be worked with").press("Enter")
    page.wait_for_url("**done=freed")
    expect(page.get_by_role("table").last).to_contain_text("objection of 3 May")
    assert not Entity.objects.using("owner").get(pk=girl.pk).restricted
    assert at.refused == []


def test_a_grade_is_asked_again_without_the_first_answer(desk, sit):
    first = sampled_grade_of(Officer.objects.using("owner").get(sign_in_name="ben"), desk.pair[0])
    votes = Grade.objects.using("owner").filter(media=first.media_id, officer=first.officer)
    before = votes.count()
    at = sit("second")
    page = at.page
    at.go("/oversight/again")
    expect(
        page.get_by_role("heading", name=f"How do you grade media {first.media_id}")
    ).to_be_visible()
    assert page.get_by_role("link", name=re.compile("^Media")).count() <= 1, "but the menu’s"
    at.picture("asked-again")
    page.keyboard.down("v")
    expect(page.locator(".picture img")).to_be_visible()
    page.keyboard.up("v")
    page.keyboard.press("2")
    expect(page.get_by_text("before you said 1, now 2")).to_be_visible()
    assert AskedAgain.objects.using("owner").get(first=first).grade == 2
    assert votes.count() == before, "it is no vote"
    at.accessible()
    assert at.refused == []


def test_oversight_in_german_on_a_tablet(desk, sit):
    at = sit("supervisor", viewport={"width": 834, "height": 1112}, locale="de-DE")
    page = at.page
    for path, heading in (
        ("/oversight", "Aufsicht"),
        ("/oversight/access", "Zugänge"),
        ("/oversight/statistics", "Statistik"),
        ("/admin/authorities", "Ermächtigungen"),
    ):
        at.go(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert page.evaluate("document.documentElement.scrollWidth") <= 834, path
    at.picture("oversight-tablet")
