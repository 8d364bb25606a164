"""Generated pictures behave like photos under perceptual hashing."""

import itertools

import numpy as np
import pdqhash
import pytest

from clew.training.pictures import SCENES, make_picture


def test_the_same_seed_and_number_give_the_same_pixels() -> None:
    first, second = (make_picture(4, 2, 300, 400) for _ in range(2))
    assert first.scene == second.scene == "laid table"
    assert np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize(("seed", "number"), [(4, 11), (5, 2)])
def test_another_seed_or_number_gives_another_picture(seed: int, number: int) -> None:
    same_scene = make_picture(4, 2, 300, 400).pixels.astype(int)
    other = make_picture(seed, number, 300, 400).pixels.astype(int)
    assert np.abs(same_scene - other).mean() > 15


def test_size_and_type_are_as_asked_for() -> None:
    pixels = make_picture(4, 5, 240, 500).pixels
    assert pixels.shape == (240, 500, 3)
    assert pixels.dtype == np.uint8


@pytest.mark.soak
def test_pictures_are_rich_in_detail_and_far_apart_in_any_orientation() -> None:
    hashes = []
    for number in range(2 * len(SCENES)):
        turned, quality = pdqhash.compute_dihedral(make_picture(21, number, 450, 600).pixels)
        assert quality >= 80
        hashes.append(np.array(turned).astype(bool))
    for first, second in itertools.combinations(hashes, 2):
        distances = (first[0] != second).sum(axis=1)
        assert distances[0] > 80
        assert distances.min() > 60
