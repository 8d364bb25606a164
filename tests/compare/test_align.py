"""Stretches of time that two films share, from frames that agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.compare.align import Times, align
from clew.compare.evidence import Span
from clew.compare.lines import FrameHits


def hits(rows: list[tuple[float, float, float, float]], distance: int = 10) -> FrameHits:
    """Agreeing frames: start and end in the first film, start and end in the second."""
    table = np.array(rows, np.float64).reshape(-1, 4)
    return FrameHits(
        *table.T,
        np.full(len(table), distance, np.int16),
    )


def shared(seconds: float, first: float, second: float) -> list[tuple[float, float, float, float]]:
    """Half-second frames of a stretch that begins at these times in both films."""
    steps = np.arange(0, seconds, 0.5)
    return [(first + t, first + t + 0.5, second + t, second + t + 0.5) for t in steps]


def times(span: Span) -> tuple[float, float, float, float]:
    return span.first_start, span.first_end, span.second_start, span.second_end


def test_no_agreeing_frames_are_no_stretch() -> None:
    assert align(hits([])) == []


def test_a_trimmed_copy_is_one_stretch_with_its_offset() -> None:
    (span,) = align(hits(shared(10, first=5, second=0)))
    assert times(span) == pytest.approx((5, 15, 0, 10), abs=0.01)
    assert span.frames == 20


def test_an_inserted_part_makes_two_stretches() -> None:
    found = align(hits(shared(6, 0, 0) + shared(8, 6, 9)))
    assert sorted(times(s) for s in found) == [
        pytest.approx((0, 6, 0, 6), abs=0.01),
        pytest.approx((6, 14, 9, 17), abs=0.01),
    ]


def test_reordered_parts_are_both_found_the_longer_first() -> None:
    found = align(hits(shared(8, 0, 5) + shared(5, 8, 0)))
    assert [round(span.seconds) for span in found] == [8, 5]


def test_a_few_frames_that_do_not_agree_do_not_break_a_stretch() -> None:
    (span,) = align(hits(shared(4, 0, 0) + shared(4, 6, 6)))
    assert times(span) == pytest.approx((0, 10, 0, 10), abs=0.01)


def test_a_long_gap_breaks_a_stretch() -> None:
    assert len(align(hits(shared(4, 0, 0) + shared(4, 12, 12)))) == 2


def test_other_frame_times_in_the_copy_do_not_matter() -> None:
    rows = [(t, t + 0.5, t + 0.21, t + 0.71) for t in np.arange(0, 10, 0.5)]
    (span,) = align(hits(rows))
    assert span.seconds == pytest.approx(10, abs=0.3)


def test_a_long_still_scene_agrees_with_all_of_itself_and_is_one_stretch() -> None:
    (span,) = align(hits([(0.0, 30.0, 4.0, 34.0)]))
    assert times(span) == pytest.approx((0, 30, 4, 34), abs=0.01)


def test_repeated_content_is_one_connection_not_many() -> None:
    """Every frame looks like every other one: 20 × 20 agreements are one stretch."""
    rows = [(a, a + 0.5, b, b + 0.5) for a in np.arange(0, 10, 0.5) for b in np.arange(0, 10, 0.5)]
    (span,) = align(hits(rows))
    assert times(span) == pytest.approx((0, 10, 0, 10), abs=0.01)


def test_chance_agreements_beside_a_stretch_are_left_out() -> None:
    stray = [(40.0, 40.5, 3.0, 3.5), (55.0, 55.5, 20.0, 20.5)]
    found = align(hits(shared(10, 0, 0) + stray), least_seconds=1.0)
    assert [round(span.seconds) for span in found] == [10]


@settings(max_examples=60)
@given(
    seconds=st.integers(3, 30),
    first=st.integers(0, 50),
    second=st.integers(0, 50),
    strays=st.lists(
        st.tuples(st.integers(100, 200), st.integers(300, 500)),
        max_size=10,
        unique_by=lambda pair: pair[1] - pair[0],  # in step they would be a stretch of their own
    ),
)
def test_a_stretch_is_found_among_strays(
    seconds: int, first: int, second: int, strays: list[tuple[int, int]]
) -> None:
    rows = shared(seconds, first, second) + [(a, a + 0.5, b, b + 0.5) for a, b in strays]
    longest = align(hits(rows), least_seconds=1.0)[0]
    assert times(longest) == pytest.approx(
        (first, first + seconds, second, second + seconds), abs=3.6
    )


def test_clocks_a_lifetime_apart_cost_no_memory() -> None:
    rows = [*shared(5, 0, 0), (8e8, 8e8 + 0.5, 3.0, 3.5), (1.0, 1.5, 9e8, 9e8 + 0.5)]
    assert align(hits(rows))[0].seconds == pytest.approx(5, abs=0.4)


def test_two_variants_of_one_moment_are_one_frame() -> None:
    (span,) = align(hits([(0.0, 0.5, 0.0, 0.5)] * 2 + [(0.5, 1.0, 0.5, 1.0)] * 2))
    assert span.frames == 2


def alike(first: list[float], second: list[float], bits_a_second: float) -> FrameHits:
    """Half-second frames, by what they show in seconds of a scene: the further apart, the less."""
    rows, distances = [], []
    for a, shows in enumerate(first):
        for b, shown in enumerate(second):
            apart = round(bits_a_second * abs(shows - shown))
            if apart <= 64:
                rows.append((a / 2, a / 2 + 0.5, b / 2, b / 2 + 0.5))
                distances.append(apart)
    return FrameHits(*np.array(rows).T, np.array(distances, np.int16))


def whole(seconds: float) -> Times:
    start = np.arange(0, seconds, 0.5)
    return start, start + 0.5


def test_where_little_moves_a_cut_is_found_where_it_is() -> None:
    """Frames ten seconds apart differ in 40 bits: all agree with all."""
    original = list(np.arange(0, 12, 0.5))
    copy = original[:8] + original[16:]
    spans = align(alike(original, copy, 4.0), 1.0, (whole(12), whole(8)))
    assert sorted(times(span) for span in spans) == [
        pytest.approx((0, 4, 0, 4), abs=0.5),
        pytest.approx((8, 12, 4, 8), abs=0.5),
    ]


def test_another_speed_is_believed_from_end_to_end_but_not_of_a_part() -> None:
    """All frames look the same: a whole film may be slower, a trimmed one is just shorter."""
    slower = align(alike([0.0] * 16, [0.0] * 24, 0.0), 1.0, (whole(8), whole(12)))
    assert [span.speed for span in slower] == [pytest.approx(2 / 3, abs=0.01)]
    still = alike([0.0] * 16, [0.0] * 5, 0.0)
    assert [span.speed for span in align(still, 1.0, (whole(8), whole(2.5)))] == [1.0]


def test_a_stretch_goes_on_where_neither_film_shows_anything() -> None:
    """Only the last second of either can be compared; before it there is darkness."""
    end = np.array([8.0, 8.5]), np.array([8.5, 9.0])
    copy = end[0] - 3, end[1] - 3
    (span,) = align(hits([(8.0, 8.5, 5.0, 5.5), (8.5, 9.0, 5.5, 6.0)]), 1.0, (end, copy))
    assert times(span) == pytest.approx((5, 9, 2, 6), abs=0.01)


def test_a_stretch_goes_on_to_the_ends_of_films_that_end_in_darkness() -> None:
    shown = np.array([0.0, 0.5]), np.array([0.5, 1.0])
    agree = hits([(0.0, 0.5, 0.0, 0.5), (0.5, 1.0, 0.5, 1.0)])
    (span,) = align(agree, 1.0, (shown, shown), until=(3.0, 3.0))
    assert times(span) == pytest.approx((0, 3, 0, 3), abs=0.01)
    (span,) = align(agree, 1.0, (shown, shown), until=(3.0, 1.5))
    assert times(span) == pytest.approx((0, 1.5, 0, 1.5), abs=0.01)
