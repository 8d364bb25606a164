"""What the vault costs beside copying a file and hashing it, which nobody can do without.

The peer reads a file, hashes it, writes a copy and makes that durable; and, for reading, reads and
hashes the copy. The vault encrypts, makes durable, reads back, decrypts and hashes again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from bench.material import scratch
from bench.results import Result, Row, freeze
from clew.vault import KeyFile, Vault

_BYTES = 200_000_000
_PREVIEWS = 500
_PREVIEW_BYTES = 8_000
_TURNS = 5
_CHUNK = 8 * 1024 * 1024
_PUT_BAR, _GET_BAR = 4.0, 3.0


def run() -> Result:
    """Time both in turn, on fresh bytes each time, with a warm page cache."""
    rounds = []
    with scratch() as name:
        # Openings are logged; here nobody looks at that.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        vault = Vault.in_folder(Path(name) / "vault", KeyFile(Path(name) / "vault.key"))
        for turn in range(_TURNS):
            source = Path(name) / f"source-{turn}"
            source.write_bytes(os.urandom(1_000_000) * (_BYTES // 1_000_000))
            os.sync()
            rounds.append(_one_round(vault, source, Path(name) / f"copy-{turn}", turn))
    seconds = {what: statistics.median(one[what] for one in rounds) for what in rounds[0]}

    def ratio(ours: str, theirs: str) -> float:
        return statistics.median(one[ours] / one[theirs] for one in rounds)

    put, get = ratio("put", "copy and SHA-256"), ratio("get", "read and SHA-256")
    small = ratio("put previews", "write previews")
    return Result(
        title="The encrypted vault",
        says=(
            f"One file of {_BYTES / 1e6:.0f} MB, and {_PREVIEWS} previews of "
            f"{_PREVIEW_BYTES / 1e3:.0f} kB, medians of {_TURNS} turns, each of the plain way and "
            "of the vault. Both make what they write durable. Putting into the vault includes "
            "reading it back, decrypting and hashing it; a preview has its own key, which is one "
            "more durable file."
        ),
        rows=[
            *(
                Row(cells={"what": what, "seconds": f"{value:.2f}", "MB/s": _rate(what, value)})
                for what, value in seconds.items()
            ),
            *(
                Row(cells={"what": f"ratio: {what}", "seconds": f"{value:.2f}", "MB/s": ""})
                for what, value in (("put", put), ("get", get), ("previews", small))
            ),
        ],
        bars=[
            f"put at most {_PUT_BAR:.0f} times copying and hashing: "
            f"{'met' if put <= _PUT_BAR else 'missed'} ({put:.2f})",
            f"get at most {_GET_BAR:.0f} times reading and hashing: "
            f"{'met' if get <= _GET_BAR else 'missed'} ({get:.2f})",
        ],
        figures={"put": put, "get": get, "previews": small, "rounds": rounds},
    )


def _one_round(vault: Vault, source: Path, copy: Path, turn: int) -> dict[str, float]:
    previews = {
        hashlib.sha256(b"%d-%d" % (turn, n)).hexdigest(): os.urandom(_PREVIEW_BYTES)
        for n in range(_PREVIEWS)
    }
    sha256 = ""

    def put() -> None:
        nonlocal sha256
        with source.open("rb") as file:
            sha256 = vault.put_original(file, expected).sha256

    def get() -> None:
        with vault.open_original(sha256, actor="bench", purpose="bench") as file:
            while file.read(_CHUNK):
                pass

    expected = _hashed(source)
    times = {
        "copy and SHA-256": _timed(lambda: _copy(source, copy)),
        "put": _timed(put),
        "read and SHA-256": _timed(lambda: _hashed(copy)),
        "get": _timed(get),
        "write previews": _timed(lambda: _write_all(copy.with_suffix(".previews"), previews)),
        "put previews": _timed(
            lambda: [vault.put_derivative("preview", *one) for one in previews.items()]
        ),
    }
    for file in (source, copy):
        file.unlink()
    return times


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _copy(source: Path, target: Path) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("wb") as copy:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())


def _hashed(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _write_all(folder: Path, previews: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, content in previews.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _rate(what: str, seconds: float) -> str:
    size = _PREVIEWS * _PREVIEW_BYTES if "previews" in what else _BYTES
    return f"{size / seconds / 1e6:.0f}"


if __name__ == "__main__":
    freeze("vault_cost", run())
