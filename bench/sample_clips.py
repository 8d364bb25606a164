"""ThreatExchange's sample clips: which copies of one clip are connected, and nothing across clips.

Beside Clew stand vPDQ, by its published method (PDQ of one frame a second at full size; a frame
counts with quality 50 or more and matches at 31 bits or fewer; two films match when 80 % of the
frames of both do), computed here with the ``pdqhash`` package, and the clusters that TMK+PDQF's
own documentation publishes at its thresholds of 0.7 and 0.7.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import av
import numpy as np
import pdqhash

from bench.material import labels, shared_data, subjects
from bench.results import Result, Row, freeze
from clew.compare.pair import compare

_TMK_LEFT_OUT = {"chair-22-with-large-logo-bar.mp4", "pattern-sd-with-large-logo-bar.mp4"}


def run() -> Result:
    """Compare every pair of the sample clips in each way."""
    folder = shared_data() / "video_copies"
    group = labels(folder, "group")
    read = subjects(folder / name for name in group)
    hashes = {name: frames_of(folder / name) for name in group}
    rows = []
    for clip in sorted(set(group.values())):
        names = [name for name in group if group[name] == clip]
        pairs = list(combinations(names, 2))
        if not pairs:
            continue
        rows.append(
            Row(
                cells={
                    "clip": f"{clip} ({len(names)} files)",
                    "pairs": str(len(pairs)),
                    "Clew": str(
                        sum(bool(compare(read[folder / a], read[folder / b])) for a, b in pairs)
                    ),
                    "vPDQ, 80 % of both": str(
                        sum(min(shares(hashes[a], hashes[b])) >= 0.8 for a, b in pairs)
                    ),
                    "vPDQ, any frame": str(
                        sum(max(shares(hashes[a], hashes[b])) > 0 for a, b in pairs)
                    ),
                    "TMK, published": str(sum(not {a, b} & _TMK_LEFT_OUT for a, b in pairs)),
                }
            )
        )
    across = [(a, b) for a, b in combinations(group, 2) if group[a] != group[b]]
    wrong = sum(bool(compare(read[folder / a], read[folder / b])) for a, b in across)
    wrong_plain = sum(max(shares(hashes[a], hashes[b])) > 0 for a, b in across)
    rows.append(
        Row(
            cells={
                "clip": "across clips (wrong)",
                "pairs": str(len(across)),
                "Clew": str(wrong),
                "vPDQ, 80 % of both": str(
                    sum(min(shares(hashes[a], hashes[b])) >= 0.8 for a, b in across)
                ),
                "vPDQ, any frame": str(wrong_plain),
                "TMK, published": "0",
            }
        )
    )
    all_found = all(r.cells["Clew"] == r.cells["pairs"] for r in rows[:-1])
    connected = "met, every pair directly" if all_found else "missed"
    return Result(
        title="Sample clips",
        says=(
            "Connected pairs among the ThreatExchange sample clips, letterboxed and logo'd copies "
            "included. TMK's published clusters leave out both clips with the large logo."
        ),
        rows=rows,
        bars=[
            f"all copies of one clip connected: {connected}",
            f"nothing across clips: {'met' if not wrong else 'missed'}",
        ],
        figures={"across": wrong},
    )


def frames_of(file: Path) -> np.ndarray:
    """PDQ of one frame a second, uint8[n, 32], those of quality 50 and more."""
    kept = []
    next_at = 0.0
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            if frame.time is None or frame.time < next_at:
                continue
            next_at = frame.time + 1.0
            bits, quality = pdqhash.compute(frame.to_ndarray(format="rgb24"))
            if quality >= 50:
                kept.append(np.packbits(bits))
    return np.array(kept, np.uint8).reshape(-1, 32)


def shares(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Shares of the frames of each film that match a frame of the other."""
    if not len(one) or not len(other):
        return 0.0, 0.0
    near = np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2) <= 31
    return float(near.any(axis=1).mean()), float(near.any(axis=0).mean())


if __name__ == "__main__":
    freeze("sample_clips", run())
