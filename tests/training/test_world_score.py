"""Found connections are counted as the truth of a world says."""

from datetime import UTC, datetime, timedelta

import pytest

from clew.training.truth import Part
from clew.training.world.interval import interval
from clew.training.world.relations import KnownMedia, claims, edited_pairs, known_media
from clew.training.world.score import Found, score_world
from clew.training.world.truth import CaseTruth, Copied, Origin, View

_DAY = datetime(2023, 5, 4, 12, tzinfo=UTC)


def origin(name: str, place: str, turn: float, **more: object) -> Origin:
    view = View(x=0, y=1, z=0, turn=turn, angle=60)
    told = {"kind": "picture", "device": f"camera of {place}", "event": f"event at {place}"} | more
    return Origin(name=name, taken=_DAY, place=place, views=(view,), **told)  # type: ignore[arg-type]


def file(sha256: str, edit: str, *origins: str, kind: str = "picture") -> Copied:
    parts = tuple(Part(name) for name in origins)
    return Copied(
        path=f"norland/1/{sha256}",
        sha256=sha256,
        agency="norland",
        exhibit="1",
        kind=kind,
        found=_DAY,
        edit=edit,
        parts=parts,
    )


@pytest.fixture
def world() -> dict[str, KnownMedia]:
    """Two rooms of one look; a copy of a picture, a collage of two, an exact copy."""
    case = CaseTruth(
        number=0,
        agency="norland",
        subjects=("10",),
        offender="person 0",
        identity="name1",
        devices=(),
        events=(),
        origins=(
            origin("one", "room 1", 0, look="hotel"),
            origin("two", "room 1", 20, look="hotel"),
            origin("three", "room 1", 180, look="hotel"),
            origin("four", "room 2", 0, look="hotel"),
            origin("five", "yard", 0, products=("TEA",)),
        ),
        files=(
            file("a", "original", "one"),
            file("b", "original", "two"),
            file("c", "original", "three"),
            file("d", "original", "four"),
            file("e", "original", "five"),
            file("a", "exact copy", "one"),
            file("m", "mirror", "one"),
            file("k", "collage", "two", "four"),
        ),
    )
    return known_media([case])


def found(
    *pairs: tuple[str, str], kind: str = "picture", at: datetime | None = None
) -> list[Found]:
    return [Found(first=a, second=b, kind=kind, at=at) for a, b in pairs]


def test_edits_are_counted_by_what_lies_between_original_and_copy(
    world: dict[str, KnownMedia],
) -> None:
    assert sorted(edited_pairs(world)) == [
        ("collage", ("b", "k")),
        ("collage, further part", ("d", "k")),
        ("exact copy", ("a", "a")),
        ("mirror", ("a", "m")),
    ]
    scored = score_world(world, world, found(("m", "a"), ("k", "d")))
    assert {e.edit: (e.recall.count, e.recall.of, e.hard) for e in scored.edits} == {
        "collage": (0, 1, True),
        "collage, further part": (1, 1, True),
        "exact copy": (1, 1, False),
        "mirror": (1, 1, False),
    }


def test_a_match_is_right_when_what_it_claims_is_there(world: dict[str, KnownMedia]) -> None:
    scored = score_world(world, world, found(("a", "m"), ("a", "b"), ("a", "d"), ("c", "e")))
    (picture,) = scored.kinds
    assert (picture.precision.count, picture.precision.of) == (1, 4)
    assert picture.between == {
        "copy": 1,
        "event": 1,
        "same look of another room": 1,
        "nothing": 1,
    }
    # Seven contents make 21 pairs, of which three share an origin.
    assert (picture.false.count, picture.false.of) == (3, 18)
    (place,) = score_world(world, world, found(("a", "b"), ("a", "d"), kind="place")).kinds
    assert (place.precision.count, place.precision.of) == (1, 2)


def test_views_of_one_place_are_counted_by_whether_they_overlap(
    world: dict[str, KnownMedia],
) -> None:
    scored = score_world(world, world, found(("a", "b"), ("b", "m"), kind="place"))
    recall = {one.relation: (one.recall.count, one.recall.of) for one in scored.relations}
    # a, m and k show what b shows; k also shows the other room.
    assert recall["place, one visit, views overlap"] == (2, 4)
    assert recall["place, views apart"] == (0, 4)
    assert recall["place, another visit, views overlap"] == (0, 0)
    sought = {one.relation for one in scored.relations if one.sought}
    assert sought == {"copies of one original", "recorded at one event"}


def test_the_time_to_the_first_right_match(world: dict[str, KnownMedia]) -> None:
    matches = [
        *found(("c", "e"), at=_DAY + timedelta(seconds=2)),
        *found(("a", "m"), at=_DAY + timedelta(seconds=9)),
        *found(("b", "k"), at=_DAY + timedelta(seconds=5)),
    ]
    assert score_world(world, world, matches, began=_DAY).first_right == 5
    assert score_world(world, world, matches[:1], began=_DAY).first_right is None


def test_only_what_is_there_is_expected_and_strangers_do_not_count(
    world: dict[str, KnownMedia],
) -> None:
    scored = score_world(world, ["a", "b", "zzz"], found(("a", "zzz"), ("a", "m")))
    assert (scored.media.count, scored.media.of) == (2, 7)
    assert scored.kinds == ()
    assert [edit.edit for edit in scored.edits] == ["exact copy"]


def test_kinds_unknown_here_are_right_by_any_relation_but_a_trap() -> None:
    assert {one.value for one in claims("something new")} >= {"place", "camera", "voice"}
    assert not any("same" in one.value for one in claims("something new"))
    assert claims("place by region") == claims("place")
    assert {one.value for one in claims("still in film")} == {"copy"}
    assert {one.value for one in claims("film, by parts of the picture")} == {"copy"}


@pytest.mark.parametrize(
    ("wrong", "tried", "low", "high"),
    [
        (0, 20, 0.0, 1 - 0.025 ** (1 / 20)),  # closed forms at both ends
        (20, 20, 0.025 ** (1 / 20), 1.0),
        (1, 10, 0.00253, 0.44502),  # as tables have it
        (50, 1000, 0.03734, 0.06539),
        (3, 1_000_000, 6.187e-7, 8.767e-6),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_those_of_clopper_and_pearson(
    wrong: int, tried: int, low: float, high: float
) -> None:
    assert interval(wrong, tried) == pytest.approx((low, high), rel=2e-3, abs=1e-9)
