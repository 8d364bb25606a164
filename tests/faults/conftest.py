"""Reading hostile files the way a scan does, with how long each took."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Reading

DATA = Path(os.environ.get("CLEW_TEST_DATA") or Path(__file__).parents[2] / "../shared/data")


@dataclass
class Answer:
    """What reading one file gave.

    Attributes:
        own: its own reading; ``members`` those of what is inside.
        seconds: from handing it over to its own reading.
    """

    own: Reading
    seconds: float
    members: list[Reading] = field(default_factory=list)


@pytest.fixture(scope="session")
def hostile_data() -> Path:
    folder = DATA / "hostile"
    if not folder.is_dir():
        message = f"NO HOSTILE FILES IN {DATA}: set CLEW_TEST_DATA to where the test data lies"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


def read_with(reader: ConfinedReader, paths: Iterable[Path]) -> dict[Path, Answer]:
    files = list(paths)
    begun: dict[int, float] = {}

    def opened() -> Iterator[Opened]:
        for number, path in enumerate(files):
            begun[number] = time.monotonic()
            descriptor = open_untouched(os.fsencode(path))
            yield Opened(number, descriptor, path.name, os.fstat(descriptor).st_size)

    answers: dict[Path, Answer] = {}
    members: dict[int, list[Reading]] = {}
    for number, event in reader.read(opened()):
        if isinstance(event, Reached):
            continue
        if event.member:
            members.setdefault(number, []).append(event)
            continue
        assert files[number] not in answers, "a file ends once"
        seconds = time.monotonic() - begun[number]
        answers[files[number]] = Answer(event, seconds, members.get(number, []))
    assert set(answers) == set(files), "every file ends"
    return answers


@pytest.fixture(scope="session")
def small_reader() -> Iterator[ConfinedReader]:
    """A process with little memory and little time, so that exceeding them shows at once."""
    limits = Limits(
        memory=1536 << 20,
        seconds_without_progress=20.0,
        seconds_per_file=40.0,
        pixels=60_000_000,
        member_bytes=128 << 20,
    )
    with ConfinedReader(1, limits) as reader:
        yield reader


@pytest.fixture
def read_all(small_reader: ConfinedReader) -> Callable[[Iterable[Path]], dict[Path, Answer]]:
    return lambda paths: read_with(small_reader, paths)


@pytest.fixture
def read_content(small_reader: ConfinedReader, tmp_path: Path) -> Callable[[bytes, str], Answer]:
    """Read one file with this content and name."""

    def read(content: bytes, name: str = "file") -> Answer:
        path = tmp_path / name
        path.write_bytes(content)
        return read_with(small_reader, [path])[path]

    return read
