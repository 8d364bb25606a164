"""The file itself: whole or not at all, for its owner only, loading nothing."""

from __future__ import annotations

import re
import stat
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
import sample

from clew.casework.findings import Group, Hit, Spoken
from clew.cli.report import write_report
from clew.cli.report.links import nearest_of_each
from clew.compare.evidence import FramePair, MatchKind


def written(tmp_path: Path, found: object = None, **more: object) -> str:
    target = tmp_path / "report.html"
    write_report(found or sample.findings(), target, **more)  # type: ignore[arg-type]
    return target.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every tag with its attributes, and nesting checked."""

    VOID = frozenset({"meta", "img", "input", "link", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_only_the_owner_may_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("older")
    target.chmod(0o644)
    write_report(sample.findings(), target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_older_report_alone(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("older")

    def breaks_down(media: int, what: str) -> bytes:
        if media == 12:
            raise OSError("the disk is gone")
        return b"\xff\xd8\xff"

    with pytest.raises(OSError, match="the disk is gone"):
        write_report(sample.findings(), target, breaks_down)
    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    vague = msgspec.structs.replace(sample.findings(), made=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="zone"):
        write_report(vague, tmp_path / "report.html")


def test_the_policy_allows_exactly_what_is_written(tmp_path: Path) -> None:
    page = written(tmp_path)
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert found
    policy = found[1].replace("&#x27;", "'")
    for tag in ("style", "script"):
        content = page.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy


def test_the_page_is_well_formed_and_refers_to_nothing_outside(tmp_path: Path) -> None:
    tags = Tags(written(tmp_path, pictures=lambda media, what: b"\xff\xd8\xff%d" % media))
    assert tags.open == []
    for name, attributes in tags.found:
        assert "style" not in attributes, "refused by the policy"
        assert not any(attribute.startswith("on") for attribute in attributes)
        assert name not in ("link", "iframe", "object", "base")
        for reference in ("src", "href"):
            if (target := attributes.get(reference)) is not None:
                assert target.startswith(("#", "data:image/jpeg;base64,"))
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    jumps = {a["href"] for _, a in tags.found if (a.get("href") or "").startswith("#")}
    assert jumps <= {f"#{identity}" for identity in ids}


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert "<img" not in page
    assert "&lt;img src=x onerror=" in page
    for character in "\u202e\u200b\udce9":
        assert character not in page
    assert "U+202E" in page
    assert "caf\ufffd.jpg" in page


def test_long_paths_are_shortened_and_whole_in_the_title(tmp_path: Path) -> None:
    page = written(tmp_path)
    full = f"{sample.FOLDER}/odd/{sample.LONG}"
    assert f'title="{full}"' in page
    assert full not in page.replace(f'title="{full}"', "")


def test_every_item_link_problem_and_figure_is_there(tmp_path: Path) -> None:
    found = sample.findings()
    page = written(tmp_path, found)
    for group in found.groups:
        for position, item in enumerate(group.items, 1):
            assert page.count(f'id="item-{group.number}.{position}"') == 1
            assert page.count(f'title="{item.sha256}"') == 1
    assert page.count('<li class="link ') == sum(len(group.links) for group in found.groups)
    assert page.count("<tbody><tr>") + page.count("</tr><tr>") >= len(found.problems)
    for number in ("18,342", "94\N{NO-BREAK SPACE}GB", "16,920", "1,394", "12,811", "2,208"):
        assert number in page
    assert "Every connection here is a lead, not a finding. A person decides." in page
    assert "2026-02-03 14:05:09 UTC" in page


def test_links_beyond_the_most_are_counted(tmp_path: Path) -> None:
    group = sample.large_group(1, items=100)
    page = written(tmp_path, sample.findings([group]))
    assert page.count('<li class="link ') == 400
    assert f"{len(group.links) - 400} links more are not written here" in page


def test_findings_without_anything(tmp_path: Path) -> None:
    empty = msgspec.structs.replace(sample.findings([]), problems=(), folders=())
    page = written(tmp_path, empty)
    assert "No connections were found." in page
    assert "Every file could be read." in page


def test_the_nearest_link_of_each_item_comes_first() -> None:
    links = [
        sample.link(first, second, MatchKind.PICTURE, distance)
        for first, second, distance in ((1, 2, 1), (2, 1, 2), (2, 3, 3), (1, 3, 4), (3, 4, 5))
    ]
    nearest, others = nearest_of_each(links)
    assert [link.match.distance for link in nearest] == [1, 3, 5]
    assert [link.match.distance for link in others] == [2, 4]


def test_problems_that_differ_in_numbers_share_a_heading(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert page.count('<details class="reason"') == 4
    assert "Partly read: … of … s decode." in page
    assert "partly read: 3.5 of 33.0 s decode" in page


def test_many_folders_are_counted_and_listed_apart(tmp_path: Path) -> None:
    folders = tuple(f"/media/exhibit {number}" for number in range(30))
    page = written(tmp_path, sample.findings(folders=folders))
    assert "<h1>What was found in 30 folders</h1>" in page
    assert all(f'dir="ltr">{folder}</bdi></li>' in page for folder in folders)


def test_several_folders_are_told_apart(tmp_path: Path) -> None:
    page = written(tmp_path, sample.findings(folders=(sample.FOLDER, "/media/exhibit 8")))
    assert f'<bdi class="folder" dir="ltr">{sample.FOLDER}</bdi>' in page
    assert 'class="folder" ' not in written(tmp_path)


def test_what_others_hold_is_told_by_agency_with_whom_to_call(tmp_path: Path) -> None:
    assert "Others hold something" not in written(tmp_path)
    found = [
        Hit(media=n, agency="<b>Politie", country="NL", contact=c, kind="picture", distance=4)
        for n, c in ((1, "+31 20 1234"), (2, "+31 20 1234"), (3, ""))
    ]
    page = written(tmp_path, msgspec.structs.replace(sample.findings(), hits=tuple(found)))
    assert "&lt;b&gt;Politie (NL): 2 matches; +31 20 1234" in page
    assert "&lt;b&gt;Politie (NL): 1 match; no contact is recorded" in page


def test_films_have_a_storyboard_that_is_covered_until_asked_for(tmp_path: Path) -> None:
    page = written(tmp_path, pictures=lambda media, what: f"{what} of {media:06}".encode())
    films = sum(i.type == "video" for g in sample.findings().groups for i in g.items)
    assert films
    assert page.count('class="preview sheet" aria-pressed="false"') == films
    for group in sample.findings().groups:
        for item in group.items:
            sheet = b64encode(f"storyboard of {item.id:06}".encode()).decode()
            assert (sheet in page) == (item.type == "video")


def test_the_frames_in_which_films_agree_best_stand_side_by_side(tmp_path: Path) -> None:
    best = FramePair(first=355.0, second=45.0, distance=2)
    spans = (
        msgspec.structs.replace(sample.span(310.0, 402.0, 0.0, 92.0), best=best),
        sample.span(500.0, 510.0, 92.0, 102.0),  # of before the best frames were kept
    )
    group = msgspec.structs.replace(
        sample.film_group(1), links=(sample.link(11, 12, MatchKind.FILM, 3, spans=spans),)
    )
    asked = []

    def stills(media: int, times: list[float]) -> list[bytes | None]:
        asked.append((media, times))
        return [b"\xff\xd8\xffstill" if media == 11 else None]

    found = sample.findings([group])
    again = (stills, lambda link, labels: None)
    page = written(tmp_path, found, pictures=lambda media, what: None, again=again)
    assert asked == [(11, [355.0]), (12, [45.0])]
    assert "1.1 at 5:55.0" in page
    assert "1.2 at 0:45.0" in page
    assert b64encode(b"\xff\xd8\xffstill").decode() in page
    assert page.count("not there as it was found") == 1
    Tags(page)
    assert "Where it is best seen" not in written(tmp_path, found)


def test_what_is_heard_in_both_is_drawn(tmp_path: Path) -> None:
    spans = (sample.span(3.0, 9.0, 0.0, 6.0),)
    tones = [sample.item(n, f"{n}.mp3", type="sound") for n in (1, 2)]
    link = sample.link(1, 2, MatchKind.SOUND, 20, spans=spans)
    found = sample.findings([Group(number=1, items=tuple(tones), links=(link,))])
    drawing = b"\xff\xd8\xff" + b"heard in both"
    again = (lambda media, times: [], lambda link, labels: drawing)
    page = written(tmp_path, found, pictures=lambda media, what: None, again=again)
    assert b64encode(drawing).decode() in page
    assert "What is heard in 1.1 and in 1.2, in step" in page
    Tags(page)


def test_where_somebody_speaks_is_told(tmp_path: Path) -> None:
    spoken = tuple(Spoken(start=10.0 * n, end=10.0 * n + 2.5) for n in range(30))
    talk = sample.item(1, "talk.mp3", "copy.mp3", type="sound", spoken=spoken)
    page = written(tmp_path, sample.findings([Group(number=1, items=(talk,), links=())]))
    assert "Somebody speaks at 0:00.0–0:02.5, 0:10.0–0:12.5" in page
    assert "and 6 more times" in page
