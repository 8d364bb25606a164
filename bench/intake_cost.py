"""How fast contributing is beside scanning the same files.

Contributing does all that a scan does, and more: jobs in the database, sessions of workers, each
original encrypted into the vault and read back, the record of every file, and how it stands.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.material import scratch
from bench.results import Result, Row, freeze
from bench.scan_cost import _collect
from clew.cli.main import look_for_garbage_rarely
from clew.settings import Settings

_TURNS = 3
_BAR = 0.6


def run() -> Result:
    """Time both on the same photos in turn, each in a new process with a new workspace."""
    seconds: dict[str, list[float]] = {"scan": [], "contribute": []}
    with scratch() as name:
        photos = Path(name) / "photos"
        files = _collect(photos)
        size = sum(file.stat().st_size for file in files)
        for turn in range(_TURNS):
            for what, taken in seconds.items():
                taken.append(_timed(what, photos, Path(name) / f"{what}-{turn}"))
    rates = {what: len(files) / statistics.median(taken) for what, taken in seconds.items()}
    ratio = statistics.median(
        one / other for one, other in zip(seconds["scan"], seconds["contribute"], strict=True)
    )
    return Result(
        title="Contributing",
        says=(
            f"{len(files)} photos, {size / 1e6:.0f} MB, {Settings.from_environment().workers} "
            f"decoding processes. Medians of {_TURNS} turns. Contributing works through jobs in "
            "the database, as a worker does that runs apart; it encrypts each original into the "
            "vault and reads it back, and tells how each stands. Measured on a file system from "
            "which nothing had been deleted for minutes: for so long after thousands of deletions "
            "ext4 takes several times as long to make a file, which took 7 points."
        ),
        rows=[
            Row(cells={"what": what, "files a second": f"{rate:.0f}"})
            for what, rate in rates.items()
        ]
        + [Row(cells={"what": "contribute, of scan", "files a second": f"{ratio:.0%}"})],
        bars=[
            f"at least {_BAR:.0%} of the files a second of a scan: "
            f"{'met' if ratio >= _BAR else 'missed'} ({ratio:.0%})"
        ],
        figures={"ratio": ratio, "files": len(files), "seconds": seconds},
    )


def _timed(what: str, photos: Path, workspace: Path) -> float:
    command = [sys.executable, "-m", "bench.intake_cost", what, str(photos), str(workspace)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def _work(what: str, photos: Path, folder: Path) -> float:
    from clew.intake.contribute import contribute
    from clew.intake.triage import Scan
    from clew.training.practice import practice

    with practice(folder) as workspace:
        start = time.perf_counter()
        if what == "scan":
            Scan(workspace, photos).run()
        else:
            done = contribute(workspace, sorted(photos.iterdir()))
            assert not any(one.problem for one in done.files)
        return time.perf_counter() - start


if __name__ == "__main__":
    if len(sys.argv) == 4:
        look_for_garbage_rarely()  # as every command does when it begins
        print(json.dumps(_work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
    else:
        freeze("intake_cost", run())
