"""Which scanned files can be handed in from where they lie, and why others cannot."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from clew.access.acting import acting
from clew.access.models import Agency
from clew.intake.contribute import contribute
from clew.intake.lying import Missing, lying
from clew.intake.triage import Scan
from clew.records.models import Folder, Media, Sighting
from clew.settings import Settings
from clew.training.pictures import make_picture
from clew.training.practice import practice

SETTINGS = Settings.from_environment({"CLEW_WORKERS": "1"})


@pytest.fixture
def ours(workspace):
    with practice(workspace, SETTINGS) as opened:
        yield opened


def picture(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_picture(seed, 5, 320, 240).pixels).save(path)
    return path


def test_what_lies_as_it_was_scanned_is_found_and_the_rest_says_why(ours, make_place):
    folder = make_place() / "drive"
    here, changed, gone = (picture(folder / f"{name}.png", at) for at, name in enumerate("abc"))
    inside = picture(make_place() / "inside.png", 7)
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.write(inside, "inside.png")
    Scan(ours, folder).run()

    def media(name: str) -> int:
        found = Sighting.objects.using("owner").filter(media__isnull=False)
        return next(one.media_id for one in found if name in os.fsdecode(bytes(one.path)))

    numbers = [media(name) for name in ("a.png", "b.png", "c.png", "inside.png")]
    picture(changed, 20)
    gone.unlink()
    with acting():
        found = lying([*numbers, 10**9])
    assert [one.missing for one in found] == [
        *(None, Missing.CHANGED, Missing.ELSEWHERE, Missing.PACKED, Missing.NOT_FOUND),
    ]
    assert found[0].path == here
    # What is found in a second place lies there.
    (folder / "copy").mkdir()
    (folder / "copy" / "a.png").write_bytes(here.read_bytes())
    Scan(ours, folder).run()
    here.unlink()
    with acting():
        (again,) = lying(numbers[:1])
    assert (again.path, again.missing) == (folder / "copy" / "a.png", None)
    done = contribute(ours, [again.path])
    assert [one.problem for one in done.files] == [""]
    assert Media.objects.using("owner").get(pk=numbers[0]).original.size > 0
    # What is another agency's is not looked for, though its officers share it.
    rows = Sighting.objects.using("owner").filter(media=numbers[0])
    other = Agency.objects.using("owner").create(
        country=Agency.objects.using("owner").get().country, name="Elsewhere"
    )
    Folder.objects.using("owner").update(agency=other)
    rows.update(agency=other, sharing="all members")
    with acting():
        assert [one.missing for one in lying(numbers[:1])] == [Missing.NOT_FOUND]
