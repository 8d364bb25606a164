"""Every word on a page is in the German catalogue, and none in it is left over."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.utils import translation

import clew.web
from clew.audit.events import Event
from clew.casework.dossier import Agreeing
from clew.casework.notices import Told
from clew.compare.evidence import Match, MatchKind, Span
from clew.records.models import NoticeKind
from clew.web.event_words import event_words
from clew.web.evidence import evidence_of, kind_words
from clew.web.measures import detail, measure, size
from clew.web.telling import kinds_of_notices, says
from clew.web.trust import trust

WEB = Path(clew.web.__file__).parent
CATALOGUE = WEB / "locale" / "de" / "LC_MESSAGES" / "django.mo"


def said_in_templates() -> Iterator[str]:
    for template in WEB.glob("templates/**/*.html"):
        text = template.read_text("utf-8")
        yield from re.findall(r'\{% translate "([^"]*)" %\}', text)
        for said, context in re.findall(r'\{% translate "([^"]*)" context "(\w+)" %\}', text):
            yield f"{context}\x04{said}"
        blocks = r"\{% blocktranslate\b[^%]*(?:%(?!\})[^%]*)*%\}(.*?)\{% endblocktranslate %\}"
        for block in re.findall(blocks, text, re.DOTALL):
            for part in block.split("{% plural %}"):
                yield re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", part)


def said_in_programs() -> Iterator[str]:
    for program in WEB.glob("**/*.py"):
        for node in ast.walk(ast.parse(program.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                many = {"_": 1, "ngettext": 2}.get(node.func.id, 0)
                yield from (ast.literal_eval(argument) for argument in node.args[:many])


def test_the_german_catalogue_is_complete():
    with CATALOGUE.open("rb") as file:
        kept = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    translated = {key[0] if isinstance(key, tuple) else key for key in kept} - {""}
    assert all(kept.values())
    said = {*said_in_templates(), *said_in_programs()}
    assert len(said) > 250
    missing = {one for one in said if one not in translated and (one, 0) not in kept}
    plurals = {re.split("\n", one)[0] for one in missing}
    source = CATALOGUE.with_suffix(".po").read_text("utf-8")
    assert {one for one in plurals if f'msgid_plural "{one}"' not in source} == set()
    assert translated - said == set()


def test_the_compiled_catalogue_is_of_the_one_that_is_written():
    source = CATALOGUE.with_suffix(".po").read_text("utf-8")
    with CATALOGUE.open("rb") as file:
        kept = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    for word in kept.values():
        assert word == kept[""] or f'"{word}"' in source.replace('\\"', '"'), word


def test_pages_are_in_the_language_that_the_browser_asks_for(desk, sit):
    at = sit(locale="de-DE")
    page = at.page
    for path, words in (
        ("/media", "Nächstes unentschiedene"),
        (f"/media/{desk.pair[0]}", "Womit es übereinstimmt"),
        ("/proposals", "Wartende Entscheidungen"),
        ("/", "Schön, dass Sie da sind, Ana"),
    ):
        at.go(path)
        assert words in page.inner_text("main")
        assert page.evaluate("document.documentElement.lang") == "de"
    at.picture("german")
    # What the officer chose counts for more.
    page.goto(f"{desk.address}/desk")
    page.get_by_label("Sprache").select_option("en")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("heading", name="My desk").wait_for()
    page.get_by_label("Language").select_option("")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("heading", name="Mein Schreibtisch").wait_for()


def test_pages_are_usable_from_right_to_left(desk, sit):
    at = sit()
    page = at.page
    at.go("/media")
    page.evaluate("document.documentElement.dir = 'rtl'; dispatchEvent(new Event('resize'))")
    page.set_viewport_size({"width": 1180, "height": 800})  # laid out anew
    page.wait_for_timeout(300)
    places = [tile.bounding_box() for tile in page.locator(".tile").all()[:2]]
    assert places[0] is not None
    assert places[1] is not None
    assert places[0]["x"] > places[1]["x"], "the first is at the right"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1180
    at.picture("right-to-left")


def test_every_way_to_match_has_words_and_sound_is_told_in_percent():
    span = Span(
        first_start=2.0, first_end=9.0, second_start=7.5, second_end=14.5, distance=20.0, frames=40
    )
    match = Match(kind=MatchKind.SOUND, distance=20, threshold=60, spans=(span,))
    heard = Agreeing(number=1, other=2, match=match, trust="", state="")
    told = evidence_of(heard, 30.0, 60.0)
    assert told.measure.words == "20 % of what stands out differs"
    assert told.measure.exact == "20 % of the landmarks differ; up to 60 % counts as a match"
    assert ("begins 5.5 s later there", "offset +5.50 s") in [
        (one.words, one.exact) for one in told.remarks
    ]
    assert [band.words for band in told.bands] == ["0:02.0 – 0:09.0 here is 0:07.5 – 0:14.5 there"]
    (band,) = told.bands
    assert (told.width, told.other_width) == (500, 1000), "both on one scale of time"
    assert (band.width, band.other_width) == (117, 117), "as long here as there"
    with translation.override("de"):
        assert kind_words().keys() == set(MatchKind)
        assert evidence_of(heard, 30.0, 60.0).kind == "Dasselbe ist zu hören"


def test_figures_are_said_in_words_and_exactly_in_the_officers_language():
    match = Match(kind=MatchKind.PICTURE, distance=6, threshold=52)
    assert measure(match.kind, 6, 52).words == "6 of 256 points differ"
    assert measure(match.kind, 1, 52).words == "1 of 256 points differs"
    assert (size(730_418).words, size(730_418).exact) == ("730 KB", "730,418 bytes")
    assert (size(1).words, size(1_250_000).words, size(3 * 10**12).words) == (
        *("1 byte", "1.2 MB"),
        "3.0 TB",
    )
    assert detail(30).words == "little detail to go by"
    told = trust(match)
    assert re.fullmatch(
        r"In none of [\d,]+ comparisons of different media it was wrong\.", str(told)
    )
    assert "bits may differ" in told.exact
    with translation.override("de"):
        assert measure(match.kind, 6, 52).words == "6 von 256 Punkten weichen ab"
        assert size(1_250_000).words == "1,2 MB"
        assert trust(match).words.startswith("Bei keinem von ")
        told = Told(
            number=1,
            at=datetime.now(UTC),
            about="contribution:3",
            see="",
            kind="contribution failed",
            says="",
            who="",
            read=False,
            details={"halted": False, "failed": 2},
        )
        assert says(told, 1).startswith("sie ist beendet, und 2 Dateien")
        assert kinds_of_notices().keys() == set(NoticeKind)


def test_every_event_of_the_log_is_told_in_the_officers_language():
    with translation.override("en"):
        told = event_words()
    assert told == {event.value: (event.value, event.says) for event in Event}
