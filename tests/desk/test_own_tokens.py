"""An officer issues, sees and ends tokens on a page of their own account."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import requests
from django.utils import timezone
from playwright.sync_api import expect

from beside import beside
from clew.access.acting import acting
from clew.access.enrolment import begin_enrolment, enrol
from clew.access.models import Authority, Officer
from clew.access.officers import invite
from clew.access.signin import sign_in

PASSWORD = "seven wet umbrellas"


@pytest.fixture
def recovery(desk) -> list[str]:
    """Recovery codes of the second specialist, who has a password from now on and is signed in."""
    codes: list[str] = []

    def enrolled() -> None:
        with acting(desk.secrets["administrator"]):
            invitation = invite(Officer.objects.get(sign_in_name="ben"))
        totp = begin_enrolment(invitation).totp_secret
        codes.extend(enrol(invitation, PASSWORD, totp, pyotp.TOTP(totp).now()))
        # In a dictionary of its own: the other modules' workspaces know nothing of this session.
        desk.secrets = {**desk.secrets, "second": sign_in("ben", PASSWORD, codes.pop())}

    beside(enrolled)
    return codes


def test_a_token_is_issued_used_seen_and_ended(desk, sit, recovery):
    at = sit("second")
    page = at.page
    at.go("/")
    page.locator("summary", has_text="Ben").press("Enter")
    page.get_by_role("link", name="Tokens for programs").press("Enter")
    page.wait_for_url("**/tokens")
    expect(page.locator("main")).to_contain_text("You have no token.")
    until = (timezone.now() + timedelta(days=9)).date().isoformat()

    def asked(password: str, code: str) -> None:
        page.get_by_label("What for").fill("nightly")
        page.get_by_label("Last day (UTC), within a year").fill(until)
        page.get_by_label("hand in, and say with whom it is shared").check()
        page.get_by_label("Password").fill(password)
        page.get_by_label("One-time or recovery code").fill(code)
        page.get_by_role("button", name="Issue").press("Enter")

    asked("guessed", "000000")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("What for")).to_have_value("nightly")
    expect(page.get_by_label("Password")).to_have_value("")
    at.accessible()
    asked(PASSWORD, recovery[0])
    secret = page.locator("#secret").inner_text()
    at.accessible()
    bearer = {"Authorization": f"Bearer {secret}"}
    known = requests.get(f"{desk.address}/api/v1/whoami", headers=bearer, timeout=20)
    assert known.json()["authority"] == "Az 17"
    at.go("/tokens")
    expect(page.locator("main")).not_to_contain_text(secret)
    row = page.get_by_role("row").filter(has_text="nightly")
    expect(row).to_contain_text("ask, and see what you see; hand in")
    at.picture("tokens")
    page.get_by_role("button", name="End nightly").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("Ended.")
    expect(row).to_contain_text("over")
    after = requests.get(f"{desk.address}/api/v1/whoami", headers=bearer, timeout=20)
    assert after.status_code == 401
    assert [one.split(" ")[0] for one in at.refused] == ["422"]

    # Tokens are their officer's own, and work under an authority that the officer may use.
    other = sit("specialist")
    other.go("/tokens")
    expect(other.page.locator("main")).to_contain_text("You have no token.")
    wrong = page.request.post(f"{desk.address}/tokens/1/end")
    assert wrong.status == 403
    number = Authority.objects.using("owner").latest("pk").pk + 100
    page.goto(f"{desk.address}/tokens")
    page.locator("#authority option").first.evaluate(f"one => {{ one.value = '{number}' }}")
    asked(PASSWORD, recovery[1])
    expect(page.get_by_role("alert")).to_contain_text("You may not use an authority")
