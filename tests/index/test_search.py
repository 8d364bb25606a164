"""Search against brute force."""

import numpy as np
import pytest
from brute import listed, within

from clew.index import HammingIndex


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1037])
def test_every_hash_within_the_radius_is_found(count: int) -> None:
    rng = np.random.default_rng(count)
    hashes = rng.integers(0, 256, (count, 32), dtype=np.uint8)
    keys = rng.permutation(count).astype(np.int64) * 3
    queries = np.concatenate([rng.integers(0, 256, (3, 32), dtype=np.uint8), hashes[:4]])
    index = HammingIndex()
    index.add(keys, hashes)
    for radius in (0, 100, 110, 256):
        assert listed(index.search(queries, radius)) == within(keys, hashes, queries, radius)
