"""What the layers below say is told in the officer's language: refusals, and the vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import expect

import clew.access
import clew.casework
import clew.intake
import clew.media
import clew.signals
import clew.vault
from clew.access.acting import acting
from clew.access.errors import SignInError
from clew.casework.entities import create
from clew.casework.errors import StatementError
from clew.casework.vocabulary import vocabulary
from clew.records.models import EntityKind, Observation, Particular
from clew.web.browser import for_scripts, onward, page
from clew.web.frame import why_of
from clew.web.refusals import in_their_language, told
from clew.web.vocabulary_words import WORDS, in_words, particular_typed, said_in_words
from saying import Module

LAYERS = tuple(
    Path(layer.__file__ or "").parent for layer in (clew.access, clew.casework, clew.intake)
)
NOT_AT_THE_DESK = {
    # Said when the program starts, to whoever runs it.
    *("access/roles", "access/providers"),
    # Said at the command line alone; the page that adds an exhibit has words of its own for it.
    *("intake/triage", "intake/exhibits", "intake/sharing", "intake/workers"),
}
NOT_IN_WORDS = {
    # Led to signing in instead.
    "Sign in first.",
    "You are not signed in, or the session is over. Sign in with: clew login",
    "Demo accounts are refused here: this is no workspace for demonstration. Sign in with: "
    "clew login",
    # Within another one.
    "The spectrogram cannot be marked.",
    "nothing is heard in it",
    # Kept as what is wrong with a file, not told as a refusal.
    "what arrived is not what was announced: it changed while it was uploaded. Upload it again",
    # Told to machines.
    "This certificate is bound to no machine here.",
    # Said of several things: each has a shape of its own, and is tried below.
    "There is no X7 called X7. There are: X7.",
    "X7 is no contribution of yours that X7; see: clew contribution list",
    # Of `clew contribute`, which waits until all is read.
    "The database went away. What contribution X7 was told is stored stays so; once it is back, "
    "go on with: clew contribution retry X7",
    "Contribution X7 is not at its end: X7 Once that is put right, go on with: clew contribution "
    "retry X7",
    # Of `clew setup`, which adds the first administrator.
    "DEMO is for practice alone: clew setup --demo",
    "X7 has an administrator already. Further officers are added by one: clew officer add",
}
VAULT_ERRORS = (
    *("StoredError", "ChangedError", "DamagedError", "UnavailableError", "SourceError"),
    *("DeletedError", "KeyFileError"),
)
NOT_SAID = {
    # A text is no media, and is not told of as one.
    "text",
    # One of two limits, each with a shape of its own, tried below.
    "only the first X7 s heard (X7)",
}


def refusals() -> Iterator[tuple[str, str]]:
    """Each as it is raised, with something in the place of its values, and where."""
    for layer in LAYERS:
        for program in sorted(layer.glob("*.py")):
            where = f"{layer.name}/{program.stem}"
            if where not in NOT_AT_THE_DESK:
                for said in Module(program).refusals():
                    yield said, where


def test_every_refusal_of_the_desk_is_known_by_its_shape():
    found = dict(refusals())
    assert len(found) > 190
    assert found.keys() >= NOT_IN_WORDS, "what is exempted is still said"
    with translation.override("de"):
        unknown = {
            (why_of(StatementError(one)), where)
            for one, where in found.items()
            if one not in NOT_IN_WORDS and why_of(StatementError(one)) == _in_english(one)
        }
    assert unknown == set()


def _in_english(refusal: str) -> str:
    with translation.override("en"):
        return why_of(StatementError(refusal))


def test_what_the_vault_and_the_decoders_say_is_known_by_its_shape():
    said = set()
    for program in sorted(folder_of(clew.vault).rglob("*.py")):
        if program.stem != "kms":  # said when the program starts, to whoever runs it
            said |= set(Module(program, VAULT_ERRORS).refusals())
    assert len(said) > 20
    for layer in (clew.media, clew.signals, clew.intake):
        for program in sorted(folder_of(layer).rglob("*.py")):
            module = Module(program, ("UnreadableError", "NotMediaError", "LimitError"))
            said |= set(module.refusals()) | set(module.notes())
    assert len(said) > 70
    with translation.override("de"):
        unknown = {one for one in said - NOT_SAID if told(one) == one}
    assert unknown == set()


def folder_of(layer: ModuleType) -> Path:
    return Path(layer.__file__ or "").parent


@pytest.mark.parametrize(
    ("said", "there"),
    [
        (
            "a decoding process did not start: no memory. Run `clew doctor` to see why.",
            "ein Prozess zum Dekodieren ist nicht gestartet: no memory.",
        ),
        (
            "page 2: the picture is damaged (broken data stream)",
            "Seite 2: das Bild ist beschädigt (broken data stream)",
        ),
        (
            "the file is empty; 3 damaged parts stepped over",
            "die Datei ist leer; 3 beschädigte Teile übersprungen",
        ),
        (
            "tried 5 times, the last time: The vault /v cannot be used (a): full",
            "5-mal versucht, zuletzt: Der Tresor /v ist nicht zu benutzen (a): full",
        ),
        ("stopped: reading it took more than 60 seconds", "angehalten: es zu lesen dauerte mehr"),
        ("names its camera (A B); size as EXIF says", "nennt seine Kamera (A B); Größe, wie EXIF"),
        ("the log was cut off: its last line is missing", "das Protokoll wurde abgeschnitten"),
        ("only the first 60 s heard (limit)", "nur die ersten 60 s gehört (Grenze)"),
        ("only the first 60 s heard (time limit)", "nur die ersten 60 s gehört (Zeitgrenze)"),
        ("not in force here; wants Linux", "hier nicht in Kraft; braucht Linux"),
    ],
)
def test_of_what_is_said_in_one_each_part_is_told(said, there):
    with translation.override("de"):
        assert told(said).startswith(there)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("There is no hypothesis 7 that you may see.", "Es gibt keine Hypothese 7"),
        ("person 7 is led by LKA. Ask them (call 0800), or connect it with one", ""),
        (
            "person 7 is led by LKA. Ask them (call 0800), or connect it with one of your own.",
            "Person 7 wird von LKA geführt. Fragen Sie dort (call 0800)",
        ),
        ("Nobody has ever said this.", ""),
        ("There is no type of connection called 'x'. There are: y.", "Es gibt keine Verbindung"),
        ("There is no type of observation called 'x'. There are: y.", "Es gibt keine Beobachtung"),
        ("There is no grading scheme called 'x'. There are: y.", "Es gibt kein Schema"),
        (
            "7 is no contribution of yours that runs; see: clew contribution list",
            "7 ist keine laufende Abgabe",
        ),
        (
            "7 is no contribution of yours that is under the authority of this session; see: clew "
            "contribution list",
            "7 ist keine Abgabe von Ihnen unter der Ermächtigung",
        ),
        # What stands within another one is told as well.
        (
            "It is not known whose quota is meant: there is no agency X.",
            "Es ist nicht klar, wessen Kontingent gemeint ist: es gibt keine Behörde X.",
        ),
        ("This password is too short. It must contain at least 12 characters.", "Dieses Kennwort"),
    ],
)
def test_values_stand_in_the_translation(said, told):
    with translation.override("de"):
        assert in_their_language(said).startswith(told or said)
    with translation.override("en"):
        assert in_their_language(said) == said


def test_who_is_not_signed_in_yet_is_refused_in_the_language_of_the_browser():
    request = RequestFactory().get("/sign-in", headers={"Accept-Language": "de-DE"})
    shown = page(request, "refused", {"why": "Name, password or code is wrong."}, status=403)
    assert "Name, Kennwort oder Code ist falsch." in shown.content.decode()

    @for_scripts
    def asked(request: HttpRequest) -> HttpResponse:
        raise SignInError("This passkey is known here already.")

    assert json.loads(asked(request).content) == {"why": "Dieser Passkey ist hier schon bekannt."}


def test_a_browser_is_led_on_in_its_own_language():
    request = RequestFactory().get("/sign-in", headers={"Accept-Language": "de-DE"})
    led = onward(request, "/there", "Going on to %(provider)s …", provider="Ministry")
    assert "Weiter zu Ministry …" in led.content.decode()


def test_the_vocabulary_that_clew_brings_is_in_words():
    assert set(vocabulary().observations) <= WORDS
    assert set(vocabulary().connections) <= WORDS
    assert set(EntityKind.values) <= WORDS
    chosen = {one for kind in vocabulary().observations.values() for one in kind.choices}
    assert {one for one in chosen - WORDS if len(one) > 1} == set()
    assert set(vocabulary().schemes["US"].grades.values()) <= WORDS
    with translation.override("de"):
        assert all(in_words(one) != one for one in WORDS)
        assert in_words("shows: confirmed") == "zeigt: bestätigt"
        assert in_words("an operator's own") == "an operator's own"
        assert said_in_words("spring", "season") == "Frühling"
        assert said_in_words("spring", "note") == "spring", "as an officer wrote it"
        assert particular_typed("Geburtsdatum") == "date of birth"
        assert particular_typed("Spitzname") == "Spitzname"


def test_a_german_page_says_it_in_german(desk, sit):
    at = sit(locale="de-DE")
    page = at.page
    at.go("/entities?kind=place")
    made = page.evaluate(
        """async () => {
            const asked = (path, told) => fetch(path, {
                method: "POST",
                headers: {
                    "Content-Type": "application/json",
                    "Clew-Asks": "script",
                    "X-CSRFToken": document.body.dataset.form,
                },
                body: JSON.stringify(told),
            }).then((answer) => answer.json());
            const { go } = await asked("/entities/new", { title: "Zimmer", kind: "place" });
            const number = go.split("/")[2];
            await asked(`/entities/${number}/say`, { type: "country", words: "Estland" });
            const { why } = await asked(`/entities/${number}/task`, { words: " " });
            return { go, why };
        }"""
    )
    assert made["why"] == "Sagen Sie, was zu tun ist."
    at.go(made["go"])
    expect(page.get_by_role("cell", name="Land", exact=True)).to_be_visible()
    choices = page.locator("#say-type option").all_text_contents()
    assert "Land" in choices
    assert "country" not in choices
    assert page.locator("#say-type option[value='country']").count() == 1
    assert "Fachkraft" in (page.locator(".menu-sheet").text_content() or "")


def test_what_is_chosen_in_german_is_kept_as_the_vocabulary_has_it(desk, sit):
    with acting(desk.secrets["specialist"]):
        girl = create("person", "Mädchen mit Schal", category="victim").pk
    at = sit(locale="de-DE")
    page = at.page
    at.go(f"/entities/{girl}")
    page.keyboard.press("o")
    page.get_by_label("Was", exact=True).first.select_option("apparent age range")
    page.get_by_label("Sagt", exact=True).first.select_option(label="Kleinkind")
    at.accessible()
    at.picture("german-choice")
    page.get_by_label("Sagt", exact=True).first.press("Tab")
    page.locator("#add-said button.main").press("Enter")
    said = page.locator("#live-said")
    expect(said).to_contain_text("Kleinkind")
    kept = Observation.objects.using("owner").get(entity=girl, type="apparent age range")
    assert kept.words == "toddler"
    # A type without words of its own is typed again.
    page.locator("#add-said summary").press("Enter")
    page.get_by_label("Was", exact=True).first.select_option("clothing")
    expect(page.locator("#say-words")).to_be_visible()
    page.locator("#add-name summary").press("Enter")
    page.locator("#name-kind").fill("Geburtsdatum")
    page.locator("#name-words").fill("2019-05-01")
    page.locator("#name-source").fill("Schulheft")
    page.locator("#add-name button.main").press("Enter")
    expect(page.locator("#live-names")).to_contain_text("Geburtsdatum")
    assert Particular.objects.using("owner").get(entity=girl).kind == "date of birth"

    there = sit("protector", locale="de-DE")
    there.go(f"/protection/{girl}")
    table = there.page.get_by_role("table").first
    expect(table).to_contain_text("scheinbares Alter: Kleinkind")
    expect(table).to_contain_text("Geburtsdatum: 2019-05-01")
    there.picture("german-person")
