"""Programs, documents and fonts are not taken for films or sounds."""

import os
import random
import sys
import sysconfig
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from clew.media.kind import MediaType
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome

PLACES = ["/usr/lib", "/usr/bin", "/usr/share", sysconfig.get_path("purelib")]
# Systems hold a few real sounds and films, too.
MEDIA = {".wav", ".ogg", ".oga", ".mp3", ".mp4", ".webm", ".avi", ".au", ".aiff", ".flac", ".snd"}


def begins_binary(path):
    with path.open("rb") as file:
        return b"\0" in file.read(4096)


def ordinary_files(count):
    """Binary files of the system, of all its sorts alike."""
    chance = random.Random(17)
    by_sort = {}
    for place in PLACES:
        for folder, folders, names in os.walk(place):
            # Enough of each folder, and in the same order at each run.
            folders[:], names[:] = sorted(folders)[:30], sorted(names)[:30]
            for name in names:
                path = Path(folder, name)
                if path.suffix.lower() not in MEDIA and not path.is_symlink() and path.is_file():
                    sort = path.suffix if len(path.suffix) < 8 else ""
                    by_sort.setdefault((sort, Path(folder).name[:2]), []).append(path)
    files = [chance.choice(by_sort[sort]) for sort in sorted(by_sort)]
    chance.shuffle(files)
    small = (path for path in files if path.stat().st_size < 2_000_000)
    return list(islice(filter(begins_binary, small), count))


@pytest.fixture(scope="module")
def reader():
    with ConfinedReader(1) as reader:
        yield reader


def kinds(reader, paths):
    def opened():
        for number, path in enumerate(paths):
            descriptor = open_untouched(os.fsencode(path))
            yield Opened(number, descriptor, path.name, path.stat().st_size)

    return {
        paths[number]: reading
        for number, reading in reader.read(opened())
        if not isinstance(reading, Reached) and not reading.member
    }


def test_of_the_files_of_this_system_none_is_a_film_or_sound(reader):
    files = ordinary_files(500)
    assert len(files) > 50
    found = kinds(reader, files)
    taken = {p: r.format for p, r in found.items() if r.type in (MediaType.VIDEO, MediaType.SOUND)}
    # An animated picture is a film; nothing else here is.
    assert {p for p, name in taken.items() if name not in ("gif", "png", "webp")} == set()


def test_the_interpreter_itself_is_no_media(reader):
    path = Path(sys.executable).resolve()
    assert kinds(reader, [path])[path].outcome is Outcome.OTHER


def test_noise_of_any_kind_is_no_media(reader, tmp_path):
    """What encrypted files, free space and raw samples look like."""
    chance = np.random.default_rng(3)
    files = []
    for number in range(60):
        size = int(chance.integers(100, 300_000))
        content = chance.integers(0, 256 if number % 2 else 20, size, np.uint8)
        if number % 3 == 0:
            content[chance.random(size) < 0.3] = 0xFF
        files.append(tmp_path / f"{number}")
        files[-1].write_bytes(content.tobytes())
    found = kinds(reader, files)
    assert {reading.outcome for reading in found.values()} == {Outcome.OTHER}
