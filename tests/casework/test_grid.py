"""The grid: what is shown, in which order, by which filter, and what is folded into one."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clew.casework import decisions, entities, grades, grid, observations, proposals, tags, walking
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.narrowing import Filter
from clew.casework.things import Thing
from clew.records.models import Media

ALL = Filter()
APART = Filter(stacks=False)


def numbers(wanted: Filter = ALL, **named) -> list[int]:
    return [tile.id for tile in grid.page(wanted, **named).tiles]


def test_pages_go_on_where_the_last_one_ended_and_show_what_the_officer_sees_alone(case):
    ours = [case.media() for _ in range(7)]
    theirs = case.media(case.theirs)
    shared = case.media(case.theirs, "all members")
    hit_only = case.media(case.theirs, "hit only")
    both = case.media()
    case.found(both, case.theirs)
    seen = sorted([*ours, shared, both], reverse=True)
    with case.as_("anna"):
        found, after = [], None
        while page := numbers(after=after, most=4):
            assert len(page) <= 4
            found += page
            after = page[-1]
        assert found == seen
        assert numbers(Filter(oldest_first=True)) == seen[::-1]
        assert numbers(Filter(oldest_first=True), after=seen[3]) == seen[:3][::-1]
        assert grid.count(ALL) == len(seen)
        assert [tile.id for tile in grid.tiles([both, theirs, hit_only, ours[0]])] == [
            both,
            ours[0],
        ]
        (tile,) = grid.tiles([both])
        assert (tile.places, tile.agencies) == (1, (case.ours.pk,))
    with case.as_("nils"):
        assert numbers() == sorted([theirs, shared, hit_only, both], reverse=True)


def test_near_copies_are_one_however_they_hang_together(case):
    one, two, three, four, other = (case.media() for _ in range(5))
    hidden = case.media(case.theirs)
    case.match(one, two, 8)
    case.match(two, four, 8)
    case.match(three, two, 31)
    case.match(four, other, 32)  # a match, and no copy
    case.match(one, hidden, 0)
    case.match(hidden, other, 0)  # what leads through what is not seen does not count
    with case.as_("anna"):
        page = grid.page(ALL).tiles
        assert [(tile.id, tile.copies) for tile in page] == [(other, 1), (four, 4)]
        assert [tile.id for tile in grid.stack(one)] == [four, three, two, one]
        assert len(grid.page(APART).tiles) == 5
        oldest = grid.page(Filter(oldest_first=True)).tiles
        assert [(tile.id, tile.copies) for tile in oldest] == [(one, 4), (other, 1)]
        # A filter folds what it lets through.
        grades.grade_all({four: 1, three: 1}, "US")
        assert [(t.id, t.copies) for t in grid.page(Filter(grade="none")).tiles] == [
            (other, 1),
            (two, 2),
        ]
        waiting = {frozenset(each.media): each.id for each in proposals.proposals()}
        proposals.reject(waiting[frozenset([one, two, three, four])], "another room")
        assert {tile.copies for tile in grid.page(ALL).tiles} == {1}


def test_films_are_copies_when_they_agree_nearly_everywhere(case):
    one, two, part = (case.media() for _ in range(3))
    Media.objects.using("owner").filter(pk__in=[one, two, part]).update(type="video", duration=100)
    case.match(one, two, 10, "film", [(0, 60, 9), (60, 97, 12)])
    case.match(one, part, 10, "film", [(0, 60, 9)])
    with case.as_("anna"):
        assert [(t.id, t.copies) for t in grid.page(ALL).tiles] == [(part, 1), (two, 2)]


def test_filters(case):
    picture, film, old, shared = (case.media() for _ in range(4))
    Media.objects.using("owner").filter(pk=film).update(type="video", duration=90.5)
    with case.owner() as cursor:
        cursor.execute(
            "UPDATE records_sighting SET seen_at = '2020-05-04 12:00Z' WHERE media_id = %s", [old]
        )
    case.found(shared, case.theirs, "all members")
    case.match(picture, old, 40)
    with case.as_("anna"):
        series = entities.create("series", "the blue room").pk
        entities.add_to_series(series, "same wallpaper", media=[film, old])
        made = tags.tag_all([picture, film], " blue   sofa ")
        grades.grade_all({picture: 1, old: 0}, "US")
    with case.as_("berta"):
        grades.grade_all({picture: 2, old: 0}, "US")
    with case.as_("anna"):
        for wanted, found in (
            (Filter(kind="video"), [film]),
            (Filter(agency=case.theirs.pk), [shared]),
            (Filter(until=timezone.now().date().replace(year=2021)), [old]),
            (Filter(since=timezone.now().date().replace(year=2021)), [shared, film, picture]),
            (Filter(series=series), [old, film]),
            (Filter(series=series, kind="image"), [old]),
            (Filter(tag="blue sofa"), [film, picture]),
            (Filter(matched=True), [old, picture]),
            (Filter(with_media=old), [picture]),
            (Filter(with_media=old, kind="video"), []),
            (Filter(longer=60), [film]),
            (Filter(longer=60, shorter=90), []),
            (Filter(grade="none"), [shared, film]),
            (Filter(grade="1"), [picture]),
            (Filter(grade="disputed"), [picture]),
            (Filter(grade="3"), []),
        ):
            assert numbers(wanted) == found, wanted
            assert grid.count(wanted) == len(found), wanted
        told = {tile.id: tile for tile in grid.page(ALL).tiles}
        assert (told[old].mine, told[old].agreed, told[old].disputed) == (0, 0, False)
        assert (told[picture].mine, told[picture].agreed, told[picture].disputed) == (1, None, True)
        assert (told[film].tags, told[film].series) == (("blue sofa",), (series,))
        assert tags.tag_all([picture], "blue sofa") == []
        tags.untag_all(made)
        assert numbers(Filter(tag="blue sofa")) == []
    with case.as_("carl"):
        # Who has not said anything is not told what others say, unless they agree.
        told = {tile.id: tile for tile in grid.page(ALL).tiles}
        assert (told[picture].agreed, told[picture].disputed) == (None, False)
        assert told[old].agreed == 0


@pytest.mark.parametrize(
    "named",
    [
        {"kind": "x"},
        {"standing": "x"},
        {"grade": "x"},
        {"grade": "1" * 10},
        {"words": "a b c d e f g h i"},
    ],
)
def test_what_there_is_not_is_no_filter(named):
    with pytest.raises(StatementError):
        Filter(**named)


def test_grades_of_many_are_undone_by_what_was_said_before(case):
    one, two = case.media(), case.media()
    hidden = case.media(case.theirs)
    with case.as_("anna"):
        assert grades.grade_all({one: 1}, "US") == {one: None}
        before = grades.grade_all({one: 2, two: 2}, "US")
        assert before == {one: 1, two: None}
        grades.grade_all(before, "US")
        assert [tile.mine for tile in grid.tiles([one, two])] == [1, None]
        with pytest.raises(NotSeenError):
            grades.grade_all({one: 0, hidden: 0}, "US")
        assert [tile.mine for tile in grid.tiles([one])] == [1]
        with pytest.raises(StatementError):
            grades.grade_all({one: 9}, "US")
        made = tags.tag_all([one], "sofa")
    with case.as_("nils"), pytest.raises(NotSeenError):
        tags.untag_all(made)
    with case.as_("anna"):
        with pytest.raises(StatementError):
            tags.tag_all([one], "  ")
        series = entities.create("series", "a room").pk
        added = entities.add_to_series(series, "why", media=[one])
        assert numbers(Filter(series=series)) == [one]
        decisions.undo(added.pk, "no")
        assert numbers(Filter(series=series)) == []


def test_what_was_taken_by_one_camera_or_is_connected_with_one_thing(case):
    one, two, three, theirs = *(case.media() for _ in range(3)), case.media(case.theirs)
    told = b'{"tables": "", "make": "NIKON", "model": "NIKON D40", "serial": "2031"}'
    with case.owner() as owner:
        for media, value in (
            (one, told),
            (two, told),
            (three, b'{"make": "Canon", "model": "EOS 5D"}'),
            (theirs, b'{"make": "Theirs", "model": "alone"}'),
        ):
            owner.execute(
                "INSERT INTO records_storedtrace (media_id, signal, version, ordinal, variant, "
                "value, quality) VALUES (%s, 'origin', 1, 0, 'header', %s, 100)",
                [media, value],
            )
        owner.execute(
            "UPDATE records_storedtrace SET value = %s WHERE media_id = %s", [b"\xff{", theirs]
        )
    with case.as_("anna"):
        assert grid.cameras() == ["Canon EOS 5D", "NIKON D40 № 2031"]
        nikon = Filter(camera="NIKON D40 № 2031", stacks=False)
        assert numbers(nikon) == [two, one]
        assert grid.count(nikon) == 2
        place = entities.create("place", "the blue house")
        decisions.connect(
            "shows", Thing("media", one), Thing("place", place.pk), "the door", confirmed=True
        )
        assert numbers(Filter(with_entity=place.pk)) == [one]
        assert [tile.id for tile in grid.tiles([three, two, one], "", nikon)] == [two, one]
        assert grid.count(Filter(with_entity=place.pk, camera="Canon EOS 5D")) == 0


def test_what_was_merged_is_one_whichever_of_its_numbers_is_named(case):
    one, two, three = (case.media() for _ in range(3))
    with case.as_("anna"):
        kept, gone, last = (entities.create("series", title).pk for title in "abc")
        entities.add_to_series(kept, "why", media=[one])
        entities.add_to_series(gone, "why", media=[two])
        entities.add_to_series(last, "why", media=[three])
        merged = entities.merge(gone, kept, "the same room")
        entities.merge(kept, last, "the same room still")
        house, same_house = (entities.create("place", title).pk for title in "de")
        for media, place in ((one, house), (two, same_house)):
            shown = Thing("media", media), Thing("place", place)
            decisions.connect("shows", *shown, "the door", confirmed=True)
        entities.merge(same_house, house, "the same door")
        for series in (kept, gone, last):
            assert numbers(Filter(series=series)) == [three, two, one]
            assert grid.count(Filter(series=series, kind="image")) == 3
            assert [tile.id for tile in grid.tiles([one], "", Filter(series=series))] == [one]
        for place in (house, same_house):
            assert numbers(Filter(with_entity=place)) == [two, one]
        decisions.undo(merged.pk, "two rooms")
        assert numbers(Filter(series=last)) == [three, one]
        assert numbers(Filter(series=gone)) == [two]
    with case.as_("nils"):
        assert numbers(Filter(series=last)) == []


def test_words_are_found_in_names_notes_tags_and_what_is_connected(case, monkeypatch):
    named, tagged, noted, shown, plain, theirs = (
        *(case.media() for _ in range(5)),
        case.media(case.theirs),
    )
    shared = case.media(case.theirs, "all members")
    with case.owner() as owner:
        for media, path in (
            (named, "DCIM/Urlaub/Sommer\u0308tag.JPG".encode()),
            (plain, b"a\xff\0b/303.jpg"),
            (theirs, b"Urlaub.jpg"),
            (shared, b"urlaub.jpg"),
        ):
            owner.execute(
                "UPDATE records_sighting SET path = %s WHERE media_id = %s", [path, media]
            )
    with case.as_("anna"):
        made = tags.tag_all([tagged], "blue sofa")
        observations.observe(
            Thing("media", noted), "note", "the sofa of the urlaub, and 100 % blue"
        )
        place = entities.create("place", "House of the Summer")
        decisions.connect(
            "shows", Thing("media", shown), Thing("place", place.pk), "door", confirmed=True
        )
        for words, found in (
            ("urlaub", [shared, noted, named]),
            ("URLAUB sommer\u0308", [named]),
            ("urlaub somm\u00ebrtag", []),
            ("sommer", [named]),
            ("SOMMER\u0308TAG".lower(), [named]),
            ("303", [plain]),
            ("blue sofa", [noted, tagged]),
            ("100 %", [noted]),
            ("the house", [shown]),
            ("LKA dcim", [named]),
            (".*", []),
            ("nowhere", []),
        ):
            wanted = Filter(words=words)
            assert numbers(wanted) == found, words
            assert numbers(Filter(words=words, oldest_first=True)) == found[::-1], words
            assert grid.count(wanted) == len(found), words
        assert numbers(Filter(words="sofa", tag="blue sofa")) == [tagged]
        asked = [tile.id for tile in grid.tiles([named, tagged], "", Filter(words="urlaub"))]
        assert asked == [named]
        tags.untag_all(made)
        assert numbers(Filter(words="sofa")) == [noted]
        # However much there is, a page looks through a stretch of it and says where to go on.
        monkeypatch.setattr(walking, "STRETCH", 2)
        for oldest_first, found in (
            (False, [shared, noted, named]),
            (True, [named, noted, shared]),
        ):
            wanted, seen, after, pages = (
                Filter(words="urlaub", oldest_first=oldest_first),
                [],
                None,
                0,
            )
            while pages == 0 or after is not None:
                page = grid.page(wanted, after=after, most=2)
                seen += [tile.id for tile in page.tiles]
                after, pages = page.further, pages + 1
            assert seen == found
            assert pages == 3
    with case.as_("nils"):
        assert numbers(Filter(words="urlaub")) == [shared, theirs]
        assert numbers(Filter(words="sofa")) == []
