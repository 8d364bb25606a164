"""Every word of ours on a page told in German is German: found by a catalogue in marks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import clew.web
import marking
from addresses import GET, OPEN, OWN, POST, Client, asked_of_media, at
from asked import sampled_grade_of
from beside import beside
from clew.access.acting import acting
from clew.access.models import Officer
from clew.casework.screen import note_reveal
from clew.intake.contribute import contribute
from of_everything import WRITTEN, gone_wrong, with_a_token, written
from overseeing import ASKED, address

WEB = Path(clew.web.__file__).parent
WHO = ("specialist", "supervisor", "auditor", "administrator", "protector", "stranger", "new")
NAMES = (
    # Of the officers, agencies and authorities of these tests.
    *("Esra Mol", "Ana", "Ben", "Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ina", "Demo Officer"),
    "Demo Supervisor",
    *("Demonstration", "DEMO-E", "Demo", "Estmark", "Elsewhere", "Az 17", "Lantern", "call 0800"),
    *("to find who is shown", "§ 98 StPO", "none: practice on harmless material", "practice"),
    "duty officer of Demonstration",
    # What the requests of tests/addresses.py write.
    *("not alike", "alike", "a flat", "room", "sofa", "private", "call", "right", "films"),
)
KNOWN = re.compile(
    rf"(?i:(?<!\w)(?:{'|'.join(NAMES)})\b)"
    # The same in every language: our name, languages by their own, units, formats, names of code.
    r"|\b(?:Clew|English|Deutsch|UTC|SHA-256|US|[kK]B|MB|GB|jpeg|landlock|seccomp)\b"
    # Things by their names for machines, and where a file lies.
    r"|\b(?:media|series|person|place|decision|scope|task|hypothesis|observation|connection|watch)"
    r":\d+(?: to \d+)?|\b(?:contribution|deletion|export|session|agency|authority)[ :]\d+"
    r"|\S*/clew-test\S*(?: › \S+)?"
)


@pytest.fixture(scope="module")
def case(desk, collection, make_place) -> dict[str, int]:
    """Numbers of what a case has, which has something of everything."""
    folder = make_place() / "κάρτα"
    folder.mkdir(parents=True)
    (folder / "σπασμένο.jpg").write_bytes(b"this was a picture once")
    beside(lambda: contribute(desk.workspace, [collection.first("picture"), folder]))
    numbers = written(desk.secrets["specialist"], desk.pair)
    with acting(desk.secrets["second"]):
        note_reveal(desk.pair[0], WRITTEN)  # it is watched
    gone_wrong(desk.pair[0])
    with_a_token("ana")
    sampled_grade_of(Officer.objects.using("owner").get(sign_in_name="ana"), desk.pair[0])
    return {**numbers, "contributions": 1, "protection": numbers["person"]}


@pytest.fixture(scope="module")
def marked(desk, case) -> Iterator[str]:
    """Where the same workspace is served with the catalogue in marks."""
    asked = [sys.executable, marking.__file__, "up", "--port", "0"]
    process = subprocess.Popen(
        [*asked, "--workspace", desk.workspace.folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port = re.search(r":(\d+)\s*$", process.stdout.readline())
        assert port is not None
        yield f"http://localhost:{port[1]}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def asked_by(who: str, media: int, case: dict[str, int]) -> Iterator[tuple[str, str, object]]:
    """How somebody asks every address: method, path, what is sent."""
    listed = dict.fromkeys(OWN, (GET, "", None)) | asked_of_media(media)
    for pattern, (method, rest, told) in listed.items():
        if method == GET or who in ("specialist", "protector", "stranger"):
            number = case.get(pattern.split("/")[0], media)
            yield method, at(pattern, number) + rest, told
    for pattern, (method, _roles, sent) in ASKED.items():
        number = case["protection"] if pattern.startswith("protection") else 1
        yield method, address(pattern, number), sent
    yield GET, f"entities/{case['person']}", None
    for which in ("unreadable", "better"):
        yield GET, f"contributions/1/files?which={which}", None
    yield POST, "search", {"asked": WRITTEN}
    yield GET, "oversight/seen?thing=media:1", None


def untold(answer: requests.Response) -> set[tuple[str, str]]:
    """What of an answer is in no marks."""
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind or "pdf" in kind:
        return set(marking.bare(answer.content.decode(), KNOWN))
    told = answer.json() if "json" in kind else None
    why = told.get("why", "") if isinstance(told, dict) else ""
    return {("why", words)} if (words := marking.words_outside(why, KNOWN)) else set()


@pytest.mark.parametrize("who", WHO)
def test_no_page_has_an_english_word_of_ours(desk, marked, case, who):
    asking = Client(marked, desk.secrets[who])
    asking.session.headers["Accept-Language"] = "de"
    found: dict[tuple[str, str], str] = {}
    answered = 0
    for method, path, told in asked_by(who, desk.pair[0], case):
        answer = asking.ask(method, path, told, script=method == POST)
        answered += answer.status_code == 200
        for bare in untold(answer):
            found.setdefault(bare, path)
    assert found == {}
    assert answered > 8


def test_no_page_for_signing_in_has_one_either(marked):
    for pattern in OPEN:
        path = at(pattern.replace("<slug:name>", "none"), 1)
        answer = requests.get(
            f"{marked}/{path}", headers={"Accept-Language": "de"}, timeout=20, allow_redirects=False
        )
        assert untold(answer) == set(), path
    for nowhere in ("none", "media/none"):
        answer = requests.get(f"{marked}/{nowhere}", headers={"Accept-Language": "de"}, timeout=20)
        assert answer.status_code == 404
        assert "⟦There is no page at this address." in answer.text
        assert untold(answer) == set()


def test_nothing_that_scripts_put_on_pages_is_english(marked, desk, case, browser, tmp_path):
    context = browser.new_context(locale="de-DE")
    secret = desk.secrets["specialist"]
    context.add_cookies([{"name": "clew-session", "value": secret, "url": marked}])
    page = context.new_page()

    def all_told(doing: str) -> None:
        page.wait_for_load_state("networkidle")
        assert set(marking.bare(page.content(), KNOWN)) == set(), doing

    for path in ("", f"series/{case['series']}", f"entities/{case['series']}/graph", "proposals"):
        page.goto(f"{marked}/{path}")
        all_told(path)
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        all_told(f"the keys of {path}")
    page.goto(f"{marked}/media")
    page.locator(".tile").first.wait_for()
    for key in ("?", "Escape", "End", " ", "1", "u", "t", "Escape", "s", "Escape", "x", "Escape"):
        page.keyboard.press(key)
        all_told(f"{key} in the grid")
    page.goto(f"{marked}/media/{desk.pair[0]}")
    for key in ("?", "Escape", "t", "Escape", "p", "Escape"):
        page.keyboard.press(key)
        all_told(f"{key} on the page of a media")
    page.goto(f"{marked}/contribute")
    (tmp_path / "ψ").write_bytes(b"0" * 2000)
    page.locator("#pick-files").set_input_files(tmp_path / "ψ")
    all_told("chosen to be handed in")
    context.close()


def test_no_template_has_a_word_in_no_catalogue():
    """Whatever is shown in no case above is in a template all the same."""
    found = {}
    for template in sorted(WEB.glob("templates/**/*.html")):
        text = template.read_text("utf-8")
        text = re.sub(r"(?s)\{% blocktranslate\b.*?\{% endblocktranslate %\}", "", text)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text)
        words = set(marking.bare(text, re.compile(r"\b(Clew|UTC|SHA-256|(media|person):\d*)")))
        if words:
            found[template.name] = words
    assert found == {}


def test_only_the_log_says_itself_that_it_is_in_english():
    templates = WEB.glob("templates/**/*.html")
    english = {one.name for one in templates if 'lang="en"' in one.read_text("utf-8")}
    assert english == {"log.html", "entry.html"}, "it is written and hashed as it is"


def test_what_is_marked_is_told_apart_from_what_is_not():
    known = re.compile(r"\bAna\b")
    page = (
        '<p lang="en">as it is <b>in the log</b></p>'
        '<p title="a tip">⟦by ⟦media⟧ of⟧ Ana <b>and more</b></p><kbd>Enter</kbd>'
        '<input type="submit" value="⟦Send⟧"><script>const words = 1;</script>'
    )
    assert list(marking.bare(page, known)) == [("p*", "a tip"), ("b", "and more")]
