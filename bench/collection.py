"""The made-up collection: every kind of edit, scanned as an officer would, scored by its truth."""

from __future__ import annotations

import os
from pathlib import Path

from bench.material import scratch
from bench.results import Result, Row, freeze
from clew.training.collection import make_collection
from clew.training.score import score
from clew.training.truth import MEMBER_SEPARATOR, Connection

_SEED = 2027  # not the seed of the demo, nor of any test


def run() -> Result:
    """Make a collection, scan it, and score the pairs that were found."""
    from clew.casework.gather import gather
    from clew.intake.triage import Scan
    from clew.training.practice import practice

    with scratch() as name:
        folder = Path(name)
        truth = make_collection(
            folder / "files", _SEED, pictures=48, clips=12, truth_file=folder / "truth.json"
        )
        with practice(folder / "workspace") as workspace:
            Scan(workspace, folder / "files").run()
            groups = gather().groups
    pairs, spans = _found(groups)
    scored = score(truth, pairs)
    within = [_close(connection, spans) for connection in truth.connections if connection.spans]
    rows = [
        Row(cells={"edit": edit.edit, "found": f"{edit.found} of {edit.expected}"})
        for edit in scored.edits
    ]
    return Result(
        title="The made-up collection",
        says=(
            f"{len(truth.files)} generated files (seed {_SEED}), scanned as they lie. Recall "
            f"{scored.recall:.3f}, precision {scored.precision:.3f} ({len(scored.false_pairs)} "
            f"false pairs). Of {len(within)} shared stretches of films {sum(within)} were found "
            "with start and end within half a second in both films."
        ),
        rows=rows,
        figures={
            "recall": scored.recall,
            "precision": scored.precision,
            "spans": [sum(within), len(within)],
        },
    )


Pair = tuple[str, str]
Times = tuple[float, float, float, float]


def _found(groups) -> tuple[list[Pair], dict[Pair, list[Times]]]:  # type: ignore[no-untyped-def]
    """Pairs of paths as the truth spells them, and the spans between them, both ways round."""
    pairs: list[Pair] = []
    spans: dict[Pair, list[Times]] = {}
    for group in groups:
        paths = {
            item.id: [place.path.replace(" › ", MEMBER_SEPARATOR) for place in item.places]
            for item in group.items
        }
        for same in paths.values():
            pairs += [(a, b) for a in same for b in same if a < b]
        for link in group.links:
            there = [
                (s.first_start, s.first_end, s.second_start, s.second_end) for s in link.match.spans
            ]
            back = [(c, d, a, b) for a, b, c, d in there]
            for a in paths[link.first]:
                for b in paths[link.second]:
                    pairs.append((a, b))
                    spans[a, b], spans[b, a] = there, back
    return pairs, spans


def _close(connection: Connection, spans: dict[Pair, list[Times]]) -> bool:
    """Whether every true stretch was found to half a second; a still to its time alone."""
    found = spans.get((connection.first, connection.second), [])
    for true in connection.spans:
        wanted = (true.original_start, true.original_end, true.copy_start, true.copy_end)
        still = true.original_end - true.original_start < 0.01
        if still:
            if not any(a - 0.5 <= wanted[0] <= b + 0.5 for a, b, _, _ in found):
                return False
        elif not any(max(map(_off, wanted, times)) <= 0.5 for times in found):
            return False
    return True


def _off(one: float, other: float) -> float:
    return abs(one - other)


if __name__ == "__main__":
    os.environ.setdefault("CLEW_LOG_LEVEL", "ERROR")
    freeze("collection", run())
