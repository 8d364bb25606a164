"""Signing in through pages, with a real browser, a device it holds, and an identity provider."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
import requests
from cryptography.hazmat.primitives import hashes
from playwright.sync_api import Browser, Page, expect

from cards import as_header, issued
from clew.access.models import ClientCertificate, Officer, Passkey, Session

PAGES = ("/sign-in", "/enrol", "/sign-in/code")
FORMS = (
    *("/sign-in", "/sign-in/passkey", "/sign-in/passkey/options", "/sign-in/certificate"),
    *("/sign-in/provider/ministry", "/sign-out", "/enrol", "/enrol/password", "/enrol/passkey"),
    *("/credentials/prove", "/credentials/passkey", "/credentials/passkey/1/remove"),
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(8000)
    page = context.new_page()
    yield page
    context.close()


def hold_a_device(page: Page) -> None:
    """Give the browser a device for passkeys, with a person who is there."""
    spoken = page.context.new_cdp_session(page)
    spoken.send("WebAuthn.enable")
    spoken.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def press(page: Page, name: str) -> None:
    """As somebody does who uses no mouse."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_enrolling_and_signing_in_with_a_passkey_by_keyboard_alone(served, page):
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    hold_a_device(page)
    page.goto(f"{served.address}/enrol")
    page.get_by_label("Invitation").fill(served.invite("anna", "DE"))
    press(page, "Go on")
    page.get_by_label("What you call it").fill("key on the ring")
    press(page, "Enrol with a passkey")
    page.wait_for_url("**/sign-in")
    press(page, "Sign in with a passkey")
    page.wait_for_url("**/authority?next=%2F")
    page.goto(f"{served.address}/credentials")
    expect(page.get_by_text("Signed in as Anna, LKA")).to_be_visible()
    expect(page.get_by_text("key on the ring").first).to_be_visible()

    cookies = {one["name"]: one for one in page.context.cookies()}
    session = cookies["clew-session"]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    assert page.evaluate("document.cookie") == ""
    assert not page.context.storage_state()["origins"], "nothing is kept elsewhere"

    press(page, "With a passkey")
    page.get_by_label("What you call it").wait_for()
    page.get_by_label("What you call it").fill("the same again")
    press(page, "Add a passkey")
    expect(page.get_by_role("alert")).to_contain_text("credential")  # the browser's own words
    assert Passkey.objects.using("owner").count() == 1, "one device holds one passkey"
    press(page, "Sign out")
    page.wait_for_url("**/sign-in")
    assert not Session.objects.using("owner").filter(ended_at=None).exists()
    page.goto(f"{served.address}/credentials")
    assert page.url.endswith("/sign-in?next=%2Fcredentials")
    press(page, "Sign in with a passkey")
    page.wait_for_url("**/credentials")
    press(page, "Sign out")
    page.wait_for_url("**/sign-in")
    assert broken == []


def test_enrolling_and_signing_in_through_a_provider_and_out_at_both_ends(served, page):
    served.ministry.knows("7-cleo", amr=["mfa"], sid="s1")
    page.goto(f"{served.address}/enrol")
    page.get_by_label("Invitation").fill(served.invite("cleo", "FR"))
    press(page, "Go on")
    press(page, "Enrol through Ministry")
    page.wait_for_url(f"{served.ministry.issuer}/**")
    page.locator("[name=sub]").first.fill("7-cleo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.address}/sign-in")

    press(page, "Sign in through Ministry")
    page.wait_for_url(f"{served.ministry.issuer}/**")
    page.locator("[name=sub]").first.fill("7-cleo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/authority?next=%2F")
    page.goto(f"{served.address}/credentials")
    expect(page.get_by_text("Signed in as Cleo, LKA")).to_be_visible()
    assert page.evaluate("document.cookie") == ""

    there = f"{served.address}/sign-in/provider/ministry/logged-out"
    made_up = requests.post(there, data={"logout_token": "made.up.token"}, timeout=5)
    assert made_up.status_code == 400
    page.reload()
    expect(page.get_by_text("Signed in as Cleo, LKA")).to_be_visible()
    token = served.ministry.logout_token(sub="7-cleo", sid="s1")
    assert requests.post(there, data={"logout_token": token}, timeout=5).status_code == 200
    page.reload()
    assert page.url.endswith("/sign-in?next=%2Fcredentials")

    press(page, "Sign in through Ministry")
    page.wait_for_url(f"{served.ministry.issuer}/**")
    page.locator("[name=sub]").first.fill("7-cleo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.address}/credentials")
    assert "clew-next" not in {one["name"] for one in page.context.cookies()}
    press(page, "Sign out")
    page.wait_for_url(f"{served.ministry.issuer}/oauth2/end_session*")
    assert not Session.objects.using("owner").filter(ended_at=None).exists()


def test_enrolling_and_signing_in_with_a_password(served, page):
    page.goto(f"{served.address}/enrol")
    page.get_by_label("Invitation").fill(served.invite("ben", "NL"))
    press(page, "Go on")
    secret = page.locator("code").inner_text()
    page.get_by_label(re.compile("New password")).fill("seven wet umbrellas")
    page.get_by_label("Again").fill("seven wet umbrellas")
    page.get_by_label("Code the app shows now").fill(pyotp.TOTP(secret).now())
    press(page, "Enrol with a password")
    recovery = page.locator("li code").first.inner_text()
    page.get_by_role("link", name="Sign in").press("Enter")
    for code, comes in (("000000", "is wrong"), (recovery, "")):
        page.get_by_label("Name").fill("ben")
        page.get_by_label("Password").fill("seven wet umbrellas")
        page.get_by_label("One-time or recovery code").fill(code)
        press(page, "Sign in")
        if comes:
            expect(page.get_by_role("alert")).to_contain_text(comes)
    page.wait_for_url("**/authority?next=%2F")
    page.goto(f"{served.address}/credentials")
    page.get_by_label("Password").fill("seven wet umbrellas")
    page.get_by_label("One-time or recovery code").fill(
        pyotp.TOTP(secret).at(int(time.time()) + 30)
    )
    press(page, "With a password")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere_and_are_kept_nowhere(served, path):
    answer = requests.get(served.address + path, timeout=5)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "://" not in answer.text.replace("otpauth://", "")


def test_forms_of_others_are_refused(served):
    for path in FORMS:
        answer = requests.post(served.address + path, data={"name": "anna"}, timeout=5)
        assert answer.status_code == 403, path
        assert "did not come from here" in answer.text, path


def test_who_is_not_signed_in_is_led_to_the_page_for_it(served):
    for session in ("", "made up", "x" * 4000):
        answer = requests.get(
            f"{served.address}/credentials",
            cookies={"clew-session": session},
            allow_redirects=False,
            timeout=5,
        )
        there = "/sign-in?next=%2Fcredentials"
        assert (answer.status_code, answer.headers["Location"]) == (302, there)
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"):
        asked = {"next": elsewhere}
        answer = requests.get(f"{served.address}/sign-in", params=asked, timeout=5)
        assert 'name="next" value="/"' in answer.text
        assert "evil" not in answer.text


def test_a_certificate_that_the_proxy_passes_on_opens_page_and_interface(served):
    served.invite("dora", "SE")
    dora = Officer.objects.using("owner").get(sign_in_name="dora")

    def through_the_proxy(**fields: object) -> dict[str, str]:
        made = issued("Dora")
        ClientCertificate.objects.using("owner").create(
            officer=dora,
            fingerprint=made.fingerprint(hashes.SHA256()),
            subject="CN=Dora",
            valid_until=made.not_valid_after_utc,
            **fields,
        )
        return {"Client-Cert": as_header(made), "Clew-Proxy-Secret": served.proxy}

    machine = through_the_proxy(label="nightly", scopes=["read"])
    begun = requests.post(f"{served.address}/sign-in/machine", headers=machine, timeout=5)
    assert begun.status_code == 201
    bearer = {"Authorization": f"Bearer {begun.json()['secret']}"}
    told = requests.get(f"{served.address}/api/v1/whoami", headers=bearer, timeout=5)
    assert told.json()["sign_in_name"] == "dora"

    with requests.Session() as card:
        card.headers.update(through_the_proxy())
        page = card.get(f"{served.address}/sign-in", timeout=5).text
        form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert form is not None
        come = card.post(
            f"{served.address}/sign-in/certificate",
            data={"csrfmiddlewaretoken": form[1]},
            timeout=5,
        )
        assert "Signed in as" in come.text
        assert "Dora" in come.text


def test_a_certificate_past_the_proxy_is_not_believed(served):
    for headers in ({"Client-Cert": ":YQ==:"}, {"Client-Cert": ":YQ==:", "Clew-Proxy-Secret": "x"}):
        answer = requests.post(f"{served.address}/sign-in/machine", headers=headers, timeout=5)
        assert answer.status_code == 403
        assert "not from the reverse proxy" in answer.json()["why"]
    assert requests.post(f"{served.address}/sign-in/machine", timeout=5).status_code == 403


def test_a_provider_nobody_named_is_not_there(served):
    assert requests.get(f"{served.address}/sign-in/provider/x/back", timeout=5).status_code == 404


def test_behind_tls_cookies_are_bound_to_the_host_and_forms_to_the_address(served):
    by_tls = {"CLEW_URL": "https://clew.example.org", "CLEW_HOSTS": "clew.example.org"}
    with served.once_more(**by_tls) as there:
        host = {"Host": "clew.example.org"}
        page = requests.get(f"{there}/sign-in", headers=host, timeout=5)
        form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert form is not None
        kept = page.headers["Set-Cookie"]
        assert kept.startswith("__Host-clew-form=")
        assert "Secure" in kept
        told = host | {"Cookie": kept.split(";")[0], "X-CSRFToken": form[1]}

        def options(origin: str) -> requests.Response:
            headers = told | {"Origin": origin, "Content-Type": "application/json"}
            address = f"{there}/sign-in/passkey/options"
            return requests.post(address, "{}", headers=headers, timeout=5)

        for elsewhere in ("https://evil.example", "null"):
            assert options(elsewhere).status_code == 403
        asked = options("https://clew.example.org")
        assert asked.json()["options"]["rpId"] == "clew.example.org"
        challenge = asked.headers["Set-Cookie"]
        assert challenge.startswith("__Host-clew-challenge=")
        assert all(word in challenge for word in ("Secure", "HttpOnly", "SameSite=Strict"))
