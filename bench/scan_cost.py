"""What a whole scan costs beside only decoding and hashing the same files.

Both use as many processes as there are cores. The floor reads each file's bytes for the digests,
decodes it and computes the same features, without confinement, database, previews or comparing.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.material import distinct_photos, scratch, shared_data
from bench.results import Result, Row, freeze
from clew.cli.main import look_for_garbage_rarely
from clew.media.image import ImageReader
from clew.media.limits import Limits
from clew.settings import Settings
from clew.signals.base import Need
from clew.signals.registry import available

_COPIES = 4
_TURNS = 5


def run() -> Result:
    """Time the floor and the scan on the same photos in turn, each with a warm page cache."""
    floors, scans = [], []
    with scratch() as name:
        photos = Path(name) / "photos"
        files = _collect(photos)
        size = sum(file.stat().st_size for file in files)
        for turn in range(_TURNS):
            floors.append(_floor(files))
            scans.append(_scan_anew(photos, Path(name) / f"workspace-{turn}"))
    floor = statistics.median(floors)
    ours = {what: statistics.median(scan[what] for scan in scans) for what in scans[0]}
    ratio = statistics.median(
        scan["whole scan"] / one for scan, one in zip(scans, floors, strict=True)
    )
    return Result(
        title="A whole scan",
        says=(
            f"{len(files)} photos, {size / 1e6:.0f} MB, {Settings.from_environment().workers} "
            f"processes. Medians of {_TURNS} turns, each of the floor and of a scan in a new "
            "process into a new workspace. The scan includes starting and confining the "
            "decoders, digests, previews, the database, and comparing everything with everything."
        ),
        rows=[
            Row(cells={"what": "decode and hash only", "seconds": f"{floor:.2f}"}),
            *(
                Row(cells={"what": what, "seconds": f"{seconds:.2f}"})
                for what, seconds in ours.items()
            ),
            Row(cells={"what": "ratio", "seconds": f"{ratio:.2f}"}),
        ],
        bars=[f"at most 2 times: {'met' if ratio <= 2 else 'missed'} ({ratio:.2f})"],
        figures={"ratio": ratio, "files": len(files), "floors": floors, "scans": scans},
    )


def _collect(folder: Path) -> list[Path]:
    """Every distinct photo and the large ones, several times with other bytes behind the end."""
    large = sorted((shared_data() / "neardup_pdq/pdq_data/reg-test-input/dih").glob("*.jpg"))
    folder.mkdir()
    files = []
    for copy in range(_COPIES):
        for number, photo in enumerate([*distinct_photos(), *large]):
            file = folder / f"{copy}-{number}{photo.suffix}"
            shutil.copyfile(photo, file)
            with file.open("ab") as end:
                end.write(bytes([copy]))  # a different file, the same picture
            files.append(file)
    return files


def _floor(files: list[Path]) -> float:
    workers = Settings.from_environment().workers
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_only_read, files[:workers]))  # imports are not what is measured
        start = time.perf_counter()
        list(pool.map(_only_read, files, chunksize=8))
        return time.perf_counter() - start


def _only_read(file: Path) -> int:
    digests = [signal.extractor() for signal in available(Need.BYTES)]
    content = file.read_bytes()
    for digest in digests:
        digest.take(content)
    extractors = [signal.extractor() for signal in available(Need.PICTURE)]
    with file.open("rb") as source:
        picture = ImageReader(source, Limits()).picture()
    for extractor in extractors:
        extractor.take(picture)
    return sum(len(extractor.finish()) for extractor in (*digests, *extractors))


def _scan_anew(photos: Path, workspace: Path) -> dict[str, float]:
    """Seconds of a scan in a process of its own, which has loaded nothing yet."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.scan_cost", str(photos), str(workspace)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    whole = time.perf_counter() - began
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured | {"with Python's start and a new database": whole}


def _scan(photos: Path, folder: Path) -> dict[str, float]:
    from clew.intake.progress import Phase, Progress
    from clew.intake.triage import Scan
    from clew.training.practice import practice

    began: dict[Phase, float] = {}

    def watch(progress: Progress) -> None:
        began.setdefault(progress.phase, time.perf_counter())

    with practice(folder) as workspace:
        start = time.perf_counter()
        Scan(workspace, photos, watch).run()
        end = time.perf_counter()
    reading, comparing = began[Phase.READING], began[Phase.COMPARING]
    return {
        "whole scan": end - start,
        "of which reading": comparing - reading,
        "of which comparing": end - comparing,
    }


if __name__ == "__main__":
    if len(sys.argv) == 3:
        look_for_garbage_rarely()  # as every command does when it begins
        print(json.dumps(_scan(Path(sys.argv[1]), Path(sys.argv[2]))))
    else:
        freeze("scan_cost", run())
