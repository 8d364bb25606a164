"""What the traces of 1,000 hours of film cost, and how fast a film of a minute is found among them.

How many traces an hour of film gives is counted on the shared films. So many for 1,000 hours are
then made of real ones: each a real trace with 70 to 110 of its 256 bits turned, so that they crowd
where real ones do and none is a copy. The film that is asked for is the one of a minute among the
shared ones; asking means searching every space in all its orientations, as a scan does. Sound is
counted by the hour that is heard: a film may have none.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.bank import is_searched
from bench.material import films_by_scene, scratch, shared_data, subjects
from bench.results import Result, Row, freeze
from clew.compare.calibration import Thresholds
from clew.compare.subject import Subject
from clew.compare.ways import ways
from clew.index import HammingIndex
from clew.media.kind import MediaType
from clew.signals.sound import SIGNAL as SOUND_SIGNAL
from clew.signals.sound.extract import HEARD
from clew.signals.sound.value import SOUND
from clew.signals.space import PDQ, REGIONS

HOURS = 1000
_ROUNDS = 5
_BATCH = 500_000
_MOST_BYTES = 4 * 10**9
_MOST_SECONDS = 1.0


def run(hours: int = HOURS) -> Result:
    """Count, fill, ask."""
    asked_for = shared_data() / "containers" / "video" / "demo.mp4"
    read = subjects([*films_by_scene()])
    films = [subject for subject in read.values() if subject.type is MediaType.VIDEO]
    seconds = sum(float(subject.looks.end.max(initial=0)) for subject in films)
    heard = sum(map(_heard, films))
    query = read[asked_for]
    rows, total_bytes, total_seconds = [], 0.0, 0.0
    with scratch() as name:
        for space in (PDQ, REGIONS, SOUND):
            looks = [subject.within(space) for subject in films]
            hashes = np.concatenate([of.hashes[is_searched(of, space)] for of in looks])
            lasting = heard if space == SOUND else seconds
            count = round(len(hashes) / lasting * 3600 * hours)
            index = _filled(Path(name) / space.name, hashes, count)
            size = sum(f.stat().st_size for f in (Path(name) / space.name).rglob("*"))
            took = _asked(index, query, space.name)
            total_bytes += size
            total_seconds += took
            rows.append(
                Row(
                    cells={
                        "space": space.name,
                        "traces an hour": f"{count / hours:,.0f}",
                        f"traces of {hours:,} hours": f"{count:,}",
                        "bytes an hour": f"{size / hours / 1e6:.2f} MB",
                        "in all": f"{size / 1e9:.2f} GB",
                        "hashes asked for": f"{query.within(space).asked.sum():,}",
                        "seconds to ask": f"{took:.2f}",
                    }
                )
            )
            del index
    return Result(
        title="A film among 1,000 hours",
        says=(
            f"Searched traces counted on {len(films)} films of {seconds:.0f} s in all, "
            f"{heard:.0f} s with sound; the traces of "
            f"{hours:,} hours made of these with 70 to 110 bits turned; asked for a film of "
            f"{float(query.looks.end.max()):.0f} s, the median of {_ROUNDS} rounds, "
            "processor time of two threads divided by two."
        ),
        rows=rows,
        bars=[
            f"at most 4 GB for pictures, regions and sound of {hours:,} hours: "
            + _told(total_bytes <= _MOST_BYTES * hours / HOURS, f"{total_bytes / 1e9:.2f} GB"),
            "one film of a minute in 1 s: "
            + _told(total_seconds <= _MOST_SECONDS, f"{total_seconds:.2f} s"),
        ],
        figures={"bytes": total_bytes, "seconds": total_seconds},
    )


def _told(met: bool, how: str) -> str:
    return f"{'met' if met else 'missed'} ({how})"


def _heard(subject: Subject) -> float:
    """Seconds of its first sound track."""
    return sum(
        (trace.feature.end or 0.0) - (trace.feature.start or 0.0)
        for trace in subject.traces
        if trace.signal == SOUND_SIGNAL.name and trace.feature.variant == HEARD
    )


def _filled(folder: Path, real: NDArray[np.uint8], count: int) -> HammingIndex:
    folder.mkdir()
    index = HammingIndex.open(folder)
    random = np.random.default_rng(3)
    for first in range(0, count, _BATCH):
        size = min(_BATCH, count - first)
        turned = np.packbits(
            random.random((size, 256), np.float32) < random.uniform(70 / 256, 110 / 256, (size, 1)),
            axis=1,
        )
        hashes = real[random.integers(len(real), size=size)] ^ turned
        index.add(np.arange(first, first + size), hashes)
    index.seal(1)
    index.compact(everything=True)
    return index


def _asked(index: HammingIndex, query: Subject, space: str) -> float:
    way = ways()[space]
    looks = query.within(way.space)
    rows = looks.queries[looks.asked]
    took = []
    for _ in range(_ROUNDS + 1):  # the first round reads the files
        # Processor time over the threads that share the queries: others may be busy beside.
        start = time.process_time()
        index.search(rows, way.radius(Thresholds(), MediaType.VIDEO))
        took.append((time.process_time() - start) / index.threads)
    return float(np.median(took[1:]))


if __name__ == "__main__":
    freeze("film_search", run())
