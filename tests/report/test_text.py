"""Numbers, times and names as people read them."""

from __future__ import annotations

import msgspec
import pytest
import sample
from django.utils.html import conditional_escape, escape
from hypothesis import given
from hypothesis import strategies as st

from clew.cli.report import text
from clew.cli.report.links import Reference, link_views
from clew.cli.report.timeline import Film, timeline
from clew.compare.evidence import MatchKind
from clew.signals.space import PDQ

SPACE = "\N{NO-BREAK SPACE}"
HIDDEN = set(
    "\0\t\n\r\x1b\x7f\x85\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2069\ufeff"
)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, f"1.0{SPACE}kB"),
        (1_234_567, f"1.2{SPACE}MB"),
        (9_960_000, f"10{SPACE}MB"),
        (999_400, f"999{SPACE}kB"),
        (999_600, f"1.0{SPACE}MB"),
        (94_300_000_000, f"94{SPACE}GB"),
        (5 * 10**18, f"5,000{SPACE}PB"),
    ],
)
def test_sizes(number: int, words: str) -> None:
    assert text.size(number) == words


@pytest.mark.parametrize(
    ("seconds", "tenths", "words"),
    [
        (0, False, "0:00"),
        (185, False, "3:05"),
        (59.6, False, "1:00"),
        (3723, False, "1:02:03"),
        (1.52, True, "0:01.5"),
        (59.97, True, "1:00.0"),
        (-0.2, False, "0:00"),
    ],
)
def test_times(seconds: float, tenths: bool, words: str) -> None:
    assert text.clock(seconds, tenths) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (8.44, "8.4 seconds"),
        (9.97, "10 seconds"),
        (59.4, "59 seconds"),
        (185, "3:05 minutes"),
        (3599.7, "1:00:00 hours"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert text.duration(seconds) == words


@given(
    st.text(
        st.characters(exclude_categories=()) | st.sampled_from(sorted(HIDDEN) + list("<&\udcff"))
    )
)
def test_any_name_becomes_harmless_visible_text(name: str) -> None:
    plain = text.plain(name)
    plain.encode()
    assert not set(plain) & HIDDEN
    shown = conditional_escape(text.visible(name))
    mark = '<span class="unseen" title="a character that cannot be seen">'
    bare = shown.replace(mark, "⟨").replace("</span>", "⟩")
    assert bare == escape(plain)


@given(st.text(min_size=1), st.integers(8, 60))
def test_shortened_names_keep_both_ends(name: str, most: int) -> None:
    short = text.shortened(name, most)
    assert len(short) <= max(len(name), most + 3)
    assert short[0] == name[0]
    assert short[-1] == name[-1]
    if len(name) <= most:
        assert short == name


def test_names_inside_archives_are_the_member_s() -> None:
    assert text.file_name("a/b.zip › c/d.jpg") == "d.jpg"
    assert text.file_name("a/") == "a/"


def test_bars_are_to_scale_and_stay_inside() -> None:
    match = sample.link(
        1, 2, MatchKind.FILM, 5, spans=(sample.span(50, 100, 0, 50), sample.span(190, 300, 60, 70))
    ).match
    drawn = timeline("t", match, Film("1.1", 200.0), Film("1.2", 100.0), film_is_first=True)
    assert (drawn.top_width, drawn.bottom_width) == ("1000", "500")
    first, second = drawn.bands
    assert (first.top_x, first.top_width) == ("250", "250")
    assert (first.bottom_x, first.bottom_width) == ("0", "250")
    assert first.points == "250,0 500,0 250,100 0,100"
    assert float(second.top_x) + float(second.top_width) <= 1000
    assert first.words == "0:50–1:40 of 1.1 is 0:00–0:50 of 1.2"


def test_shared_sound_is_told_with_its_offset_and_speed() -> None:
    shared = msgspec.structs.replace(sample.span(20, 60, 500, 542, frames=250), speed=0.95)
    link = sample.link(11, 12, MatchKind.SOUND, 9, spans=(shared,))
    items = {11: sample.film(11, "a.mp4"), 12: sample.item(12, "b.mp3", type="sound")}
    names = {n: Reference(f"1.{n - 10}", f"{n}", f"{n}") for n in (11, 12)}
    (view,) = link_views([link], items, names).shown
    assert (view.kind, view.words) == ("sound", "The same is heard")
    assert "offset +480.00 s in the longest" in view.remarks
    assert "1.2 is played at 0.95 times the speed of 1.1" in view.remarks
    assert view.drawing is not None
    assert "250 landmarks agree" in view.drawing.bands[0].detail


@pytest.mark.parametrize("film_is_first", [True, False])
def test_a_still_is_marked_on_the_film_s_side(film_is_first: bool) -> None:
    span = sample.span(62.0, 66.0, 0, 0)
    span = span if film_is_first else span.swapped()
    match = sample.link(1, 2, MatchKind.STILL, 5, spans=(span,)).match
    drawn = timeline("t", match, Film("1.1", 100.0), Film("1.2", 100.0), film_is_first)
    assert drawn.top == ("1.1" if film_is_first else "1.2")
    assert drawn.bands[0].words.startswith("1:02–1:06 of ")
    assert (drawn.bands[0].top_x, drawn.bottom) == ("620", "")


def test_a_film_of_unknown_length_is_as_long_as_what_was_seen() -> None:
    match = sample.link(1, 2, MatchKind.FILM, 5, spans=(sample.span(10, 40, 0, 30),)).match
    drawn = timeline("t", match, Film("1.1", None), Film("1.2", None), film_is_first=True)
    assert (drawn.top_length, drawn.bottom_length) == ("0:40.0", "0:30.0")


def test_every_orientation_is_known_to_the_side_by_side_view() -> None:
    from clew.cli.report.render import _resource

    script = _resource("report.js")
    for orientation in PDQ.orientations[1:]:
        link = sample.link(11, 12, MatchKind.PICTURE, 5, orientation=orientation)
        turn = link.match.orientation.replace("°", "").replace(" ", "-")
        assert f'"{turn}": "' in script
