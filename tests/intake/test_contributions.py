"""What was handed in, under which authority, how it stands, and with whom it is shared."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from agencies import agency_at_work
from clew.access.acting import acting, signed_in
from clew.access.connections import Connection
from clew.access.errors import AuthorityError, SignedOutError
from clew.access.models import Agency, Authority
from clew.audit.models import Entry
from clew.casework.find import find_file
from clew.casework.gather import gather
from clew.intake.contribute import HandedIn, contribute
from clew.intake.exhibits import add_exhibit
from clew.intake.reading import read_one
from clew.intake.sharing import Shared, SharingError, share, shared_with, sightings_of
from clew.intake.triage import Scan, ScanError
from clew.records.models import (
    ContributedFile,
    Contribution,
    Exhibit,
    Folder,
    Original,
    Sharing,
    Sighting,
    Source,
)
from clew.settings import Settings
from clew.training.practice import practice
from clew.workspace import Workspace

SETTINGS = Settings.from_environment({"CLEW_WORKERS": "1"})


@pytest.fixture
def ours(workspace):
    with practice(workspace, SETTINGS) as opened:
        yield opened


def standings(done: HandedIn) -> list[str]:
    return [one.standing.value for one in done.files if one.standing is not None]


def exhibit(number: str) -> Exhibit:
    with acting():
        return add_exhibit(
            number=number,
            description="phone",
            seized_where="Kiel",
            seized_at=Authority.objects.get().valid_from,
            source=Source.DEVICE,
        )


def test_it_is_recorded_who_handed_in_what_under_which_authority(ours, evidence):
    seized = exhibit("17-4")
    done = contribute(ours, [evidence / "one.jpg", evidence / "missing.jpg"], exhibit=seized)
    made = Contribution.objects.get(pk=done.number)
    assert (made.officer.sign_in_name, made.agency.name) == ("demo", "Demonstration")
    assert (made.authority.reference, made.exhibit) == ("DEMO", seized)
    assert made.begun_at < made.ended_at
    rows = {bytes(row.path): row for row in made.files.all()}
    stored = rows[os.fsencode(evidence / "one.jpg")]
    assert bytes(stored.sha256).hex() == done.files[0].sha256
    assert stored.media.sightings.get().folder.exhibit == seized
    assert "No such file" in rows[os.fsencode(evidence / "missing.jpg")].problem
    assert done.counts() == {
        "held": 0,
        "nearly held": 0,
        "connected": 0,
        "new": 1,
        "unreadable": 1,
    }
    Scan(ours, evidence)
    told = Entry.objects.exclude(officer=None).filter(event__in=["contribution", "custody"])
    folder = Folder.objects.latest("pk")
    assert list(told.order_by("number").values_list("event", "about")) == [
        ("custody", f"exhibit:{seized.pk}"),
        ("contribution", f"contribution:{done.number}"),
        ("contribution", f"contribution:{done.number}"),
        ("contribution", f"folder:{folder.pk}"),
    ]
    assert not any("one.jpg" in entry.details for entry in told)


def test_handing_in_again_is_recorded_and_doubles_nothing(ours, evidence):
    (evidence / "copy.jpg").write_bytes((evidence / "one.jpg").read_bytes())
    first = contribute(ours, [evidence / "one.jpg", evidence / "copy.jpg", evidence / "one.jpg"])
    assert [one.again for one in first.files[:2]].count(True) == 1, "whichever came second"
    assert standings(first) == ["new", "new", "new"]
    assert sum(first.counts().values()) == 2, "a file named twice counts once"
    second = contribute(ours, [evidence / "one.jpg"])
    assert [one.again for one in second.files] == [True]
    assert standings(second) == ["held"]
    assert (Original.objects.count(), ContributedFile.objects.count()) == (1, 3)


def test_what_is_better_than_what_was_held_is_pointed_out(ours, place, picture):
    for name, quality, time in (("seen", 40, 5), ("taken", 95, 3), ("later", 90, 8)):
        (place / name).mkdir()
        (place / name / "x.jpg").write_bytes(picture(1, quality))
        os.utime(place / name / "x.jpg", (time * 10**8, time * 10**8))
    files = {name: [place / name / "x.jpg"] for name in ("seen", "taken", "later")}
    assert standings(contribute(ours, files["seen"])) == ["new"]
    (taken,) = contribute(ours, files["taken"]).files
    assert (taken.standing, taken.better) == ("nearly held", ("earlier", "less compressed"))
    (later,) = contribute(ours, files["later"]).files
    assert (later.standing, later.better) == ("nearly held", ())


def test_signs_of_a_cameras_original_are_told_and_why(ours, place, picture):
    tags = Image.Exif()
    tags[0x010F], tags[0x0110] = "NIKON CORPORATION", "NIKON D70"
    tags.get_ifd(0x8769).update({0x927C: b"Nikon" + bytes(99), 0xA002: 320, 0xA003: 240})
    tables = [[n // 3 + 1 for n in range(64)]] * 2

    def written(name: str, software: str, number: int = 1) -> Path:
        tags[0x0131] = software
        file = place / name
        with Image.open(io.BytesIO(picture(number, 95))) as pixels:
            pixels.save(file, "JPEG", exif=tags.tobytes(), qtables=tables)
        return file

    (place / "seen.jpg").write_bytes(picture(1, 40))
    assert standings(contribute(ours, [place / "seen.jpg"])) == ["new"]
    (taken,) = contribute(ours, [written("DSC_0417.JPG", "Ver.1.02")]).files
    assert "camera-original" in taken.better
    assert [sign.partition(" (")[0] for sign in taken.signs] == [
        "names its camera",
        "the maker's own notes",
        "quantisation tables of its own",
        "size as EXIF says",
        "named as cameras do",
    ]
    # What an editor says it wrote has none, nor what was held as one already.
    (edited,) = contribute(ours, [written("DSC_0418.JPG", "GIMP 2.10")]).files
    assert (edited.standing, edited.signs) == ("nearly held", ())
    (again,) = contribute(ours, [written("DSC_0419.JPG", "Ver.1.03")]).files
    assert (again.standing, "camera-original" in again.better) == ("nearly held", False)
    assert again.signs
    assert standings(contribute(ours, [written("DSC_0420.JPG", "Ver.1", 2)])) == ["new"]


def test_a_larger_version_is_pointed_out(ours, place, collection):
    copy = next(c for c in collection.truth.connections if c.edit == "quarter size")
    original, small = collection.folder / copy.first, collection.folder / copy.second
    contribute(ours, [small])
    (large,) = contribute(ours, [original]).files
    assert large.standing == "nearly held"
    assert "larger" in large.better


def test_what_only_agrees_with_what_was_scanned_is_connected(ours, evidence):
    Scan(ours, evidence).run()
    assert standings(contribute(ours, [evidence / "one.jpg"])) == ["connected"]
    assert standings(contribute(ours, [evidence / "two.jpg"])) == ["new"]
    broken = evidence / "broken.jpg"
    broken.write_bytes((evidence / "one.jpg").read_bytes()[:200])
    assert standings(contribute(ours, [broken])) == ["unreadable"]


@pytest.mark.parametrize("act", ["scan", "contribute", "find", "gather"])
def test_nothing_is_done_without_officer_and_authority(workspace, evidence, act):
    def attempt(opened: Workspace) -> None:
        if act == "scan":
            Scan(opened, evidence)
        elif act == "contribute":
            contribute(opened, [evidence / "one.jpg"])
        elif act == "find":
            find_file(opened, read_one(opened, evidence / "one.jpg"))
        else:
            gather()

    with Workspace.open(workspace, SETTINGS) as opened:
        with pytest.raises(SignedOutError):
            attempt(opened)
        for name, fields, says in (
            ("LKA", {"hours": -1}, "ran out on"),
            ("BKA", {"authority": False}, "No authority was chosen"),
        ):
            secret = agency_at_work("DE", name, **fields)
            with signed_in(secret), pytest.raises(AuthorityError, match=says):
                attempt(opened)
        assert not Folder.objects.exists()
        assert not Contribution.objects.exists()
        assert not any((workspace / "vault").rglob("originals/*"))


def test_a_folder_is_of_one_exhibit(ours, evidence):
    first, second = exhibit("17-4"), exhibit("17-5")
    Scan(ours, evidence, exhibit=first).run()
    assert Folder.objects.get().exhibit == first
    for folder in (evidence, evidence / "DCIM", evidence.parent):
        with pytest.raises(ScanError, match="is of exhibit 17-4"):
            Scan(ours, folder, exhibit=second)
    with pytest.raises(ScanError, match="is of exhibit 17-4"):
        Scan(ours, evidence.parent)
    Scan(ours, evidence / "DCIM").run()
    assert {folder.exhibit for folder in Folder.objects.all()} == {first}, "as the one around it"
    (refused,) = contribute(ours, [evidence / "one.jpg"], exhibit=second).files
    assert "is of exhibit 17-4" in refused.problem
    assert not Original.objects.exists()


class Two:
    """Two agencies in one workspace."""

    def __init__(self, opened: Workspace) -> None:
        self.opened = opened
        self.ours, self.theirs = agency_at_work("DE", "LKA"), agency_at_work("NL", "Politie")

    def hand_in(self, secret: str, *files: Path, shared: Shared | None = None) -> HandedIn:
        with signed_in(secret):
            return contribute(self.opened, files, shared=shared)

    def share(self, contribution: int, sharing: Sharing, *agencies: str) -> int:
        with signed_in(self.theirs), acting():
            return share(sightings_of([], contribution), shared_with(sharing, agencies))


@pytest.fixture
def two(workspace):
    with Workspace.open(workspace, SETTINGS, default=Connection.APPLICATION) as opened:
        yield Two(opened)


def test_a_count_does_not_tell_what_others_keep_to_themselves(two, evidence, place, picture):
    (place / "theirs").mkdir()
    (place / "theirs" / "same.jpg").write_bytes((evidence / "one.jpg").read_bytes())
    (place / "theirs" / "near.jpg").write_bytes(picture(2, 40))
    theirs = two.hand_in(two.theirs, *sorted((place / "theirs").iterdir()))
    files = [evidence / "one.jpg", evidence / "two.jpg"]

    def seen() -> tuple[list[str], list[bool]]:
        done = two.hand_in(two.ours, *files)
        return standings(done), [one.again for one in done.files]

    first = seen()
    assert first == (["new", "new"], [False, False])
    ContributedFile.objects.using("owner").filter(contribution__agency__name="LKA").delete()
    two.share(theirs.number, Sharing.NAMED, "LKA")
    assert seen()[0] == ["held", "nearly held"]
    ContributedFile.objects.using("owner").filter(contribution__agency__name="LKA").delete()
    two.share(theirs.number, Sharing.HIT_ONLY)
    assert seen()[0] == ["held", "nearly held"]
    ContributedFile.objects.using("owner").filter(contribution__agency__name="LKA").delete()
    two.share(theirs.number, Sharing.OWN_AGENCY)
    assert seen() == first


def test_findings_and_answers_are_the_officers_own(two, evidence, place, picture):
    (place / "theirs").mkdir()
    (place / "theirs" / "near.jpg").write_bytes(picture(1, 30))
    theirs = two.hand_in(two.theirs, place / "theirs" / "near.jpg")
    with signed_in(two.ours):
        Scan(two.opened, evidence).run()
        reading = read_one(two.opened, evidence / "one.jpg")
        asked = place / "asked.jpg"
        asked.write_bytes(picture(1, 60))
        stranger = read_one(two.opened, asked)

    def told() -> tuple[int, int, int, int]:
        with signed_in(two.ours):
            findings, answer = gather(), find_file(two.opened, stranger)
            places = {p.folder for f in answer.found for p in f.item.places}
        assert places <= {str(evidence), str(place / "theirs")}
        return (
            findings.figures.files,
            len(findings.hits),
            len(answer.found),
            len(answer.hits),
        )

    assert told() == (3, 0, 2, 0)
    two.share(theirs.number, Sharing.HIT_ONLY)
    assert told() == (3, 2, 2, 1)
    with signed_in(two.ours):
        (hit,) = find_file(two.opened, reading).hits
        assert (hit.agency, hit.country, hit.kind) == ("Politie", "NL", "picture")
        assert "duty officer of Politie" in hit.contact
        assert {one.agency for one in gather().hits} == {"Politie"}
    two.share(theirs.number, Sharing.MEMBERS)
    assert told() == (4, 0, 3, 0)


def test_sharing_is_by_sighting_and_for_what_was_contributed(two, evidence):
    with signed_in(two.theirs):
        Scan(two.opened, evidence).run()
        with acting():
            assert share(Sighting.objects.all(), Shared(Sharing.MEMBERS)) == 0
    done = two.hand_in(two.theirs, evidence / "one.jpg", shared=Shared(Sharing.MEMBERS))
    shared = {bytes(s.path): s.sharing for s in Sighting.objects.using("owner").all()}
    assert shared == {
        b"one.jpg": "all members",
        b"two.jpg": "own agency",
        b"DCIM/one-again.jpg": "own agency",
    }
    two.hand_in(two.theirs, evidence / "one.jpg")
    assert Sighting.objects.using("owner").get(path=b"one.jpg").sharing == "all members", (
        "nothing was said of it"
    )
    with signed_in(two.ours), acting():
        assert share(Sighting.objects.all(), Shared(Sharing.OWN_AGENCY)) == 0, "not ours"
    assert two.share(done.number, Sharing.ALL_EXCEPT, "DE/LKA") == 1
    ours = Agency.objects.using("owner").get(name="LKA").pk
    assert Sighting.objects.using("owner").get(path=b"one.jpg").sharing_agencies == [ours]


def test_other_content_in_a_shared_place_is_shared_with_nobody(two, evidence, picture):
    two.hand_in(two.theirs, evidence / "one.jpg", shared=Shared(Sharing.MEMBERS))
    (evidence / "one.jpg").write_bytes(picture(7))
    with signed_in(two.theirs):
        Scan(two.opened, evidence).run()
    assert {s.sharing for s in Sighting.objects.using("owner").all()} == {"own agency"}


def test_what_was_handed_in_stays_in_sight_when_other_content_lies_there(two, evidence, picture):
    done = two.hand_in(two.theirs, evidence / "one.jpg")
    (evidence / "one.jpg").write_bytes(picture(7))
    with signed_in(two.theirs):
        Scan(two.opened, evidence).run()
        with acting():
            media = ContributedFile.objects.get(contribution=done.number).media
            assert media.sha256.hex() == done.files[0].sha256
            assert Original.objects.filter(media=media).exists()
    with signed_in(two.ours), acting():
        assert not Original.objects.exists()


def test_agencies_are_named_so_that_no_other_is_meant(two):
    agency_at_work("FR", "LKA")
    with signed_in(two.theirs), acting():
        for names, says in (
            (["LKA"], "say DE/LKA or FR/LKA"),
            (["Nobody"], "there is no agency Nobody"),
            ([], "--agency NAME"),
        ):
            with pytest.raises(SharingError, match=says):
                shared_with(Sharing.NAMED, names)
        with pytest.raises(SharingError, match="names no agencies"):
            shared_with(Sharing.MEMBERS, ["DE/LKA"])
        assert len(shared_with(Sharing.NAMED, ["DE/LKA", "fr/LKA"]).agencies) == 2
